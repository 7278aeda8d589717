// The foot of the page: the version, and where to read more. Links are followed by people alone; nothing is fetched.

import { h } from "./dom.ts";

/** Adds the version and the links to the foot. A page whose build knows no repository has no links to one. */
export function fillFooter(footer: HTMLElement, version: string): void {
  const { REPOSITORY } = import.meta.env;
  footer.querySelector("#version")!.textContent = `cxvars ${version}`;
  if (REPOSITORY === "") return;
  const links = [
    ["Repository", REPOSITORY],
    ["Documentation", `${REPOSITORY}#readme`],
  ] as const;
  footer.querySelector("#version")!.after(...links.map(([name, href]) => h("a", { href, rel: "noreferrer" }, name)));
}
