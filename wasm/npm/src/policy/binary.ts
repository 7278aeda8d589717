// Reads the binary format of WebAssembly. Every read stays within the bytes.

/** Why a file cannot be used as a policy, as the end of a sentence that names it. */
export class Unusable extends Error {}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads bytes in their order. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** The next byte, which stays the next one. */
  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw malformed();
    return byte;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }

  /** An unsigned number of at most 32 bits, in LEB128. */
  number(): number {
    let number = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      number += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (number > 0xffff_ffff) break;
        return number;
      }
    }
    throw malformed();
  }

  /** The next bytes. */
  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw malformed();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    const bytes = this.take(this.number());
    try {
      return decoder.decode(bytes);
    } catch {
      throw malformed();
    }
  }

  /** The number of items, then each of them. An item takes at least a byte, so that a wrong number ends soon. */
  list<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let left = this.number(); left > 0; left -= 1) items.push(item());
    return items;
  }

  /** The sections from here to the end: their kinds and contents. */
  *sections(): Generator<[number, Reader, Uint8Array]> {
    while (!this.isAtEnd) {
      const kind = this.byte();
      const content = this.take(this.number());
      yield [kind, new Reader(content), content];
    }
  }
}

export function malformed(): Unusable {
  return new Unusable("is malformed");
}

/** The bytes of a number in LEB128. */
export function leb128(number: number): number[] {
  const bytes: number[] = [];
  let left = number;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return [...bytes, left];
}
