"""How long `cxvars validate` takes over a folder, and how much memory: against `cat`, and against check-jsonschema."""

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import tables


class Run(NamedTuple):
    seconds: float
    processor_seconds: float
    """Of all threads."""
    peak_mb: float
    """Never less than what this program itself takes, because a child starts as a copy of it."""


def run(command: Sequence[str | Path], folder: Path) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"benchmark: {command[0]} ends with {process.returncode}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def measure(cxvars: Path, check_jsonschema: Path, folder: Path, sample_size: int, rounds: int) -> str:
    names = sorted(path.name for path in folder.iterdir())
    sample = names[:sample_size]
    schema = folder.parent / "schema.json"
    schema.write_bytes(subprocess.run([cxvars, "schema"], check=True, stdout=subprocess.PIPE).stdout)
    validate = [cxvars, "validate", "--no-config"]
    peer = [check_jsonschema, "--schemafile", schema]

    everything, part = f"{len(names):,} files", f"{sample_size} of them"
    commands = {
        f"`cxvars validate .`, {everything}": [*validate, "."],
        f"`cat *.json`, {everything}": ["sh", "-c", "exec cat *.json"],
        f"`find … \\| xargs cat`, {everything}": ["sh", "-c", "find . -name '*.json' -print0 | xargs -0 cat"],
        f"`cat` with the names given, {everything}": ["cat", *names],
        f"`cxvars validate`, {part}": [*validate, *sample],
        f"check-jsonschema, {part}": [*peer, *sample],
        "`cxvars validate`, 1 file": [*validate, names[0]],
        "check-jsonschema, 1 file": [*peer, names[0]],
        "nothing at all (`true`)": ["true"],
    }
    require_refusals([*validate, "."], peer, folder)
    for command in commands.values():
        run(command, folder)
    taken = [{name: run(command, folder) for name, command in commands.items()} for _ in range(rounds)]
    runs = {name: [turn[name] for turn in taken] for name in commands}

    def processor(name: str) -> str:
        return format(statistics.median(each.processor_seconds for each in runs[name]), ".3f")

    def peak(name: str) -> str:
        return format(max(each.peak_mb for each in runs[name]), ".0f")

    times = {name: [each.seconds for each in all_runs] for name, all_runs in runs.items()}
    ours, cat, find, given, our_part, peer_part, _, peer_one, _ = times.values()
    # What one more file takes, without the start, times all files, and the start once.
    scaled = [
        one + (some - one) / (sample_size - 1) * (len(names) - 1)
        for some, one in zip(peer_part, peer_one, strict=True)
    ]
    most_memory = max(each.peak_mb for each in next(iter(runs.values())))
    megabytes = sum((folder / name).stat().st_size for name in names) / 1e6
    heads = [f"{everything} of 50 variables, {megabytes:.0f} MB", "median", "least", "most", "processor", "peak MB"]
    rows = [[name, *tables.spread(times[name], ".3f"), processor(name), peak(name)] for name in commands]
    rows.insert(6, [f"(check-jsonschema, scaled to {everything})", *tables.spread(scaled, ".1f"), "", ""])
    compared = [
        ["**`cxvars validate` ÷ `cat *.json`**", "≤ 2", *tables.spread(tables.ratios(ours, cat), ".2f")],
        ["`cxvars validate` ÷ `find … \\| xargs cat`", "", *tables.spread(tables.ratios(ours, find), ".2f")],
        ["`cxvars validate` ÷ `cat` with the names given", "", *tables.spread(tables.ratios(ours, given), ".2f")],
        [
            f"**check-jsonschema, scaled, ÷ `cxvars validate`, {everything}**",
            "≥ 50",
            *tables.spread(tables.ratios(scaled, ours), ".0f"),
        ],
        [
            f"check-jsonschema ÷ `cxvars validate`, {part}, as measured",
            "",
            *tables.spread(tables.ratios(peer_part, our_part), ".0f"),
        ],
        [f"**peak memory of `cxvars validate`, {everything}, MB**", "< 64", "", "", f"{most_memory:.0f}"],
    ]
    return tables.table(heads, rows) + "\n" + tables.table(["compared", "goal", "median", "least", "most"], compared)


def require_refusals(ours: Sequence[str | Path], peer: Sequence[str | Path], folder: Path) -> None:
    """Nothing is measured that does not check: cxvars reads every file, and both refuse one with a wrong type."""
    wrong = folder / "wrong.json"
    wrong.write_text((folder / "00000.json").read_text().replace('"type":"string"', '"type":"strng"', 1))
    for command in [ours, [*peer, wrong.name]]:
        ended = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if ended.returncode != 1:
            raise SystemExit(f"benchmark: {command[0]} ends with {ended.returncode} on a wrong type")
    wrong.unlink()
