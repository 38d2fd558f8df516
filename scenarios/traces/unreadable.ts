/** Why an input cannot be read at all, in words. */
export class UnreadableInput extends Error {}
