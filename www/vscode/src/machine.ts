// The machine that the extension runs on: files, and the start of programs.

import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { Machine } from "./program.ts";

/** Longest wait for `cxvars --version`, in milliseconds. */
const VERSION_PATIENCE_MS = 10_000;

/** This machine. */
export function machine(path: readonly string[]): Machine {
  return {
    windows: process.platform === "win32",
    path,
    isFile: async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found?.isFile() === true;
    },
    version: async (program) => {
      const { stdout } = await promisify(execFile)(program, ["--version"], { timeout: VERSION_PATIENCE_MS });
      return stdout;
    },
  };
}

/** How the client starts the program as a language server. */
export function executable(program: string): { command: string; args: string[] } {
  return { command: program, args: ["lsp"] };
}
