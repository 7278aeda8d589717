// Opens what the user chooses or drops: a document, an audit log, the folder of a project, or the content of a field.

import type { AuditView } from "./audit_view.ts";
import type { VariablesDocument } from "./document.ts";
import type { Engine } from "./engine.ts";
import type { Example } from "./examples.ts";
import { textOf } from "./file_text.ts";
import { guessFormat } from "./guess_format.ts";
import type { Notice } from "./notice.ts";
import { droppedFolder } from "./project_files.ts";
import type { ProjectView } from "./project_view.ts";
import { readBytes, readText } from "./reading.ts";

/** The parts of the page that take what is opened. */
export interface Parts {
  engine: Engine;
  variables: VariablesDocument;
  audit: AuditView;
  project: ProjectView;
  notice: Notice;
  /** Shows a view. */
  show(view: "audit" | "variables"): void;
}

export class Opening {
  readonly #parts: Parts;

  /** From now on, what is dropped on the page is opened. */
  constructor(parts: Parts) {
    this.#parts = parts;
    document.addEventListener("dragover", (event) => {
      if (hasFiles(event) || !isField(event)) event.preventDefault();
    });
    // The editor would insert the file's text, so the page takes the event first.
    document.addEventListener("drop", (event) => this.#drop(event), { capture: true });
  }

  /** Opens a document, or an audit log. */
  async open(file: File): Promise<void> {
    if (isLog(file)) {
      await this.#openLog([file]);
      return;
    }
    const { engine, notice, show, variables } = this.#parts;
    try {
      const text = await readText(engine, file);
      if (text === undefined) return;
      show("variables");
      const isReplaced = variables.text.trim() !== "" && variables.text !== text;
      if (await variables.replace(text, guessFormat(text, file.name), file.name)) this.#say(file.name, isReplaced);
    } catch (error) {
      notice.show(`${file.name} could not be read: ${(error as Error).message}`);
    }
  }

  /** Shows an example in place of the text. */
  async example({ format, text }: Example): Promise<void> {
    const { show, variables } = this.#parts;
    show("variables");
    const isReplaced = variables.text.trim() !== "";
    if (await variables.replace(text, format)) this.#say("The example", isReplaced);
  }

  #say(what: string, isReplaced: boolean): void {
    const { notice, variables } = this.#parts;
    if (!isReplaced) {
      notice.hide();
      return;
    }
    const undo = () => {
      variables.undo();
      notice.hide();
    };
    notice.show(`${what} replaced the text before it.`, { label: "Undo", run: undo });
  }

  async #openLog(files: File[]): Promise<void> {
    const { audit, notice, show } = this.#parts;
    show("audit");
    try {
      audit.open(await Promise.all(files.map(async (file) => ({ name: file.name, bytes: await readBytes(file) }))));
    } catch (error) {
      notice.show(`The audit log could not be read: ${(error as Error).message}`);
    }
  }

  #drop(event: DragEvent): void {
    if (!hasFiles(event)) {
      // A browser would leave the page for a link that is dropped on it.
      if (!isField(event)) event.preventDefault();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    // A question is open; what it is about must not change.
    if (document.querySelector("dialog[open]") !== null) return;
    const { audit, notice, project, show } = this.#parts;
    const files = [...(event.dataTransfer?.files ?? [])];
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
    const folder = entries.find((entry) => entry?.isDirectory);
    const [first, ...others] = files;
    if (first === undefined) return;
    notice.hide();
    if (folder) {
      show("variables");
      void droppedFolder(folder as FileSystemDirectoryEntry).then(project.open);
      return;
    }
    const field = fieldFor(event);
    const isAudit = field === undefined && !audit.element.hidden;
    if (isAudit || files.every(isLog)) return void this.#openLog(files);
    void (field === undefined ? this.open(first) : this.#fill(field, first)).then(() => {
      if (others.length === 0) return;
      const left = others.map(({ name }) => name).join(", ");
      notice.show(`Only ${first.name} was opened, not ${left}. Drop their folder to check several documents.`);
    });
  }

  /** Writes a file into a field, as if it had been pasted, so that the browser can undo it. */
  async #fill(field: HTMLTextAreaElement, file: File): Promise<void> {
    const { notice } = this.#parts;
    const text = textOf(await readBytes(file));
    if (text === undefined) return notice.show(`${file.name} was not read, because it is not UTF-8.`);
    field.focus();
    field.select();
    // There is no other way that keeps what was in the field before.
    if (!document.execCommand("insertText", false, text.replace(/^\ufeff/, ""))) {
      notice.show(`${file.name} could not be written into the field; paste its text there.`);
    }
  }
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function isLog({ name }: File): boolean {
  return /\.jsonl$/i.test(name);
}

/** Whether the user points at something that takes text. */
function isField(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}

/**
 * The field that a dropped file is meant for: the one under it, or the first one of a view which is about a field. A
 * file that is dropped on the table of variables is opened, because its cells leave no other place.
 */
function fieldFor(event: Event): HTMLTextAreaElement | undefined {
  const [target] = event.composedPath();
  const isCell = target instanceof Element && target.closest(".table") !== null;
  const under = target instanceof Element && !isCell ? target.closest("textarea") : null;
  const field = under ?? document.querySelector<HTMLTextAreaElement>("[data-fill]:not([hidden]) textarea");
  return field === null || field.readOnly ? undefined : field;
}
