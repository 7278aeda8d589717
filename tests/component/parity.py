"""Compares the reports of the validator's component, in wasmtime for Python, with those of the native engine.

    parity.py COMPONENT FOLDER    FOLDER is what `parity_corpus` wrote

Documents that are text are passed as text too. The times of both calls are printed for a document of 4 kB.
"""

import base64
import json
import statistics
import sys
import time
from pathlib import Path

import wasmtime
from wasmtime import component as wc

INTERFACE = "cxvars:validator/engine@1.1.0"
# A program that was written for the first version finds the component by this name.
FIRST_INTERFACE = "cxvars:validator/engine@1.0.0"
OPTIONS = (
    "format parent-scope max-variables max-bytes max-depth name-pattern allow-empty params severity ignore today contracts"
).split()


def record(**fields):
    """Makes a record; its field names have dashes."""
    made = wc.Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def options(document):
    given = {**document["options"], "format": document["format"]}
    ignores = [
        record(code=one["code"], variable=one.get("variable"), reason=one["reason"], expires=one.get("expires"))
        for one in given.get("ignore", [])
    ]
    params = given.get("params")
    return record(
        format=given["format"],
        parent_scope=given.get("parent_scope"),
        max_variables=given.get("max_variables"),
        max_bytes=given.get("max_bytes"),
        max_depth=given.get("max_depth"),
        name_pattern=given.get("name_pattern"),
        allow_empty=given.get("allow_empty", []),
        params=None if params is None else list(params.items()),
        severity=list(given.get("severity", {}).items()),
        ignore=ignores,
        today=given.get("today"),
        contracts=list(given.get("contracts", {}).items()),
    )


def plain(value):
    """A record in the JSON form that the program writes."""
    if isinstance(value, wc.Record):
        fields = {name.replace("-", "_"): plain(field) for name, field in vars(value).items()}
        if "params" in fields:
            fields["params"] = dict(value.params)
        if fields.get("not_shown") == 0:
            del fields["not_shown"]
        return fields
    return [plain(one) for one in value] if isinstance(value, list) else value


def text(report):
    return json.dumps(report, separators=(",", ":"), ensure_ascii=False)


def as_in_version_1(report):
    """A report of the native engine without the names of the variables, which version 1 of the interface does not have."""
    report = json.loads(report)
    for finding in report["diagnostics"]:
        del finding["variable"]
    return text(report)


def median_ms(function, store, content):
    """The median time of a call, in milliseconds."""
    arguments = ("", content, options({"options": {}, "format": "json"}))
    times = []
    for _ in range(51):
        start = time.perf_counter()
        function(store, *arguments)
        function.post_return(store)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def main(component, folder):
    config = wasmtime.Config()
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    # The linker is empty, so any import would be missing.
    instance = wc.Linker(engine).instantiate(store, wc.Component.from_file(engine, component))

    def function(interface, name):
        interface = instance.get_export_index(store, interface)
        return instance.get_func(store, instance.get_export_index(store, name, interface))

    def report(function, content, document, *project):
        report = function(store, "", content, options(document), *project)
        function.post_return(store)
        return report

    check, check_text = function(FIRST_INTERFACE, "check"), function(INTERFACE, "check-text")
    check_in_project = function(INTERFACE, "check-in-project")
    texts = 0
    corpus = (folder / "corpus.jsonl").read_bytes().splitlines()
    reports = (folder / "reports.jsonl").read_bytes().splitlines()
    if len(corpus) != len(reports) or len(corpus) < 10_000:
        sys.exit(f"component: {len(corpus)} documents and {len(reports)} reports")
    for number, (line, expected) in enumerate(zip(corpus, reports)):
        document = json.loads(line)
        content, expected = base64.b64decode(document["base64"]), as_in_version_1(expected)
        config = document["options"].get("config")
        if config is None:
            found = [report(check, content, document)]
            try:
                found.append(report(check_text, content.decode(), document))
                texts += 1
            except UnicodeDecodeError:
                pass
        else:
            project = record(config=config, environment=document["options"].get("environment"), action=None)
            found = [report(check_in_project, content, document, project)]
        for one in found:
            if isinstance(one, wc.Variant):
                sys.exit(f"component: document {number}: {one.tag}")
            found = text(plain(one))
            if found != expected:
                sys.exit(f"component: document {number} differs:\n{found}\n{expected}")
    if texts < len(corpus) // 2:
        sys.exit(f"component: only {texts} documents are text")
    print(f"component in Python: {len(corpus)} reports are those of the native engine")
    variable = '{"name": "variable_%02d", "type": "string", "value": "https://example.com/path/%d"}'
    document = "[" + ", ".join(variable % (number, number) for number in range(50)) + "]"
    times = [median_ms(check, store, document.encode()), median_ms(check_text, store, document)]
    print(f"{len(document)} bytes are checked in {times[0]:.2f} ms if passed as bytes, in {times[1]:.2f} ms as text")


main(sys.argv[1], Path(sys.argv[2]))
