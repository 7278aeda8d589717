"""Verifies an audit log as docs/audit-format.md specifies. Prints JSON, and exits with 1 if the log is broken.

    verify.py LOG [--checkpoint FILE --public-key FILE]
"""

import argparse
import base64
import binascii
import hashlib
import json
import math
import re
import sys
from pathlib import Path

GENESIS = "0" * 64
MAX_SEQ = 2**53 - 1
OUTCOMES = {"applied", "unchanged", "invalid", "refused", "unavailable", "conflict", "unknown", "mismatch"}
CHANGES = {"create", "update", "delete", "same", "unknown", "carried_over"}
EVENTS = {"intent", "outcome", "reconcile", "recovered", "rotated"}


class Bad(Exception):
    """Malformed input."""


def read_json(text):
    """Parses a JSON text. Refuses duplicate keys and numbers that are not finite."""

    def once(pairs):
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Bad("a key twice")
        return found

    def no_constant(_):
        raise Bad("not a JSON number")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Bad("not JSON") from error


def number(value):
    """A number as ECMAScript writes it (RFC 8785, section 3.2.2.3)."""
    try:
        value = float(value)
    except OverflowError as error:
        raise Bad("a number that is too large") from error
    if not math.isfinite(value):
        raise Bad("a number that is not finite")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS times ten to the power of `point`.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len((whole + fraction).lstrip("0")))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if count > 1 else "") + f"e{point - 1:+d}"
    return sign + text


