// Dialogs that ask one thing.

import { button, h } from "./dom.ts";

/** What a dialog shows. */
export interface Question {
  title: string;
  content: (Node | string)[];
  /** What the button says that agrees. */
  yes: string;
  /** What the button says that closes the dialog and changes nothing. A message without a choice has none. */
  no?: string;
}

/** Asks; false if the dialog is closed in any other way than by the button that agrees. */
export function ask({ title, content, yes, no }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    let isWanted = false;
    const agree = (): void => {
      isWanted = true;
      dialog.close();
    };
    const dialog = h(
      "dialog",
      { "aria-labelledby": "question" },
      h("h2", { id: "question" }, title),
      ...content,
      h(
        "p",
        { class: "actions" },
        button(yes, agree, { class: "main", autofocus: true }),
        no === undefined ? null : button(no, () => dialog.close()),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(isWanted);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
