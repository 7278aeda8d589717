// Links that hold a text. It is in the fragment, which browsers do not send. What such a link holds may come from
// anybody, so everything about it is bounded and checked.

import type { Format, Scope } from "@cxvars/validator/editor";

/** What a link holds. */
export interface Shared {
  text: string;
  format: Format;
  parentScope: Scope | "";
  /** The text of a `cxvars.toml`, or an empty text. */
  config: string;
}

const BEGINNING = "#/share/";
const FORMATS: readonly string[] = ["json", "jsonc", "yaml", "env"] satisfies Format[];
const SCOPES: readonly string[] = ["", "global", "template", "action"] satisfies (Scope | "")[];

/** The longest link, in characters. Mail programs and chats cut longer ones. */
export const LONGEST_LINK = 16_000;

/** The largest text that a link may hold, in bytes of UTF-8. It stops data that unpacks to far more than it seems. */
const MOST_BYTES = 1024 * 1024;

export function isSharedLink(hash: string): boolean {
  return hash.startsWith(BEGINNING);
}

/** The fragment that holds a text. */
export async function sharedFragment(shared: Shared): Promise<string> {
  const packed = await throughStream(new TextEncoder().encode(JSON.stringify(shared)), new CompressionStream(METHOD));
  return BEGINNING + toBase64(packed);
}

const METHOD = "deflate-raw";

/**
 * What a fragment holds.
 *
 * @throws Error that says what is wrong with the link. It holds nothing of the link.
 */
export async function readFragment(hash: string): Promise<Shared> {
  if (hash.length > LONGEST_LINK * 4) throw new Error("it is longer than any link that this page makes");
  const packed = fromBase64(hash.slice(BEGINNING.length));
  if (packed === undefined)
    throw new Error("it has characters that such a link does not have, so it was cut or changed");
  let bytes: Uint8Array;
  try {
    bytes = await throughStream(packed, new DecompressionStream(METHOD));
  } catch (error) {
    if (error instanceof RangeError) throw new Error("it would unpack to more than a document may have");
    throw new Error("it cannot be unpacked, so it was cut or changed");
  }
  const shared = sharedFrom(bytes);
  if (shared === undefined) throw new Error("what it holds is no shared text");
  return shared;
}

function sharedFrom(bytes: Uint8Array): Shared | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { text, format, parentScope, config } = value as Record<string, unknown>;
  if (typeof text !== "string" || typeof config !== "string") return undefined;
  if (typeof format !== "string" || !FORMATS.includes(format)) return undefined;
  if (typeof parentScope !== "string" || !SCOPES.includes(parentScope)) return undefined;
  return { text, format: format as Format, parentScope: parentScope as Scope | "", config };
}

/** Sends bytes through a stream. Throws a RangeError as soon as there are too many. */
async function throughStream(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(stream).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST_BYTES) {
      void reader.cancel().catch(() => undefined);
      throw new RangeError("too long");
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Base64 as it stands in an address (RFC 4648, section 5), without padding. */
function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
