"""Measures runs over many actions: `fleets.py CXVARS [--write FILE]`. CXVARS is built with the feature `shared`.

The simulated service answers each request after a fixed time. The peer is the way of tools that lock a whole state and know
of no budget: one state after the other, ten requests at a time, each action read, updated and read again. Where several
processes share the work, each peer has a part of the actions for itself.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
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
PROCESSES, TENANTS, SHARE, LIMIT = 8, 4, 100, 240
DEBIAN = Path("/usr/lib/postgresql")
VARIABLES = {"variables": [{"name": "endpoint", "type": "string", "value": "https://api.example.com"}]}


class Service:
    """The simulated service, each of whose answers takes `delay_ms` milliseconds."""

    def __init__(self, cxvars: str, folder: Path, delay_ms: int, limit: int = 100) -> None:
        slow = {"kind": "slow", "delay_ms": delay_ms}
        faults = {"faults": [{"on": on, "every": True, "fault": slow} for on in ("token", "get", "put")]}
        script = folder / "faults.json"
        script.write_text(json.dumps(faults))
        command = [cxvars, "sandbox", "--auto-create", "--faults", str(script), "--requests-per-minute", str(limit)]
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


class Database:
    """A PostgreSQL server of its own, as Debian installs it."""

    def __init__(self) -> None:
        self.programs = max(DEBIAN.iterdir(), key=lambda version: int(version.name)) / "bin"
        self.folder = Path(tempfile.mkdtemp(prefix="cxvars-postgres-"))
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._run("initdb", "--auth=trust", "--username", "postgres", "-D", str(self.folder / "data"))
        listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-w", "-s", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", listen, "start")
        self.url = f"postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.user, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-w", "-s", "-D", str(self.folder / "data"), "-m", "fast", "stop")
        shutil.rmtree(self.folder)


def project(folder: Path, url: str, tenants: int, actions: int, more: str = "") -> dict[str, str]:
    """Writes a project with the same document for each action. Returns the environment for its commands."""
    environment = dict(os.environ, HOME=str(folder), XDG_STATE_HOME=f"{folder}/state", SECRET="s")
    config = more
    for tenant in range(tenants):
        environment[f"CLIENT_{tenant}"] = f"client-{tenant}"
        config += f'[env.bu-{tenant}]\nbase_url = "{url}"\n'
        config += f'client_id_env = "CLIENT_{tenant}"\nclient_secret_env = "SECRET"\n'
        for action in range(actions):
            config += f'actions.a{action} = {{id = "bu{tenant}-a{action}", file = "vars.json"}}\n'
    (folder / "cxvars.toml").write_text(config)
    (folder / "vars.json").write_text(json.dumps(VARIABLES))
    return environment


# Tenants and actions of the runs whose memory is measured.
PEAKS = [(4, 100), (4, 2000), (4, 10_000), (200, 10_000)]
APPLY = ["apply", "--all", "--env", "bu-*", "--yes", "--format", "jsonl"]


def apply(cxvars: str, tenants: int, actions: int, delay_ms: int, until_s: float | None = None) -> tuple[float, list[int]]:
    """The seconds that `apply --all` takes, or `until_s` if it is stopped then, and the statuses of all answers."""
    with tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), delay_ms) as service:
        folder = Path(name)
        environment = project(folder, service.url, tenants, actions)
        began = time.perf_counter()
        run = subprocess.Popen([cxvars, *APPLY], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            code = run.wait(until_s)
            assert code == 0, f"apply ended with {code}"
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        return time.perf_counter() - began, service.statuses()


def peak_mb(cxvars: str, tenants: int, actions: int) -> float:
    """The most memory that `apply --all` over these actions of all tenants takes, in megabytes, with 64 at once."""
    with tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), 0, 0) as service:
        folder = Path(name)
        environment = project(folder, service.url, tenants, actions // tenants, "[profile]\nsettle_s = 0\nrequests_per_minute = 0\n")
        command = [cxvars, *APPLY, "--max-parallel", "64"]
        run = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)
        assert status == 0, f"apply ended with {status}"
        return usage.ru_maxrss / 1024


def shared_run(cxvars: str) -> tuple[float, list[int]]:
    """The seconds that several processes take which share a run, and the statuses of all answers."""
    with Database() as database, tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), 20, LIMIT) as service:
        more = f"[shared]\n[profile]\nsettle_s = 0\nrequests_per_minute = {LIMIT}\n"
        machines = []
        for process in range(PROCESSES):
            folder = Path(name) / str(process)
            folder.mkdir()
            environment = project(folder, service.url, TENANTS, SHARE, more)
            machines.append((folder, environment | {"CXVARS_SHARED_URL": database.url, "CXVARS_FINGERPRINT_KEY": "0f" * 32}))
        folder, environment = machines[0]
        subprocess.run([cxvars, "shared", "init"], check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        began = time.perf_counter()
        command = [cxvars, *APPLY, "--run", "measured"]
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        runs = [subprocess.Popen(command, cwd=folder, env=environment, **nowhere) for folder, environment in machines]
        codes = [run.wait() for run in runs]
        assert codes == [0] * PROCESSES, f"apply ended with {codes}"
        return time.perf_counter() - began, service.statuses()


def log_in(url: str, tenant: int) -> str:
    """The token of a tenant."""
    form = {"grant_type": "client_credentials", "client_id": f"client-{tenant}", "client_secret": "s"}
    with urllib.request.urlopen(f"{url}/api/v2/oauth/token", urllib.parse.urlencode(form).encode()) as answer:
        return json.load(answer)["access_token"]


def update(url: str, token: str, action: str) -> None:
    """Reads, updates and reads an action again, as far as the service allows."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    for method, body in (("GET", None), ("PUT", json.dumps(VARIABLES).encode()), ("GET", None)):
        request = urllib.request.Request(f"{url}/api/v2/dataactions/{action}", body, headers, method=method)
        try:
            urllib.request.urlopen(request).close()
        except urllib.error.HTTPError:
            return


