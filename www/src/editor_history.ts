// The settings of the document as a part of the editor's state, so that undoing a step brings them back with the text.

import { history, invertedEffects, isolateHistory } from "@codemirror/commands";
import {
  type Annotation,
  EditorState,
  type Extension,
  StateEffect,
  StateField,
  Text,
  Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import { NEW_SETTINGS, type Settings, type Step } from "./document.ts";
import { guessFormat } from "./guess_format.ts";
import type { Change } from "./rows.ts";

/** More steps than anybody makes: what was typed can be brought back as long as the page is open. */
const MOST_STEPS = 100_000;

const setting = StateEffect.define<Settings>();

const field = StateField.define<Settings>({
  create: () => NEW_SETTINGS,
  update: (settings, { effects }) =>
    effects.reduce((now, effect) => (effect.is(setting) ? effect.value : now), settings),
});

/** The extensions that keep the settings and the history. */
export const stepHistory: Extension = [
  history({ minDepth: MOST_STEPS }),
  field,
  invertedEffects.of(({ effects, startState }) =>
    effects.some((effect) => effect.is(setting)) ? [setting.of(startState.field(field))] : [],
  ),
  EditorState.transactionExtender.of(guessed),
  EditorState.transactionExtender.of(isolated),
];

/** The settings in a state. */
export function settingsOf(state: EditorState): Settings {
  return state.field(field);
}

/** A step as a transaction. */
export function asTransaction({ change, settings, isTyping = false }: Step, { doc }: EditorState): TransactionSpec {
  const changes = change && (settings ? change : narrowed(change, doc.toString()));
  return {
    // A string would be split at carriage returns too, and those of a file have to stay.
    ...(changes && { changes: { ...changes, insert: Text.of(changes.insert.split("\n")) } }),
    ...(settings && { effects: setting.of(settings) }),
    userEvent: isTyping ? "input.type.row" : "input",
    scrollIntoView: false,
  };
}

/** The part of a change in which the text differs. It leaves the cursor and the marks elsewhere in their places. */
function narrowed({ from, to, insert }: Change, text: string): Change {
  const most = Math.min(to - from, insert.length);
  let before = 0;
  while (before < most && text[from + before] === insert[before]) before += 1;
  let after = 0;
  while (after < most - before && text[to - 1 - after] === insert.at(-1 - after)) after += 1;
  return { from: from + before, to: to - after, insert: insert.slice(before, insert.length - after) };
}

/**
 * Only what is typed or deleted letter by letter is undone together. What a step replaced at once can then always be
 * brought back, even if the next step followed at once.
 */
function isolated(transaction: Transaction): { annotations: Annotation<unknown> } | null {
  if (transaction.annotation(Transaction.addToHistory) === false || transaction.isUserEvent("input.type.compose")) {
    return null;
  }
  const hasSetting = transaction.effects.some((effect) => effect.is(setting));
  if (!transaction.docChanged && !hasSetting) return null;
  let hasReplaced = false;
  transaction.changes.iterChangedRanges((from, to, newFrom, newTo) => {
    hasReplaced ||= to - from > 1 || (to > from && newTo > newFrom);
  });
  const isTyping = transaction.isUserEvent("input.type") || transaction.isUserEvent("delete");
  if (!isTyping || hasSetting) return { annotations: isolateHistory.of("full") };
  return hasReplaced ? { annotations: isolateHistory.of("before") } : null;
}

/** A text that is pasted into an empty document, or begun there, shows in its first line what format it has. */
function guessed(transaction: Transaction): { effects: StateEffect<Settings> } | null {
  const { effects, newDoc, startState } = transaction;
  const settings = settingsOf(startState);
  const isKnown = effects.some((effect) => effect.is(setting)) || settings.isFormatChosen;
  if (isKnown || transaction.isUserEvent("undo") || transaction.isUserEvent("redo")) return null;
  const isBegun = settings.fileName === "" && startState.doc.lines === 1;
  if (!transaction.docChanged || newDoc.length <= 1 || (startState.doc.length > 1 && !isBegun)) return null;
  const format = guessFormat(newDoc.toString());
  return format === settings.format ? null : { effects: setting.of({ ...settings, format }) };
}
