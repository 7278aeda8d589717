"""Measures cxvars against other programs and prints the figures of docs/benchmarks.md. tests/benchmark runs it."""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import overhead
import tables
import throughput
import whole_program

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent


def output(*command: str | Path) -> str:
    return subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def machine(ajv_folder: Path, load: float) -> str:
    processors = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in processors if line.startswith("model name")), "unknown")
    # Ignore docs/, because --write itself changes docs/benchmarks.md.
    changed = output("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    ajv = json.loads((ajv_folder / "node_modules/ajv/package.json").read_text())["version"]
    return (
        f"cxvars at {output('git', 'rev-parse', '--short', 'HEAD')}{' with changes' if changed else ''}; "
        f"{model} ({platform.machine()}), {os.cpu_count()} cores, load {load:.1f} before the run; {platform.system()}; "
        f"rustc {output('rustc', '--version').split()[1]}; "
        f"Python {platform.python_version()}, pydantic {importlib.metadata.version('pydantic')}, "
        f"check-jsonschema {importlib.metadata.version('check-jsonschema')}; "
        f"Node {output('node', '--version').removeprefix('v')}, ajv {ajv}; "
        f"{output('cat', '--version').splitlines()[0]}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, required=True, help="where cargo has built cxvars and the examples")
    parser.add_argument("--ajv", type=Path, required=True, help="where ajv is installed")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    quick = arguments.quick
    cxvars = arguments.programs / ("cxvars-under-test" if quick else "cxvars")
    sides = {
        "cxvars": [arguments.programs / "examples/check_turns"],
        "pydantic": [sys.executable, "-B", HERE / "pydantic_turns.py"],
        "pydantic with values": [sys.executable, "-B", HERE / "pydantic_turns.py", "--values"],
        "JSON.parse and ajv": ["node", HERE / "ajv_turns.mjs"],
    }
    load = os.getloadavg()[0]

    # Not below target/, because `cxvars validate` honours the .gitignore that lists it.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def corpus(layout: str, count: int) -> Path:
            documents = folder / f"{layout}-{count}"
            documents.mkdir()
            subprocess.run([arguments.programs / "examples/corpus", layout, str(count), documents], check=True)
            return documents

        one = corpus("compact", 1)
        throughput.require_refusals(sides, one / "00000.json", one, arguments.ajv)
        folders = {layout: corpus(layout, 50 if quick else 2_000) for layout in ["compact", "indented"]}
        in_memory = throughput.measure(sides, folders, arguments.ajv, 2 if quick else 11)
        whole = whole_program.measure(
            cxvars,
            Path(sys.executable).with_name("check-jsonschema"),
            corpus("compact", 200 if quick else 10_000),
            sample_size=20 if quick else 500,
            rounds=2 if quick else 11,
        )
    registered = overhead.measure(
        cxvars,
        arguments.programs / "examples/bare_loop",
        actions=20 if quick else 1_000,
        rounds=2 if quick else 11,
    )
    # --quick reuses the build of the tests.
    build = ["--workspace", "--features", "cxvars-tests/full", "--profile", "dev"] if quick else ["-p", "cxvars-core"]
    bench = output(
        *["cargo", "bench", "--quiet", "--locked", *build, "--bench", "check"], *(["--", "--quick"] if quick else [])
    )

    figures = "\n".join(
        [
            machine(arguments.ajv, load),
            "### Documents in memory, against a pydantic model and ajv\n",
            in_memory,
            "### The whole program, against `cat` and check-jsonschema\n",
            whole,
            "### Many updates, against a bare loop of requests\n",
            registered,
            "### The check alone, against a bare parse\n",
            bench + "\n",
        ]
    )
    print(figures)
    if arguments.write:
        tables.write_section(REPOSITORY / "docs/benchmarks.md", figures)
    elif quick:
        print("benchmark: every side checks what it should, and every table is made; these figures mean nothing")


main()
