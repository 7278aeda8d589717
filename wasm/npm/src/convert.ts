// The functions that write a document in another form, bound to an instance of the engine.

import type { Converter } from "./functions.js";
import type { Glue, Instance } from "./instance.js";
import { asMisuse } from "./misuse.js";
import type { CheckOptions, Converted } from "./types.js";

interface ConvertGlue extends Glue {
  convert(text: string, options: unknown, to: string): unknown;
  export_manifest(text: string, options: unknown, to: string): unknown;
  export_wire(text: string, options: unknown): unknown;
  mask(text: string, options: unknown): unknown;
}

/** Encoding would replace lone surrogates, so a value would change without a word. */
const LONE_SURROGATE = "the text has half of a character (a lone surrogate); delete it first";

/** Binds the functions to the instance that `ready` returns. */
export function converter<O extends CheckOptions>(ready: () => Instance<ConvertGlue>): Converter<O> {
  function run(what: string, text: string, work: (glue: ConvertGlue) => unknown): Converted {
    if (typeof text !== "string") throw new TypeError(`${what}: the text must be a string`);
    if (/\p{Surrogate}/u.test(text)) return { text: null, notes: [], refused: LONE_SURROGATE };
    const instance = ready();
    try {
      return instance.call(work) as Converted;
    } catch (error) {
      throw asMisuse(what, error);
    }
  }

  return {
    convert: (text, to, options) => run("convert", text, (glue) => glue.convert(text, options, String(to))),
    exportManifest: (text, to, options) =>
      run("exportManifest", text, (glue) => glue.export_manifest(text, options, String(to))),
    exportWire: (text, options) => run("exportWire", text, (glue) => glue.export_wire(text, options)),
    mask: (text, options) => run("mask", text, (glue) => glue.mask(text, options)),
  };
}
