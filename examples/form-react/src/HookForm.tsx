// react-hook-form, which takes the check as a Standard Schema.

import { standardSchema } from "@cxvars/validator/form";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState } from "react";
import { useFieldArray, useForm } from "react-hook-form";
import { FIRST, NEW, type Variable } from "./rows.ts";

interface Values {
  variables: Variable[];
}

const resolver = standardSchemaResolver(standardSchema<Values>());

export function HookForm() {
  const [sent, setSent] = useState("");
  const { control, register, handleSubmit, formState } = useForm<Values>({
    resolver,
    defaultValues: { variables: [FIRST] },
  });
  const { fields, append, remove } = useFieldArray({ control, name: "variables" });
  const { errors } = formState;
  return (
    <form id="hook" onSubmit={handleSubmit((values) => setSent(JSON.stringify(values)))}>
      <h2>react-hook-form</h2>
      {fields.map(({ id }, index) => (
        <fieldset key={id}>
          <legend>Variable</legend>
          {(["name", "type", "value"] as const).map((key) => {
            const message = errors.variables?.[index]?.[key]?.message;
            const note = `hook-${index}-${key}`;
            return (
              <label key={key}>
                {key}{" "}
                <input
                  {...register(`variables.${index}.${key}`)}
                  aria-invalid={message !== undefined}
                  aria-describedby={note}
                />
                <span id={note} className="cxvars-message">
                  {message}
                </span>
              </label>
            );
          })}
          <button type="button" className="remove" onClick={() => remove(index)}>
            Remove
          </button>
        </fieldset>
      ))}
      {/* Of the list as a whole, such as too many variables. */}
      <p role="status">{errors.variables?.root?.message}</p>
      <button type="button" className="add" onClick={() => append(NEW)}>
        Add a variable
      </button>
      <button type="submit">Save</button>
      <output>{sent}</output>
    </form>
  );
}
