"""Measures how fast cxvars, a pydantic model and ajv check documents in memory. They take turns in one run."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import tables

Command = Sequence[str | Path]
GOALS = dict.fromkeys(["pydantic", "pydantic with values"], "≥ 30, then ≥ 50")
LOOK_AT_VALUES = ("cxvars", "pydantic with values")


class Turns:
    """A program that, for each line of input, checks all documents of a folder and prints the seconds that it took."""

    def __init__(self, command: Command, folder: Path, cwd: Path, stderr: int | None = None) -> None:
        self.process = subprocess.Popen(
            [*command, folder], cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        )

    def take(self) -> float | None:
        """The seconds, or None if the program ended because it refused a document."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return float(answer) if answer else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


def require_refusals(sides: Mapping[str, Command], document: Path, folder: Path, cwd: Path) -> None:
    """Makes sure that each side really checks: it must accept a document, and refuse it after each change."""
    first = json.loads(document.read_text())["variables"][0]
    for what, change, refusing in [
        ("without a mistake", {}, ()),
        ("with an unknown type", {"type": "strng"}, sides),
        ("with a leading underscore", {"name": f"_{first['name']}"}, sides),
        ("with a collision", {"name": first["name"]}, sides),
        ("with a scope that reaches too far", {"scope": "global"}, sides),
        ("with a value of another type", {"type": "integer", "value": "12a"}, LOOK_AT_VALUES),
        ("with a secret in plain text", {"type": "string", "value": f"AKIA{'Q3' * 8}"}, LOOK_AT_VALUES),
    ]:
        changed = json.loads(document.read_text())
        changed["variables"][1].update(change)
        (folder / "document.json").write_text(json.dumps(changed))
        for name, command in sides.items():
            with Turns(command, folder, cwd, stderr=subprocess.DEVNULL) as turns:
                if (turns.take() is None) != (name in refusing):
                    raise SystemExit(f"benchmark: {name} is wrong about a document {what}")


def measure(sides: Mapping[str, Command], folders: Mapping[str, Path], cwd: Path, rounds: int) -> str:
    """The speeds, and the ratio of the first side's speed to each other side's."""
    ours, *peers = sides
    rows = []
    for layout, folder in folders.items():
        documents = list(folder.iterdir())
        megabytes = sum(document.stat().st_size for document in documents) / 1e6
        with ExitStack() as stack:
            running = {name: stack.enter_context(Turns(command, folder, cwd)) for name, command in sides.items()}
            # The first turn is not counted: it waits until every side has started and read its documents.
            for turns in running.values():
                turns.take()
            taken = [{name: turns.take() for name, turns in running.items()} for _ in range(rounds)]
        seconds = {name: [turn[name] for turn in taken] for name in sides}
        for name, each in seconds.items():
            speeds = [megabytes / time for time in each]
            rows.append([f"{name}, {layout}", "", *tables.spread(speeds, ".0f"), "MB/s"])
        for name in peers:
            ratios = tables.ratios(seconds[name], seconds[ours])
            rows.append([f"**{ours} ÷ {name}, {layout}**", GOALS.get(name, ""), *tables.spread(ratios, ".1f"), "×"])
    return tables.table([f"{len(documents):,} documents of 50 variables", "goal", "median", "least", "most", ""], rows)
