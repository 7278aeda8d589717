// The view of the rules: a list, and the documentation of the chosen one.
import type { Rule } from "@cxvars/validator/full";
import { button, h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { markdown } from "./markdown.ts";

export interface RulesView {
  element: HTMLElement;
  open(code: string): Promise<void>;
  fill(): Promise<void>;
}

/** Makes the view; `fill` lists the rules once the engine has started. */
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
