"""Tests the login styles of RFC 6749 with a third-party OAuth server."""

import base64
import json
import sys
from pathlib import Path
from urllib.parse import quote_plus

from project import Project, Service

ID, SECRET = "my id+%ü", "s&e=c:r+e t%"


def checks(done):
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def main():
    count = 0
    with Service("node", str(Path(__file__).with_name("oauth.mjs"))) as server:
        address = f"http://127.0.0.1:{server.first_line}"
        for auth in ("client_credentials_form", "client_credentials_basic"):
            for ending, token, code in (("", "ok", None), ("-narrow", None, 4), ("-refused", "fail", 4)):
                project = Project()
                project.environment |= {"CXONE_CLIENT_ID": ID + ending, "CXONE_CLIENT_SECRET": SECRET}
                project.configure(f'base_url = "{address}"\ntoken_url = "{address}/token"\nauth = "{auth}"')
                done = project.run("doctor", "--format", "json")
                seen = checks(done)
                assert seen.get("token", {}).get("status") == token, (auth, ending, seen)
                assert code is None or done.returncode == code, (auth, ending, done.returncode)
                assert ending or "usable for 35" in seen["token"]["detail"], seen
                assert ending != "-refused" or "invalid_client" in seen["token"]["detail"], seen
                assert ending != "-narrow" or seen["scopes"]["status"] == "fail", seen
                assert SECRET not in done.stdout + done.stderr
                request = json.loads(server.line())
                body = request["body"]
                assert body["grant_type"] == "client_credentials", body
                assert body["scope"] == "dataactions:read dataactions:write", body
                if auth.endswith("form"):
                    assert (body["client_id"], body["client_secret"]) == (ID + ending, SECRET), body
                    assert "authorization" not in request
                else:
                    # Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1).
                    pair = f"{quote_plus(ID + ending)}:{quote_plus(SECRET)}"
                    scheme, given = request["authorization"].split(" ")
                    assert (scheme, base64.b64decode(given).decode()) == ("Basic", pair), given
                    assert "client_secret" not in body
                count += 1
    print(f"oauth: {count} logins at oauth2-mock-server as they should be")


if __name__ == "__main__":
    sys.exit(main())
