// Find and replace in the text view.

import { openSearchPanel, search, searchKeymap, searchPanelOpen } from "@codemirror/search";
import { type EditorState, type Extension, StateField } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

const theme = EditorView.theme({
  ".cm-panel.cm-search": { padding: "0.4rem 2rem 0.4rem 0.6rem", fontSize: "0.85rem" },
  ".cm-panel.cm-search .cm-textfield, .cm-panel.cm-search .cm-button": {
    font: "inherit",
    color: "var(--text)",
    background: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    padding: "0.15rem 0.5rem",
    margin: "0.1rem 0.3rem 0.1rem 0",
    backgroundImage: "none",
  },
  ".cm-panel.cm-search .cm-textfield": { width: "min(14rem, 60vw)" },
  ".cm-panel.cm-search .cm-button": { cursor: "pointer" },
  ".cm-panel.cm-search .cm-button:hover": { background: "var(--hover)" },
  ".cm-panel.cm-search [name=close]": { border: "0", background: "none", fontSize: "1.1rem" },
  ".cm-panel.cm-search label": { fontSize: "inherit", whiteSpace: "nowrap" },
  ".cm-panel.cm-search :focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-searchMatch": { backgroundColor: "var(--selection)", outline: "1px solid var(--accent)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-searchMatch-selected *": { color: "var(--on-accent) !important" },
});

/** Says that the editor has the search. */
const mark = StateField.define<true>({ create: () => true, update: (value) => value });

export const searching: Extension = [mark, search({ top: true }), keymap.of(searchKeymap), theme];

export function hasSearch(state: EditorState): boolean {
  return state.field(mark, false) === true;
}

export function open(view: EditorView): void {
  if (searchPanelOpen(view.state)) view.focus();
  openSearchPanel(view);
}
