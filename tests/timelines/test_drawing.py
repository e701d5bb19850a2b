"""
Pictures of timelines: real PNG files, whole or not at all.
"""

from __future__ import annotations

import stat
import struct
import sys
from datetime import date
from pathlib import Path

import pytest

from searchkit import Hit, MissingExtraError, OutputFileError, Timeline, draw_timeline
from searchkit.queries.tree import DateRange
from searchkit.timelines import BUCKET_SIZES, Bucket, BucketSize
from searchkit.timelines.calendar import bucket_days, bucket_label, bucket_number
from searchkit.timelines.drawing import _nearby, _remarks, _ticks


def timeline(size: BucketSize, counts: dict[int, int], query: str = "doha") -> Timeline:
    """
    Make a timeline by published dates of numbered buckets.
    """
    buckets = []
    for number, count in counts.items():
        days = bucket_days(size, number)
        found = str(DateRange("published", *days, within=True))
        top = Hit("a", 1.0, "Title")
        buckets.append(Bucket(days, bucket_label(size, number), count, found, top))
    total = sum(counts.values()) + 3
    return Timeline(query, query, "published", size, total, 2, 1, tuple(buckets))


def number(size: BucketSize, text: str) -> int:
    return bucket_number(size, date.fromisoformat(text))


class TestFile:
    @pytest.fixture(autouse=True)
    def matplotlib(self) -> None:
        pytest.importorskip("matplotlib")

    @pytest.mark.parametrize("size", BUCKET_SIZES)
    def test_it_is_a_png(self, tmp_path: Path, size: BucketSize) -> None:
        """
        Of 1,500 by 750 pixels, with more in it than white.
        """
        first = number(size, "2021-08-15")
        file = tmp_path / "a.png"
        draw_timeline(timeline(size, {first: 3, first + 2: 5, first + 9: 1}), file)
        content = file.read_bytes()
        assert b"\x89PNG\r\n\x1a\n" == content[:8]
        assert (1500, 750) == struct.unpack(">II", content[16:24])
        assert content.endswith(b"IEND\xaeB`\x82")
        assert 5_000 < len(content) < 200_000
        assert [file] == list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        "query", ["", "东京 كابول 🙂", r"$x$ \frac{1} $", "word " * 500, "a\x1b[31mb\n"]
    )
    def test_any_query_is_a_title(self, tmp_path: Path, query: str) -> None:
        """
        No formula, no warning about letters that the font lacks, no control character.
        """
        draw_timeline(timeline("year", {2021: 3}, query), tmp_path / "a.png")
        assert (tmp_path / "a.png").stat().st_size > 5_000

    @pytest.mark.parametrize("size", BUCKET_SIZES)
    @pytest.mark.parametrize("days", [[], [date.min], [date.max], [date.min, date.max]])
    def test_the_ends_of_the_calendar(
        self, tmp_path: Path, size: BucketSize, days: list[date]
    ) -> None:
        """
        Nothing at all, or the first and the last day of the calendar, can be drawn.
        """
        counts = {bucket_number(size, day): 1 for day in days}
        draw_timeline(timeline(size, counts), tmp_path / "a.png")
        assert (tmp_path / "a.png").stat().st_size > 5_000

    def test_a_file_is_replaced(self, tmp_path: Path) -> None:
        """
        The picture takes the place of what was there, behind a link as well.
        """
        file, link = tmp_path / "a.png", tmp_path / "b.png"
        file.write_text("old")
        link.symlink_to(file)
        draw_timeline(timeline("year", {2021: 3}), link)
        assert file.read_bytes().startswith(b"\x89PNG")
        assert link.is_symlink()

    def test_what_cannot_be_written_is_an_error(self, tmp_path: Path) -> None:
        """
        A folder, a place that is not there, what is no file: it says what is wrong.
        """
        shown = timeline("year", {2021: 3})
        (tmp_path / "file").touch()
        for path, reason in (
            (tmp_path, "it is a folder"),
            (tmp_path / "none" / "a.png", "no such file or directory"),
            (tmp_path / "file" / "a.png", "not a directory"),
            (tmp_path / ("n" * 300), "file name too long"),
            (Path("/dev/null"), "it is no regular file"),
        ):
            with pytest.raises(OutputFileError, match=reason) as caught:
                draw_timeline(shown, path)
            assert f"{path}: {reason}" == str(caught.value)

    def test_nothing_is_left_of_a_failure(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Where the disk is full, the old picture stays, and no other file.
        """
        file = tmp_path / "a.png"
        file.write_text("old")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(OutputFileError, match="no space left on device"):
            draw_timeline(timeline("year", {2021: 3}), file)
        assert [file] == list(tmp_path.iterdir())
        assert "old" == file.read_text()

    def test_the_rights_are_those_of_any_file(self, tmp_path: Path) -> None:
        """
        Others may look at the picture where they may look at new files.
        """
        draw_timeline(timeline("year", {2021: 3}), tmp_path / "a.png")
        (tmp_path / "other").touch()
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        assert 1 == len(modes)


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The error names the command that installs it, and no file is made.
    """
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(MissingExtraError) as caught:
        draw_timeline(timeline("year", {2021: 3}), tmp_path / "a.png")
    assert "pip install 'searchkit[plot]'" in str(caught.value.hint)
    assert [] == list(tmp_path.iterdir())


class TestAxis:
    @pytest.mark.parametrize(
        ("size", "first", "last", "labels"),
        [
            ("year", "2019-01-01", "2022-01-01", ["2019", "2020", "2021", "2022"]),
            ("year", "1981-01-01", "2003-01-01", ["1985", "1990", "1995", "2000"]),
            ("month", "2020-11-01", "2021-02-01", "2020-11 2020-12 2021-01 2021-02"),
            ("month", "2020-11-01", "2022-05-01", "2021-01 2021-04 2021-07 2021-10"),
            ("month", "2001-02-01", "2021-02-01", ["2005", "2010", "2015", "2020"]),
            ("day", "2021-07-20", "2021-10-02", ["2021-08", "2021-09", "2021-10"]),
            ("week", "2019-06-03", "2022-03-01", ["2019-07", "2020-01", "2020-07"]),
            ("decade", "1770-01-01", "2020-01-01", ["180X", "1850s", "190X"]),
        ],
    )
    def test_labels_are_few_and_round(
        self, size: BucketSize, first: str, last: str, labels: list[str] | str
    ) -> None:
        """
        They stand at beginnings of months and years, in equal steps.
        """
        if isinstance(labels, str):
            labels = labels.split()
        ticks = list(_ticks(size, number(size, first), number(size, last)))
        assert labels == [label for _, label in ticks][: len(labels)]
        assert len(ticks) <= 8
        places = [place for place, _ in ticks]
        assert places == sorted(places)
        assert number(size, first) <= places[0]
        assert places[-1] <= number(size, last) + 1

    def test_what_lies_far_away_is_counted_below(self) -> None:
        """
        The axis ends before a lone bar far off; the note says that it is there.
        """
        counts = {1066: 1, **dict.fromkeys(range(2000, 2020), 30), 2990: 2}
        shown = timeline("year", counts)
        drawn = _nearby(counts)
        assert range(2000, 2020) == range(min(drawn), max(drawn) + 1)
        assert [
            "606 articles",
            "2 without a date",
            "1 with dates in no single year",
            "bars beyond the axis: 1 up to 1066, 1 from 2990 on",
        ] == list(_remarks(shown, counts, drawn))

    def test_what_is_near_is_drawn(self) -> None:
        """
        Where little is won by it, nothing is left out.
        """
        counts = {1990: 1, **dict.fromkeys(range(2000, 2020), 30)}
        assert counts == _nearby(counts)
        assert {} == _nearby({})
