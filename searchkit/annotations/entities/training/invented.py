"""
Invented articles: news that never happened, about people who do not exist.

``articles.txt`` beside this module holds short news articles of our own, whose names
are open places: ``{P1}`` is a person's full name and ``{p1}`` the last name alone,
``{L1}`` a place, ``{O1}`` an organisation, ``{A1}`` an organisation known by an
acronym, and ``{N1}`` something else that has a name: a work, a product, a law, a ship.
The same place in an article always gets the same name; ``===`` parts articles.

Names are drawn from the lists of names, or made up: letter by letter, each one drawn
from those that follow the last two in the lists.  So the model cannot learn the names,
only how they look, what lists they are in, and what is written around them.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING

from searchkit.annotations.entities.listed import load_listed
from searchkit.annotations.entities.training.corpora import Labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from searchkit.annotations.model import EntityType

_OPEN_PLACE = re.compile(r"\{([PpLOAN])(\d)\}")
_TYPES: dict[str, EntityType | None] = {
    "P": "person", "p": "person", "L": "place", "O": "org", "A": "org", "N": None,
}  # fmt: skip

_HEADS = (
    "Holdings Group Bank Corp Inc Ltd Capital Energy Airlines Pharma Media Motors "
    "Foods Insurance Partners Securities Resources Steel Industries University "
    "Institute Foundation Council Movement Front Party News Press Times"
).split()
_FOREIGN_HEADS = (
    "Banco Grupo Banca Caixa Deutsche Societe Compagnie Radio Prensa Agence Jamaat "
    "Partido Movimiento Frente Casa Editora Jamiat Harakat Bharat Nippon Dai Sun PT "
    "Cia El La Al Der Le Societa Canal Telefonica Nova Uni Air Inter Euro Trans Petro"
).split()
_CLUBS = (
    "United City Rovers FC Town Athletic Wanderers Rangers Tigers Lions Eagles Warriors"
).split()
_ADJECTIVES = (
    "Blue Quick Silver First Smart Open Bright Clear Rapid Golden Green Iron Prime "
    "Next Urban True Simple Northern Western Red Black"
).split()
_NOUNS = (
    "Harbour Basket Cloud Arrow Star Ridge Field Point Stone River Bridge Sky Spark "
    "Wave Path Logic Mind Leaf Wolf Anchor"
).split()
_SYLLABLES = (
    "zen vor tek nex lum bio ari sol dyn cor ven ter mag fin pay gen xi on ra to ti ka "
    "mo vi"
).split()
_ENDINGS = "Tech Bank Air Pay Soft Net Med Oil".split()
_SMALL_WORDS = "of the and in for".split()
_TITLE_WORDS = "Project Last Little My Big Dear Miss Lost Dark Sweet".split()
_CHINESE = ("Wing Jae Chun Min Kwok Hui".split(), "ho chi wei hyun keung".split())
_PARTICLES = ("al-", "bin ", "de ", "van ", "De ", "Al-", "El ")
_INITIALS = "ABCDEFGHJKLMNPRSTW"
_ACRONYM_LETTERS = "ABCDEFGHIKLMNOPRSTUVZ"
_SHORTEST_COINED, _LONGEST_COINED = 4, 10


def invented_articles(copies: int, *, seed: int = 1) -> Iterator[Labelled]:
    """
    Fill the open places of all our articles.

    Args:
        copies: How often each article is filled anew.
        seed: Of the random numbers; the same seed gives the same articles.
    """
    raw = (resources.files(__package__) / "articles.txt").read_text(encoding="utf-8")
    templates = [article.strip() for article in raw.split("===\n")]
    inventor = _Inventor(random.Random(seed))  # noqa: S311 - no secret
    for _ in range(copies):
        for template in templates:
            yield inventor.fill(template)


class _Inventor:
    """
    Makes names up.
    """

    def __init__(self, rng: random.Random) -> None:
        listed = load_listed()
        self._rng = rng
        self._given = sorted(listed.given_names)
        self._family = sorted(listed.family_names)
        self._places = sorted(listed.places)
        self._next_given = _followers(self._given)
        self._next_family = _followers(self._family)
        self._next_place = _followers(name for name in self._places if " " not in name)

    def fill(self, template: str) -> Labelled:
        names: dict[tuple[str, str], tuple[str, str]] = {}
        spans: list[tuple[int, int, EntityType]] = []
        text, at = "", 0
        for place in _OPEN_PLACE.finditer(template):
            text += template[at : place.start()]
            at = place.end()
            kind, number = place[1], place[2]
            key = kind.upper(), number
            if key not in names:
                names[key] = self._name(kind.upper())
            name = names[key][kind == "p"]
            if type_ := _TYPES[kind]:
                spans.append((len(text), len(text) + len(name), type_))
            text += name
        return Labelled(text + template[at:], tuple(spans))

    def _name(self, kind: str) -> tuple[str, str]:
        """
        Make up a name, and its short form.
        """
        if kind == "P":
            return self._person()
        if kind == "L":
            name = self._place()
        elif kind == "O":
            name = self._organisation()
        elif kind == "A":
            name = self._acronym((3, 3, 4, 4, 5))
        else:
            name = self._thing()
        return name, name

    def _person(self) -> tuple[str, str]:
        rng = self._rng
        given = self._one_of(self._given, self._next_given, 0.75)
        family = self._one_of(self._family, self._next_family, 0.7)
        kind = rng.random()
        if kind < 0.06:
            given += f" {rng.choice(_INITIALS)}."
        elif kind < 0.10:
            given += f" {rng.choice(self._given)}"
        elif kind < 0.13:
            family = rng.choice(_PARTICLES) + family
        elif kind < 0.16:
            family += f"-{rng.choice(self._family)}"
        elif kind < 0.19:
            first, second = _CHINESE
            return f"{family} {rng.choice(first)}-{rng.choice(second)}", family
        elif kind < 0.21:
            given = f"{rng.choice(_INITIALS)}."
            given += f"{rng.choice(_INITIALS)}." if rng.random() < 0.5 else ""
        return f"{given} {family}", family

    def _place(self) -> str:
        return self._one_of(self._places, self._next_place, 0.62)

    def _organisation(self) -> str:
        rng = self._rng
        kind = rng.random()
        if kind < 0.22:
            return self._coined() + (
                rng.choice(_ENDINGS) if rng.random() < 0.25 else ""
            )
        if kind < 0.36:
            return f"{self._surname()} {self._surname()}"
        if kind < 0.52:
            return f"{self._surname()} {rng.choice(_HEADS)}"
        if kind < 0.64:
            place = self._one_of(_NOUNS, self._next_place, 0.4)
            return f"{rng.choice(_FOREIGN_HEADS)} {place}"
        if kind < 0.74:
            return self._acronym((3, 3, 3, 4, 4, 5))
        if kind < 0.82:
            return f"{self._place()} {rng.choice(_CLUBS)}"
        if kind < 0.92:
            return f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"
        return f"{self._surname()} & {self._surname()}"

    def _thing(self) -> str:
        rng = self._rng
        kind = rng.random()
        if kind < 0.2:
            return self._coined()
        if kind < 0.4:
            return f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"
        if kind < 0.5:
            return (
                f"{rng.choice(_NOUNS)} {rng.choice(_SMALL_WORDS)} {rng.choice(_NOUNS)}"
            )
        if kind < 0.6:
            return f"{rng.choice(_ADJECTIVES + _NOUNS)} {self._coin(self._next_place)}"
        if kind < 0.7:
            return f"{self._coin(self._next_family)} {rng.choice(_NOUNS)}"
        if kind < 0.78:
            return self._coin(self._next_given)
        if kind < 0.86:
            number = rng.choice(("", "1", "20", "300", "X"))
            return self._acronym((2, 3, 4)) + rng.choice(("", "-", "", " ")) + number
        if kind < 0.93:
            return f"{rng.choice(_TITLE_WORDS)} {rng.choice(_NOUNS)}"
        return f"{rng.choice(self._family)} {rng.choice(_NOUNS)}"

    def _surname(self) -> str:
        return self._one_of(self._family, self._next_family, 0.6)

    def _acronym(self, lengths: tuple[int, ...]) -> str:
        rng = self._rng
        return "".join(rng.choice(_ACRONYM_LETTERS) for _ in range(rng.choice(lengths)))

    def _coined(self) -> str:
        rng = self._rng
        count = rng.choice((2, 3))
        return "".join(rng.choice(_SYLLABLES) for _ in range(count)).capitalize()

    def _one_of(
        self, names: list[str], followers: dict[str, list[str]], share: float
    ) -> str:
        """
        Draw a listed name with the probability ``share``, else coin one like them.
        """
        if self._rng.random() < share:
            return self._rng.choice(names)
        return self._coin(followers)

    def _coin(self, followers: dict[str, list[str]]) -> str:
        while True:
            word = "^^"
            while len(word) <= _LONGEST_COINED + 2:
                letter = self._rng.choice(followers[word[-2:]])
                if letter == "$":
                    break
                word += letter
            word = word[2:]
            if _SHORTEST_COINED <= len(word) <= _LONGEST_COINED and word.isalpha():
                return word.capitalize()


def _followers(names: Iterable[str]) -> dict[str, list[str]]:
    """
    Collect the letters that follow each two; ``^`` begins a word, ``$`` ends it.
    """
    followers: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spelled = f"^^{name.lower()}$"
        for at in range(2, len(spelled)):
            followers[spelled[at - 2 : at]].append(spelled[at])
    return followers
