from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.articles import Article, Reading, ReadWarning
from searchkit.articles.formats import jsonl
from searchkit.errors import ArticleError


def read(data: bytes | str) -> list[Reading]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(jsonl.JsonLinesReader().read(stream, "a.jsonl"))


def article(**fields: Any) -> Article:
    [reading] = read(json.dumps({"title": "Harbour", **fields}))
    assert isinstance(reading, Article)
    return reading


def shown(data: bytes | str) -> list[str]:
    return [r.title if isinstance(r, Article) else str(r) for r in read(data)]


class TestLines:
    def test_a_bad_line_does_not_stop_the_rest(self) -> None:
        """
        Each bad line is an error with its number, and the others are read.
        """
        lines = [
            '{"title": "A"}',
            '{"a": oops}',
            "",
            "[1]",
            '{"x": 1}',
            '{"title": "B"}',
        ]
        assert [
            "A",
            "a.jsonl, line 2: no valid JSON: Expecting value at character 7",
            "a.jsonl, line 4: not an object with a title and a body",
            "a.jsonl, line 5: an object without title and body",
            "B",
        ] == shown("\n".join(lines))

    @pytest.mark.parametrize("line", ['{"title": "A",', "{", '["A"]', "[1, 2]"])
    def test_a_bad_first_line_does_not_stop_the_rest(self, line: str) -> None:
        """
        A first line that is cut short, or holds a list, is not taken for a document.
        """
        error, *found = shown(line + '\n{"title": "B"}\n{"title": "C"}')
        assert "a.jsonl, line 1" == error.partition(": ")[0]
        assert ["B", "C"] == found

    @pytest.mark.parametrize(
        "data",
        [
            b'\xef\xbb\xbf{"title": "A"}\r\n\r\n{"title": "B"}\r\n',
            '{"title": "A"}\n{"title": "B"}'.encode("utf-16"),
            '{"title": "A"}\n{"title": "B"}'.encode("utf-32"),
            '\n\n{"title": "A"}\n{"title": "B"}'.encode("utf-16"),
            b'\n\n \n{"title": "A"}\n\n{"title": "B"}\n\n',
        ],
    )
    def test_marks_and_line_breaks_of_all_systems(self, data: bytes) -> None:
        """
        Byte order marks, UTF-16, CRLF and blank lines do no harm.
        """
        assert ["A", "B"] == shown(data)

    def test_a_long_line_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A line over the limit is an error, and the line after it is read.
        """
        monkeypatch.setattr(jsonl, "MAX_JSON_LINE_BYTES", 100)
        long = json.dumps({"title": "x" * 250})
        assert ["A", "a.jsonl, line 2: longer than 0 MB", "B"] == shown(
            f'{{"title": "A"}}\n{long}\n{{"title": "B"}}'
        )

    def test_nesting_bombs_are_errors(self) -> None:
        """
        A value nested too deeply is an error of its line.
        """
        bomb = '{"title": ' + "[" * 200_000
        error, found = read(bomb + "\n" + '{"title": "B"}')
        assert "a.jsonl, line 1: it is nested too deeply" == str(error)
        assert isinstance(found, Article)

    def test_huge_numbers_are_errors(self) -> None:
        """
        A number of more digits than Python converts is an error of its line.
        """
        [error] = read('{"title": "A", "n": ' + "1" * 10_000 + "}")
        assert isinstance(error, ArticleError)

    def test_errors_of_one_file_are_limited(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A file of nothing but rubbish gives so many errors, and then a count.
        """
        monkeypatch.setattr(jsonl, "MAX_REPORTED_LINES", 2)
        found = shown("{oops}\n" * 5 + '{"title": "B"}')
        assert 4 == len(found)
        assert ["B", "a.jsonl: 3 further errors and warnings"] == found[2:]

    @pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
    def test_an_empty_file_is_an_error(self, data: bytes) -> None:
        """
        A file without a single article says so.
        """
        assert ["a.jsonl: it holds no articles"] == shown(data)

    def test_lines_are_not_gathered(self) -> None:
        """
        The first article comes out before the third line is read.
        """

        class Stream(io.BytesIO):
            lines = 0

            def readline(self, size: int | None = -1, /) -> bytes:
                self.lines += 1
                return super().readline(size)

        stream = Stream(b'{"title": "A"}\n{"title": "B"}\n' * 9)
        next(jsonl.JsonLinesReader().read(stream, "a"))
        assert 2 == stream.lines


