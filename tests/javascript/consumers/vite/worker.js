import * as validator from "@cxvars/validator";
import { use } from "./use.js";

validator
  .init()
  .then(() => use(validator))
  .then(
    (answer) => self.postMessage(answer),
    (error) => self.postMessage([error.name, error.message]),
  );
