/** The values that the specification allows. Categories of services with their subcategories; each has "Other" of its own besides. */
const services: Readonly<Record<string, readonly string[]>> = {
  "AI and Machine Learning": ["AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing"],
  "Analytics": ["Analytics Platforms", "Business Intelligence", "Data Processing", "Search", "Streaming Analytics"],
  "Business Applications": ["Productivity and Collaboration"],
  "Compute": ["Containers", "End User Computing", "Quantum Compute", "Serverless Compute", "Virtual Machines"],
  "Databases": ["Caching", "Data Warehouses", "Ledger Databases", "NoSQL Databases", "Relational Databases", "Time Series Databases"],
  "Developer Tools": ["Developer Platforms", "Continuous Integration and Deployment", "Development Environments", "Source Code Management", "Quality Assurance"],
  "Identity": ["Identity and Access Management"],
  "Integration": ["API Management", "Messaging", "Workflow Orchestration"],
  "Internet of Things": ["IoT Analytics", "IoT Platforms"],
  "Management and Governance": ["Architecture", "Compliance", "Cost Management", "Data Governance", "Disaster Recovery", "Endpoint Management", "Observability", "Support"],
  "Media": ["Content Creation", "Gaming", "Media Streaming", "Mixed Reality"],
  "Migration": ["Data Migration", "Resource Migration"],
  "Mobile": [],
  "Multicloud": ["Multicloud Integration"],
  "Networking": ["Application Networking", "Content Delivery", "Network Connectivity", "Network Infrastructure", "Network Routing", "Network Security"],
  "Security": ["Secret Management", "Security Posture Management", "Threat Detection and Response"],
  "Storage": ["Backup Storage", "Block Storage", "File Storage", "Object Storage", "Storage Platforms"],
  "Web": ["Application Platforms"],
  "Other": [],
};

/** The category that a subcategory belongs to. */
export const categoryOfSubcategory: ReadonlyMap<string, string> = new Map(
  Object.entries(services).flatMap(([category, names]) => [...names, `Other (${category})`].map((name): [string, string] => [name, category])),
);

export const allowedValues = {
  ServiceCategory: Object.keys(services),
  ServiceSubcategory: [...categoryOfSubcategory.keys()],
  ChargeCategory: ["Usage", "Purchase", "Tax", "Credit", "Adjustment"],
  ChargeClass: ["Correction"],
  ChargeFrequency: ["One-Time", "Recurring", "Usage-Based"],
  PricingCategory: ["Standard", "Dynamic", "Committed", "Other"],
  CommitmentDiscountCategory: ["Spend", "Usage"],
  CommitmentDiscountStatus: ["Used", "Unused"],
  CapacityReservationStatus: ["Used", "Unused"],
} as const satisfies Record<string, readonly string[]>;

/** Properties that the specification defines for prices of SKUs, and whether each is a number or a text. */
export const skuPriceProperties: Readonly<Record<string, "number" | "string">> = {
  CoreCount: "number", DiskMaxIops: "number", DiskSpace: "number", DiskType: "string", GpuCount: "number", InstanceType: "string", InstanceSeries: "string",
  MemorySize: "number", NetworkMaxIops: "number", NetworkMaxThroughput: "number", OperatingSystem: "string", Redundancy: "string", StorageClass: "string",
};

const sizes = ["b", "B", ...["K", "M", "G", "T", "P", "E"].flatMap((prefix) => [`${prefix}b`, `${prefix}B`, `${prefix}ib`, `${prefix}iB`])];
const times = ["Year", "Month", "Day", "Hour", "Minute", "Second"];
const counts = ["Count", "Unit", "Request", "Token", "Connection", "Certificate", "Domain", "Core"];

/** Names of units whose spelling is fixed, by their small letters (sizes are told apart by their capitals). */
export const unitNames = {
  sizes: new Set(sizes),
  words: new Map([...times, ...counts].flatMap((name) => [[name.toLowerCase(), name], [`${name.toLowerCase()}s`, `${name}s`]])),
};
