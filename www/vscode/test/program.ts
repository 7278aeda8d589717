// What the tests of the desktop use: how the extension finds and starts the program, and messages as its client sends
// them.

export { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver-protocol/node";
export { executable, machine } from "../src/machine.ts";
export { findProgram } from "../src/program.ts";
