// A line that says what the page has done or has not done, where that is not visible otherwise.

import { button, h } from "./dom.ts";

/** What the user can do about it. */
export interface NoticeAction {
  label: string;
  run(): void;
}

export class Notice {
  readonly element = h("p", { id: "notice", role: "status", hidden: true });

  /** Shows a text in place of the one before. */
  show(text: string, action?: NoticeAction): void {
    const act = action && button(action.label, () => action.run(), { class: "link" });
    const close = button("Dismiss", () => this.hide(), { class: "link" });
    this.element.hidden = false;
    this.element.replaceChildren(text, " ", ...(act ? [act, " "] : []), close);
  }

  hide(): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.element.replaceChildren();
    if (hadFocus) document.querySelector("main")?.focus();
  }
}
