"use client";

import { check, explain, fixAll, init, load, plan, summarize, verifyAudit } from "@cxvars/validator";
import { useEffect } from "react";
import { use } from "../use.js";

export default function Page() {
  useEffect(() => {
    init()
      .then(() => use({ check, explain, fixAll, load, plan, summarize, verifyAudit }))
      .then(
        (answer) => {
          document.title = JSON.stringify(answer);
        },
        (error) => {
          document.title = JSON.stringify([error.name, error.message]);
        },
      );
  }, []);
  return <p>checked in the browser</p>;
}
