// The views of the page and their addresses. Each view, and what is open in it, has a fragment of its own, such as
// `#/rules/CX103`, so that Back and Forward, bookmarks and links work.

import { h } from "./dom.ts";

/** A view of the page. */
export interface View {
  /** Its name in the navigation. */
  name: string;
  element: HTMLElement;
  /** Shows a part of the view. The part is empty if the address names none. Returns its name for the title. */
  open?(part: string): string;
}

/** A place in the page. */
export interface Place {
  /** The key of the view. */
  view: string;
  /** What is open in it, if anything. */
  part: string;
}

const NAME = "cxvars";
const TITLE = `${NAME}: check Data Action variables`;

/** Shows one view at a time: the one that the address names. */
export class Navigation {
  readonly #views = new Map<string, View>();
  readonly #links = new Map<string, HTMLAnchorElement>();
  readonly #nav: HTMLElement;
  readonly #main: HTMLElement;
  #place: Place | undefined;

  constructor(nav: HTMLElement, main: HTMLElement) {
    this.#nav = nav;
    this.#main = main;
    addEventListener("hashchange", () => this.#follow());
  }

  /** Adds a view. The first one is shown where the address names none. */
  add(key: string, view: View): void {
    const link = h("a", { href: address({ view: key, part: "" }) }, view.name);
    link.addEventListener("click", (event) => {
      // With a key held, the browser opens the link elsewhere. By itself it would show the view after other events.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.go(key);
    });
    view.element.hidden = true;
    this.#views.set(key, view);
    this.#links.set(key, link);
    this.#nav.append(link);
    this.#main.append(view.element);
  }

  /** Shows the place that the address names. */
  start(): void {
    this.#follow();
  }

  /** Whether a view is the one that is shown. */
  isOpen(view: string): boolean {
    return this.#place?.view === view;
  }

  /** Shows a view, by default with the part that was last open in it. It becomes a step of the history. */
  go(view: string, part?: string): void {
    const wanted = part === undefined ? (this.#links.get(view)?.hash ?? "") : address({ view, part });
    if (wanted !== address(this.#place ?? { view: "", part: "" })) history.pushState(null, "", wanted);
    this.#follow();
  }

  #follow(): void {
    const named = placeOf(location.hash);
    // Addresses of other forms, such as a shared text, are not places.
    if (named === undefined && location.hash !== "" && this.#place !== undefined) return;
    const first: Place = { view: this.#views.keys().next().value ?? "", part: "" };
    const place = named !== undefined && this.#views.has(named.view) ? named : first;
    this.#place = place;
    let part = "";
    for (const [key, view] of this.#views) {
      const link = this.#links.get(key)!;
      view.element.hidden = key !== place.view;
      link.removeAttribute("aria-current");
      if (key !== place.view) continue;
      link.setAttribute("aria-current", "page");
      link.href = address(place);
      part = view.open?.(place.part) ?? "";
    }
    const isFirst = place.view === first.view && part === "";
    const parts = [part, this.#views.get(place.view)?.name, NAME].filter((name) => name !== undefined && name !== "");
    document.title = isFirst ? TITLE : parts.join(" · ");
  }
}

/** The fragment of a place. */
export function address({ view, part }: Place): string {
  return part === "" ? `#/${view}` : `#/${view}/${encodeURIComponent(part)}`;
}

function placeOf(hash: string): Place | undefined {
  const [, view, part = ""] = /^#\/(\w+)(?:\/([\w.%-]*))?$/.exec(hash) ?? [];
  if (view === undefined) return undefined;
  try {
    return { view, part: decodeURIComponent(part) };
  } catch {
    return { view, part: "" };
  }
}
