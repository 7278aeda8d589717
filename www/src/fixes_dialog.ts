// Shows what all safe fixes together would change, before they are applied.

import type { Fixed } from "@cxvars/validator/editor";
import { ask } from "./dialog.ts";
import { diffTable } from "./diff_table.ts";
import { h } from "./dom.ts";
import { whyLeftOut } from "./left_out.ts";
import { withCode } from "./wording.ts";

/** Asks whether to apply the fixes. */
export function fixesDialog(before: string, { applied, left_out, text }: Fixed): Promise<boolean> {
  const title = applied.length === 1 ? "1 safe fix" : `${applied.length} safe fixes`;
  const list = applied.map(({ code, message, line }) => h("li", {}, `${code}, line ${line}: `, ...withCode(message)));
  const why = whyLeftOut(left_out);
  return ask({
    title,
    content: [
      h("details", {}, h("summary", {}, "What they do"), h("ul", {}, ...list)),
      diffTable(before, text, "What they change"),
      why === "" ? "" : h("p", { class: "hint" }, ...withCode(why)),
    ],
    yes: "Apply these fixes",
    no: "Leave the text as it is",
  });
}
