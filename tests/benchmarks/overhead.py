"""What `cxvars apply --all` adds to the requests and syncs that it cannot do without: against a bare loop of reqwest."""

import json
import subprocess
import tempfile
from pathlib import Path

import tables
from whole_program import Run, run

SYNCS = 3
"""An action's: what it can be decided by, the intent, the outcome."""

VARIABLES = [{"name": f"v{number}", "type": "string", "value": f"value {number}"} for number in range(5)]
VARIABLES.append({"name": "token", "type": "string", "value": "sk_live_abc123def", "encrypted": True})


def measure(cxvars: Path, bare_loop: Path, actions: int, rounds: int) -> str:
    service = subprocess.Popen(
        [cxvars, "sandbox", "--port", "0", "--auto-create", "--requests-per-minute", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    try:
        with tempfile.TemporaryDirectory() as name:
            url = service.stdout.readline().strip().removeprefix("listening on ")
            return compare(cxvars, bare_loop, url, Path(name), actions, rounds)
    finally:
        service.kill()
        service.wait()
        service.stdout.close()


def compare(cxvars: Path, bare_loop: Path, url: str, folder: Path, actions: int, rounds: int) -> str:
    (folder / "vars.json").write_text(json.dumps({"variables": VARIABLES}))
    configure(folder, "some", actions // 10)
    configure(folder, "all", actions)
    (folder / "cxvars.toml").write_text(
        "[profile]\nrequests_per_minute = 0\n" + "".join((folder / name).read_text() for name in ("some", "all"))
    )
    variables = {"CXONE_BASE_URL": url, "CXONE_CLIENT_ID": "a", "CXONE_CLIENT_SECRET": "b", "HOME": str(folder)}
    # With --force each is sent, although nothing changes.
    apply = [cxvars, "apply", "--all", "--yes", "--quiet", "--restart", "--force", "--env"]
    bare = [bare_loop, url, str(actions), str(SYNCS), "vars.json", "."]
    commands = [[*apply, "all"], bare, [*apply, "some"]]
    run(commands[0], folder, variables)
    taken = [[run(command, folder, variables) for command in commands] for _ in range(rounds)]
    ours, theirs, few = (list(runs) for runs in zip(*taken, strict=True))
    seconds = [[each.seconds for each in runs] for runs in (ours, theirs)]

    def row(name: str, runs: list[Run]) -> list[str]:
        processor = tables.spread([each.processor_seconds for each in runs], ".3f")[0]
        peak = max(each.peak_mb for each in runs)
        return [name, *tables.spread([each.seconds for each in runs], ".3f"), processor, f"{peak:.0f}"]

    measured = tables.table(
        [f"{actions:,} actions of {len(VARIABLES)} variables", "median", "least", "most", "processor", "peak MB"],
        [
            row("`cxvars apply --all --force`", ours),
            row(f"a bare loop: GET, PUT, {SYNCS} syncs", theirs),
            row(f"`cxvars apply --all --force`, {actions // 10} actions", few),
        ],
    )
    per_action = [(one - other) / actions * 1000 for one, other in zip(*seconds, strict=True)]
    compared = tables.table(
        ["compared", "goal", "median", "least", "most"],
        [
            ["**`cxvars apply --all` ÷ the bare loop**", "≤ 1.15", *tables.spread(tables.ratios(*seconds), ".2f")],
            ["what an action takes beyond that, ms", "", *tables.spread(per_action, ".2f")],
        ],
    )
    return f"{measured}\n{compared}"


def configure(folder: Path, environment: str, actions: int) -> None:
    action = "[env.{0}.actions.a{1:04}]\nid = \"id-{1}\"\nfile = \"vars.json\"\n"
    text = "".join(action.format(environment, number) for number in range(actions))
    (folder / environment).write_text(f"[env.{environment}]\n{text}")
