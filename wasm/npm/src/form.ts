// Holds a form back while its document has mistakes, by the browser's own constraint validation.
//
// `form.submit()` and a request that does not come from the form pass by any check in the browser: repeat it on the server.
export { type AttachedForm, attach, type FormOptions } from "./attach.js";
export { CxvarsField } from "./field.js";
export { type FormState, REPORT_EVENT } from "./form_state.js";
