"""
What scorers of gold data are given is what an index stores.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import searchkit
from scripts.bench import gold, recognizers
from searchkit.articles.encodings import decode_html
from searchkit.intervals import Interval

SEEDS = Path(__file__).parents[2] / "seeds"
PAGES = sorted(SEEDS.rglob("*.html"))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> searchkit.Index:
    """
    Index the seeds.
    """
    folder = tmp_path_factory.mktemp("gold")
    made = searchkit.create_index(folder)
    made.add_sources([SEEDS])
    return made


def bodies(index: searchkit.Index) -> list[searchkit.Article]:
    return [index.get(hit.id) for hit in index.search("*", limit=1000)]


def test_dates_are_those_that_an_index_stores(index: searchkit.Index) -> None:
    """
    Span, type and value of every time expression of every body.
    """
    articles = bodies(index)
    assert len(articles) == 50
    for article in articles:
        day = article.published_interval
        if day is not None and day.days > 1:
            continue
        stored = [
            (*time.span, time.type, time.value)
            for time in index.annotations(article.id).times
            if time.field == "body"
        ]
        assert stored == gold.dates(article.body, day.first if day else None)


def test_entities_are_those_that_an_index_stores(index: searchkit.Index) -> None:
    """
    Span, type and canonical name of every mention, where there is no title to help.
    """
    for article in bodies(index):
        alone = searchkit.Article(body=article.body, id=f"{article.id}-alone")
        index.add([alone])
        stored = [
            (*mention.span, mention.type, mention.name)
            for mention in index.annotations(alone.id).entities
        ]
        index.delete([alone.id])
        assert stored == gold.entities(article.body)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_are_read_as_an_index_reads_them(path: Path, tmp_path: Path) -> None:
    """
    Title, date and text of a page in a file.
    """
    page = decode_html(path.read_bytes())
    copy = tmp_path / "page.html"
    copy.write_text(page, "utf-8")
    with searchkit.create_index(tmp_path / "index") as index:
        index.add_sources([copy])
        [article] = bodies(index)
    expected = {
        "title": article.title,
        "date": article.published,
        "text": article.body,
    }
    assert expected == gold.html(page, "https://example.org/elsewhere")


def test_a_page_without_text_is_nothing() -> None:
    """
    The scorer is told so.
    """
    assert gold.html("<html></html>", None) is None


def test_cases_of_recognizers_text_are_read(tmp_path: Path) -> None:
    """
    Days, ranges with exclusive ends, and readings in the past and in the future.
    """
    context = {"ReferenceDateTime": "2016-11-07T00:00:00"}

    def case(text: str, said: str, **value: object) -> dict[str, object]:
        result = {"Start": text.index(said), "Length": len(said), "Value": value}
        return {"Input": text, "Context": context, "Results": [result]}

    path = tmp_path / "DateParser.json"
    path.write_text(
        json.dumps(
            [
                case(
                    "back on friday",
                    "friday",
                    FutureResolution={"date": "2016-11-11"},
                    PastResolution={"date": "2016-11-04"},
                ),
                case(
                    "out this week",
                    "this week",
                    values=[
                        {
                            "type": "daterange",
                            "start": "2016-11-07",
                            "end": "2016-11-14",
                        }
                    ],
                ),
                case(
                    "for two days",
                    "two days",
                    FutureResolution={"duration": "172800"},
                ),
            ]
        )
    )
    friday, week, days = recognizers.cases(tmp_path)
    one, other = date(2016, 11, 11), date(2016, 11, 4)
    assert friday.readings == {Interval.of_day(one), Interval.of_day(other)}
    assert not recognizers.agrees(friday, friday.text)
    assert recognizers.agrees(friday, recognizers.capitalised(friday.text))
    assert Interval(date(2016, 11, 7), date(2016, 11, 13)) in week.readings
    assert recognizers.agrees(week, week.text)
    assert not days.readings
