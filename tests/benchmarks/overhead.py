"""Measures `cxvars apply --all` against a bare loop of the necessary requests and syncs."""

import json
import subprocess
import tempfile
from pathlib import Path

import tables
from whole_program import Run, run

SYNCS = 3
"""Syncs per action: the data that decides a pending update, the intent, the outcome."""

VARIABLES = [{"name": f"v{number}", "type": "string", "value": f"value {number}"} for number in range(5)]
VARIABLES.append({"name": "token", "type": "string", "value": "sk_live_abc123def", "encrypted": True})


ANSWER_MS = 5
"""The response time of the slow service, in milliseconds: that of an otherwise idle service in the same city."""


class Service:
    """The simulated service, with this delay before each answer."""

    def __init__(self, cxvars: Path, folder: Path, delay_ms: int) -> None:
        fault = {"kind": "slow", "delay_ms": delay_ms}
        faults = [{"on": on, "every": True, "fault": fault} for on in ("get", "put")] if delay_ms else []
        (folder / "faults.json").write_text(json.dumps({"faults": faults}))
        self.process = subprocess.Popen(
            [cxvars, "sandbox", "--port", "0", "--auto-create", "--requests-per-minute", "0"]
            + ["--faults", folder / "faults.json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")

    def __enter__(self) -> str:
        return self.url

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def measure(cxvars: Path, bare_loop: Path, actions: int, rounds: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vars.json").write_text(json.dumps({"variables": VARIABLES}))
        some = actions // 10
        text = environment("all", actions) + environment("some", some)
        (folder / "cxvars.toml").write_text(f"[profile]\nrequests_per_minute = 0\n{text}")

        def turns(delay_ms: int, *sides: tuple[str, int]) -> list[list[Run]]:
            with Service(cxvars, folder, delay_ms) as url:
                variables = {"CXONE_BASE_URL": url, "CXONE_CLIENT_ID": "a", "CXONE_CLIENT_SECRET": "b", "HOME": name}
                # --force sends every action, although nothing changes.
                apply = [cxvars, "apply", "--all", "--yes", "--quiet", "--restart", "--force", "--env"]
                commands = [
                    [bare_loop, url, str(count), str(SYNCS), "vars.json", "."] if side == "bare" else [*apply, side]
                    for side, count in sides
                ]
                run(commands[0], folder, variables)
                taken = [[run(command, folder, variables) for command in commands] for _ in range(rounds)]
                return [list(runs) for runs in zip(*taken, strict=True)]

        fast = turns(0, ("all", actions), ("bare", actions), ("some", some))
        slow = turns(ANSWER_MS, ("some", some), ("bare", some))
    return report(actions, some, fast, slow)


def report(actions: int, some: int, fast: list[list[Run]], slow: list[list[Run]]) -> str:
    def row(name: str, runs: list[Run]) -> list[str]:
        processor = tables.spread([each.processor_seconds for each in runs], ".3f")[0]
        peak = max(each.peak_mb for each in runs)
        return [name, *tables.spread([each.seconds for each in runs], ".3f"), processor, f"{peak:.0f}"]

    ours, bare = "`cxvars apply --all --force`", f"a bare loop: GET, PUT, {SYNCS} syncs"
    late = f"a service that takes {ANSWER_MS} ms to answer"
    measured = tables.table(
        [f"actions of {len(VARIABLES)} variables", "median", "least", "most", "processor", "peak MB"],
        [
            row(f"{ours}, {actions:,} actions", fast[0]),
            row(f"{bare}, {actions:,} actions", fast[1]),
            row(f"{ours}, {some} actions", fast[2]),
            row(f"{ours}, {some} actions, {late}", slow[0]),
            row(f"{bare}, {some} actions, {late}", slow[1]),
        ],
    )
    seconds = [[each.seconds for each in runs] for runs in fast[:2] + slow]
    per_action = [(one - other) / actions * 1000 for one, other in zip(*seconds[:2], strict=True)]
    compared = tables.table(
        ["compared", "median", "least", "most"],
        [
            ["**`cxvars apply --all` ÷ the bare loop**", *tables.spread(tables.ratios(*seconds[:2]), ".2f")],
            ["what an action takes beyond that, ms", *tables.spread(per_action, ".2f")],
            [f"the same ratio, {late}", *tables.spread(tables.ratios(*seconds[2:]), ".2f")],
        ],
    )
    return f"{measured}\n{compared}"


def environment(name: str, actions: int) -> str:
    action = "[env.{0}.actions.a{1:04}]\nid = \"id-{1}\"\nfile = \"vars.json\"\n"
    return f"[env.{name}]\n" + "".join(action.format(name, number) for number in range(actions))
