export { catalogue } from "./catalogue.ts";
export { selectorSchema } from "./selector-schema.ts";