def by_states(cxvars: str, tenants: int, actions: int, delay_ms: int) -> tuple[float, list[int]]:
    """The seconds that the peer takes for the same, and the statuses of all answers."""
    with tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), delay_ms) as service:
        began = time.perf_counter()
        for tenant in range(tenants):
            token = log_in(service.url, tenant)
            with ThreadPoolExecutor(PARALLELISM) as pool:
                list(pool.map(lambda action: update(service.url, token, f"bu{tenant}-a{action}"), range(actions)))
        return time.perf_counter() - began, service.statuses()


def by_parts(cxvars: str) -> list[int]:
    """The statuses of all answers, if each of several peers has a part of the actions, and none knows of the others."""
    with tempfile.TemporaryDirectory() as name, Service(cxvars, Path(name), 20, LIMIT) as service:

        def part(number: int) -> None:
            tenant, half = divmod(number, PROCESSES // TENANTS)
            token = log_in(service.url, tenant)
            size = SHARE * TENANTS // PROCESSES
            mine = range(half * size, (half + 1) * size)
            with ThreadPoolExecutor(PARALLELISM) as pool:
                list(pool.map(lambda action: update(service.url, token, f"bu{tenant}-a{action}"), mine))

        peers = [threading.Thread(target=part, args=(number,)) for number in range(PROCESSES)]
        for peer in peers:
            peer.start()
        for peer in peers:
            peer.join()
        return service.statuses()


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
    together_s, together = shared_run(cxvars)
    parts = by_parts(cxvars)
    peaks = [(tenants, actions, peak_mb(cxvars, tenants, actions)) for tenants, actions in PEAKS]
    rows = [
        ("one tenant of 8 actions, 300 ms an answer", "", *tables.spread(one, ".2f"), "s"),
        ("8 tenants of 8 actions", "", *tables.spread(eight, ".2f"), "s"),
        ("**8 tenants ÷ one**", "≤ 1.3", *tables.spread(tables.ratios(eight, one), ".2f"), "×"),
        ("8 states of 8 actions, one after the other, ten requests at a time", "", *tables.spread(states, ".2f"), "s"),
        ("that ÷ 8 tenants", "", *tables.spread(tables.ratios(states, eight), ".2f"), "×"),
        ("**requests of 100 in the first minute, 1 s an answer**", "≥ 95", str(len(minute)), "", "", ""),
        ("of those, refused by the limit", "0", str(minute.count(429)), "", "", ""),
        ("one state of 50 actions without a budget: refused by the limit", "", str(passed.count(429)), "", "", ""),
        (f"{PROCESSES} processes share {TENANTS} tenants of {SHARE} actions, {LIMIT} requests a minute", "", f"{together_s:.1f}", "", "", "s"),
        ("**of their requests, refused by the limit**", "0", str(together.count(429)), "", "", ""),
        (f"{PROCESSES} processes without a shared budget: refused by the limit", "", str(parts.count(429)), "", "", ""),
    ]
    rows += [(f"peak memory, {tenants} tenants, {actions:,} actions", "", f"{peak:.0f}", "", "", "MB") for tenants, actions, peak in peaks]
    figures = tables.table(("", "goal", "median", "least", "most", ""), rows)
    print(figures)
    if options.write:
        revision = subprocess.run(["git", "describe", "--always"], check=True, capture_output=True, text=True).stdout.strip()
        tables.write_section(options.write, f"cxvars at {revision}; {os.cpu_count()} cores\n\n{figures}", BEGIN, END)


if __name__ == "__main__":
    main()
