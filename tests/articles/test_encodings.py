from __future__ import annotations

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.articles.encodings import decode, decode_html

GERMAN = "Der Präsident sagte, für Österreich wäre die Lösung “möglich”.\n" * 5
RUSSIAN = "Министр заявил, что переговоры продолжатся завтра утром.\n" * 10


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_names_the_encoding_and_is_left_out(encoding: str) -> None:
    """
    A byte order mark is believed before anything else, and is no part of the text.
    """
    assert decode(GERMAN.encode(encoding), declared="koi8-r") == GERMAN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(encoding: str) -> None:
    """
    In UTF-16 every other byte of Latin letters is zero.
    """
    assert GERMAN == decode(GERMAN.encode(encoding))


def test_utf8_goes_before_what_is_declared() -> None:
    """
    Bytes that are valid UTF-8 are UTF-8, whatever a page says of itself.
    """
    assert GERMAN == decode(GERMAN.encode(), declared="iso-8859-1")


def test_one_bad_byte_does_not_spoil_utf8() -> None:
    """
    A damaged byte is replaced, and all other characters stay what they are.
    """
    damaged = GERMAN.encode() + b"\xff." + GERMAN.encode()
    assert GERMAN + "\ufffd." + GERMAN == decode(damaged)


@pytest.mark.parametrize("declared", ["windows-1251", "cp1251", " WINDOWS-1251 "])
def test_a_declared_encoding_is_used(declared: str) -> None:
    """
    Where the bytes are no UTF-8, what the source declares is used.
    """
    short = "Да, завтра."
    assert short == decode(short.encode("cp1251"), declared=declared)


def test_latin1_is_read_as_windows_1252() -> None:
    """
    Pages that declare ISO-8859-1 mean Windows-1252, as in web browsers.
    """
    assert "“Oui”" == decode(b"\x93Oui\x94", declared="iso-8859-1")


@pytest.mark.parametrize("declared", ["utf-7", "punycode", "rot13", "zlib", "no\x00ne"])
def test_strange_declarations_are_not_believed(declared: str) -> None:
    """
    Of Python's codecs only the character sets of the web are used.
    """
    assert "caf+AGE-é" == decode(b"caf+AGE-\xe9", declared=declared)


def test_an_undeclared_encoding_is_guessed() -> None:
    """
    A longer text without a declaration is read by what its letters look like.
    """
    assert RUSSIAN == decode(RUSSIAN.encode("cp1251"))


def test_a_page_declares_its_encoding() -> None:
    """
    The declaration in a page's <meta> counts.
    """
    page = '<html><head><meta charset="windows-1251"></head><p>Да.</p></html>'
    assert page == decode_html(page.encode("cp1251"))


def test_stateful_japanese_is_not_taken_for_ascii() -> None:
    """
    ISO-2022-JP is valid UTF-8 byte by byte; its escapes tell it apart.
    """
    text = "首相は語った。"
    assert text == decode(text.encode("iso2022_jp"), declared="iso-2022-jp")


def test_line_breaks_are_one_character() -> None:
    r"""
    Every line ends in \n, whichever system wrote it.
    """
    assert "a\nb\nc\n\nd" == decode(b"a\r\nb\rc\n\r\nd")


@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "gb18030", "big5", "?"]))
@example(b"\xff\xfe", "")
@example(b"\xef\xbb\xbf\xef\xbb\xbf", "")
@example(codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff", "")
def test_any_bytes_become_text(data: bytes, declared: str) -> None:
    """
    No bytes raise, no mark is left at the beginning, and no carriage return anywhere.
    """
    for text in (decode(data, declared=declared), decode_html(data)):
        assert not text.startswith("\ufeff")
        assert "\r" not in text


@given(st.text(max_size=200))
def test_text_comes_back(text: str) -> None:
    """
    UTF-8 is read as it was written, but for line breaks, marks and zero bytes.
    """
    text = text.replace("\r", "").replace("\x00", "").lstrip("\ufeff")
    assert text == decode(text.encode())


@pytest.mark.usefixtures("it_ends")
def test_long_rubbish_is_decoded() -> None:
    """
    Only the beginning is looked at to guess an encoding.
    """
    rubbish = bytes(range(128, 256)) * 40_000
    assert decode(rubbish)
