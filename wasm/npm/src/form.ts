// Entry point for forms: holds a form back while its document has errors, by the browser's own constraint validation.
//
// A call of `form.submit()`, and a request that does not come from the form, bypass every check in the browser. Repeat
// the check on the server.

import { engine } from "./form_engine.js";
import { standardSchemas } from "./standard_schema.js";

export { type AttachedForm, attach } from "./attach.js";
export { CxvarsField } from "./field.js";
export type { FormOptions } from "./form_options.js";
export { type FormState, REPORT_EVENT } from "./form_state.js";
export type { FormTexts, Messages } from "./form_texts.js";
export type { SchemaIssue, SchemaOptions, SchemaResult, StandardSchema } from "./standard_schema.js";

/** Makes a Standard Schema, for libraries such as react-hook-form and TanStack Form. */
export const standardSchema = /* @__PURE__ */ standardSchemas(engine);
