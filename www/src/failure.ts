// Says that the checker could not start. Without it nothing has been checked, and nothing may look as if it had been.

import { h } from "./dom.ts";

/** What happened, why, and what to do. */
export function failure({ message }: Error): HTMLElement[] {
  const reasons =
    "The browser may be too old for WebAssembly, may not be allowed to run it, or could not load its file.";
  const advice = [
    "Reload the page. If it stays so, use a current Chrome, Edge, Firefox or Safari, or run ",
    h("code", {}, "cxvars validate FILE"),
    " instead.",
  ];
  return [
    h("strong", {}, "Checker could not start. NOTHING HAS BEEN CHECKED."),
    h("details", {}, h("summary", {}, "Why"), h("p", {}, `${message}. ${reasons}`)),
    h("details", {}, h("summary", {}, "What to do"), h("p", {}, ...advice)),
  ];
}
