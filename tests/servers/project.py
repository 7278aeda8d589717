"""A project and a home folder for cxvars, and the simulated service."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

CXVARS = os.environ["CXVARS"]


class Project:
    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home")}
        self.configure()

    def configure(self, profile="", rest=""):
        waits = "backoff_base_ms = 1\nserver_error_wait_ms = 1\nrequests_per_minute = 0\n"
        (self.folder / "cxvars.toml").write_text(f"[profile]\n{waits}{profile}\n{rest}\n")

    def document(self, *variables):
        (self.folder / "vars.json").write_text(json.dumps({"variables": variables}))

    def run(self, *arguments):
        return subprocess.run(
            [CXVARS, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def ends(self, code, *arguments, says=()):
        """Runs cxvars, and asserts its exit code and that its output contains the given words."""
        done = self.run(*arguments)
        output = done.stdout + done.stderr
        assert done.returncode == code, (arguments, done.returncode, output)
        for words in says:
            assert words in output, (arguments, words, output)
        return done


class Service:
    """A server that prints a line when it is ready. Leaving the `with` block ends it."""

    def __init__(self, *command, environment=None):
        self.command = command
        self.environment = environment

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.environment
        )
        self.first_line = self.process.stdout.readline().strip()
        assert self.first_line, f"{self.command[0]} did not start"
        return self

    def line(self):
        return self.process.stdout.readline()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def sandbox():
    return Service(CXVARS, "sandbox", "--port", "0", "--auto-create", "--requests-per-minute", "0")


def secret(name, source):
    return {"name": name, "type": "string", "encrypted": True, "value_from": source}
