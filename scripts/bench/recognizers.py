"""
How many cases of Recognizers-Text our dates agree with.

::

    python -m scripts.bench.recognizers FOLDER [--disagreements]

FOLDER holds the JSON files of the specifications of Microsoft's Recognizers-Text for
English dates and times (MIT).  Their cases are lines to a digital assistant, each with
the day on which it is said; a result may have one reading in the past and one in the
future.  Counted are results with a place on the calendar, days with a first and a last;
one agrees where an expression of ours overlaps it and has the days of either reading.
The cases are written in small letters, as people type; our annotator reads edited text,
so that names of months, weekdays and holidays are given their capitals first, and the
count without is told beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from searchkit.annotations.times import annotate_text, holidays
from searchkit.annotations.times.vocabulary import MONTHS, WEEKDAYS
from searchkit.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE_DAY = timedelta(1)
_WORD = re.compile(r"[a-z]+")
_NAMES = {
    *MONTHS,
    *WEEKDAYS,
    *(word for name in holidays.NAMES for word in name.split()),
} - {"may", "march", "sun", "sat", "of", "day", "all"}


class Case(NamedTuple):
    """
    One result of one case.

    Attributes:
        kind: The file that it stands in, such as ``DateParser``.
        text: What is said.
        today: The day on which it is said.
        start: Where the expression begins, in code points.
        end: Where it ends, exclusive.
        readings: The days that it may mean; empty for no place on the calendar.
    """

    kind: str
    text: str
    today: date
    start: int
    end: int
    readings: frozenset[Interval]


def cases(folder: Path) -> Iterator[Case]:
    """
    Read the cases that say what an expression means.

    Args:
        folder: Where ``DateParser.json`` and the others are.
    """
    for path in sorted(folder.glob("*Parser.json")):
        for case in json.loads(path.read_text("utf-8-sig")):
            told = case.get("Context", {}).get("ReferenceDateTime")
            if not told:
                continue
            for result in case["Results"]:
                yield Case(
                    path.stem,
                    case["Input"],
                    date.fromisoformat(told[:10]),
                    result["Start"],
                    result["Start"] + result["Length"],
                    frozenset(_readings(result.get("Value") or {})),
                )


def _readings(value: dict[str, Any]) -> Iterator[Interval]:
    resolutions = [value.get("FutureResolution"), value.get("PastResolution")]
    for resolution in (*resolutions, *value.get("values", ())):
        if not isinstance(resolution, dict):
            continue
        kind = str(resolution.get("type", ""))
        if kind in ("time", "timerange", "duration", "set"):
            continue
        one = resolution.get("date") or resolution.get("dateTime")
        one = one or resolution.get("value")
        first = resolution.get("startDate") or resolution.get("startDateTime")
        last = resolution.get("endDate") or resolution.get("endDateTime")
        first, last = first or resolution.get("start"), last or resolution.get("end")
        try:
            if one:
                yield Interval.of_day(date.fromisoformat(one[:10]))
            elif first and last:
                begin, end = (
                    date.fromisoformat(first[:10]),
                    date.fromisoformat(last[:10]),
                )
                # Ends are exclusive; in "from the 11th to the 15th" they are the 15th.
                for until in (end, end - _ONE_DAY):
                    if begin <= until:
                        yield Interval(begin, until)
        except ValueError:
            continue


def agrees(case: Case, text: str) -> bool:
    """
    Tell whether we find the expression and take it for the same days.

    Args:
        case: What is said.
        text: The same, perhaps in other capitals.
    """
    return any(
        found.interval in case.readings
        for found in annotate_text(text, case.today.isoformat())
        if found.span.start < case.end and case.start < found.span.end
    )


def capitalised(text: str) -> str:
    """
    Write months, weekdays and holidays as edited texts do; offsets stay.
    """
    return _WORD.sub(
        lambda found: found[0].title() if found[0] in _NAMES else found[0], text
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--disagreements", is_flag=True, help="Print each of them.")
def main(folder: Path, *, disagreements: bool) -> None:
    """
    Print how many cases in FOLDER have a place on the calendar, and how many agree.
    """
    placed: Counter[str] = Counter()
    right: Counter[str] = Counter()
    typed: Counter[str] = Counter()
    for case in cases(folder):
        if not case.readings:
            continue
        placed[case.kind] += 1
        typed[case.kind] += agrees(case, case.text)
        edited = capitalised(case.text)
        if agrees(case, edited):
            right[case.kind] += 1
        elif disagreements:
            found = annotate_text(edited, case.today.isoformat())
            meant = " or ".join(sorted(map(str, case.readings)))
            ours = ", ".join(f"{x.surface!r} {x.interval}" for x in found) or "nothing"
            said = case.text[case.start : case.end]
            click.echo(
                f"{case.kind} {case.today} {case.text!r}: {said!r} {meant}; {ours}"
            )
    for kind in (*placed, "all"):
        counts = [
            each.total() if kind == "all" else each[kind]
            for each in (placed, right, typed)
        ]
        click.echo(
            f"{kind}: {counts[0]} have a place on the calendar, {counts[1]} agree"
            f" ({counts[1] / max(counts[0], 1):.1%}); {counts[2]} without capitals"
        )


if __name__ == "__main__":
    main()
