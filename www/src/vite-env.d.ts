/// <reference types="vite/client" />
declare module "#worker" {
  export const startWorker: () => Worker;
}
declare module "#policy-thread" {
  export const startPolicyThread: import("@cxvars/validator/project").StartThread | undefined;
}
declare module "virtual:policy-thread" {
  const code: string;
  export default code;
}
interface ImportMetaEnv {
  /** The address of the repository, or an empty text. */
  readonly REPOSITORY: string;
}
