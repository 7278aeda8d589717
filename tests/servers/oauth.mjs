// An OAuth server on a free port. It prints the port, then a line of JSON for each token request. The end of the client
// id decides the answer.

import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
server.service.on("beforeResponse", (response, request) => {
  const { authorization } = request.headers;
  console.log(JSON.stringify({ authorization, body: request.body }));
  const basic = authorization && Buffer.from(authorization.split(" ")[1], "base64").toString();
  const id = request.body.client_id ?? decodeURIComponent(basic.split(":")[0]);
  if (id.endsWith("-refused")) {
    response.statusCode = 401;
    response.body = { error: "invalid_client", error_description: "no such client" };
  } else if (id.endsWith("-narrow")) {
    response.body.scope = "dataactions:read";
  } else {
    response.body.scope = "dataactions:read dataactions:write";
  }
});
await server.start(0, "127.0.0.1");
console.log(server.address().port);
