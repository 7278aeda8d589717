/// <reference types="vite/client" />
declare module "#worker" {
  export const startWorker: () => Worker;
}
interface ImportMetaEnv {
  /** The address of the repository, or an empty text. */
  readonly REPOSITORY: string;
}
