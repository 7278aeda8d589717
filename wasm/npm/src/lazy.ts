// A part of the engine that is loaded when it is first used.

import { type Glue, Instance, type WasmSource } from "./instance.js";

let read: (url: URL) => WasmSource | BufferSource = (url) => url;

/** Sets how the parts' files are read, instead of by fetch. */
export function readPartsWith(reader: (url: URL) => BufferSource): void {
  read = reader;
}

/** Returns a function that calls into the part. If loading fails, the next call tries again. */
export function lazily<G extends Glue>(glue: () => Promise<G>, file: URL): <T>(run: (glue: G) => T) => Promise<T> {
  let part: Promise<Instance<G>> | undefined;
  const start = async () => {
    const instance = new Instance(await glue());
    await instance.start(read(file) as WasmSource);
    return instance;
  };
  return async (run) => {
    part ??= start();
    part.catch(() => {
      part = undefined;
    });
    return (await part).call(run);
  };
}
