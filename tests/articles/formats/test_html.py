from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from searchkit import settings
from searchkit.articles import Article, Reading, ReadWarning
from searchkit.articles.formats.html import HtmlReader, extract_page
from searchkit.errors import ArticleError

PARAGRAPHS = (
    (
        "The harbour of Ostwick took in ships again on Saturday, a week after the "
        "storm had closed it and sent the fishing fleet to ports down the coast."
    ),
    (
        "Engineers had worked through six nights to lift two sunken barges from the "
        "channel, said the harbour master, who thanked the crews for their patience."
    ),
    (
        "The first vessel to pass the mole carried grain, and a crowd on the quay "
        "cheered as the tugs brought it in; trade should be normal again by March."
    ),
)
BODY = "\n\n".join(PARAGRAPHS)


def page(head: str = "", above: str = "<h1>Harbour reopens after storm</h1>") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body>"
        "<nav><ul><li><a href='/'>Home</a></li></ul></nav>"
        f"<main><article>{above}{text}</article></main>"
        "<footer><p>All rights reserved. Contact us.</p></footer></body></html>"
    )


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


LD_ARTICLE = (
    '{"@type": "BlogPosting", "headline": "Harbour", "datePublished": "2020-02-29"}'
)


def read(html: str | bytes) -> list[Reading]:
    data = html.encode() if isinstance(html, str) else html
    return list(HtmlReader().read(io.BytesIO(data), "a.html"))


def article(html: str | bytes) -> Article:
    found = [reading for reading in read(html) if isinstance(reading, Article)]
    assert 1 == len(found)
    return found[0]


