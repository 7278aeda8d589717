// The view of the rules: a list, and the documentation of the chosen one.
import type { Rule } from "@cxvars/validator/editor";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { markdown } from "./markdown.ts";
import { address, type View } from "./navigation.ts";
import { withCode } from "./wording.ts";

export interface RulesView extends View {
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
  const hint = h("p", { class: "hint" }, "Choose a rule.");
  const page = h("article", { class: "rule" }, hint);
  const none = h("p", { class: "hint", role: "status", hidden: true }, "No rule has these words.");
  let rules: Rule[] = [];
  /** The rule that the address names. */
  let wanted = "";
  let shown = "";
  const explain = async (): Promise<void> => {
    const code = wanted;
    if (rules.length === 0) return;
    if (code === "") {
      shown = "";
      return page.replaceChildren(hint);
    }
    if (code !== shown) {
      const text = await engine.ask("explain", code);
      if (code !== wanted) return;
      shown = code;
      page.replaceChildren(...markdown(text ?? `There is no rule ${code}.`));
    }
    read();
  };
  /** Leads to the beginning of what is shown, wherever the user came from. */
  const read = (): void => {
    list.querySelector("li:has([aria-current])")?.scrollIntoView({ block: "nearest" });
    const heading = page.firstElementChild as HTMLElement;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  };
  const mark = (): void => {
    for (const link of list.querySelectorAll("a")) {
      if (link.dataset.code === wanted) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const open = (part: string): string => {
    wanted = part.toUpperCase();
    mark();
    void explain();
    return wanted;
  };
  const show = (): void => {
    const words = filter.value.trim().toLowerCase();
    const found = rules.filter(({ code, name, summary }) => `${code} ${name} ${summary}`.toLowerCase().includes(words));
    list.replaceChildren(
      ...found.map(({ code, name, severity, summary }) =>
        h(
          "li",
          { class: severity },
          h("a", { href: address({ view: "rules", part: code }), "data-code": code }, `${code} ${name}`),
          h("span", {}, ...withCode(summary)),
        ),
      ),
    );
    none.hidden = found.length > 0;
    mark();
  };
  filter.addEventListener("input", show);
  const element = h(
    "div",
    { class: "columns rules-view" },
    h(
      "section",
      { class: "panel" },
      h("h2", {}, "Rules"),
      h("div", { class: "find" }, h("label", { for: "filter" }, "Find"), filter),
      none,
      list,
    ),
    h("section", { class: "panel" }, page),
  );
  const fill = async (): Promise<void> => {
    rules = await engine.ask("rules");
    show();
    await explain();
  };
  return { name: "Rules", element, open, fill };
}