def canonical(value):
    """The canonical JSON of a value (RFC 8785), as text."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"


def canonical_bytes(value):
    try:
        return canonical(value).encode()
    except UnicodeEncodeError as error:
        raise Bad("half a surrogate pair") from error


def is_text(value):
    return isinstance(value, str)


def is_integer(value, most=2**32 - 1):
    return type(value) is int and 0 <= value <= most


def is_number(value):
    return type(value) in (int, float)


def is_digest(value):
    return is_text(value) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_change(value):
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "change", "encrypted"}
        and is_text(value["name"])
        and value["change"] in CHANGES
        and isinstance(value["encrypted"], bool)
    )


def is_plugin(value):
    return isinstance(value, dict) and value.keys() == {"name", "sha256"} and all(map(is_text, value.values()))


def or_null(check):
    return lambda value: value is None or check(value)


TEXT, INTEGER, NUMBER = or_null(is_text), or_null(is_integer), or_null(is_number)
FIELDS = {
    "v": lambda value: type(value) is int and value == 1,
    "seq": lambda value: is_integer(value, MAX_SEQ) and value >= 1,
    "prev": is_digest,
    "hash": is_digest,
    "timestamp": is_number,
    "run_id": is_text,
    "event": lambda value: is_text(value) and value in EVENTS,
    "outcome": or_null(lambda value: is_text(value) and value in OUTCOMES),
    "success": or_null(lambda value: isinstance(value, bool)),
    "data_action_id": TEXT,
    "target": TEXT,
    "variable_count": INTEGER,
    "encrypted_count": INTEGER,
    "latency_ms": NUMBER,
    "wait_ms": NUMBER,
    "error": TEXT,
    "attempts": INTEGER,
    "retries": or_null(lambda value: isinstance(value, dict) and all(map(is_integer, value.values()))),
    "encrypted_submitted": INTEGER,
    "encrypted_confirmed": INTEGER,
    "changed": or_null(lambda value: isinstance(value, list) and all(map(is_change, value))),
    "actor": TEXT,
    "actor_source": TEXT,
    "host": TEXT,
    "commit": TEXT,
    "ci_run_url": TEXT,
    "tool_version": TEXT,
    "plan_digest": TEXT,
}
OPTIONAL = {
    "plugins": lambda value: isinstance(value, list) and all(map(is_plugin, value)),
    "fence": lambda value: is_integer(value, MAX_SEQ),
}


def read_record(line):
    """The record on a line, if the line is valid by itself."""
    if not line.endswith(b"\n"):
        raise Bad("not a whole line")
    try:
        text = line[:-1].decode()
    except UnicodeDecodeError as error:
        raise Bad("not UTF-8") from error
    record = read_json(text)
    if not isinstance(record, dict) or record.keys() - OPTIONAL.keys() != FIELDS.keys():
        raise Bad("not exactly the fields of a record")
    for name, value in record.items():
        if not (FIELDS | OPTIONAL)[name](value):
            raise Bad(f"{name} has another type")
    if canonical_bytes(record) + b"\n" != line:
        raise Bad("not canonical")
    if digest(record) != record["hash"]:
        raise Bad("another hash")
    return record


def digest(record):
    content = {name: value for name, value in record.items() if name != "hash"}
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def follows(record, head):
    if head is None:
        return record["seq"] == 1 or (record["event"] == "rotated" and record["prev"] != GENESIS)
    return record["prev"] == head["hash"] and record["seq"] == head["seq"] + 1


class Log:
    """The files of a log, read up to the first invalid line."""

    def __init__(self, path):
        self.is_folder = path.is_dir()
        self.paths = self.segments(path) if self.is_folder else self.chain(path)
        self.records = {found.name: [] for found in self.paths}
        self.bad = self.read()

    @staticmethod
    def segments(path):
        return sorted(found for found in path.iterdir() if found.name.endswith(".jsonl"))

    @staticmethod
    def chain(path):
        pattern = re.compile(re.escape(path.stem) + r"\.(\d{4,})" + re.escape(path.suffix), re.ASCII)
        numbered = [(pattern.fullmatch(found.name), found) for found in path.parent.iterdir()]
        old = sorted((int(match[1]), found) for match, found in numbered if match)
        return [found for _, found in old] + ([path] if path.exists() else [])

    def read(self):
        head = None
        for path in self.paths:
            head = None if self.is_folder else head
            records = self.records[path.name]
            for line in split(path.read_bytes()):
                try:
                    record = read_record(line)
                except Bad:
                    record = None
                if record is None or not follows(record, head):
                    return path.name, len(records) + 1
                records.append(record)
                head = record
        return self.unlinked() if self.is_folder else None

    def unlinked(self):
        hashes = {record["hash"] for records in self.records.values() for record in records}
        firsts = {name: records[0]["prev"] for name, records in self.records.items() if records}
        roots = [(name, prev) for name, prev in firsts.items() if prev not in hashes]
        wrong = [name for name, prev in roots[1:] if prev == GENESIS or prev != roots[0][1]]
        return (wrong[0], 1) if wrong else None

    def heads(self):
        if not self.is_folder:
            last = [records[-1] for records in self.records.values() if records][-1:]
            return [{"file": None, "seq": record["seq"], "hash": record["hash"]} for record in last]
        followed = {records[0]["prev"] for records in self.records.values() if records}
        ends = [(name, records[-1]) for name, records in self.records.items() if records]
        return [
            {"file": name, "seq": record["seq"], "hash": record["hash"]}
            for name, record in ends
            if record["hash"] not in followed
        ]

    def lacks(self, heads):
        """The first head that the log lacks."""
        hashes = {record["hash"] for records in self.records.values() for record in records}
        return next((head for head in heads if head["hash"] not in hashes), None)

    def cut_off(self, head):
        """The place where a log with only valid lines lacks a head; None if the log begins after it."""
        if self.is_folder:
            if head["file"] is None:
                return None, 1
            records = self.records.get(head["file"], [])
            return head["file"], place(records, head["seq"]) or len(records) + 1
        everything = [record for records in self.records.values() for record in records]
        if everything and head["seq"] < everything[0]["seq"]:
            return None
        for name, records in self.records.items():
            if place(records, head["seq"]):
                return name, place(records, head["seq"])
        if not self.paths:
            return None, 1
        last = self.paths[-1].name
        return last, len(self.records[last]) + 1


def split(content):
    lines = content.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def place(records, seq):
    """The line, counted from 1, of the record with this number."""
    return next((line for line, record in enumerate(records, 1) if record["seq"] == seq), None)


def is_head(value):
    return (
        isinstance(value, dict)
        and value.keys() == {"file", "seq", "hash"}
        and or_null(is_text)(value["file"])
        and is_integer(value["seq"], MAX_SEQ)
        and is_text(value["hash"])
    )


def read_checkpoint(content, pem):
    """The heads in a checkpoint, if its signature fits this public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise Bad("not an Ed25519 key")
    try:
        checkpoint = read_json(content.decode())
    except UnicodeDecodeError as error:
        raise Bad("not UTF-8") from error
    fields = {"v", "timestamp", "records", "heads", "public_key", "signature"}
    if not isinstance(checkpoint, dict) or checkpoint.keys() != fields or checkpoint["v"] != 1:
        raise Bad("not a checkpoint")
    heads = checkpoint["heads"]
    if not isinstance(heads, list) or not heads or not all(map(is_head, heads)):
        raise Bad("not a checkpoint")
    if canonical_bytes(checkpoint) != content.rstrip(b" \t\r\n\f"):
        raise Bad("not canonical")
    if checkpoint["public_key"] != key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex():
        raise Bad("another key")
    signed = {name: value for name, value in checkpoint.items() if name != "signature"}
    try:
        signature = base64.b64decode(checkpoint["signature"], validate=True)
        key.verify(signature, b"cxvars-checkpoint-v1\n" + canonical_bytes(signed))
    except (InvalidSignature, binascii.Error, TypeError, ValueError) as error:
        raise Bad("another signature") from error
    return heads


def verify(path, heads=None):
    log = Log(path)
    bad, status = log.bad, "intact"
    lacking = log.lacks(heads) if heads and not bad else None
    if lacking:
        bad = log.cut_off(lacking)
    elif heads:
        status = "anchored"
    several = log.is_folder or len(log.paths) > 1
    return {
        "status": "broken" if bad else status,
        "records": sum(map(len, log.records.values())),
        "first_bad": {"file": bad[0] if several else None, "line": bad[1]} if bad else None,
        "heads": [] if bad else log.heads(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--public-key", type=Path)
    arguments = parser.parse_args()
    heads = None
    if arguments.checkpoint:
        try:
            heads = read_checkpoint(arguments.checkpoint.read_bytes(), arguments.public_key.read_bytes())
        except Bad as error:
            sys.exit(f"{arguments.checkpoint}: {error}")
    report = verify(arguments.log, heads)
    print(json.dumps(report, indent=2))
    sys.exit(report["status"] != ("anchored" if heads else "intact"))


if __name__ == "__main__":
    main()
