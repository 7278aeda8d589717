"""Checks the documents of a folder repeatedly, with the pydantic model of a payload that a Python script would use.

With --values, it also checks the values, as cxvars does. For each line on standard input it makes one pass and prints
the seconds, as core/examples/check_turns.rs does. It ends with an error if the model refuses a document.
"""

import argparse
import json
import math
import re
import sys
import time
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class VariableType(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    OBJECT = "object"


class VariableScope(StrEnum):
    GLOBAL = "global"
    TEMPLATE = "template"
    ACTION = "action"


# Wider scopes have smaller numbers. A variable's scope must not be wider than its parent's.
DEPTH = {VariableScope.GLOBAL: 0, VariableScope.TEMPLATE: 1, VariableScope.ACTION: 2}


class DataActionVariable(BaseModel):
    name: str
    type: VariableType
    value: str
    encrypted: bool = False
    scope: VariableScope = VariableScope.ACTION

    @field_validator("name")
    @classmethod
    def is_a_public_identifier(cls, name: str) -> str:
        if name.startswith("_") or not name.isidentifier():
            raise ValueError("not an identifier without a leading underscore")
        return name


class VariablePayload(BaseModel):
    variables: list[DataActionVariable] = Field(default_factory=list, max_length=50)

    def collisions(self) -> list[str]:
        seen = set()
        twice = []
        for variable in self.variables:
            if variable.name in seen:
                twice.append(variable.name)
            seen.add(variable.name)
        return twice

    def stays_within(self, parent: VariableScope) -> bool:
        limit = DEPTH[parent]
        return all(DEPTH[variable.scope] >= limit for variable in self.variables)


INTEGER = re.compile(r"-?[1-9][0-9]*|0", re.ASCII)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
MASK = re.compile(r"\*{3,}|\[(?:REDACTED|SENSITIVE|unavailable)\]")
CREDENTIAL = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}"
    r"|xox[abprs]-[\w-]{10,}|sk_live_\w{16,}|[a-z]+://[^/\s:@]*:[^/\s:@]+@"
)
TOKEN = re.compile(r"[A-Za-z0-9+/=_.-]{20,}")


def looks_random(text: str) -> bool:
    if not TOKEN.fullmatch(text):
        return False
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares) >= 4.5


class CheckedVariable(DataActionVariable):
    model_config = ConfigDict(extra="forbid")

    @field_validator("name")
    @classmethod
    def is_ascii(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError("a name that the service refuses")
        return name

    @model_validator(mode="after")
    def value_has_its_type(self) -> Self:
        value = self.value
        match self.type:
            case VariableType.INTEGER:
                if not INTEGER.fullmatch(value) or not -(2**63) <= int(value) < 2**63:
                    raise ValueError("not an integer")
            case VariableType.BOOLEAN:
                if value not in ("true", "false"):
                    raise ValueError("not a boolean")
            case VariableType.OBJECT:
                if not isinstance(json.loads(value), dict):
                    raise ValueError("not an object")
            case VariableType.STRING:
                if not value or value != value.strip():
                    raise ValueError("empty, or padded")
        if MASK.fullmatch(value):
            raise ValueError("a mask")
        if not self.encrypted and (CREDENTIAL.search(value) or looks_random(value)):
            raise ValueError("a secret in plain text")
        return self


class CheckedPayload(VariablePayload):
    variables: list[CheckedVariable] = Field(default_factory=list, max_length=50)

    def collisions(self) -> list[str]:
        counts = Counter(variable.name.lower() for variable in self.variables)
        return [name for name, count in counts.items() if count > 1]


def one_pass(model: type[VariablePayload], texts: list[bytes]) -> float:
    start = time.perf_counter()
    for text in texts:
        payload = model.model_validate_json(text)
        if payload.collisions() or not payload.stays_within(VariableScope.ACTION):
            raise ValueError("a collision, or a scope that reaches too far")
    return time.perf_counter() - start


parser = argparse.ArgumentParser()
parser.add_argument("--values", action="store_true")
parser.add_argument("folder", type=Path)
arguments = parser.parse_args()
model = CheckedPayload if arguments.values else VariablePayload
documents = [path.read_bytes() for path in arguments.folder.iterdir()]
for _ in sys.stdin:
    one_pass(model, documents)
    print(one_pass(model, documents), flush=True)
