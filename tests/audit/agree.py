"""Compares the results of cxvars and verify.py on the same logs, intact and damaged: agree.py CXVARS CASES."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import verify
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

RANDOM = random.Random(8785)
NUMBERS = ["1e3", "1.0", "-0", "1e400", "1700000000.0", "0.1e1", "123456789012345678901", "4.50", "00", "NaN", "-1", "4294967296"]
LINES = [b"\n", b"{}\n", b"[]\n", b"null\n", b"\xff\n", b'{"v":1}\n', b"\xef\xbb\xbf\n", b"{", b"[" * 5000 + b"\n"]


class Workspace:
    """A project whose logs are written by cxvars."""

    def __init__(self, cxvars, folder):
        self.cxvars, self.folder = cxvars, folder
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "key.pub").write_bytes(public)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "GITHUB_ACTOR": 'Zoë "ü" \\ \U0001f600\x7f',
            "CXVARS_CHECKPOINT_KEY": pem,
        }

    def run(self, *arguments, **variables):
        environment = self.environment | variables
        return subprocess.run(
            [self.cxvars, *map(str, arguments)], cwd=self.folder, env=environment, capture_output=True, check=False
        )

    def apply(self, action, value, **variables):
        document = {"variables": [{"name": "limit", "type": "integer", "value": str(value)}]}
        (self.folder / "vars.json").write_text(json.dumps(document))
        done = self.run("apply", action, "-f", "vars.json", "--yes", **variables)
        assert done.returncode in (0, 4), done.stderr

    def checkpoint(self, log):
        signed = self.run("audit", "checkpoint", log)
        assert signed.returncode == 0, signed.stderr
        return signed.stdout


def lines_of(content):
    return verify.split(content)


def sealed_again(line, change):
    """The record after a change, with a correct hash."""
    record = json.loads(line)
    change(record)
    record["hash"] = verify.digest(record)
    return verify.canonical_bytes(record) + b"\n"


def resealed(lines, at, change):
    """The log with a change to one record; it and all later records get a correct hash and prev."""
    result, prev = lines[:at], None
    for line in lines[at:]:
        def edit(record, prev=prev, first=prev is None):
            change(record) if first else record.update(prev=prev)
        result.append(sealed_again(line, edit))
        prev = json.loads(result[-1])["hash"]
    return result


def replace(line, old, new):
    return line.replace(old.encode(), new.encode(), 1)


def respell(line):
    """The same record in another notation."""
    record = json.loads(line)
    way = RANDOM.randrange(7)
    if way == 0:
        return json.dumps(record).encode() + b"\n"
    if way == 1:
        return json.dumps(dict(reversed(record.items())), separators=(",", ":")).encode() + b"\n"
    if way == 2:
        return json.dumps(record, separators=(",", ":"), sort_keys=True).encode() + b"\n"
    if way == 3:
        return line[:-1] + RANDOM.choice([b" \n", b"\r\n", b"\t\n", b"\n\n", b""])
    if way == 4:
        return RANDOM.choice([b" ", b"\n", b"\xef\xbb\xbf"]) + line
    if way == 5:
        return replace(line, '"event"', '"\\u0065vent"')
    return replace(line, "sandbox", "sand\\u0062ox")


def retype(line):
    """The record with another value of a field, and with a correct hash if possible."""
    record = json.loads(line)
    name = RANDOM.choice(sorted(record))
    way = RANDOM.randrange(4)
    if way == 0:
        del record[name]
        record["hash"] = verify.digest(record)
        return verify.canonical_bytes(record) + b"\n"
    if way == 1:
        return replace(line, "{", '{"' + RANDOM.choice(["a", "v", "zz", name]) + '":' + RANDOM.choice(["1", "null", '""']) + ",")
    if way == 2 and name != "hash":
        value = RANDOM.choice([None, True, 0, 1, -1, 2**32, 2**53, 0.5, 1e21, "", "applied", "intent", [], {}, {"x": 1}, [{}]])
        record[name] = value
        record["hash"] = verify.digest(record)
        return verify.canonical_bytes(record) + b"\n"
    field = RANDOM.choice(['"timestamp":', '"seq":', '"latency_ms":', '"attempts":'])
    start = line.index(field.encode()) + len(field)
    end = min(place for place in (line.find(b",", start), line.find(b"}", start)) if place > 0)
    return line[:start] + RANDOM.choice(NUMBERS).encode() + line[end:]


PLUGIN = {"name": "acme", "sha256": "0" * 64}
PLUGINS = [[], [PLUGIN], [PLUGIN, PLUGIN], [{**PLUGIN, "x": 1}], [{"name": "acme"}], [{**PLUGIN, "name": 1}], {}, None, ["acme"]]
FENCES = [0, 7, 2**53 - 1, 2**53, -1, 1.5, "7", None, True]


def garbled(content):
    """The text with one bit flipped, truncated, or with some bytes inserted."""
    byte, way = RANDOM.randrange(len(content)), RANDOM.randrange(3)
    if way == 0:
        return content[:byte] + bytes([content[byte] ^ 1 << RANDOM.randrange(8)]) + content[byte + 1 :]
    return content[:byte] + (RANDOM.randbytes(RANDOM.randrange(1, 4)) + content[byte:] if way == 1 else b"")


def damaged(content):
    """The file after a single manipulation."""
    lines = lines_of(content)
    if not lines:
        return RANDOM.choice(LINES)
    at, other = RANDOM.randrange(len(lines)), RANDOM.randrange(len(lines))
    way = RANDOM.randrange(16)
    if way < 3:
        return garbled(content)
    if way == 3:
        del lines[at]
    elif way == 4:
        lines[at], lines[other] = lines[other], lines[at]
    elif way == 5:
        lines.insert(other, lines[at])
    elif way == 6:
        lines = lines[:at]
    elif way == 7:
        lines[at] = respell(lines[at])
    elif way in (8, 9):
        lines[at] = retype(lines[at])
    elif way == 10:
        lines = resealed(lines, at, lambda record: record.update(actor="somebody else"))
    elif way == 11:
        seq = RANDOM.choice([0, 1, 7, 2**53 - 1])
        lines = resealed(lines, at, lambda record: record.update(seq=seq))
    elif way == 12:
        event = RANDOM.choice(["rotated", "outcome"])
        prev = RANDOM.choice([verify.GENESIS, "a" * 64, "A" * 64, "a" * 63])
        lines = resealed(lines[at:], 0, lambda record: record.update(event=event, prev=prev))
    elif way == 13:
        plugins = RANDOM.choice(PLUGINS)
        lines = resealed(lines, at, lambda record: record.update(plugins=plugins))
    elif way == 14:
        fence = RANDOM.choice(FENCES)
        lines = resealed(lines, at, lambda record: record.update(fence=fence))
    else:
        lines.insert(at, RANDOM.choice(LINES))
    return b"".join(lines)


def damage(folder, name):
    """Manipulates a log of one or several files."""
    files = sorted((folder / name).iterdir()) if (folder / name).is_dir() else sorted(folder.glob("audit*.jsonl"))
    file = RANDOM.choice(files)
    way = RANDOM.randrange(8)
    if way == 0 and len(files) > 1:
        file.unlink()
    elif way == 1 and len(files) > 1:
        other = RANDOM.choice(files)
        mine, theirs = file.read_bytes(), other.read_bytes()
        file.write_bytes(theirs)
        other.write_bytes(mine)
    elif way == 2:
        shutil.copy(file, file.with_name(RANDOM.choice(["0.jsonl", "zz.jsonl", "audit.0000.jsonl", "audit.99999.jsonl"])))
    else:
        file.write_bytes(damaged(file.read_bytes()))


def judge(workspace, folder, name, checkpoint):
    """The results of both programs on a log, in the same form."""
    arguments = ["audit", "verify", folder / name, "--format", "json", "--no-config"]
    heads = None
    if checkpoint is not None:
        (folder / "checkpoint.json").write_bytes(checkpoint)
        public = workspace.folder / "key.pub"
        arguments += ["--checkpoint", folder / "checkpoint.json", "--public-key", public]
        try:
            heads = verify.read_checkpoint(checkpoint, public.read_bytes())
        except verify.Bad:
            return "refused", "refused" if workspace.run(*arguments).returncode == 2 else "taken"
    ours = verify.verify(folder / name, heads)
    done = workspace.run(*arguments)
    assert done.returncode in (0, 1), done.stderr
    theirs = json.loads(done.stdout)
    bad = theirs["first_bad"]
    theirs = {
        "status": theirs["status"],
        "records": theirs["records"],
        "first_bad": bad and {"file": bad["file"], "line": bad["line"]},
        "heads": theirs["heads"],
    }
    assert (done.returncode == 0) == (theirs["status"] == ("anchored" if heads else "intact"))
    return ours, theirs


def main():
    cxvars, cases = str(Path(sys.argv[1]).resolve()), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        workspace = Workspace(cxvars, temporary)
        service = subprocess.Popen(
            [cxvars, "sandbox", "--port", "0", "--auto-create", "--requests-per-minute", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=temporary, env=workspace.environment,
        )
        try:
            url = service.stdout.readline().strip().removeprefix("listening on ")
            workspace.environment |= {"CXONE_BASE_URL": url, "CXONE_CLIENT_ID": "a", "CXONE_CLIENT_SECRET": "b"}
            seen = compare(workspace, cases)
        finally:
            service.kill()
            service.wait()
    print(f"audit-format: {sum(seen.values())} logs judged alike: " + ", ".join(f"{count} {what}" for what, count in sorted(seen.items())))
    assert {"broken", "intact", "anchored", "refused"} <= seen.keys(), "the cases do not cover every judgement"


def compare(workspace, cases):
    folder = workspace.folder
    (folder / "cxvars.toml").write_text("[profile]\nrequests_per_minute = 0\n")
    for name in ("one", "several", "segments"):
        (folder / name).mkdir()
    (folder / "segments" / "log").mkdir()
    for value in range(4):
        workspace.apply("a", value, CXVARS_AUDIT_LOG="one/audit.jsonl")
        workspace.apply("b", value, CXVARS_AUDIT_LOG="segments/log")
    (folder / "cxvars.toml").write_text("[profile]\nrequests_per_minute = 0\n[audit]\nmax_bytes = 65536\n")
    while len(list((folder / "several").iterdir())) < 3:
        workspace.apply("c", RANDOM.randrange(10**6), CXVARS_AUDIT_LOG="several/audit.jsonl")
    logs = {"one": "audit.jsonl", "several": "audit.jsonl", "segments": "log"}
    checkpoints = {kind: workspace.checkpoint(f"{kind}/{name}") for kind, name in logs.items()}
    for value in range(2):
        workspace.apply("a", 10 + value, CXVARS_AUDIT_LOG="one/audit.jsonl")
        workspace.apply("b", 10 + value, CXVARS_AUDIT_LOG="segments/log")
    seen = {}
    for case in range(cases):
        # Use the large log rarely, because it takes by far the longest.
        kind = "several" if case % 15 == 0 else RANDOM.choice(["one", "segments"])
        copy = folder / f"case-{case}"
        shutil.copytree(folder / kind, copy)
        if case >= 20:
            damage(copy, logs[kind])
        checkpoint = RANDOM.choice([None, checkpoints[kind], checkpoints[kind], checkpoints["segments"]])
        if checkpoint and RANDOM.randrange(12) == 0:
            checkpoint = garbled(checkpoint[:-1])
        ours, theirs = judge(workspace, copy, logs[kind], checkpoint)
        if ours != theirs:
            sys.exit(f"audit-format: case {case} ({kind}) differs, kept in {keep(copy)}\nverify.py {ours}\ncxvars    {theirs}")
        what = ours if isinstance(ours, str) else ours["status"]
        seen[what] = seen.get(what, 0) + 1
        shutil.rmtree(copy)
    return seen


def keep(copy):
    kept = Path("target/audit-format-case")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(copy, kept)
    return kept


if __name__ == "__main__":
    main()
