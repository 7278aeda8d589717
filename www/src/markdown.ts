// Shows the Markdown that rules are documented in.

import { h } from "./dom.ts";
import { withCode } from "./wording.ts";

/** Understands headings, paragraphs, fenced examples and code, which is all that the documentation has. */
export function markdown(text: string): Node[] {
  const nodes: Node[] = [];
  let paragraph: string[] = [];
  let example: string[] | undefined;
  const close = (): void => {
    if (paragraph.length > 0) nodes.push(h("p", {}, ...withCode(paragraph.join(" "))));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      close();
      if (example !== undefined) nodes.push(h("pre", { tabIndex: 0 }, h("code", {}, example.join("\n"))));
      example = example === undefined ? [] : undefined;
    } else if (example !== undefined) example.push(line);
    else if (line.startsWith("# ")) nodes.push(h("h2", {}, line.slice(2)));
    else if (line.startsWith("## ")) {
      close();
      nodes.push(h("h3", {}, line.slice(3)));
    } else if (line.trim() === "") close();
    else paragraph.push(line);
  }
  close();
  return nodes;
}
