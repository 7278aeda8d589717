// A part of the engine that is loaded when it is first asked for.
import { type Glue, Instance, type WasmSource } from "./engine.js";

let read: (url: URL) => WasmSource | BufferSource = (url) => url;

/** Has the parts' files read in another way than by fetch. */
export function readPartsWith(reader: (url: URL) => BufferSource): void {
  read = reader;
}

/** Gives what calls into the part; a part that could not be loaded is tried again the next time. */
export function lazily<G extends Glue>(glue: () => Promise<G>, file: URL): <T>(run: (glue: G) => T) => Promise<T> {
  let part: Promise<Instance<G>> | undefined;
  const start = async () => {
    const instance = new Instance(await glue());
    await instance.start(read(file) as WasmSource);
    return instance;
  };
  return async (run) => {
    part ??= start();
    part.catch(() => (part = undefined));
    return (await part).call(run);
  };
}
