// The library registers its parts through it when it is loaded, so it must come first.
// oxlint-disable-next-line import/no-unassigned-import
import "reflect-metadata";

/** Certificates, requests and lists of what was revoked. */
export * from "@peculiar/x509";
