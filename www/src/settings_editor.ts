// The editor of the settings: the text of a `cxvars.toml`, with its mistakes at their places.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { lintGutter, type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { h } from "./dom.ts";
import { highlight, theme } from "./editor.ts";
import { editorExtras } from "./editor_extras.ts";
import type { SettingsProblem } from "./settings_problems.ts";
import { withCode } from "./wording.ts";

const EMPTY = `[validate]
severity = { CX207 = "off" }

[[ignore]]
code = "CX501"
variable = "public_key"
reason = "the public half of the pair"`;

/** The editor of the settings. */
export class SettingsEditor {
  readonly #view: EditorView;

  constructor(element: HTMLElement, onchange: (text: string) => void) {
    const root = element.attachShadow({ mode: "open" });
    const state = EditorState.create({
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        StreamLanguage.define(toml),
        syntaxHighlighting(highlight),
        theme,
        placeholder(EMPTY),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        editorExtras("settings"),
        EditorView.contentAttributes.of({
          "aria-label": "Text of the cxvars.toml",
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
          autocomplete: "off",
          translate: "no",
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onchange(update.state.doc.toString());
        }),
      ],
    });
    this.#view = new EditorView({ state, parent: root, root });
  }

  /** Replaces the text, as one change that can be undone. */
  replace(text: string): void {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  /** Marks the mistakes of the present text. */
  mark(problems: readonly SettingsProblem[]): void {
    const marks = problems.map((problem): Mark => {
      const from = this.#offset(problem);
      return {
        from,
        to: Math.max(from, this.#view.state.doc.lineAt(from).to),
        severity: "error",
        message: problem.message,
        renderMessage: () => h("span", {}, ...withCode(problem.message)),
      };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, marks));
  }

  /** Puts the cursor at a place. */
  reveal(place: SettingsProblem): void {
    this.#view.dispatch({ selection: { anchor: this.#offset(place) }, scrollIntoView: true });
    this.#view.focus();
  }

  #offset({ line, column }: SettingsProblem): number {
    const { doc } = this.#view.state;
    const { from, to } = doc.line(Math.min(line, doc.lines));
    return Math.min(from + column - 1, to);
  }
}
