// The canonical ABI: how values of the component model lie in the memory of a core module, as far as policies use it.

import type { Type } from "./wit.js";

/** The most bytes that are copied out of a policy in one call, as in `cxvars`. */
const MAX_ANSWER_BYTES = 4 << 20;

/** A policy breaks the rules of the ABI. The message is the end of a sentence that names it. */
export class Broken extends Error {}

/** How texts are encoded. Languages with the strings of JavaScript use UTF-16. */
export type Encoding = "utf-8" | "utf-16le";

/** What a call needs of the module's instance. */
export interface Room {
  encoding: Encoding;
  memory: WebAssembly.Memory | undefined;
  realloc: ((old: number, oldSize: number, align: number, size: number) => number) | undefined;
}

interface Layout {
  size: number;
  align: number;
}

interface Case {
  name: string;
  type: Type | null;
}

const encoder = new TextEncoder();
const decoders = {
  "utf-8": new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
  "utf-16le": new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true }),
};
/** The bytes of a unit of each encoding. */
const UNITS = { "utf-8": 1, "utf-16le": 2 };
const up = (number: number, align: number) => Math.ceil(number / align) * align;

function fieldsOf(type: Type): readonly [string | number, Type][] | undefined {
  if (typeof type !== "object") return undefined;
  if ("record" in type) return type.record;
  return "tuple" in type ? type.tuple.map((item, at) => [at, item]) : undefined;
}

function casesOf(type: Type): Case[] | undefined {
  if (typeof type !== "object") return undefined;
  if ("enum" in type) return type.enum.map((name) => ({ name, type: null }));
  if ("option" in type)
    return [
      { name: "none", type: null },
      { name: "some", type: type.option },
    ];
  if ("variant" in type) return type.variant.map(([name, type]) => ({ name, type }));
  if (!("result" in type)) return undefined;
  return [
    { name: "ok", type: type.result[0] },
    { name: "error", type: type.result[1] },
  ];
}

function layoutOf(type: Type): Layout {
  if (type === "bool") return { size: 1, align: 1 };
  if (type === "u32") return { size: 4, align: 4 };
  if (type === "s64" || type === "f64") return { size: 8, align: 8 };
  const fields = fieldsOf(type);
  if (fields !== undefined) {
    let [size, align] = [0, 1];
    for (const [, field] of fields) {
      const inner = layoutOf(field);
      size = up(size, inner.align) + inner.size;
      align = Math.max(align, inner.align);
    }
    return { size: up(size, align), align };
  }
  const cases = casesOf(type);
  // A text and a list are an address and a length.
  if (cases === undefined) return { size: 8, align: 4 };
  const inner = cases.map(({ type }) => (type === null ? { size: 0, align: 1 } : layoutOf(type)));
  const align = Math.max(...inner.map(({ align }) => align));
  return { size: up(align + Math.max(...inner.map(({ size }) => size)), align), align };
}

/** Where the content of a variant starts: after one byte that says which case it is. */
function contentOf(type: Type): number {
  return layoutOf(type).align;
}

/** Copies values into and out of the memory of an instance. */
export class Copier {
  readonly #room: Room;
  #left = MAX_ANSWER_BYTES;
  #view = new DataView(new ArrayBuffer(0));

  constructor(room: Room) {
    this.#room = room;
  }

  /** The parameters of a core function for a value. */
  flat(type: Type, value: unknown): number[] {
    if (type === "string" || (typeof type === "object" && "list" in type)) return this.#allocated(type, value);
    const fields = fieldsOf(type);
    if (fields !== undefined) return fields.flatMap(([key, field]) => this.flat(field, fieldOf(value, key)));
    if (typeof type === "object" && "enum" in type) return [discriminantOf(type.enum, value)];
    if (typeof type !== "object" || !("option" in type)) throw new TypeError("no parameter has such a type");
    return value === null ? new Array(1 + width(type.option)).fill(0) : [1, ...this.flat(type.option, value)];
  }

  /** The value at an address. */
  load(type: Type, at: number): unknown {
    const { size, align } = layoutOf(type);
    this.#require(at, size, align, "its answer");
    return this.#load(type, at);
  }

  #load(type: Type, at: number): unknown {
    const view = this.#memory();
    if (type === "bool") return view.getUint8(at) !== 0;
    if (type === "u32") return view.getUint32(at, true);
    if (type === "string") return this.#loadText(view.getUint32(at, true), view.getUint32(at + 4, true));
    const fields = fieldsOf(type);
    if (fields !== undefined) {
      const values = fields.map(([, field], index) => this.#load(field, at + offsetOf(fields, index)));
      return typeof type === "object" && "tuple" in type
        ? values
        : Object.fromEntries(fields.map(([key], index) => [key, values[index]]));
    }
    const cases = casesOf(type);
    if (cases !== undefined) return this.#loadCase(type, cases, at);
    if (typeof type !== "object" || !("list" in type)) throw new TypeError("no result has such a type");
    return this.#loadList(type.list, view.getUint32(at, true), view.getUint32(at + 4, true));
  }

  #loadCase(type: Type, cases: Case[], at: number): unknown {
    const one = cases[this.#memory().getUint8(at)];
    if (one === undefined) throw new Broken("it broke off: its answer has a case that does not exist");
    const content = one.type === null ? null : this.#load(one.type, at + contentOf(type));
    if (typeof type === "object" && "enum" in type) return one.name;
    if (typeof type === "object" && "option" in type) return content;
    return one.type === null ? { tag: one.name } : { tag: one.name, val: content };
  }

