/** What a generated fleet is like. The same options give the same document, byte for byte. */
export interface GenerateOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly workloads: number;
  /** About so many. */
  readonly policies: number;
  /** From two on the last is external. Default: one below 8 hosts, else 2 and one more for each 500 hosts, at most 8. */
  readonly sites?: number;
  /** Part of the memory that is reserved, per thousand. Default 600. */
  readonly fillPermille?: number;
  /** Built backwards from an answer: circles of full hosts, groups that must change sites, hosts to be emptied. 95 % full. */
  readonly tight?: boolean;
  /** A question to ask of the fleet; default none. */
  readonly change?: "close-site" | "maintenance";
}
