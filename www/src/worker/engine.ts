// The engine in a worker, where a long check does not block the page.

import type { CheckOptions, FileReport, Fixed } from "@cxvars/validator/editor";
import {
  check,
  compiled,
  convert,
  explain,
  exportManifest,
  exportWire,
  fixAll,
  init,
  mask,
  outline,
  plan,
  rules,
  summarize,
  verifyAudit,
  version,
} from "@cxvars/validator/editor";
import type { Analysis } from "../document.ts";
import { analyseInProject, fixAllInProject, judgeProject } from "./project.ts";

const operations = {
  /** Starts the engine and returns the compiled module, from which the page makes an instance of its own. */
  start: () => init().then(compiled),
  /** The findings of a text, and where its variables are. */
  analyse: (text: string, options: CheckOptions): Analysis => ({
    report: check(text, options),
    outline: outline(text, options),
  }),
  /** The findings of a file whose bytes may be no text. */
  judgeBytes: (bytes: Uint8Array, options: CheckOptions): FileReport => check(bytes, options),
  fixAll: (text: string, options: CheckOptions): Fixed => fixAll(text, options),
  convert,
  exportManifest,
  exportWire,
  mask,
  plan,
  verifyAudit,
  summarize,
  explain,
  rules,
  version,
  judgeProject,
  analyseInProject,
  fixAllInProject,
};

export type Operations = typeof operations;
export type Request = { id: number; operation: keyof Operations; parameters: unknown[] };
export type Answer = { id: number; result?: unknown; problem?: string };

self.addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  const answer: Answer = { id: data.id };
  try {
    const operation = operations[data.operation] as (...parameters: unknown[]) => unknown;
    answer.result = await operation(...data.parameters);
  } catch (error) {
    answer.problem = error instanceof Error ? error.message : String(error);
  }
  self.postMessage(answer);
});
