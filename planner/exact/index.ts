export { exactSize } from "./encode.ts";
export { solveExactly } from "./lexicographic.ts";
