"""Tests values from a real OpenBao server."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from project import Project, sandbox, secret

CANARY = "canary-päss\"word\\ with\nlines"
APPLY = ("apply", "demo", "-f", "vars.json", "--yes", "--format", "json")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Bao:
    """An unsealed in-memory server, with a key-value engine (version 2) at `secret`."""

    def __enter__(self):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = ["bao", "server", "-dev", "-dev-root-token-id=root", f"-dev-listen-address=127.0.0.1:{self.port}"]
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        self.process = subprocess.Popen(
            command + ["-dev-no-store-token"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.ask("GET", "sys/health")
                return self
            except OSError:
                assert time.monotonic() < deadline and self.process.poll() is None, "OpenBao did not start"
                time.sleep(0.1)

    def ask(self, method, path, body=None, token="root"):
        request = urllib.request.Request(f"{self.address}/v1/{path}", method=method, headers={"X-Vault-Token": token})
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data) as answer:
            content = answer.read()
            return json.loads(content) if content else None

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def redirect_to(address):
    """A server that redirects every request to this address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(307)
            self.send_header("location", address + self.path)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    with sandbox() as service, Bao() as bao:
        base_url = service.first_line.removeprefix("listening on ")

        def project(**variables):
            made = Project()
            made.environment |= {"CXONE_BASE_URL": base_url, "CXONE_CLIENT_ID": "a", "CXONE_CLIENT_SECRET": "b"}
            made.environment |= {"VAULT_ADDR": bao.address, "VAULT_TOKEN": "root"} | variables
            return made

        def commits():
            with urllib.request.urlopen(f"{base_url}/_sandbox/journal") as answer:
                return json.load(answer)["commits"]

        def digest(name):
            return next(each for each in commits()[-1]["variables"] if each["name"] == name)["value_digest"]

        def vault(path, key):
            return {"vault": {"path": path, "key": key}}

        data = {"token": CANARY, "other": "second", "number": 3, "empty": ""}
        bao.ask("POST", "secret/data/crm/prod", {"data": data})
        bao.ask("POST", "sys/mounts/team", {"type": "kv", "options": {"version": "2"}})
        bao.ask("POST", "team/data/crm", {"data": {"token": "of the team"}})
        policy = 'path "secret/data/crm/*" { capabilities = ["read"] }'
        bao.ask("PUT", "sys/policies/acl/crm", {"policy": policy})
        reader = bao.ask("POST", "auth/token/create", {"policies": ["crm"], "no_default_policy": True})["auth"]["client_token"]

        # The service receives exactly the value that the vault stores.
        project_a = project()
        project_a.document({"name": "token", "type": "string", "encrypted": True, "value": CANARY})
        project_a.ends(0, *APPLY)
        expected = digest("token")
        project_b = project(VAULT_TOKEN=reader)
        project_b.document(secret("token", vault("crm/prod", "token")), secret("other", vault("crm/prod", "other")))
        done = project_b.ends(0, *APPLY, "--force")
        assert digest("token") == expected
        for text in (CANARY, "second", reader, "lines"):
            assert text not in done.stdout + done.stderr

        # Mount, token variable and address come from the configuration.
        configured = project(TEAM_TOKEN="root")
        del configured.environment["VAULT_ADDR"], configured.environment["VAULT_TOKEN"]
        configured.configure(rest=f'[vault]\naddress = "{bao.address}"\nmount = "team"\ntoken_env = "TEAM_TOKEN"')
        configured.document(secret("token", vault("crm", "token")))
        configured.ends(0, *APPLY, "--prune")

        # All mistakes are reported together, and nothing is sent.
        before = len(commits())
        wrong = project()
        wrong.document(
            secret("a", vault("crm/none", "token")),
            secret("b", vault("crm/prod", "tokem")),
            secret("c", vault("crm/prod", "number")),
            secret("d", vault("crm/prod", "empty")),
            secret("e", vault("../sys/health", "x")),
        )
        says = ["`a`", "404", "`b`", "did you mean `token`", "`c`", "no string", "`d`", "empty", "`e`", "below the mount"]
        wrong.ends(2, *APPLY, says=says)
        refused = project(VAULT_TOKEN=reader)
        refused.document(secret("a", vault("other/place", "token")))
        refused.ends(2, *APPLY, says=["403", "`secret/data/other/place`", "`read`"])
        project_b.environment["VAULT_TOKEN"] = "wrong-token"
        assert "wrong-token" not in project_b.ends(2, *APPLY, says=["403"]).stderr
        del project_b.environment["VAULT_TOKEN"]
        project_b.ends(2, *APPLY, says=["VAULT_TOKEN"])
        project_b.environment |= {"VAULT_TOKEN": reader, "VAULT_ADDR": "https://vault.example.com"}
        project_b.ends(2, *APPLY, says=["vault.example.com", "not a trusted host"])
        project_b.environment["VAULT_ADDR"] = f"http://127.0.0.1:{free_port()}"
        project_b.ends(5, *APPLY, says=["could not be reached"])

        # Redirects are not followed, because that would pass on the token.
        server = redirect_to(bao.address)
        project_b.environment["VAULT_ADDR"] = f"http://127.0.0.1:{server.server_port}"
        project_b.ends(2, *APPLY, says=["redirect (307)", "never followed"])
        server.shutdown()

        # The vault's token cannot be used as a value.
        project_b.document(secret("token", {"env": "VAULT_TOKEN"}))
        project_b.ends(2, *APPLY, says=["credential of cxvars itself"])

        # A sealed vault counts as unavailable: a later run may succeed.
        bao.ask("PUT", "sys/seal")
        sealed = project()
        sealed.document(secret("token", vault("crm/prod", "token")))
        sealed.ends(5, *APPLY, says=["sealed"])
        assert len(commits()) == before
    print("vault: values, mounts, policies, failures, redirect and seal as they should be, with OpenBao")


if __name__ == "__main__":
    sys.exit(main())
