// What the text view has besides editing: search, line wrapping, and a strip below the text that says how the keyboard
// leaves the editor. Search is loaded with its first use.

import { Compartment, type Extension, Prec, StateEffect } from "@codemirror/state";
import { EditorView, keymap, type Panel, showPanel } from "@codemirror/view";
import { button, h } from "./dom.ts";

/** Whether the Tab key indents or moves the focus. */
const HINTS = {
  indents: "Tab indents. To leave the editor, press Escape and then Tab.",
  moves: "Tab moves the focus. Control+M (on a Mac Shift+Alt+M) makes it indent again.",
};

const theme = EditorView.theme({
  ".cm-strip": {
    display: "flex",
    flexWrap: "wrap",
    gap: "0.2rem 1rem",
    alignItems: "center",
    padding: "0.25rem 0.6rem",
    fontSize: "0.85rem",
    color: "var(--muted)",
  },
  ".cm-strip p": { flex: "1 1 16rem", margin: "0" },
  ".cm-strip label": { display: "inline-flex", gap: "0.3rem", alignItems: "center" },
  ".cm-strip button": {
    font: "inherit",
    color: "var(--text)",
    background: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    padding: "0.1rem 0.6rem",
    cursor: "pointer",
  },
  ".cm-strip :focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-panels": { backgroundColor: "var(--page)", color: "var(--text)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  "@media (forced-colors: active)": {
    "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
      forcedColorAdjust: "none",
      backgroundColor: "Highlight !important",
      opacity: "0.5",
    },
    ".cm-tooltip-autocomplete ul li[aria-selected]": {
      forcedColorAdjust: "none",
      backgroundColor: "Highlight",
      color: "HighlightText",
    },
    ".cm-activeLine, .cm-activeLineGutter": { outline: "1px solid GrayText" },
  },
});

/** The extension of an editor; `name` begins the ids in its shadow root. */
export function editorExtras(name: string): Extension {
  const wrapping = new Compartment();
  let doesTabMove = false;
  const hint = h("p", { id: `${name}-keys` }, HINTS.indents);

  const toggleTab = (view: EditorView): boolean => {
    doesTabMove = !doesTabMove;
    view.setTabFocusMode(doesTabMove);
    hint.textContent = doesTabMove ? HINTS.moves : HINTS.indents;
    view.dispatch({ effects: EditorView.announce.of(hint.textContent) });
    return true;
  };
  const strip = (view: EditorView): Panel => {
    const wrap = h("input", { type: "checkbox", id: `${name}-wrap` });
    wrap.addEventListener("change", () => {
      view.dispatch({ effects: wrapping.reconfigure(wrap.checked ? EditorView.lineWrapping : []) });
    });
    const find = button("Find", () => openSearch(view), { title: "Find and replace (Control+F)" });
    return { dom: h("div", { class: "cm-strip" }, hint, h("label", {}, wrap, "Wrap lines"), find) };
  };
  return [
    wrapping.of([]),
    theme,
    showPanel.of(strip),
    EditorView.contentAttributes.of({ "aria-describedby": `${name}-keys` }),
    Prec.high(
      keymap.of([
        { key: "Ctrl-m", mac: "Shift-Alt-m", run: toggleTab },
        { key: "Mod-f", run: openSearch },
      ]),
    ),
  ];
}

/** Opens the search, which replaces the key of the first use by its own. */
function openSearch(view: EditorView): boolean {
  void import("./editor_search.ts").then(({ hasSearch, open, searching }) => {
    if (!hasSearch(view.state)) view.dispatch({ effects: StateEffect.appendConfig.of(searching) });
    open(view);
  });
  return true;
}
