// Keys that work wherever the focus is in the view of the variables: saving, undoing, redoing.

import type { VariablesDocument } from "./document.ts";
import { saveFile } from "./saving.ts";

/** Listens for the keys. `view` is the view of the variables. */
export function shortcuts(variables: VariablesDocument, view: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
    // The editor has taken the keys that were typed in it.
    if (!isCommand || event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    const key = event.key.toLowerCase();
    if (key === "s" && !event.shiftKey) {
      event.preventDefault();
      saveFile(variables);
      return;
    }
    const isOurs = event.target instanceof Node && view.contains(event.target);
    const isElsewhere = event.target instanceof Element && event.target.closest("input, textarea, select") !== null;
    if (view.hidden || (isElsewhere && !isOurs)) return;
    if (key === "y" || (key === "z" && event.shiftKey)) variables.redo();
    else if (key === "z") variables.undo();
    else return;
    // In a cell of the table the browser would undo what was typed there, beside the history of the text.
    event.preventDefault();
  });
  view.addEventListener("beforeinput", (event) => {
    if (event.defaultPrevented) return;
    if (event.inputType === "historyUndo") variables.undo();
    else if (event.inputType === "historyRedo") variables.redo();
    else return;
    event.preventDefault();
  });
}
