// The text view: an editor with findings, fixes and completion.

import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, historyKeymap, indentWithTab, redo, undo } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Action, lintGutter, lintKeymap, type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import type { Diagnostic, Fix, Format } from "@cxvars/validator/editor";
import { tags } from "@lezer/highlight";
import { completionsAt } from "./completion.ts";
import type { VariablesDocument } from "./document.ts";
import { h } from "./dom.ts";
import { asTransaction, settingsOf, stepHistory } from "./editor_history.ts";
import { fixName, withCode } from "./wording.ts";

const LANGUAGES: Record<Format, () => Extension> = { json, jsonc: json, yaml, env: () => [] };

/**
 * Characters that nobody sees or that look like a space, besides those that the editor's library shows by itself. A
 * joiner before a letter that is not ASCII belongs to a script or an emoji.
 */
const INVISIBLE = /(?! )\p{Zs}|\u2800|(?!\p{VS}|\u200c|\u200d)\p{DI}|(?:\u200c|\u200d)(?!\P{ASCII})/u;

/** The colours are variables of the page's style, so they follow its theme. */
export const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.content], color: "var(--string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--literal)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

export const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "0.9rem", color: "var(--text)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  // Above the gutters and the panels, which would hide an outline of the editor itself.
  "&.cm-focused::after": {
    content: '""',
    position: "absolute",
    inset: "0",
    zIndex: "400",
    border: "2px solid var(--accent)",
    pointerEvents: "none",
  },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--muted)", whiteSpace: "pre-wrap", maxWidth: "calc(100vw - 6rem)" },
  ".cm-gutters": { backgroundColor: "var(--page)", color: "var(--muted)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection) !important" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    color: "var(--text)",
    maxWidth: "min(34rem, 100vw - 2rem)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-diagnostic": { padding: "0.4rem 0.6rem", borderLeftWidth: "3px" },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
    borderRadius: "3px",
    padding: "0.1rem 0.5rem",
  },
  ".cm-specialChar": { color: "var(--error)", fontWeight: "bold" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--error)",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--warning)",
    textUnderlineOffset: "3px",
  },
});

/** An editor in its own shadow root. There its styles need no exception from the page's Content-Security-Policy. */
export class TextView {
  readonly element: HTMLElement;
  readonly #view: EditorView;
  readonly #language = new Compartment();

  /** `extras` are further extensions of the editor. */
  constructor(document: VariablesDocument, explain: (code: string) => void, extras: Extension = []) {
    this.element = globalThis.document.createElement("div");
    this.element.className = "editor";
    const root = this.element.attachShadow({ mode: "open" });
    const state = EditorState.create({
      doc: document.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightSpecialChars({ addSpecialChars: INVISIBLE }),
        stepHistory,
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        bracketMatching(),
        closeBrackets(),
        syntaxHighlighting(highlight),
        theme,
        indentUnit.of("  "),
        EditorState.tabSize.of(2),
        autocompletion({ override: [complete], icons: false }),
        placeholder("Paste JSON, YAML or .env, or drop a file here"),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": "Text of the variables",
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
          autocomplete: "off",
          translate: "no",
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          const settings = settingsOf(update.state);
          if (update.docChanged) document.changed(update.state.doc.toString(), settings);
          else if (settings !== settingsOf(update.startState)) document.changed(document.text, settings);
        }),
        this.#language.of(LANGUAGES[document.format]()),
        extras,
      ],
    });
    this.#view = new EditorView({ state, parent: root, root });
    document.keepBy({
      take: (step) => this.#view.dispatch(asTransaction(step, this.#view.state)),
      undo: () => void undo(this.#view),
      redo: () => void redo(this.#view),
    });
    document.on("settings", () => {
      this.#view.dispatch({ effects: this.#language.reconfigure(LANGUAGES[document.format]()) });
    });
    let hadMarks = false;
    document.on("analysed", () => {
      const { analysis } = document;
      if (analysis === undefined || analysis.text !== document.text) return;
      // An empty text is no mistake yet: the list of findings says that nothing was checked.
      const diagnostics = analysis.text.trim() === "" ? [] : analysis.report.diagnostics;
      const marks = diagnostics.map((diagnostic) => mark(diagnostic, explain));
      if (marks.length > 0 || hadMarks) this.#view.dispatch(setDiagnostics(this.#view.state, marks));
      hadMarks = marks.length > 0;
      this.element.dispatchEvent(new CustomEvent("marked"));
    });
  }

  /** Scrolls to a range, selects it and focuses the editor. */
  reveal(start: number, end: number): void {
    const length = this.#view.state.doc.length;
    this.#view.dispatch({
      selection: { anchor: Math.min(start, length), head: Math.min(end, length) },
      scrollIntoView: true,
    });
    this.#view.focus();
  }

  focus(): void {
    this.#view.focus();
  }
}

/** A finding as a mark of the editor, with its fixes as actions. */
function mark(diagnostic: Diagnostic, explain: (code: string) => void): Mark {
  const { code, help, message, range, severity } = diagnostic;
  const fixes = diagnostic.fixes.filter((fix) => fix.applicability !== "display-only").map(fixAction);
  const actions = [...fixes, { name: `Explain ${code}`, apply: () => explain(code) }];
  return {
    from: range.start.offset,
    to: range.end.offset,
    severity,
    source: code,
    message: help === null ? message : `${message}\n${help}`,
    renderMessage: () => h("span", {}, ...withCode(help === null ? message : `${message}\n${help}`)),
    actions,
  };
}

function fixAction(fix: Fix): Action {
  return {
    name: fixName(fix),
    apply: (view) =>
      view.dispatch({ changes: fix.edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })) }),
  };
}

function complete(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const found = completionsAt(line.text.slice(0, context.pos - line.from), context.explicit);
  if (found === undefined) return null;
  const type = found.kind === "key" ? "property" : "constant";
  return {
    from: context.pos - found.typed,
    options: found.labels.map((label) => ({ label, type })),
    validFor: /^\w*$/,
  };
}
