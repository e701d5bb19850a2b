"""
Canonical names: what is folded into one entity, and what stays apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from searchkit.annotations.entities.fold import abbreviates

Find: TypeAlias = Callable[..., list[tuple[str, str, str]]]

FOLDED = [
    # against the gazetteer
    ("We left the US.", "US", "United States"),
    ("We left the U.S. in haste.", "U.S.", "United States"),
    ("We left the United States.", "United States", "United States"),
    ("The UN met.", "UN", "United Nations"),
    ("The U.N. met.", "U.N.", "United Nations"),
    ("They hid Usama bin Laden.", "Usama bin Laden", "Osama bin Laden"),
    ("They hid Osama Bin Laden.", "Osama Bin Laden", "Osama bin Laden"),
    ("They hid bin Laden.", "bin Laden", "Osama bin Laden"),
    ("A speech by President Karzai.", "Karzai", "Hamid Karzai"),
    ("We asked Ashraf Ghani Ahmadzai.", "Ashraf Ghani Ahmadzai", "Ashraf Ghani"),
    ("Ships of Al-Qaida sank.", "Al-Qaida", "al-Qaeda"),
    ("We met Mullah Baradar.", "Baradar", "Abdul Ghani Baradar"),
    ("We met Mullah Omar.", "Mullah Omar", "Mullah Omar"),
    ("We flew to Mazar-e-Sharif.", "Mazar-e-Sharif", "Mazar-i-Sharif"),
    ("It rained in Helmand Province.", "Helmand Province", "Helmand"),
    ("We sent Recep Tayyip Erdogan a card.", "Recep Tayyip Erdogan",
     "Recep Tayyip Erdoğan"),
    ("We went to The Hague.", "The Hague", "The Hague"),
    ("We went to The Gambia.", "Gambia", "Gambia"),
    ("We met Joseph R. Biden.", "Joseph R. Biden", "Joe Biden"),
    # surnames and first names after full names
    ("We met Maria Zarnik. Zarnik smiled.", "Zarnik", "Maria Zarnik"),
    ("We met Maria Zarnik. Ms. Zarnik smiled.", "Zarnik", "Maria Zarnik"),
    ("Zarnik won. We met Maria Zarnik.", "Zarnik", "Maria Zarnik"),
    ("We met Maria Zarnik in Zarnik's house.", "Zarnik", "Maria Zarnik"),
    ("We met Ashraf Ghani. Ghani left.", "Ghani", "Ashraf Ghani"),
    ("We met Haider al-Zarni. Then Zarni left.", "Zarni", "Haider al-Zarni"),
    ("We met Luis de Zarnik. De Zarnik left.", "De Zarnik", "Luis de Zarnik"),
    ("We met Kim Zar-nik. Then Kim said no.", "Kim", "Kim Zar-nik"),
    ("We met Theresa May. May said no.", "May", "Theresa May"),
    ("We met Laura Park. They praised Park.", "Park", "Laura Park"),
    ("Billie Jean King won. King said yes.", "King", "Billie Jean King"),
    ("Michael Jordan flew in. Jordan said hello.", "Jordan", "Michael Jordan"),
    # longer and shorter forms of a full name
    ("We met Tor Q. Zarnik. Later Tor Zarnik left. Tor Zarnik sang.",
     "Tor Q. Zarnik", "Tor Zarnik"),
    # diacritics: compared, and kept
    ("We met José Zárnik. Then Jose Zarnik left.", "Jose Zarnik", "José Zárnik"),
    # acronyms that the article introduces
    ("The Zarnik Relief Fund (ZRF) paid. The ZRF closed.", "ZRF", "Zarnik Relief Fund"),
    ("The ZRF (Zarnik Relief Fund) paid. The ZRF closed.", "ZRF", "Zarnik Relief Fund"),
    ("The World Health Organization (WHO) came. WHO paid.", "WHO",
     "World Health Organization"),
    ("The Power and Trade Institute (PTI) paid. PTI closed.", "PTI",
     "Power and Trade Institute"),
    # a son is not his father
    ("We met John F. Kennedy Jr. there.", "John F. Kennedy Jr", "John F. Kennedy Jr"),
    # an organisation is called by its first word, after its full name
    ("Shares of Zentrix Holdings rose. The board of Zentrix met.", "Zentrix",
     "Zentrix Holdings"),
    ("Redvale Inc lost. He said Redvale wanted more.", "Redvale", "Redvale Inc"),
    # an everyday word is a name where the article has it as one
    ("We left Split. Split was quiet.", "Split", "Split"),
]  # fmt: skip


def test_a_part_is_not_the_whole(find: Find) -> None:
    """
    A company that was named by one word before keeps its name beside its unit's.
    """
    body = "The group Zentrix paid. Its unit Zentrix Power Ltd did not. Zentrix left."
    names = [name for _, surface, name in find(body) if surface == "Zentrix"]
    assert {"Zentrix"} == set(names)


@pytest.mark.parametrize(("body", "surface", "name"), FOLDED)
def test_folds(find: Find, body: str, surface: str, name: str) -> None:
    """
    Every mention of this surface has this canonical name.
    """
    names = {found for _, written, found in find(body) if written == surface}

    assert {name} == names


class TestConservatism:
    def test_two_people_with_one_surname_stay_two(self, find: Find) -> None:
        """
        A bare surname that two people in the article bear becomes neither of them.
        """
        assert [
            ("person", "Maria Zarnik", "Maria Zarnik"),
            ("person", "Omar Zarnik", "Omar Zarnik"),
            ("person", "Zarnik", "Zarnik"),
        ] == find("Maria Zarnik met Omar Zarnik. Zarnik smiled.")

    def test_relatives_of_a_known_person(self, find: Find) -> None:
        """
        "Biden" is no longer Joe Biden where the article has another Biden.
        """
        assert [
            ("person", "Hunter Biden", "Hunter Biden"),
            ("person", "Biden", "Biden"),
        ] == find("We met Hunter Biden. Biden smiled.")

    def test_middle_initials_part_people(self, find: Find) -> None:
        """
        Two people whose names differ in an initial only are not joined by the bare one.
        """
        assert ["Tor Q. Zarnik", "Tor R. Zarnik", "Tor Zarnik"] == [
            name
            for _, _, name in find("Tor Q. Zarnik met Tor R. Zarnik and Tor Zarnik.")
        ]

    def test_a_place_is_no_surname(self, find: Find) -> None:
        """
        A country stays one though a person bears its name.
        """
        assert ("place", "Jordan", "Jordan") in find(
            "We met Michael Jordan. He flew to Jordan."
        )

    def test_a_month_is_no_surname(self, find: Find) -> None:
        """
        "In May" stays a date though a person is called May.
        """
        assert ["Theresa May"] == [
            surface for _, surface, _ in find("We met Theresa May. She left in May.")
        ]

    def test_an_acronym_needs_its_letters(self, find: Find) -> None:
        """
        What stands in brackets after a name is not its acronym by its place alone.
        """
        body = "The Zarnik Relief Fund (QXV) paid. The QXV said so."
        assert ("org", "QXV", "QXV") in find(body)

    def test_an_unknown_word_without_evidence_is_left(self, find: Find) -> None:
        """
        A capitalised word of which nothing says what it is is no finding.
        """
        assert [] == find("They gave the Zarnik a coat of paint.")


class TestConsistency:
    def test_one_spelling_has_one_type(self, find: Find) -> None:
        """
        Evidence at one mention decides for the others of the article.
        """
        found = find("They love Zarnik. A bomb fell in Zarnik. Guns reached Zarnik.")
        assert [("place", "Zarnik", "Zarnik")] * 3 == found

    def test_the_title_takes_part(self, find: Find) -> None:
        """
        Title and body are folded together.
        """
        found = find("We met Maria Zarnik.", title="Police look for Zarnik in Kabul")
        assert ("person", "Zarnik", "Maria Zarnik") == found[0]

    def test_articles_do_not_touch(self, find: Find) -> None:
        """
        What one article says is forgotten when the next one comes.
        """
        find("We met Maria Zarnik.")
        assert [] == find("They painted Zarnik.")


@pytest.mark.parametrize(
    ("acronym", "name", "expected"),
    [
        ("WHO", "World Health Organization", True),
        ("W.H.O.", "World Health Organization", True),
        ("FAO", "Food and Agriculture Organization", True),
        ("BoG", "Bank of Ghana", True),
        ("HRW", "World Health Organization", False),
        ("WH", "World", False),
        ("W", "World Health", False),
        ("", "", False),
    ],
)
def test_abbreviates(acronym: str, name: str, expected: bool) -> None:
    """
    An acronym is made of first letters, in order, nearly all of them.
    """
    assert expected is abbreviates(acronym, name)