class TestText:
    def test_the_text_is_found_among_the_rest(self) -> None:
        """
        Menus and footers are no part of the text; paragraphs are parted by blank lines.
        """
        assert BODY == article(page()).body

    def test_the_headline_is_not_repeated(self) -> None:
        """
        Above the text the headline is dropped, in the words of any of its versions.
        """
        above = "<p>Storm: harbour open</p><h2>Harbour reopens after storm</h2>"
        head = (
            "<title>Harbour reopens after storm</title>"
            '<meta property="og:title" content="Storm - Harbour Open!">'
        )
        assert BODY == article(page(head, above)).body

    def test_paragraphs_are_the_last_resort(self) -> None:
        """
        Where no main text is found, all paragraphs are the text.
        """
        found = article("<title>Short notice here</title><p>Quay shut.</p><p>Call us.")
        assert "Quay shut.\n\nCall us." == found.body

    def test_a_page_without_text_is_told(self) -> None:
        """
        A page of a headline alone is read, next to a warning.
        """
        warning, found = read("<title>Harbour reopens after storm</title><div></div>")
        assert ReadWarning("a.html", "no text was found below its headline") == warning
        assert isinstance(found, Article)
        assert ("Harbour reopens after storm", "") == (found.title, found.body)

    @pytest.mark.parametrize("html", ["", " \n", "<html></html>", "<!-- a -->", "<p>"])
    def test_nothing_to_read_is_an_error(self, html: str) -> None:
        """
        A page that holds nothing is an error.
        """
        assert ["a.html: it holds no text"] == [str(reading) for reading in read(html)]

    def test_the_declared_encoding_is_used(self) -> None:
        """
        A page in an older encoding is read by what it declares.
        """
        html = page(
            '<meta charset="windows-1251">', "<h1>Порт снова открыт сегодня</h1>"
        )
        assert "Порт снова открыт сегодня" == article(html.encode("cp1251")).title

    def test_libraries_say_nothing(
        self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """
        Pages without text leave no remarks of libraries on the terminal.
        """
        extract_page("<p>x")
        assert ("", "") == capsys.readouterr()
        assert logging.getLogger("trafilatura").handlers


class TestTitle:
    @pytest.mark.parametrize(
        ("head", "above"),
        [
            ("<title>Harbour open - The Quay</title>", "<h1>Harbour open</h1>"),
            ('<meta property="og:title" content="Harbour open">', ""),
            ("<title>Harbour open | The Quay</title>", ""),
            (
                (
                    '<meta property="og:site_name" content="The Quay">'
                    "<title>Harbour open - The Quay</title>"
                ),
                "<h1>The Quay</h1>",
            ),
            (
                "<title>Harbour open today</title>",
                "<h1>Most read now</h1><h1>Harbour  <i>open</i></h1>",
            ),
            (ld('{"@type": "NewsArticle", "headline": "Harbour open"}'), ""),
            (ld('{"@type": "NewsArticle", "headline": "Harbour &#111;pen"}'), ""),
        ],
    )
    def test_the_headline_is_that_of_the_article(self, head: str, above: str) -> None:
        """
        It is the heading that the metadata mean, or what they say, without the site.
        """
        assert "Harbour open" == article(page(head, above)).title

    def test_a_dash_inside_a_headline_stays(self) -> None:
        """
        What follows a dash is only cut off where it names the site.
        """
        site = '<meta property="og:site_name" content="The Quay">'
        head = site + "<title>Harbour open - at last, and for good</title>"
        assert "Harbour open - at last, and for good" == article(page(head, "")).title


class TestDate:
    @pytest.mark.parametrize(
        "head",
        [
            ld('{"@type": "NewsArticle", "datePublished": "2020-02-29T23:00-05:00"}'),
            ld('[{"@type": ["Thing", "Report"], "datePublished": "2020-02-29"}]'),
            ld('{"@graph": [{"@type": "Person"}, ' + LD_ARTICLE + "]}"),
            ld('{"@type": "WebPage", "mainEntity": ' + LD_ARTICLE + "}"),
            ld(LD_ARTICLE.replace("Harbour", "Har\nbour").replace("}", ",,}")),
            ld("{oops") + '<meta name="date" content="2020-02-29">',
            ld("[" * 100_000) + '<meta name="dc.date" content="20200229">',
            '<meta property="article:published_time" content="2020-02-29T10:00Z">',
            '<meta name="parsely-pub-date" content="2020-02-29T10:00:00Z">',
            '<meta name="sailthru.date" content="Sat, 29 Feb 2020 14:05:00 +0000">',
            '<meta itemprop="datePublished" content="2020-02-29">',
            (
                '<meta name="dc.date" content="2020-02">'
                '<meta name="pubdate" content="2020-02-29">'
            ),
            '<link rel="canonical" href="https://quay.example/2020/02/29/harbour">',
            '<meta property="og:url" content="https://quay.example/news/2020-2-29">',
        ],
    )
    def test_it_is_read_from_the_head(self, head: str) -> None:
        """
        JSON-LD in all its forms, meta tags and the address tell the date.
        """
        assert "2020-02-29" == article(page(head)).published

    @pytest.mark.parametrize(
        "above",
        [
            "<time datetime='2020-02-29T10:00'>Saturday</time>",
            "<time>29 February 2020</time>",
            "<span itemprop='datePublished' content='2020-02-29'>today</span>",
            "<div class=x itemprop=datePublished>Feb 29, 2020</div>",
            "<time datetime='2019-01-01'>x</time><time pubdate>2020-02-29</time>",
        ],
    )
    def test_it_is_read_from_the_page(self, above: str) -> None:
        """
        Times and marked elements tell the date where the head does not.
        """
        assert "2020-02-29" == article(page("", above)).published

    def test_related_articles_are_not_asked(self) -> None:
        """
        The date of another article on the page is not this one's.
        """
        head = ld(
            '{"@type": "WebPage", "mentions": [{"@type": "NewsArticle", '
            '"datePublished": "2011-01-01"}]}'
        )
        assert article(page(head)).published is None

    def test_no_date_is_made_up(self) -> None:
        """
        A page that says nothing has no date: not today's, and none from its text.
        """
        html = page("", "<h1>Harbour of 2019 reopens</h1><p>On 3 May 2018 it shut.</p>")
        assert article(html).published is None

    def test_a_date_that_is_none_is_told(self) -> None:
        """
        The article is read without a date, next to a warning.
        """
        warning, found = read(page('<meta name="date" content="last week">'))
        message = "'last week' is not a date; the article has none"
        assert ReadWarning("a.html", message) == warning
        assert isinstance(found, Article)
        assert found.published is None


def test_authors_source_and_address() -> None:
    """
    They are read from JSON-LD, and from meta tags where it has none.
    """
    found = article(
        page(
            ld(
                '{"@type": "NewsArticle", "headline": "Harbour", "author": [{"name": '
                '"Ann Poe"}, {"name": "Joe  Roe"}, {"name": "https://x.example/1"}],'
                '"publisher": {"name": "The Quay"}, "url": "https://quay.example/1"}'
            )
        )
    )
    assert ("Ann Poe", "Joe Roe") == found.authors
    assert ("The Quay", "https://quay.example/1") == (found.source, found.url)
    found = article(
        page(
            '<meta name="author" content="By Ann Poe and Joe Roe">'
            '<meta property="og:site_name" content="The Quay">'
            '<link rel="canonical" href="https://quay.example/2">'
            '<meta property="og:url" content="javascript:alert(1)">'
        )
    )
    assert ("Ann Poe", "Joe Roe") == found.authors
    assert ("The Quay", "https://quay.example/2") == (found.source, found.url)


class TestHostilePages:
    @pytest.mark.parametrize(
        ("html", "reason"),
        [
            ("<div>" * 5000, "nested deeper than"),
            ("<b><i>" * 20_000 + "x", "nested deeper than"),
            ("<p>" * (settings.MAX_HTML_TAGS + 1), "more than 100,000 tags"),
            ("<" * 1_000_000, "more than 100,000 tags"),
        ],
    )
    @pytest.mark.usefixtures("it_ends")
    def test_pages_that_take_too_long_are_errors(self, html: str, reason: str) -> None:
        """
        Millions of tags and deep nesting are an error of the page, and a quick one.
        """
        [error] = read(html)
        assert isinstance(error, ArticleError)
        assert reason in error.reason

    @pytest.mark.parametrize(
        "html",
        [
            "<div" * 90_000,
            "<p " + "a=b " * 500_000 + ">x",
            '<p a="' * 50_000,
            "<title>" + "a - " * 300_000 + "</title>",
            "<title>a" + " " * 1_000_000 + "b</title>",
            ld('{"headline": "' + "\\" * 500_000),
            ld("[" + '{"@type": "Person"},' * 50_000 + "{}]"),
            "&amp;" * 300_000,
            "x" * 3_000_000,
        ],
    )
    @pytest.mark.usefixtures("it_ends")
    def test_long_pages_are_read(self, html: str) -> None:
        """
        No part of a page takes time that grows with the square of its length.
        """
        assert read(html)

    def test_entities_are_not_expanded(self) -> None:
        """
        Entities that a page defines itself are nothing.
        """
        levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        html = f'<!DOCTYPE x [<!ENTITY e0 "boom">{levels}]><p>Quay &e11; shut.</p>'
        assert all("boom" not in str(reading) for reading in read(html))

    def test_files_are_not_included(self) -> None:
        """
        A page cannot have files of this machine read into it.
        """
        html = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><p>Quay &f;</p>'
        assert "root:" not in "".join(map(repr, read(html)))


TAGS = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<h1>", "</h1>", "<title>", "</title>"),
        *("<table><tr><td>", "<time>", "<time datetime=", "<meta name=date content="),
        *(
            '<script type="application/ld+json">',
            "</script>",
            '{"@type":"Article"',
            "[",
        ),
        *(
            '"headline":',
            '"datePublished":',
            "}",
            "]",
            "<!--",
            "-->",
            "<![CDATA[",
            "&#0;",
        ),
        *("2020-02-29", "<", ">", '"', "\x00", "\ud800", "é", "x ", "<html>", "<body>"),
    ]
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.lists(TAGS, max_size=25).map("".join))
def test_any_markup_yields_values(html: str) -> None:
    """
    Whatever the markup, readings come out and nothing is raised.
    """
    assert read(html.encode("utf-8", "surrogatepass"))


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_yield_values(data: bytes) -> None:
    """
    Whatever the bytes, readings come out and nothing is raised.
    """
    assert read(data)
