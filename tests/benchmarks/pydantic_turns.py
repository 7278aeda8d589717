"""The model of a payload that a Python script would use, checking the documents of a folder again and again.

Answers each line on standard input with the seconds of one pass, as core/examples/check_turns.rs does. A document that
the model refuses ends it.
"""

import sys
import time
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field, field_validator


class VariableType(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    OBJECT = "object"


class VariableScope(StrEnum):
    GLOBAL = "global"
    TEMPLATE = "template"
    ACTION = "action"


# How far a scope reaches: a variable may not reach further than its parent, which has the smaller number.
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


def one_pass(texts: list[bytes]) -> float:
    start = time.perf_counter()
    for text in texts:
        payload = VariablePayload.model_validate_json(text)
        if payload.collisions() or not payload.stays_within(VariableScope.ACTION):
            raise ValueError("a collision, or a scope that reaches too far")
    return time.perf_counter() - start


documents = [path.read_bytes() for path in Path(sys.argv[1]).iterdir()]
for _ in sys.stdin:
    one_pass(documents)
    print(one_pass(documents), flush=True)
