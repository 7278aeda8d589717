// Questions to the user, each in a dialog with a button for each answer.

import { button, h } from "./dom.ts";

/** An answer that the user can choose. */
export interface Choice<T> {
  label: string;
  answer: T;
}

/** Asks; closing the dialog without an answer is `otherwise`. */
export function ask<T>(
  title: string,
  content: Node[],
  choices: readonly Choice<T>[],
  otherwise: T,
  properties: { id: string },
): Promise<T> {
  return new Promise((resolve) => {
    let chosen = otherwise;
    const choose = ({ label, answer }: Choice<T>) =>
      button(label, () => {
        chosen = answer;
        dialog.close();
      });
    const name = `${properties.id}-title`;
    const dialog = h(
      "dialog",
      { ...properties, "aria-labelledby": name },
      h("h2", { id: name }, title),
      ...content,
      h("p", { class: "actions" }, ...choices.map(choose)),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
