/// <reference types="vite/client" />
declare module "#worker" {
  export const startWorker: () => Worker;
}
