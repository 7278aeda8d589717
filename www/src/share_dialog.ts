// The dialogs of links that hold a text: one makes a link, the other opens one.

import { ask } from "./dialog.ts";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { LONGEST_LINK, readFragment, type Shared, sharedFragment } from "./share_link.ts";

const MOST_ROWS = 10;

/** A text to read from its beginning: with the caret at its end, the focus would scroll there. */
function preview(text: string, id: string): HTMLTextAreaElement {
  const rows = Math.min(text.split("\n").length + 1, MOST_ROWS);
  const field = h("textarea", { id, rows, readOnly: true, spellcheck: false, value: text });
  field.setSelectionRange(0, 0);
  return field;
}

/** Shows a link to the present text, with its secrets masked. */
export async function shareDialog(engine: Engine, variables: VariablesDocument): Promise<void> {
  const { format, options, parentScope, text } = variables;
  const { text: masked, refused } = await engine.ask("mask", text, options);
  if (masked === null) throw new Error(refused ?? "the text cannot be masked");
  const withSettings = h("input", { type: "checkbox", id: "with-settings" });
  const link = h("input", { type: "text", id: "link", readOnly: true, spellcheck: false, autocomplete: "off" });
  const status = h("p", { class: "hint", role: "status" });
  const copyLink = (): void => {
    link.select();
    void navigator.clipboard?.writeText(link.value).then(
      () => status.replaceChildren("Copied."),
      () => status.replaceChildren("The browser did not allow it; copy the selected link by hand."),
    );
  };
  const copy = button("Copy link", copyLink, { class: "main" });
  const close = button("Close", () => dialog.close());
  const make = async (): Promise<void> => {
    const config = withSettings.checked ? variables.config : "";
    const fragment = await sharedFragment({ text: masked, format, parentScope, config });
    const made = location.href.replace(/#.*$/, "") + fragment;
    const isShort = made.length <= LONGEST_LINK;
    link.value = isShort ? made : "";
    copy.disabled = !isShort;
    const length = `${made.length.toLocaleString("en")} characters`;
    status.textContent = isShort
      ? `${length}. The text is in the link itself, so whoever has the link has the text.`
      : `The text is too long for a link: it would have ${length}, and programs cut links of more than ` +
        `${LONGEST_LINK.toLocaleString("en")}. Send the text as a file.`;
    status.classList.toggle("error", !isShort);
  };
  withSettings.addEventListener("change", () => void make());
  const dialog = h(
    "dialog",
    { "aria-labelledby": "share-title" },
    h("h2", { id: "share-title" }, "Share"),
    h("label", { for: "shared" }, "The text of the link. Values of secrets are replaced by placeholders."),
    preview(masked, "shared"),
    variables.config.trim() === ""
      ? null
      : h(
          "p",
          {},
          withSettings,
          h("label", { for: "with-settings", class: "inline" }, " with your settings, as they are"),
        ),
    h("label", { for: "link" }, "Link"),
    link,
    status,
    h("p", { class: "actions" }, copy, close),
  );
  dialog.addEventListener("close", () => dialog.remove());
  await make();
  document.body.append(dialog);
  dialog.showModal();
  (copy.disabled ? close : copy).focus();
}

/** Opens a link: asks before anything is replaced, and says why a link is refused. Returns what is to be opened. */
export async function openShared(hash: string, hasText: boolean): Promise<Shared | undefined> {
  let shared: Shared;
  try {
    shared = await readFragment(hash);
  } catch (error) {
    const words = `The link with a shared text cannot be opened: ${(error as Error).message}.`;
    await ask({ title: "Shared text", content: [h("p", { class: "error" }, words)], yes: "Close" });
    return undefined;
  }
  if (!hasText && shared.config === "") return shared;
  const isWanted = await ask({
    title: "Open the shared text?",
    content: [
      h("label", { for: "shared" }, "The text of the link"),
      preview(shared.text, "shared"),
      ...(shared.config === ""
        ? []
        : [h("label", { for: "shared-settings" }, "Its settings"), preview(shared.config, "shared-settings")]),
      h("p", {}, hasText ? "It replaces the text that is open. Undo brings that back." : ""),
    ],
    yes: "Open it",
    no: "Keep what is open",
  });
  return isWanted ? shared : undefined;
}
