// Shows a change of a text line by line.

import { h } from "./dom.ts";
import { type DiffLine, type DiffPart, diffOf } from "./text_diff.ts";

const WORDS = { "+": "new", "-": "gone", " ": "" };
const CLASSES = { "+": "added", "-": "removed", " ": "kept" };

/** A table of the lines that change from one text to the other, with line numbers and signs. */
export function diffTable(before: string, after: string, caption: string): HTMLElement {
  const parts = diffOf(before, after);
  const heads = ["Before", "After", "Change", "Line"].map((head) => h("th", { scope: "col" }, head));
  return h(
    "div",
    { class: "diff", tabIndex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, caption),
      h("thead", { class: "unseen" }, h("tr", {}, ...heads)),
      ...parts.map((part) => h("tbody", {}, ...rows(part))),
    ),
  );
}

function rows({ before, after, lines }: DiffPart): HTMLElement[] {
  let [old, now] = [before, after];
  return lines.map(({ sign, text }: DiffLine) => {
    const numbers = [sign === "+" ? "" : String(old), sign === "-" ? "" : String(now)];
    if (sign !== "+") old += 1;
    if (sign !== "-") now += 1;
    return h(
      "tr",
      { class: CLASSES[sign] },
      ...numbers.map((number) => h("td", { class: "number" }, number)),
      h("td", { class: "sign", "aria-label": WORDS[sign] }, sign),
      h("td", {}, h("code", {}, text)),
    );
  });
}
