// A button that opens a list of commands below it.

import { button, h } from "./dom.ts";

/** A command of a menu: what it says, and what it does. */
export type MenuItem = readonly [label: string, run: () => void];

/** How far a menu stays away from the edge of the window, in CSS pixels. */
const MARGIN_PX = 8;

/** Makes the button and its list. Escape and a click elsewhere close the list. */
export function menu(
  label: string,
  items: readonly MenuItem[],
  properties: { "aria-label"?: string } = {},
): HTMLElement {
  const list = h(
    "div",
    { class: "menu", popover: "auto" },
    ...items.map(([name, run]) =>
      button(name, () => {
        list.hidePopover();
        run();
      }),
    ),
  );
  const open = h("button", { type: "button", class: "opens", popoverTargetElement: list, ...properties }, label);
  list.addEventListener("beforetoggle", (event) => {
    if ((event as ToggleEvent).newState === "open") place(list, open);
  });
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    buttons.at((at + step) % buttons.length)?.focus();
  });
  return h("span", { class: "with-menu" }, open, list);
}

/** Puts the list below its button, within the window. Its width is not known before it is shown. */
function place(list: HTMLElement, open: HTMLElement): void {
  const { bottom, left } = open.getBoundingClientRect();
  list.style.top = `${bottom + MARGIN_PX / 2}px`;
  list.style.left = `${left}px`;
  requestAnimationFrame(() => {
    const most = document.documentElement.clientWidth - list.offsetWidth - MARGIN_PX;
    list.style.left = `${Math.max(MARGIN_PX, Math.min(left, most))}px`;
    list.querySelector("button")?.focus();
  });
}
