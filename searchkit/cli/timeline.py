"""
``searchkit timeline``.
"""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from searchkit.cli.output import (
    counted,
    echo_json,
    index_option,
    is_coloured,
    json_option,
    plain,
    published_options,
    say,
    terminal_width,
    today_option,
)
from searchkit.cli.progress import open_index
from searchkit.cli.query import QUIET, QueryCommand, plain_words
from searchkit.timelines import BUCKET_SIZES, BucketChoice, draw_timeline
from searchkit.timelines.calendar import bucket_label, bucket_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from searchkit.queries.tree import Clock
    from searchkit.timelines import Bucket, Timeline

#: Characters in a line where there is no terminal that has a width.
_WIDTH = 80
#: Most characters of a bar that has a title beside it, and fewest of a title.
_WIDEST_BAR, _SHORTEST_TITLE = 30, 16
#: Most empty buckets in a row that are shown one by one.
_SHOWN_EMPTY = 2
#: A character for each eighth of its width, the whole one last.
_EIGHTHS = "▏▎▍▌▋▊▉█"
#: What makes a formula of a cell, in ASCII and in full width.
_FORMULA = tuple("=+-@＝＋－＠")


@click.command(name="timeline", cls=QueryCommand)
@click.argument("words", metavar="[QUERY]", nargs=-1)
@click.option(
    "--by",
    type=click.Choice(("published", "dates")),
    default="published",
    show_default=True,
    help="Count by date of publication, or by the dates that texts mention.",
)
@click.option(
    "--bucket",
    type=click.Choice(("auto", *BUCKET_SIZES)),
    default="auto",
    show_default=True,
    help="What one bar stands for.",
)
@published_options
@today_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")
@click.option(
    "--png",
    "picture",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Draw the bars into a file; needs the extra “plot”.",
)
@click.option("--plain", "as_plain", is_flag=True, help="No colours on a terminal.")
@index_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    words: tuple[str, ...],
    by: Clock,
    bucket: BucketChoice,
    published_from: str | None,
    published_to: str | None,
    today: str | None,
    as_json: bool,
    as_csv: bool,
    picture: Path | None,
    as_plain: bool,
    index_dir: Path,
) -> None:
    """
    Count the articles that match QUERY along the calendar, or all articles.

    A bar counts the articles with a date that lies in its day, week, month, year or
    decade; behind it stands the best of them.  Those in no bar are counted below.  The
    size of a bar is chosen so that the middle 90 per cent fit on a screen.

    \b
    Examples:
      searchkit timeline taliban
      searchkit timeline --by dates --bucket year '"Doha agreement"'
      searchkit timeline kabul --from 2021 --to 2021 --bucket month
      searchkit timeline 'flood*' --csv > floods.csv
      searchkit timeline 'flood*' --png floods.png

    Exits with 0 when something matched, 1 when nothing did, 2 on an error.
    """
    if as_json + as_csv + (picture is not None) > 1:
        raise click.UsageError("--json, --csv and --png exclude one another")
    with open_index(index_dir) as index:
        timeline = index.timeline(
            plain_words(words),
            by=by,
            bucket=bucket,
            published_from=published_from,
            published_to=published_to,
            today=today,
        )
    if as_json:
        echo_json(timeline_to_json(timeline))
        ctx.exit(0 if timeline.total else 1)
    say(str(note) for note in timeline.notes if note.kind not in QUIET)
    if as_csv:
        write_csv(timeline, sys.stdout)
    elif picture is not None:
        draw_timeline(timeline, picture)
    else:
        coloured = is_coloured() and not as_plain
        width = terminal_width() or _WIDTH
        for line in bar_lines(
            timeline, coloured=coloured, width=width, blocks=_has_blocks()
        ):
            click.echo(line, color=coloured)
    say(summary(timeline))
    ctx.exit(0 if timeline.total else 1)


