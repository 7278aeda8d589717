// Reads a file that the user opens. If it is not UTF-8, the engine says what is wrong, and the user chooses.

import type { Diagnostic } from "@cxvars/validator/editor";
import { ask } from "./dialogs.ts";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { otherEncodings, textOf } from "./file_text.ts";
import { formatOfName } from "./guess_format.ts";

/** Findings that the dialog shows of a file that is not UTF-8. */
const MOST_SHOWN = 3;

/** The bytes of a file. */
export async function readBytes(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

/** The text of a file; undefined if it is not UTF-8, and the user does not want it read in another encoding. */
export async function readText(engine: Engine, file: File): Promise<string | undefined> {
  const bytes = await readBytes(file);
  const text = textOf(bytes);
  if (text !== undefined) return text;
  const format = formatOfName(file.name) ?? "json";
  const found = await engine.ask("judgeBytes", bytes, { format }).then(
    ({ diagnostics }) => diagnostics.slice(0, MOST_SHOWN).map(item),
    () => [],
  );
  const encodings = otherEncodings(bytes);
  const advice =
    encodings.length > 0
      ? "If you know its encoding, it can be read in that. Saving it then writes UTF-8."
      : "It does not seem to be a text.";
  return ask<string | undefined>(
    "Not UTF-8",
    [
      h("p", {}, `${file.name} was not opened, because it is not UTF-8; cxvars reads nothing else.`),
      h("ul", {}, ...found),
      h("p", {}, advice),
    ],
    [
      ...encodings.map(({ name, text }) => ({ label: `Read as ${name}`, answer: text })),
      { label: "Do not open it", answer: undefined },
    ],
    undefined,
    { id: "encoding" },
  );
}

function item({ code, help, message, range }: Diagnostic): HTMLElement {
  const { line, column } = range.start;
  const advice = help === null ? "" : `; ${help}`;
  return h("li", {}, `line ${line}, column ${column}: ${code} ${message}${advice}`);
}
