"""
The gazetteer: its data files and how names are looked up in it.
"""

from __future__ import annotations

import pytest

from searchkit.annotations.entities import gazetteer as module
from searchkit.annotations.entities.gazetteer import (
    Entry,
    comparable,
    data_digest,
    load_gazetteer,
    spellings,
)

NAME_FILES = ("people.csv", "organisations.csv", "places.csv")


@pytest.mark.parametrize(
    ("spelling", "entry"),
    [
        ("U.S.", Entry("place", "United States")),
        ("United States of America", Entry("place", "United States")),
        ("UN", Entry("org", "United Nations")),
        ("U.N.", Entry("org", "United Nations")),
        ("Usama bin Laden", Entry("person", "Osama bin Laden")),
        ("al-Qaida", Entry("org", "al-Qaeda")),
        ("Bamiyan", Entry("place", "Bamyan")),
        ("Bogota", Entry("place", "Bogotá")),
        ("Cote d’Ivoire", Entry("place", "Côte d'Ivoire")),
        ("Recep Tayyip Erdogan", Entry("person", "Recep Tayyip Erdoğan")),
        ("Kiev", Entry("place", "Kyiv")),
    ],
)
def test_finds_an_alias(spelling: str, entry: Entry) -> None:
    """
    An alias leads to the canonical name, whatever its diacritics and quotes.
    """
    assert entry == load_gazetteer().find(spelling)


@pytest.mark.parametrize("word", ["us", "who", "is", "turkey", "Zorbonia", ""])
def test_compares_capitals(word: str) -> None:
    """
    A common word in lower case is no name, and an unknown name is not found.
    """
    assert load_gazetteer().find(word) is None


def test_no_spelling_names_two_entities() -> None:
    """
    Within and across the files, no spelling belongs to two entries, nor twice to one.
    """
    seen: dict[str, str] = {}
    twice = []
    for file in NAME_FILES:
        for name, aliases in spellings(file):
            for spelling in (name, *aliases):
                key = comparable(spelling)
                if key in seen:
                    twice.append((spelling, seen[key], f"{file}: {name}"))
                seen[key] = f"{file}: {name}"

    assert [] == twice


@pytest.mark.parametrize("file", NAME_FILES)
def test_rows_are_clean(file: str) -> None:
    """
    No name or alias is empty or has white space at its edges or twice inside.
    """
    rows = [s for name, aliases in spellings(file) for s in (name, *aliases)]

    assert [] == [s for s in rows if not s or s != " ".join(s.split())]


@pytest.mark.parametrize(
    "names",
    [
        "Afghanistan|Brazil|Chad|Denmark|Fiji|Kiribati|Nauru|Palau|Tuvalu|Zimbabwe",
        "Alabama|Georgia|Hawaii|New York|Texas|Vermont|Wyoming",
        "Badakhshan|Daykundi|Helmand|Nuristan|Panjshir|Uruzgan|Zabul|Maidan Wardak",
        "Lashkar Gah|Asadabad|Qala-e-Naw|Tarinkot|Zaranj|Sharana|Parun",
        "Danube|Hindu Kush|Mount Everest|Red Sea|Strait of Hormuz|Lake Chad",
    ],
)
def test_has_the_places_that_news_need(names: str) -> None:
    """
    Countries, states, the provinces of Afghanistan with capitals, waters, mountains.
    """
    gazetteer = load_gazetteer()
    found = {name: gazetteer.find(name) for name in names.split("|")}

    assert dict.fromkeys(found, "place") == {
        name: entry and entry.type for name, entry in found.items()
    }


def test_holds_no_demonym_and_no_day() -> None:
    """
    Words that are no entities are no entries either.
    """
    gazetteer = load_gazetteer()
    names = gazetteer.entries.keys()

    assert set() == names & gazetteer.demonyms
    assert set() == names & {"Monday", "May", "Christmas", "Internet", "I"}


def test_openers_and_common_words_are_lower_case() -> None:
    """
    Lists that are compared in lower case are written in it.
    """
    gazetteer = load_gazetteer()
    words = gazetteer.openers | gazetteer.common_words | gazetteer.titles

    assert [] == [word for word in words if word != word.lower()]


def test_loads_once() -> None:
    """
    The second call gives what the first has loaded.
    """
    load_gazetteer.cache_clear()
    gazetteer = load_gazetteer()

    assert gazetteer is load_gazetteer()


def test_digest_follows_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The digest changes with any byte of any data file.
    """
    before = data_digest()
    read = module._read
    try:
        for file in module.DATA_FILES:
            data_digest.cache_clear()
            monkeypatch.setattr(
                module, "_read", lambda name, f=file: read(name) + "x" * (name == f)
            )
            assert before != data_digest(), file
    finally:
        monkeypatch.undo()
        data_digest.cache_clear()

    assert before == data_digest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Łódź", "Lodz"),
        ("Søren", "Soren"),
        ("  New\u00a0 York\n", "New York"),
        ("O’Brien", "O'Brien"),
        ("Plain text", "Plain text"),
    ],
)
def test_comparable(text: str, expected: str) -> None:
    """
    Spellings are compared without diacritics, with straight quotes, single spaces.
    """
    assert expected == comparable(text)