  #loadText(at: number, length: number): string {
    const { encoding } = this.#room;
    const bytes = length * UNITS[encoding];
    this.#require(at, bytes, UNITS[encoding], "a text of its answer");
    this.#spend(bytes);
    try {
      return decoders[encoding].decode(new Uint8Array(this.#memory().buffer, at, bytes));
    } catch {
      throw new Broken("it broke off: a text of its answer is not Unicode");
    }
  }

  #loadList(item: Type, at: number, length: number): unknown[] {
    const { size, align } = layoutOf(item);
    this.#require(at, length * size, align, "a list of its answer");
    this.#spend(length * size);
    return Array.from({ length }, (_, index) => this.#load(item, at + index * size));
  }

  /** Copies a value to an address. */
  #store(type: Type, value: unknown, at: number): void {
    const fields = fieldsOf(type);
    const cases = casesOf(type);
    if (type === "bool") this.#memory().setUint8(at, Number(value));
    else if (type === "u32") this.#memory().setUint32(at, value as number, true);
    else if (type === "s64") this.#memory().setBigInt64(at, BigInt(value as bigint), true);
    else if (type === "f64") this.#memory().setFloat64(at, value as number, true);
    else if (fields !== undefined) {
      fields.forEach(([key, field], index) => {
        this.#store(field, fieldOf(value, key), at + offsetOf(fields, index));
      });
    } else if (cases !== undefined) this.#storeCase(type, cases, value, at);
    else {
      // The memory may be another one afterwards.
      const [address = 0, length = 0] = this.#allocated(type, value);
      this.#memory().setUint32(at, address, true);
      this.#memory().setUint32(at + 4, length, true);
    }
  }

  #storeCase(type: Type, cases: Case[], value: unknown, at: number): void {
    const { tag, val } = caseOf(type, value);
    const index = discriminantOf(
      cases.map(({ name }) => name),
      tag,
    );
    this.#memory().setUint8(at, index);
    const inner = cases[index]!.type;
    if (inner !== null) this.#store(inner, val, at + contentOf(type));
  }

  /** Copies a text or a list to room of its own. Returns its address and its length. */
  #allocated(type: Type, value: unknown): number[] {
    if (type === "string") {
      const unit = UNITS[this.#room.encoding];
      const bytes = unit === 1 ? encoder.encode(value as string) : utf16(value as string);
      const at = this.#allocate(bytes.length, unit);
      new Uint8Array(this.#memory().buffer, at, bytes.length).set(bytes);
      return [at, bytes.length / unit];
    }
    const item = (type as { list: Type }).list;
    const items = value as unknown[];
    const { size, align } = layoutOf(item);
    const at = this.#allocate(items.length * size, align);
    items.forEach((one, index) => {
      this.#store(item, one, at + index * size);
    });
    return [at, items.length];
  }

  #allocate(size: number, align: number): number {
    if (this.#room.realloc === undefined) throw new Broken("it broke off: it has nothing that allocates memory");
    const at = this.#room.realloc(0, 0, align, size) >>> 0;
    this.#require(at, size, align, "what it allocated");
    return at;
  }

  #require(at: number, size: number, align: number, what: string): void {
    if (at % align !== 0) throw new Broken(`it broke off: ${what} is not aligned`);
    if (at + size > this.#memory().byteLength) throw new Broken(`it broke off: ${what} is outside of its memory`);
  }

  #spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new Broken(`its answer is longer than ${MAX_ANSWER_BYTES >> 20} MiB`);
  }

  /** The memory as it is now. It is another buffer after it has grown. */
  #memory(): DataView {
    const buffer = this.#room.memory?.buffer;
    if (buffer === undefined) throw new Broken("it broke off: it has no memory");
    if (this.#view.buffer !== buffer) this.#view = new DataView(buffer);
    return this.#view;
  }
}

function utf16(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 * at, text.charCodeAt(at), true);
  return new Uint8Array(view.buffer);
}

function offsetOf(fields: readonly [string | number, Type][], index: number): number {
  let at = 0;
  for (const [, field] of fields.slice(0, index)) {
    const { size, align } = layoutOf(field);
    at = up(at, align) + size;
  }
  return up(at, layoutOf(fields[index]![1]).align);
}

/** A field of a record, whose name is in snake case in JSON, or of a tuple. */
function fieldOf(value: unknown, key: string | number): unknown {
  return (value as Record<string, unknown>)[String(key).replaceAll("-", "_")] ?? null;
}

function caseOf(type: Type, value: unknown): { tag: unknown; val?: unknown } {
  if (typeof type === "object" && "enum" in type) return { tag: value };
  if (typeof type !== "object" || !("option" in type)) return value as { tag: string };
  return value === null ? { tag: "none" } : { tag: "some", val: value };
}

function discriminantOf(names: readonly string[], name: unknown): number {
  const index = names.indexOf(name as string);
  if (index < 0) throw new TypeError("a word of the input is not in policy.wit");
  return index;
}

/** The number of core values of a parameter. */
function width(type: Type): number {
  const fields = fieldsOf(type);
  if (fields !== undefined) return fields.reduce((sum, [, field]) => sum + width(field), 0);
  if (typeof type === "object" && "option" in type) return 1 + width(type.option);
  return type === "string" || (typeof type === "object" && "list" in type) ? 2 : 1;
}
