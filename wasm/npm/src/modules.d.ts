// What bundlers for edge runtimes, and such runtimes themselves, make of an import of the engine's file.

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
