import { Type, type TInteger, type TString } from "typebox";

/** A path from the root, without steps upwards. */
export function absolutePath(description: string): TString {
  return Type.String({
    pattern: "^/(?!(.*/)?\\.\\.(/|$))[^\\u0000-\\u001f\\u007f]*$", meaning: "must be a path from the root, without \"..\"", maxLength: 4096,
    description: `${description} A path from the root, without "..".`,
  });
}

/** The name of a host, as a scenario writes it. */
export function hostName(description: string): TString {
  return Type.String({ minLength: 1, maxLength: 253, pattern: "^[^\\u0000-\\u001f\\u007f]+$", meaning: "must not contain control characters", description });
}

/** An IP address or a name that the network knows. */
export function networkAddress(description: string): TString {
  return Type.String({ minLength: 1, maxLength: 253, pattern: "^[A-Za-z0-9.:%_][A-Za-z0-9.:%_-]*$", meaning: "must be an IP address or the name of a machine", description });
}

export function networkPort(description: string, least = 1): TInteger {
  return Type.Integer({ minimum: least, maximum: 65_535, description });
}