def _has_blocks() -> bool:
    """
    Tell whether the output can show the characters that bars are made of.
    """
    try:
        f"{_EIGHTHS}⋮…".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def bar_lines(
    timeline: Timeline, *, coloured: bool, width: int, blocks: bool
) -> Iterator[str]:
    """
    Write a timeline for people.

    Args:
        timeline: What to show.
        coloured: Set bars and titles apart by colours.
        width: Of a line, in characters.
        blocks: Make bars of block characters; otherwise of ASCII.

    Yields:
        A line for each bucket, with its count and its best article where there is room,
        and one for each long run of empty buckets.
    """
    if not timeline:
        return
    most = max(bucket.count for bucket in timeline)
    labels = max(len(bucket.label) for bucket in timeline)
    digits = len(f"{most:,}")
    room = max(width - labels - digits - 4, 1)
    bars = min(_WIDEST_BAR, room // 3)
    titles = room - bars - 2
    if titles < _SHORTEST_TITLE:
        bars, titles = min(room, 2 * _WIDEST_BAR), 0

    def line(label: str, count: int, title: str) -> str:
        drawn = _bar(count / most * bars, blocks=blocks) if count else ""
        bar, blank = drawn, " " * (bars - len(drawn))
        shown = _cut(plain(title), titles, "…" if blocks else "...")
        if coloured:
            bar = click.style(bar, fg="cyan") if bar else ""
            shown = click.style(shown, dim=True) if shown else ""
        return f"{label:<{labels}}  {bar}{blank}  {count:>{digits},}  {shown}".rstrip()

    for before, bucket in pairwise((None, *timeline)):
        assert bucket is not None  # only the first is none
        for label, gap in _empty(timeline, before, bucket):
            if label:
                yield line(label, 0, "")
            else:
                text = f"{'⋮' if blocks else ':'} {gap} without an article"
                yield click.style(text, dim=True) if coloured else text
        yield line(bucket.label, bucket.count, bucket.top.title or bucket.top.id)


def _empty(
    timeline: Timeline, before: Bucket | None, bucket: Bucket
) -> Iterator[tuple[str, str]]:
    """
    Walk over what is shown of the empty buckets between two others.

    Yields:
        The label of an empty bucket, or instead how many there are in a long run.
    """
    if before is None:
        return
    size = timeline.bucket
    start = bucket_number(size, before.interval.first) + 1
    end = bucket_number(size, bucket.interval.first)
    if end - start > _SHOWN_EMPTY:
        yield "", counted(end - start, size)
        return
    for number in range(start, end):
        yield bucket_label(size, number), ""


def _bar(cells: float, *, blocks: bool) -> str:
    """
    Draw a bar.  What is not nothing can be seen.

    Example:
        >>> _bar(2.5, blocks=True), _bar(2.5, blocks=False), _bar(0.01, blocks=True)
        ('██▌', '##', '▏')
    """
    if not blocks:
        return "#" * max(round(cells), 1)
    whole, eighths = divmod(max(round(cells * 8), 1), 8)
    return _EIGHTHS[-1] * whole + (_EIGHTHS[eighths - 1] if eighths else "")


def _cut(text: str, width: int, mark: str) -> str:
    """
    Cut a text off where it does not fit, letters of double width and of none counted.

    Example:
        >>> _cut("Talks in Doha", 8, "…"), _cut("東京の朝", 5, "…")
        ('Talks i…', '東京…')
    """
    used, fits = 0, 0
    for at, character in enumerate(text):
        if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
            continue
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return text[:fits].rstrip() + mark if width else ""
        if used <= width - len(mark):
            fits = at + 1
    return text


def summary(timeline: Timeline) -> Iterator[str]:
    """
    Write how many articles match, how many of them are in the bars, and why not all.
    """
    if not timeline.total:
        yield "no article matches"
        return
    inside = timeline.total - timeline.undated - timeline.wider
    part = "all" if inside == timeline.total else f"{inside:,} of them"
    places = counted(len(timeline), timeline.bucket)
    yield f"{counted(timeline.total, 'article')} found, {part} in {places}"
    missing = []
    if timeline.undated:
        kind = "date of publication" if timeline.by == "published" else "mention"
        missing.append(f"{timeline.undated:,} without a {kind}")
    if timeline.wider:
        missing.append(f"{timeline.wider:,} with dates in no single {timeline.bucket}")
    if missing:
        yield f"in no bar: {', '.join(missing)}"


def timeline_to_json(timeline: Timeline) -> dict[str, Any]:
    """
    Turn a timeline into JSON values.
    """
    return {
        "query": timeline.query,
        "interpretation": timeline.interpretation,
        "notes": [
            {"kind": note.kind, "message": note.message, "text": note.text}
            for note in timeline.notes
        ],
        "by": timeline.by,
        "bucket": timeline.bucket,
        "total": timeline.total,
        "undated": timeline.undated,
        "wider": timeline.wider,
        "buckets": [
            {
                "bucket": bucket.label,
                "first": bucket.interval.first.isoformat(),
                "last": bucket.interval.last.isoformat(),
                "count": bucket.count,
                "filter": bucket.filter,
                "top": {
                    "id": bucket.top.id,
                    "title": bucket.top.title,
                    "published": bucket.top.published,
                },
            }
            for bucket in timeline
        ],
    }


def write_csv(timeline: Timeline, file: TextIO) -> None:
    """
    Write a timeline as CSV: a header, and a row for each bucket that has articles.
    """
    import csv  # noqa: PLC0415 - few ask for it

    rows = csv.writer(file, lineterminator="\n")
    rows.writerow("bucket first last articles filter top_id top_title".split())
    for bucket in timeline:
        rows.writerow(
            [
                bucket.label,
                bucket.interval.first.isoformat(),
                bucket.interval.last.isoformat(),
                bucket.count,
                bucket.filter,
                cell(bucket.top.id),
                cell(bucket.top.title),
            ]
        )


def cell(text: str) -> str:
    """
    Make a stranger's text harmless in a spreadsheet: one line, and no formula.

    Spreadsheets run what begins like a formula.  An apostrophe before it, which they
    hide or show as it is, makes it text; OWASP calls the attack "CSV injection".

    Example:
        >>> cell('=HYPERLINK("http://example.org")'), cell(" 3 May")
        ('\\'=HYPERLINK("http://example.org")', '3 May')
    """
    line = plain(text).strip()
    return f"'{line}" if line.startswith(_FORMULA) else line
