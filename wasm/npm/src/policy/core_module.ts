// The core module of a policy, with the limits of `cxvars` on what can be counted.

import { leb128, malformed, Reader, Unusable } from "./binary.js";

/** The largest body of a function, and the most functions. */
const MAX_FUNCTION_BYTES = 64 << 10;
const MAX_FUNCTIONS = 10_000;
/** The most tables, and the most entries of one. */
const MAX_TABLES = 8;
const MAX_TABLE_ENTRIES = 20_000;
const PAGES_PER_MIB = 16;

const Section = { import: 2, table: 4, memory: 5, code: 10 } as const;

/**
 * The module with a maximum in its memories and tables, which the engine then enforces.
 *
 * @throws Unusable if it is not a module of a policy.
 */
export function limited(module: Uint8Array, memoryMib: number): Uint8Array<ArrayBuffer> {
  const reader = new Reader(module);
  const parts: (Uint8Array | number[])[] = [reader.take(Math.min(8, module.length))];
  for (const [kind, content, bytes] of reader.sections()) {
    let section: Uint8Array | number[] = bytes;
    if (kind === Section.import && content.number() > 0)
      throw new Unusable("is malformed: its module imports something");
    if (kind === Section.memory) section = capped(content, 1, "memories", memory(memoryMib));
    if (kind === Section.table) section = capped(content, MAX_TABLES, "tables", table);
    if (kind === Section.code) requireQuickToCompile(content);
    parts.push([kind, ...leb128(section.length)], section);
  }
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A failure of a policy because it asks for more than it may have. */
export class Exceeded extends Error {}

function capped(content: Reader, most: number, what: string, one: (content: Reader) => number[]): number[] {
  const count = content.number();
  if (count > most) throw new Unusable(`has more than ${most} ${what}`);
  const items: number[] = [...leb128(count)];
  for (let left = count; left > 0; left -= 1) items.push(...one(content));
  if (!content.isAtEnd) throw malformed();
  return items;
}

function memory(mib: number): (content: Reader) => number[] {
  return (content) => cappedLimits(content, mib * PAGES_PER_MIB, `it wanted more than ${mib} MiB of memory`);
}

function table(content: Reader): number[] {
  const type = content.byte();
  // Functions, or references to the host.
  if (type !== 0x70 && type !== 0x6f) throw new Unusable("has a table of a kind that no policy needs");
  return [
    type,
    ...cappedLimits(content, MAX_TABLE_ENTRIES, `it wanted a table of more than ${MAX_TABLE_ENTRIES} entries`),
  ];
}

/** A minimum and a maximum, which is lowered to `most`. */
function cappedLimits(content: Reader, most: number, problem: string): number[] {
  const flags = content.byte();
  if (flags > 1) throw new Unusable("has a memory or a table of a kind that no policy needs");
  const least = content.number();
  const own = flags === 1 ? content.number() : most;
  if (least > most) throw new Exceeded(problem);
  return [1, ...leb128(least), ...leb128(Math.min(own, most))];
}

function requireQuickToCompile(content: Reader): void {
  const functions = content.number();
  if (functions > MAX_FUNCTIONS) throw slow(`it has more than ${MAX_FUNCTIONS} functions`);
  for (let left = functions; left > 0; left -= 1) {
    const length = content.number();
    if (length > MAX_FUNCTION_BYTES) throw slow(`one of its functions has more than ${MAX_FUNCTION_BYTES} bytes`);
    content.take(length);
  }
}

function slow(why: string): Unusable {
  return new Unusable(`takes too long to compile: ${why}`);
}
