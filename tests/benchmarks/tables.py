"""Makes Markdown tables, and writes them to a section of a file."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

BEGIN = "<!-- Figures: written by tests/benchmark --write, not by hand -->\n"
END = "<!-- End of the figures -->\n"


def spread(values: Sequence[float], form: str) -> list[str]:
    """Median, minimum and maximum."""
    return [format(value, form) for value in (statistics.median(values), min(values), max(values))]


def ratios(values: Sequence[float], others: Sequence[float]) -> list[float]:
    """The ratio of each round. The two measurements of a round are taken directly after each other."""
    return [value / other for value, other in zip(values, others, strict=True)]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head, *body = ("| " + " | ".join(line) + " |\n" for line in [heads, *rows])
    return head + "|---" * len(heads) + "|\n" + "".join(body)


def write_section(path: Path, figures: str, begin: str = BEGIN, end: str = END) -> None:
    text = path.read_text()
    if text.count(begin) != 1 or text.count(end) != 1:
        raise SystemExit(f"benchmark: {path.name} does not have the two marks that the figures stand between")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n{figures}\n{end}{after}")