class TestDocuments:
    def test_one_object_over_several_lines(self) -> None:
        """
        A file that holds one object as it is usually printed is one article.
        """
        assert ["A"] == shown(json.dumps({"title": "A", "body": "b"}, indent=2))

    def test_a_list_of_objects(self) -> None:
        """
        Each object of a list is an article; bad ones are told by their number.
        """
        data = json.dumps([{"title": "A"}, 3, {"title": "B"}], indent=1)
        assert [
            "A",
            "a.jsonl, article 2: not an object with a title and a body",
            "B",
        ] == shown(data)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("[]", "it holds no articles"),
            ("[" * 200_000, "it is nested too deeply"),
            ('[{"title": "A"}', "no valid JSON"),
            ('{\n"title": "A"\n', "no valid JSON"),
        ],
    )
    def test_what_cannot_be_read_is_one_error(self, data: str, reason: str) -> None:
        """
        A list that is empty, cut short or a bomb is one error.
        """
        [error] = read(data)
        assert isinstance(error, ArticleError)
        assert reason in error.reason

    def test_a_long_list_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A list is parsed whole, so its length is limited.
        """
        monkeypatch.setattr(jsonl, "MAX_JSON_DOCUMENT_BYTES", 50)
        [error] = read(json.dumps([{"title": "A" * 60}]))
        assert "write one object a line" in str(error)


class TestFields:
    @pytest.mark.parametrize("field", list(jsonl.NAMES))
    def test_every_synonym_is_known(self, field: str) -> None:
        """
        A part of an article is found under each of its names, in any spelling of it.
        """
        value = "2020-02-29" if field == "published" else "Ann Poe"
        expected = ("Ann Poe",) if field == "authors" else value
        for name in jsonl.NAMES[field]:
            camel = name.title().replace("_", "")
            for spelling in (name, name.upper(), camel, name.replace("_", "-")):
                fields = {spelling: value}
                if field not in ("title", "body"):
                    fields["title"] = "Harbour"
                [found] = read(json.dumps(fields))
                assert expected == getattr(found, field), spelling

    def test_the_first_that_holds_something_counts(self) -> None:
        """
        An empty field gives way to the next of its synonyms.
        """
        assert "b" == article(body=" ", text=None, content="b", story="c").body

    def test_a_body_of_paragraphs(self) -> None:
        """
        A list of paragraphs is joined by blank lines, and line breaks are made one.
        """
        assert "One.\n\nTwo." == article(body=["One.", "", None, " Two. "]).body
        assert "One.\nTwo." == article(body="One.\r\nTwo.\r").body

    def test_numbers_as_ids(self) -> None:
        """
        A number is an id in digits; true and false are none.
        """
        assert "42" == article(id=42).id
        assert "5f" == article(_id={"$oid": "5f"}).id
        assert not article(id=True).explicit_id

    @pytest.mark.parametrize(
        ("value", "published"),
        [
            ("2020-02-29T10:00:00Z", "2020-02-29"),
            ("Feb 29, 2020", "2020-02-29"),
            (1582985100, "2020-02-29"),
            ("1582985100", "2020-02-29"),
            (1582985100123, "2020-02-29"),
            (2020, "2020"),
            ({"$date": "2020-02-29T10:00:00Z"}, "2020-02-29"),
            ("", None),
            (None, None),
        ],
    )
    def test_dates(self, value: object, published: str | None) -> None:
        """
        Dates are text in the usual forms, or numbers.
        """
        assert published == article(date=value).published

    def test_a_date_that_is_none_is_told(self) -> None:
        """
        The article is read without a date, next to a warning with the line.
        """
        warning, found = read('{"title": "A", "date": "03/04/2020"}')
        message = "'03/04/2020' is not a date; the article has none"
        assert ReadWarning("a.jsonl", message, "line 1") == warning
        assert isinstance(found, Article)
        assert article(date="soon", timestamp=1582985100).published == "2020-02-29"

    @pytest.mark.parametrize(
        "value",
        [
            "By Ann Poe and Joe Roe",
            "Ann Poe, Joe Roe",
            "Ann Poe; Joe Roe",
            ["Ann Poe", "Joe Roe", "Ann Poe", "", None],
            [{"name": "Ann Poe", "url": "x"}, {"name": "Joe Roe"}],
        ],
    )
    def test_authors(self, value: object) -> None:
        """
        Authors are a byline, a list of names, or a list of objects with names.
        """
        assert ("Ann Poe", "Joe Roe") == article(author=value).authors

    def test_a_source_with_a_name(self) -> None:
        """
        A publisher that is an object gives its name.
        """
        assert "The Quay" == article(source={"id": None, "name": "The Quay"}).source


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([n for names in jsonl.NAMES.values() for n in names])
            | st.sampled_from(["$oid", "name", "other"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_yields_values(value: object) -> None:
    """
    Whatever the JSON holds, one reading at least comes out and nothing is raised.
    """
    assert read(json.dumps(value))


@given(
    st.binary(max_size=200) | st.text('{}[]",:\\ \n0aé', max_size=80).map(str.encode)
)
def test_any_bytes_yield_values(data: bytes) -> None:
    """
    Whatever the bytes are, readings come out and nothing is raised.
    """
    assert read(data)


@given(st.binary(max_size=100))
def test_bytes_in_a_line_touch_no_other(data: bytes) -> None:
    """
    Rubbish in one line leaves the lines around it as they are.
    """
    rubbish = b"{" + data.replace(b"\n", b"")
    found = shown(b'{"title": "A"}\n' + rubbish + b'\n{"title": "B"}')
    assert ("A", "B") == (found[0], found[-1])
