"""Measures time and memory of `cxvars validate` on a folder, against `cat` and check-jsonschema."""

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import tables


class Run(NamedTuple):
    seconds: float
    processor_seconds: float
    """The sum over all threads."""
    peak_mb: float
    """At least this script's own memory, because a child process starts as a copy of it."""


def run(command: Sequence[str | Path], folder: Path, variables: Mapping[str, str] | None = None) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | (variables or {}), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
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
    ours = [cxvars, "validate", "--no-config"]
    peer = [check_jsonschema, "--schemafile", schema]
    require_refusals([*ours, "."], peer, folder)

    files, part = f"{len(names):,} files", f"{sample_size} of them"
    programs = {
        "ours": (f"`cxvars validate .`, {files}", [*ours, "."]),
        "cat": (f"`cat *.json`, {files}", ["sh", "-c", "exec cat *.json"]),
        "find": (f"`find … \\| xargs cat`, {files}", ["sh", "-c", "find . -name '*.json' -print0 | xargs -0 cat"]),
        "given": (f"`cat` with the names given, {files}", ["cat", *names]),
        "ours part": (f"`cxvars validate`, {part}", [*ours, *sample]),
        "peer part": (f"check-jsonschema, {part}", [*peer, *sample]),
        "ours one": ("`cxvars validate`, 1 file", [*ours, names[0]]),
        "peer one": ("check-jsonschema, 1 file", [*peer, names[0]]),
        "true": ("nothing at all (`true`)", ["true"]),
    }
    for _, command in programs.values():
        run(command, folder)
    taken = [{key: run(command, folder) for key, (_, command) in programs.items()} for _ in range(rounds)]
    runs = {key: [turn[key] for turn in taken] for key in programs}
    seconds = {key: [each.seconds for each in of_program] for key, of_program in runs.items()}
    # Scaled time: the time for one file, plus the additional time per file for all other files.
    scaled = [
        one + (some - one) / (sample_size - 1) * (len(names) - 1)
        for some, one in zip(seconds["peer part"], seconds["peer one"], strict=True)
    ]

    def program_row(key: str) -> list[str]:
        processor = statistics.median(each.processor_seconds for each in runs[key])
        return [programs[key][0], *tables.spread(seconds[key], ".3f"), f"{processor:.3f}", f"{peak_mb(key):.0f}"]

    def peak_mb(key: str) -> float:
        return max(each.peak_mb for each in runs[key])

    def ratio_row(what: str, goal: str, values: Sequence[float], others: Sequence[float], form: str) -> list[str]:
        return [what, goal, *tables.spread(tables.ratios(values, others), form)]

    megabytes = sum((folder / name).stat().st_size for name in names) / 1e6
    measured = tables.table(
        [f"{files} of 50 variables, {megabytes:.0f} MB", "median", "least", "most", "processor", "peak MB"],
        [
            *(program_row(key) for key in programs),
            [f"(check-jsonschema, scaled to {files})", *tables.spread(scaled, ".1f"), "", ""],
        ],
    )
    compared = tables.table(
        ["compared", "goal", "median", "least", "most"],
        [
            ratio_row("**`cxvars validate` ÷ `cat *.json`**", "≤ 2", seconds["ours"], seconds["cat"], ".2f"),
            ratio_row("`cxvars validate` ÷ `find … \\| xargs cat`", "", seconds["ours"], seconds["find"], ".2f"),
            ratio_row("`cxvars validate` ÷ `cat` with the names given", "", seconds["ours"], seconds["given"], ".2f"),
            ratio_row(
                f"**check-jsonschema, scaled, ÷ `cxvars validate`, {files}**", "≥ 50", scaled, seconds["ours"], ".0f"
            ),
            ratio_row(
                f"check-jsonschema ÷ `cxvars validate`, {part}, as measured",
                "",
                seconds["peer part"],
                seconds["ours part"],
                ".0f",
            ),
            [f"**peak memory of `cxvars validate`, {files}, MB**", "< 64", "", "", f"{peak_mb('ours'):.0f}"],
        ],
    )
    return f"{measured}\n{compared}"


def require_refusals(ours: Sequence[str | Path], peer: Sequence[str | Path], folder: Path) -> None:
    """Makes sure that both programs really check: cxvars every file, and both must refuse a wrong type."""
    wrong = folder / "wrong.json"
    wrong.write_text((folder / "00000.json").read_text().replace('"type":"string"', '"type":"strng"', 1))
    for command in [ours, [*peer, wrong.name]]:
        ended = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if ended.returncode != 1:
            raise SystemExit(f"benchmark: {command[0]} ends with {ended.returncode} on a wrong type")
    wrong.unlink()
