// What the status bar says of the file in the active editor.

/** How an open document is checked. */
export interface DocumentStatus {
  state: "checked" | "notChecked";
  /** Why it is not checked. */
  reason: string | null;
  errors: number;
  warnings: number;
}

/** What the server is, and whether it runs. */
export type ServerStatus =
  | { state: "starting" }
  | { state: "running"; what: string }
  | { state: "stopped"; problem: string };

/** A text of the status bar. */
export interface Shown {
  text: string;
  tooltip: string;
  level: "plain" | "warning" | "error";
}

/**
 * What is shown of a document; `undefined` if the server said nothing of it. `configuration` is the path of its
 * `cxvars.toml`.
 */
export function shown(server: ServerStatus, document: DocumentStatus | undefined, configuration?: string): Shown {
  if (server.state === "starting") return plain("$(sync~spin) cxvars", "cxvars is starting");
  if (server.state === "stopped") {
    return { text: "$(error) cxvars", tooltip: `Nothing is checked: ${server.problem}`, level: "error" };
  }
  if (document === undefined) return plain("cxvars", `No document is open\nServer: ${server.what}`);
  const below = `${configuration === undefined ? "No cxvars.toml" : `By ${configuration}`}\nServer: ${server.what}`;
  if (document.state === "notChecked") {
    return plain("$(circle-slash) cxvars", `Not checked: ${document.reason}\n${below}`);
  }
  const { errors, warnings } = document;
  if (errors + warnings === 0) return plain("$(check) cxvars", `Checked: nothing found\n${below}`);
  const text = `${errors > 0 ? `$(error) ${errors} ` : ""}${warnings > 0 ? `$(warning) ${warnings} ` : ""}cxvars`;
  return plain(text, `Checked: ${counted(errors, "error")}, ${counted(warnings, "warning")}\n${below}`);
}

function plain(text: string, tooltip: string): Shown {
  return { text, tooltip, level: "plain" };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
