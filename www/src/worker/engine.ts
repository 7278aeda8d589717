// The engine in a worker: a check never keeps the page from answering.

import type { CheckOptions } from "@cxvars/validator/full";
import { check, compiled, explain, init, outline, plan, rules, summarize, verifyAudit } from "@cxvars/validator/full";

const operations = {
  /** Starts the engine, and gives what the page can make its own from. */
  start: () => init().then(compiled),
  /** What a document has to be shown with: its findings, and where its variables stand. */
  look: (text: string, options: CheckOptions) => ({ report: check(text, options), outline: outline(text, options) }),
  plan,
  verifyAudit,
  summarize,
  explain,
  rules,
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
