// Words that several views share.

import type { Fix } from "@cxvars/validator/editor";
import { h } from "./dom.ts";

/** "1 error", "2 errors". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What a button says that applies a fix. An unsafe fix may change the meaning, so its button says so. */
export function fixName({ message, applicability }: Fix): string {
  return applicability === "safe" ? `Fix: ${message}` : `Change: ${message}`;
}

/** A text in which backticks mark code. A backtick without a second one stays as it is. */
export function withCode(text: string): (Node | string)[] {
  const parts = text.split("`");
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2, 1)[0]}\`${parts.pop()}`);
  return parts.map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part)).filter((part) => part !== "");
}
