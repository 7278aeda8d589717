// Says which deliveries a verifier accepts. Standard input has a JSON list of {secret, headers, body in base64}; the
// answer is a JSON list of true and false.

import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const accepts = ({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64"), headers);
    return true;
  } catch {
    return false;
  }
};
console.log(JSON.stringify(JSON.parse(await text(process.stdin)).map(accepts)));
