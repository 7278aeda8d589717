"""Measures runs over many actions: `fleets.py CXVARS [--write FILE]`.

The simulated service answers each request after a fixed time. The peer is the way of tools that lock a whole state and know
of no budget: one state after the other, ten requests at a time, each action read, updated and read again.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tables

BEGIN = "<!-- fleets: written by tests/benchmark-fleets --write, not by hand -->\n"
END = "<!-- End of fleets -->\n"
ROUNDS = 7
PARALLELISM = 10
VARIABLES = {"variables": [{"name": "endpoint", "type": "string", "value": "https://api.example.com"}]}


class Service:
    """The simulated service, each of whose answers takes `delay_ms` milliseconds."""

    def __init__(self, cxvars: str, folder: Path, delay_ms: int) -> None:
        slow = {"kind": "slow", "delay_ms": delay_ms}
        faults = {"faults": [{"on": on, "every": True, "fault": slow} for on in ("token", "get", "put")]}
        script = folder / "faults.json"
        script.write_text(json.dumps(faults))
        command = [cxvars, "sandbox", "--auto-create", "--faults", str(script)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def statuses(self) -> list[int]:
        """The status of every answer so far."""
        with urllib.request.urlopen(f"{self.url}/_sandbox/requests") as answer:
            return [request["status"] for request in json.load(answer)["requests"]]


def apply(cxvars: str, tenants: int, actions: int, delay_ms: int, until_s: float | None = None) -> tuple[float, list[int]]:
    """The seconds that `apply --all` takes, or `until_s` if it is stopped then, and the statuses of all answers."""
    with tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), delay_ms) as service:
        folder = Path(name)
        environment = dict(os.environ, HOME=name, XDG_STATE_HOME=f"{name}/state", SECRET="s")
        config = ""
        for tenant in range(tenants):
            environment[f"CLIENT_{tenant}"] = f"client-{tenant}"
            config += f'[env.bu-{tenant}]\nbase_url = "{service.url}"\n'
            config += f'client_id_env = "CLIENT_{tenant}"\nclient_secret_env = "SECRET"\n'
            for action in range(actions):
                config += f'actions.a{action} = {{id = "bu{tenant}-a{action}", file = "vars.json"}}\n'
        (folder / "cxvars.toml").write_text(config)
        (folder / "vars.json").write_text(json.dumps(VARIABLES))
        command = [cxvars, "apply", "--all", "--env", "bu-*", "--yes", "--format", "jsonl"]
        began = time.perf_counter()
        run = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            code = run.wait(until_s)
            assert code == 0, f"apply ended with {code}"
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        return time.perf_counter() - began, service.statuses()


def by_states(cxvars: str, tenants: int, actions: int, delay_ms: int) -> tuple[float, list[int]]:
    """The seconds that the peer takes for the same, and the statuses of all answers."""
    with tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), delay_ms) as service:
        began = time.perf_counter()
        for tenant in range(tenants):
            form = {"grant_type": "client_credentials", "client_id": f"client-{tenant}", "client_secret": "s"}
            with urllib.request.urlopen(f"{service.url}/api/v2/oauth/token", urllib.parse.urlencode(form).encode()) as answer:
                token = json.load(answer)["access_token"]

            def update(action: int, tenant: int = tenant, token: str = token) -> None:
                url = f"{service.url}/api/v2/dataactions/bu{tenant}-a{action}"
                headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
                for method, body in (("GET", None), ("PUT", json.dumps(VARIABLES).encode()), ("GET", None)):
                    try:
                        urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)).close()
                    except urllib.error.HTTPError:
                        return

            with ThreadPoolExecutor(PARALLELISM) as pool:
                list(pool.map(update, range(actions)))
        return time.perf_counter() - began, service.statuses()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("cxvars")
    arguments.add_argument("--write", type=Path)
    options = arguments.parse_args()
    cxvars = options.cxvars
    one, eight, states = [], [], []
    for _ in range(ROUNDS):
        one.append(apply(cxvars, 1, 8, 300)[0])
        eight.append(apply(cxvars, 8, 8, 300)[0])
        states.append(by_states(cxvars, 8, 8, 300)[0])
    minute = apply(cxvars, 1, 50, 1000, until_s=60)[1]
    passed = by_states(cxvars, 1, 50, 300)[1]
    rows = [
        ("one tenant of 8 actions, 300 ms an answer", "", *tables.spread(one, ".2f"), "s"),
        ("8 tenants of 8 actions", "", *tables.spread(eight, ".2f"), "s"),
        ("**8 tenants ÷ one**", "≤ 1.3", *tables.spread(tables.ratios(eight, one), ".2f"), "×"),
        ("8 states of 8 actions, one after the other, ten requests at a time", "", *tables.spread(states, ".2f"), "s"),
        ("that ÷ 8 tenants", "", *tables.spread(tables.ratios(states, eight), ".2f"), "×"),
        ("**requests of 100 in the first minute, 1 s an answer**", "≥ 95", str(len(minute)), "", "", ""),
        ("of those, refused by the limit", "0", str(minute.count(429)), "", "", ""),
        ("one state of 50 actions without a budget: refused by the limit", "", str(passed.count(429)), "", "", ""),
    ]
    figures = tables.table(("", "goal", "median", "least", "most", ""), rows)
    print(figures)
    if options.write:
        revision = subprocess.run(["git", "describe", "--always"], check=True, capture_output=True, text=True).stdout.strip()
        tables.write_section(options.write, f"cxvars at {revision}; {os.cpu_count()} cores\n\n{figures}", BEGIN, END)


if __name__ == "__main__":
    main()
