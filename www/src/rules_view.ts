// The rules and their documentation.
import type { Rule } from "@cxvars/validator/full";
import { button, h } from "./dom.ts";
import type { Engine } from "./engine.ts";

export interface RulesView {
  element: HTMLElement;
  open(code: string): Promise<void>;
  fill(): Promise<void>;
}

/** A list of the rules, and the documentation of the chosen one. */
export function rulesView(engine: Engine): RulesView {
  const filter = h("input", {
    type: "search",
    id: "filter",
    placeholder: "code, name or word",
    spellcheck: false,
    autocomplete: "off",
  });
  const list = h("ul", { class: "rules" });
  const page = h(
    "article",
    { class: "rule", tabIndex: -1, "aria-live": "polite" },
    h("p", { class: "hint" }, "Choose a rule."),
  );
  let rules: Rule[] = [];
  const open = async (code: string): Promise<void> => {
    const text = await engine.ask("explain", code);
    page.replaceChildren(...markdown(text ?? `There is no rule ${code}.`));
    for (const item of list.querySelectorAll("button"))
      item.toggleAttribute("aria-current", item.dataset.code === code);
    page.focus();
  };
  const show = (): void => {
    const wanted = filter.value.trim().toLowerCase();
    const found = rules.filter(({ code, name, summary }) =>
      `${code} ${name} ${summary}`.toLowerCase().includes(wanted),
    );
    list.replaceChildren(
      ...found.map(({ code, name, severity, summary }) =>
        h(
          "li",
          { class: severity },
          button(`${code} ${name}`, () => void open(code), { class: "link", "data-code": code }),
          h("span", {}, summary),
        ),
      ),
    );
  };
  filter.addEventListener("input", show);
  const element = h(
    "div",
    { class: "columns" },
    h("section", { class: "panel" }, h("h2", {}, "Rules"), h("label", { for: "filter" }, "Find"), filter, list),
    h("section", { class: "panel" }, page),
  );
  const fill = async (): Promise<void> => {
    rules = await engine.ask("rules");
    show();
  };
  return { element, open, fill };
}

/** The Markdown that the rules are documented in: headings, paragraphs, fenced examples and code. */
function markdown(text: string): Node[] {
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
      if (example !== undefined) nodes.push(h("pre", {}, h("code", {}, example.join("\n"))));
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

function withCode(text: string): (Node | string)[] {
  return text.split("`").map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part));
}
