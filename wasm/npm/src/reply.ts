// Reads the answers of the engine: a list of numbers, and one text of which each string is a piece.

import type {
  AppliedFix,
  Diagnostic,
  Edit,
  FileReport,
  Fix,
  Fixed,
  LeftOutFix,
  Place,
  Range,
  Related,
} from "./types.js";

/** The length that stands for a text that is not there. */
const ABSENT = 0xffff_ffff;
const APPLICABILITY = ["safe", "unsafe", "display-only"] as const;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads the parts of an answer in the order in which they were written. */
export class Reply {
  readonly #numbers: Uint32Array;
  readonly #text: string;
  #at = 2;
  #textAt = 0;

  /** @param address where the numbers are in the memory of the instance. */
  constructor({ buffer }: WebAssembly.Memory, address: number) {
    this.#numbers = new Uint32Array(buffer, address);
    const bytes = new Uint8Array(buffer, this.#numbers[0]!, this.#numbers[1]!);
    this.#text = bytes.length === 0 ? "" : decoder.decode(bytes);
    // It may be the text of a document.
    bytes.fill(0);
  }

  number(): number {
    const number = this.#numbers[this.#at]!;
    this.#at += 1;
    return number;
  }

  text(): string {
    return this.textIfAny() ?? "";
  }

  textIfAny(): string | null {
    const length = this.number();
    if (length === ABSENT) return null;
    const start = this.#textAt;
    this.#textAt += length;
    return this.#text.slice(start, this.#textAt);
  }

  list<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let left = this.number(); left > 0; left -= 1) items.push(item());
    return items;
  }

  report(path: string): FileReport {
    const notShown = this.number();
    const diagnostics = this.list(() => this.#finding());
    return notShown === 0 ? { path, diagnostics } : { path, diagnostics, not_shown: notShown };
  }

  fixed(path: string): Fixed<string | null> {
    return {
      text: this.textIfAny(),
      applied: this.list(() => this.#applied()),
      left_out: this.list(() => this.#leftOut()),
      report: this.report(path),
    };
  }

  #applied(): AppliedFix {
    return { code: this.text(), message: this.text(), line: this.number() };
  }

  #leftOut(): LeftOutFix {
    return { ...this.#applied(), reason: this.text() };
  }

  // The order of the keys in an object literal is the order in which the parts are read.
  #finding(): Diagnostic {
    return {
      code: this.text(),
      name: this.text(),
      severity: this.number() === 1 ? "error" : "warning",
      message: this.text(),
      help: this.textIfAny(),
      pointer: this.text(),
      variable: this.textIfAny(),
      range: this.#range(),
      related: this.list(() => this.#related()),
      fixes: this.list(() => this.#fix()),
      params: this.#params(),
    };
  }

  #related(): Related {
    return { message: this.text(), range: this.#range() };
  }

  #fix(): Fix {
    return { message: this.text(), applicability: APPLICABILITY[this.number()]!, edits: this.list(() => this.#edit()) };
  }

  #edit(): Edit {
    return { start: this.number(), end: this.number(), text: this.text() };
  }

  #params(): Record<string, string> {
    const params: Record<string, string> = {};
    for (let left = this.number(); left > 0; left -= 1) {
      const key = this.text();
      params[key] = this.text();
    }
    return params;
  }

  #range(): Range {
    return { start: this.#place(), end: this.#place() };
  }

  #place(): Place {
    return { line: this.number(), column: this.number(), offset: this.number() };
  }
}
