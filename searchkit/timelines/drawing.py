"""
Drawing a timeline: bars along the calendar in a PNG file.

Matplotlib is needed for it, an extra that is imported here alone and when a picture is
asked for.  The axis is that of buckets; its labels stand where days, months or years
begin, whichever are few enough to be read.  Where a few articles lie far away from all
others, the axis ends before them, and the note under the picture counts them.
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.errors import MissingExtraError, OutputFileError
from searchkit.intervals import Interval
from searchkit.timelines.calendar import (
    BucketSize,
    bucket_days,
    bucket_label,
    bucket_number,
    numbers_within,
)
from searchkit.timelines.counting import middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from searchkit.timelines.model import Timeline

_INCHES, _DOTS_PER_INCH = (10.0, 5.0), 150
_MAX_TICKS = 8
_LONGEST_TITLE = 90
_BAR, _INK, _LINES = "#2f6690", "#333333", "#d9d9d9"
#: How much of what is counted is drawn at least where the rest lies far away; per cent.
_DRAWN_PERCENT = 98
#: Bars beyond which there is no room for gaps between them.
_MOST_APART = 150
#: Where labels of the axis may stand, by the size of a bucket: at the beginning of each
#: of these, as soon as they are few enough, or else of every second, and so on.
_UNITS: dict[BucketSize, tuple[BucketSize, ...]] = {
    "day": ("day", "month", "year"),
    "week": ("week", "month", "year"),
    "month": ("month", "year"),
    "year": ("year",),
    "decade": ("decade",),
}
_STEPS: dict[BucketSize, tuple[int, ...]] = {
    "day": (1, 2, 3, 5, 7),
    "week": (1, 2, 3, 4),
    "month": (1, 2, 3, 6),
    "year": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
    "decade": (1, 2, 5, 10, 20, 50, 100, 200),
}


def draw_timeline(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """
    Draw the bars of a timeline into a PNG file of 1,500 by 750 pixels.

    Args:
        timeline: What to draw.
        path: The file; one that is there already is replaced, by the whole picture or
            not at all.

    Raises:
        MissingExtraError: Matplotlib is not installed.
        OutputFileError: The file cannot be written.
    """
    # What a link leads to is replaced, not the link.
    file = Path(os.path.realpath(path))
    picture = _png(timeline)
    try:
        if file.is_dir():
            raise OutputFileError(os.fspath(path), "it is a folder")
        if file.exists() and not file.is_file():
            raise OutputFileError(os.fspath(path), "it is no regular file")
        unfinished = file.with_name(f".searchkit-{os.getpid()}.part")
        try:
            unfinished.write_bytes(picture)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputFileError(os.fspath(path), reason) from error


def _png(timeline: Timeline) -> bytes:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("plot", "drawing a picture") from error
    figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH)
    figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.1)
    FigureCanvasAgg(figure)
    _draw(figure, timeline)
    content = io.BytesIO()
    with warnings.catch_warnings():
        # The font lacks some letters of the query: it shows boxes for them.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure.savefig(content, format="png")
    return content.getvalue()


def _draw(figure: Figure, timeline: Timeline) -> None:
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - as above
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    size = timeline.bucket
    counts = {
        bucket_number(size, bucket.interval.first): bucket.count for bucket in timeline
    }
    drawn = _nearby(counts)
    axes = figure.add_subplot()
    if drawn:
        first, last = min(drawn), max(drawn)
        gap = 0.06 if last - first < _MOST_APART else 0.0
        bars = [
            [(left, 0), (left, count), (right, count), (right, 0)]
            for number, count in drawn.items()
            for left, right in [(number + gap, number + 1 - gap)]
        ]
        # Matplotlib's own bars take a millisecond each.
        axes.add_collection(PolyCollection(bars, facecolors=_BAR, linewidths=0))
        axes.set_ylim(0, max(drawn.values()) * 1.05)
        ticks = dict(_ticks(size, first, last))
        axes.set_xticks(list(ticks), list(ticks.values()))
        # A lone bar is not to fill the whole picture.
        around = max((12 - (last - first)) / 2, 0.5)
        axes.set_xlim(first - around, last + 1 + around)
    else:
        axes.set_xticks([])
        axes.set_ylim(0, 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.grid(visible=True, color=_LINES, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINES)
    axes.tick_params(axis="y", length=0, labelcolor=_INK)
    axes.tick_params(axis="x", length=4, color=_LINES, labelcolor=_INK)
    axes.set_ylabel(f"articles per {size}", color=_INK)
    # A dollar sign in a query begins no formula.
    axes.set_title(_title(timeline.query), loc="left", color=_INK, parse_math=False)
    words = "dates mentioned" if timeline.by == "dates" else "date of publication"
    axes.set_title(words, loc="right", color=_INK, size="small")
    note = "; ".join(_remarks(timeline, counts, drawn))
    figure.supxlabel(note, x=0.015, ha="left", color=_INK, size="small")


def _title(query: str) -> str:
    from searchkit.snippets.render import render_title  # noqa: PLC0415 - few draw

    line = render_title(query).strip()
    if len(line) > _LONGEST_TITLE:
        line = line[: _LONGEST_TITLE - 1].rstrip() + "…"
    return line or "all articles"


def _nearby(counts: dict[int, int]) -> dict[int, int]:
    """
    Leave out what lies far away from nearly everything else.

    That is done where it makes the axis less than half as long.
    """
    if not counts:
        return counts
    first, last = middle(counts, percent=_DRAWN_PERCENT)
    if 2 * (last - first + 1) > max(counts) - min(counts) + 1:
        return counts
    return {n: count for n, count in counts.items() if first <= n <= last}


def _remarks(
    timeline: Timeline, counts: dict[int, int], drawn: dict[int, int]
) -> Iterator[str]:
    """
    Say what is not to be seen.
    """
    size = timeline.bucket
    yield "1 article" if timeline.total == 1 else f"{timeline.total:,} articles"
    if timeline.undated:
        yield f"{timeline.undated:,} without a date"
    if timeline.wider:
        yield f"{timeline.wider:,} with dates in no single {size}"
    before = [number for number in counts if number < min(drawn)]
    after = [number for number in counts if number > max(drawn)]
    beyond = []
    if before:
        beyond.append(f"{len(before):,} up to {bucket_label(size, before[-1])}")
    if after:
        beyond.append(f"{len(after):,} from {bucket_label(size, after[0])} on")
    if beyond:
        yield f"bars beyond the axis: {', '.join(beyond)}"


def _ticks(size: BucketSize, first: int, last: int) -> Iterator[tuple[float, str]]:
    """
    Choose where the labels of the axis stand.

    Args:
        size: The size of the buckets.
        first: The number of the first.
        last: The number of the last.

    Yields:
        Places on the axis of buckets, each with its label.
    """
    days = Interval(bucket_days(size, first).first, bucket_days(size, last).last)
    unit, numbers = next(
        (unit, numbers)
        for unit in _UNITS[size]
        for step in _STEPS[unit]
        if len(numbers := _multiples(numbers_within(unit, days), step)) <= _MAX_TICKS
    )
    for number in numbers:
        label = bucket_label(unit, number)
        if unit == size:
            yield number + 0.5, label
            continue
        begin = bucket_days(unit, number).first
        if begin >= days.first:
            # Weeks do not begin where months do.
            part = (begin.toordinal() - 1) % 7 / 7 if size == "week" else 0.0
            yield bucket_number(size, begin) + part, label


def _multiples(numbers: range, step: int) -> range:
    """
    Keep the multiples of ``step`` alone.
    """
    return range(numbers.start + -numbers.start % step, numbers.stop, step)
