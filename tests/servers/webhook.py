"""Verifies webhook events of cxvars with the Standard Webhooks libraries for Python and JavaScript."""

import base64
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from project import Project
from standardwebhooks import Webhook

OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


def receive(secret):
    """Makes an update, and returns the headers and body of its event."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({name: self.headers[name] for name in NAMES}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    project = Project()
    project.environment["CXVARS_WEBHOOK_SECRET"] = secret
    project.configure(rest=f'[webhook]\nurl = "http://127.0.0.1:{server.server_port}/hook"')
    project.document({"name": "limit", "type": "integer", "value": "3"})
    project.ends(0, "apply", "demo", "-f", "vars.json", "--sandbox")
    thread.join()
    server.server_close()
    return received[0]


def in_python(deliveries):
    def accepts(secret, headers, body):
        try:
            Webhook(secret).verify(body, headers)
            return True
        except Exception:  # Each reason for refusal has its own class.
            return False

    return [accepts(*delivery) for delivery in deliveries]


def in_javascript(deliveries):
    given = [
        {"secret": secret, "headers": headers, "body": base64.b64encode(body).decode()}
        for secret, headers, body in deliveries
    ]
    script = str(Path(__file__).with_name("webhook.mjs"))
    done = subprocess.run(["node", script], input=json.dumps(given), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def flipped(data):
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            yield bytes(changed)


def same_signature(changed, signature):
    """Whether a changed text still is the same signature: the last base64 character has unused bits."""
    version, _, text = changed.partition(",")
    try:
        return version == "v1" and base64.b64decode(text) == base64.b64decode(signature.partition(",")[2])
    except ValueError:
        return False


def damaged(headers, body):
    for changed in flipped(body):
        yield headers, changed
    for name in NAMES:
        for changed in flipped(headers[name].encode()):
            text = changed.decode("latin-1")
            # Skip characters that a header cannot contain.
            if text.isascii() and text.isprintable() and not same_signature(text, headers["webhook-signature"]):
                yield headers | {name: text}, body


def main():
    headers, body = receive(OLD)
    whole = [(OLD, headers, body)]
    broken = [(OLD, *delivery) for delivery in damaged(headers, body)]
    headers, body = receive(f"{OLD} {NEW}")
    both = [(secret, headers, body) for secret in (OLD, NEW)]
    other = [("whsec_" + "A" * 32, headers, body)]
    for name, judge in (("Python", in_python), ("JavaScript", in_javascript)):
        assert judge(whole + both) == [True] * 3, f"{name} refuses what was signed"
        accepted = [delivery for delivery, is_accepted in zip(broken + other, judge(broken + other)) if is_accepted]
        assert not accepted, f"{name} accepts {accepted[0]}"
    print(f"webhook: 3 events accepted, {len(broken) + 1} changed ones refused, by standardwebhooks in Python and JavaScript")


if __name__ == "__main__":
    sys.exit(main())
