// The settings of the document as a part of the editor's state, so that undoing a step brings them back with the text.

import { history, invertedEffects, isolateHistory } from "@codemirror/commands";
import {
  EditorState,
  type Extension,
  StateEffect,
  StateField,
  Text,
  type Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import { NEW_SETTINGS, type Settings, type Step } from "./document.ts";
import { guessFormat } from "./guess_format.ts";

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
];

/** The settings in a state. */
export function settingsOf(state: EditorState): Settings {
  return state.field(field);
}

/** A step as a transaction. A replacement of the text with its settings is a step of its own. */
export function asTransaction({ change, settings, isTyping = false }: Step): TransactionSpec {
  return {
    // A string would be split at carriage returns too, and those of a file have to stay.
    ...(change && { changes: { ...change, insert: Text.of(change.insert.split("\n")) } }),
    ...(settings && { effects: setting.of(settings), annotations: isolateHistory.of("full") }),
    userEvent: isTyping ? "input.type.row" : "input",
    scrollIntoView: false,
  };
}

/** A text that is pasted into an empty document, or begun there, shows what format it has. */
function guessed(transaction: Transaction): { effects: StateEffect<Settings> } | null {
  const { effects, newDoc, startState } = transaction;
  const isFirst = transaction.docChanged && startState.doc.length <= 1 && newDoc.length > 1;
  const settings = settingsOf(startState);
  const isKnown = effects.some((effect) => effect.is(setting)) || settings.isFormatChosen;
  if (!isFirst || isKnown || transaction.isUserEvent("undo") || transaction.isUserEvent("redo")) return null;
  const format = guessFormat(newDoc.toString());
  return format === settings.format ? null : { effects: setting.of({ ...settings, format }) };
}
