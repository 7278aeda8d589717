// The functions of the entry points for editors.

import { converter } from "./convert.js";
import { engine } from "./engine.js";
import type { EditorEngine } from "./functions.js";
import type { Instance } from "./instance.js";
import { asMisuse } from "./misuse.js";
import type { editor } from "./parts.js";
import type { Outline } from "./types.js";

type Glue = typeof editor extends Instance<infer G> ? G : never;

/** Binds the functions to the instance that `ready` returns. */
export function editorFunctions(ready: () => Instance<Glue>): EditorEngine {
  return {
    ...engine(ready),
    ...converter(ready),
    outline(text, options) {
      const instance = ready();
      try {
        return instance.call((glue) => glue.outline(text, options) as Outline);
      } catch (error) {
        throw asMisuse("outline", error);
      }
    },
  };
}
