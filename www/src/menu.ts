// A button that opens a list of commands below it.

import { button, h } from "./dom.ts";

/** A command of a menu: what it says, and what it does. */
export type MenuItem = readonly [label: string, run: () => void];

/** How far a menu stays away from the edge of the window, in CSS pixels. */
const MARGIN_PX = 8;

/** Makes the button and its list. Escape, a click elsewhere and scrolling close the list. */
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
    if ((event as ToggleEvent).newState !== "open") return;
    place(list, open);
    requestAnimationFrame(() => list.querySelector("button")?.focus());
  });
  addEventListener("resize", () => list.matches(":popover-open") && place(list, open));
  addEventListener("scroll", ({ target }) => target !== list && list.hidePopover(), { capture: true });
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

/** Puts the list below its button, within the window. Its size is not known before it is shown. */
function place(list: HTMLElement, open: HTMLElement): void {
  const { bottom, left } = open.getBoundingClientRect();
  list.style.top = `${bottom + MARGIN_PX / 2}px`;
  list.style.left = `${left}px`;
  requestAnimationFrame(() => {
    const { clientHeight, clientWidth } = document.documentElement;
    const within = (at: number, most: number): string => `${Math.max(MARGIN_PX, Math.min(at, most - MARGIN_PX))}px`;
    list.style.left = within(left, clientWidth - list.offsetWidth);
    list.style.top = within(bottom + MARGIN_PX / 2, clientHeight - list.offsetHeight);
  });
}
