import "@cxvars/validator/form.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { HookForm } from "./HookForm.tsx";
import { RowsForm } from "./RowsForm.tsx";
import { TanStackForm } from "./TanStackForm.tsx";

createRoot(document.querySelector("#root") as Element).render(
  <StrictMode>
    <h1>React forms that refuse a bad payload</h1>
    <RowsForm />
    <HookForm />
    <TanStackForm />
  </StrictMode>,
);
