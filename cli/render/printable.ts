/* eslint-disable no-control-regex -- control characters are what this file is about */

/**
 * Takes out what a name or a title could do to a terminal: control characters but line ends and tabs, sequences other
 * than colours, and marks that turn the direction of writing.
 */
export function printable(text: string): string {
  return text
    .replace(/\u001B(?!\[[0-9;]{0,8}m)/g, "")
    .replace(/[\u0000-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, "");
}
