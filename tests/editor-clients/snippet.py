"""Prints a snippet of docs/editors.md: the code block below a heading.

usage: snippet.py HEADING [N]    the N-th block below the heading, the first by default
"""

import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).parents[2] / "docs/editors.md"


def snippets(heading: str) -> list[tuple[str, str]]:
    """The language and the text of each code block below the heading, up to the next heading of its level."""
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    [section] = [section for section in sections if section.startswith(f"{heading}\n")]
    return re.findall(r"^```(\w+)\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(snippets(sys.argv[1])[number - 1][1], end="")
