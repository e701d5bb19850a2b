"""
Chunks: what a row of words names that spaces and particles join.

A chunk is classified by the gazetteer, by its head word, by a given name, at last by
its form and the words around it; see ``searchkit.annotations.entities.classify``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.context import weigh_context
from searchkit.annotations.entities.cues import (
    DIRECTIONS,
    DROPPED_KINDS,
    GENERIC_HEADS,
    NUMERALS,
    PARTICLES,
    SECOND_HALVES,
    STANDALONE,
    SURNAMES,
)
from searchkit.annotations.entities.find import Joint, Run, Word
from searchkit.annotations.entities.gazetteer import comparable
from searchkit.annotations.entities.match import Known, known_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.entities.gazetteer import Gazetteer
    from searchkit.annotations.model import EntityType

_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]{1,6}(?:-[A-Z0-9]{1,3})?\Z")
#: "K-pop", "X-ray", and plurals such as "NPLs".
_LETTER_AND_WORD = re.compile(r"[A-Z][-‑][a-z]|[A-Z]{2,5}s\Z")
_INITIAL = re.compile(r"(?:[^\W\d_]\.)+\Z|[A-Z]\Z")
#: A stretch with more characters is no name.
_LONGEST_NAME = 120


class ChunkClassifier:
    """
    Classifies chunks of the runs of one text.

    Args:
        text: The text that the runs are of.
        gazetteer: What is known.
        in_lower_case: Tells whether a word occurs in lower case in the article; such
            a word is hardly a name where it opens a sentence.
    """

    def __init__(
        self, text: str, gazetteer: Gazetteer, in_lower_case: Callable[[str], bool]
    ) -> None:
        self._text = text
        self._gaz = gazetteer
        self._in_lower_case = in_lower_case
        self._words: list[Word] = []
        self._known: dict[int, Known] = {}
        self._found: list[Candidate] = []

    def _begin(self, run: Run) -> None:
        self._words, self._found = run.words, []
        self._known = known_names(self._text, run, self._gaz)

    def _chunk(self, lo: int, hi: int) -> None:
        """
        Classify the words ``lo`` to ``hi``, which spaces and particles join.
        """
        first = lo
        lo, hi = self._trim(lo, hi)
        if lo >= hi or self._emit_known(lo, hi):
            return
        words, gaz = self._words, self._gaz
        last = words[hi - 1].text
        if hi - lo == 1:
            # What remains of "World Heritage" is hardly a name.
            remnant = lo > first and words[lo - 1].text in gaz.not_names
            self._single(lo, remnant=remnant)
            return
        if last in GENERIC_HEADS and lo in self._known:
            # "US Government", "Kishida Cabinet"
            self._chunk(lo, hi - 1)
            return
        if self._by_head(lo, hi) or self._mixed_with_known(lo, hi):
            return
        self._unknown(lo, hi)

    def _by_head(self, lo: int, hi: int) -> bool:
        """
        Classify by the last word, or by a word that begins names of places.
        """
        words, gaz = self._words, self._gaz
        at = hi - 2 if words[hi - 1].text in NUMERALS else hi - 1
        last = "" if self._is_known(at) else words[at].text
        given = comparable(words[lo].text) in gaz.given_names
        if last in SURNAMES and hi - lo == 2 and given:
            self._emit(lo, hi, "person", Weight.CUED)
        elif last in gaz.thing_words:
            pass  # neither a person nor an organisation nor a place
        elif last in gaz.org_words:
            self._emit_org(lo, hi)
        elif last in gaz.place_words or words[lo].text in gaz.place_openers:
            self._emit_place(lo, hi)
        else:
            for at in range(hi - 2, lo, -1):
                if words[at].text in gaz.org_words and at not in self._known:
                    self._emit_org(lo, at + 1)
                    self._chunk(at + 1, hi)
                    return True
            return False
        return True

    def _trim(self, lo: int, hi: int) -> tuple[int, int]:
        """
        Leave out demonyms and other words that are no names, at both ends.
        """
        gaz = self._gaz
        keep_front = hi - lo > 1 and self._ends_org(hi)
        while lo < hi - 1 and lo not in self._known:
            text = self._words[lo].text
            ordinary = text in gaz.not_names and text not in DIRECTIONS
            demonym = text in gaz.demonyms and not keep_front
            if not demonym and not (ordinary and len(text) > 1):
                break
            lo += 1
        while hi > lo + 1 and not self._is_known(hi - 1):
            text = self._words[hi - 1].text
            ordinary = text in gaz.not_names and text not in NUMERALS
            if text not in gaz.demonyms and not (ordinary and len(text) > 1):
                break
            hi -= 2 if text in SECOND_HALVES else 1
        return lo, hi

    def _emit_place(self, lo: int, hi: int) -> None:
        name = None
        if self._words[hi - 1].text in DROPPED_KINDS:
            stem = self._text[self._words[lo].start : self._words[hi - 2].end]
            entry = self._gaz.find(stem)
            name = entry.name if entry and entry.type == "place" else None
        self._emit(lo, hi, "place", Weight.CUED, name)

    def _emit_org(self, lo: int, hi: int) -> None:
        self._emit(lo, hi, "org", Weight.CUED)

    def _mixed_with_known(self, lo: int, hi: int) -> bool:
        """
        Take apart a chunk that holds a known name among other words.
        """
        starts = [at for at in range(lo, hi) if at in self._known]
        if not starts:
            return False
        words, gaz = self._words, self._gaz
        at = starts[0]
        end, entry = self._known[at]
        single = end == at + 1
        if (
            single
            and hi - lo <= 4
            and len(starts) == 1
            and (words[lo].text in gaz.given_names or entry.type == "person")
            and not (at > lo and words[at - 1].text.lower() in gaz.common_words)
        ):
            # "Jordan Smith", "Michael Jordan", "Hunter Biden"
            self._emit(lo, hi, "person", Weight.CUED)
            return True
        if at == lo + 1 and words[lo].text in DIRECTIONS and end == hi:
            self._emit(lo, hi, "place", Weight.CUED)
            return True
        if at > lo:
            self._chunk(lo, at)
        self._emit(at, end, entry.type, Weight.KNOWN, entry.name)
        if end < hi:
            self._chunk(end, hi)
        return True

    def _unknown(self, lo: int, hi: int) -> None:
        """
        Classify two words and more that hold no known name and no head word.
        """
        words, gaz = self._words, self._gaz
        first = words[lo]
        given = comparable(first.text).partition("-")[0] in gaz.given_names
        if first.opens and first.text.lower() in PARTICLES:
            # "De Guindos said"
            self._emit(lo, hi, "person", Weight.GUESSED)
            return
        if first.opens and not given and self._in_lower_case(first.text.lower()):
            self._chunk(lo + 1, hi)
            return
        if all(_INITIAL.match(word.text) for word in words[lo:hi]):
            return
        if given:
            self._emit(lo, hi, "person", Weight.CUED)
            return
        chunk = words[lo:hi]
        if any(
            word.joint is Joint.NAME or " " in word.text for word in chunk[1:]
        ) or any(_INITIAL.match(word.text) for word in chunk[:-1]):
            self._emit(lo, hi, "person", Weight.LIKELY)
            return
        common = sum(word.text.lower() in gaz.common_words for word in chunk)
        directed = first.text in DIRECTIONS
        if common == hi - lo:
            return
        if directed and hi - lo == 2 and not common:
            self._emit(lo, hi, "place", Weight.LIKELY)
        elif common or directed or any(word.text in gaz.demonyms for word in chunk):
            self._emit(lo, hi, "org", Weight.GUESSED)
        else:
            self._emit(lo, hi, "person", Weight.GUESSED)

    def _single(self, at: int, *, remnant: bool) -> None:
        """
        Classify one word that the gazetteer does not have, or not as a name here.
        """
        word, gaz = self._words[at], self._gaz
        text = word.text
        if text in STANDALONE and not word.opens:
            self._emit(at, at + 1, "org", Weight.CUED)
            return
        if len(text.strip(".")) < 2 or _LETTER_AND_WORD.match(text):
            return
        if remnant or self._is_no_name(word):
            self._emit(at, at + 1, None, Weight.OPEN, everyday=True)
        elif _ACRONYM.match(text):
            self._emit(at, at + 1, "org", Weight.GUESSED)
        elif any(c.isdigit() for c in text):
            return
        elif comparable(text) in gaz.given_names:
            self._emit(at, at + 1, "person", Weight.LIKELY)
        else:
            self._emit(at, at + 1, None, Weight.OPEN)

    def _is_no_name(self, word: Word) -> bool:
        """
        Tell whether a single word is an everyday one.
        """
        gaz, text, lower = self._gaz, word.text, word.text.lower()
        return (
            text in gaz.not_names
            or text in gaz.demonyms
            or text in gaz.org_words
            or text in gaz.place_words
            or text in gaz.place_openers
            or text in gaz.thing_words
            or text in DIRECTIONS
            or lower in gaz.titles
            or lower in gaz.openers
            or lower in gaz.common_words
            or (word.opens and self._in_lower_case(lower))
        )

    def _emit_known(self, lo: int, hi: int) -> bool:
        if lo in self._known and self._known[lo][0] == hi:
            entry = self._known[lo][1]
            self._emit(lo, hi, entry.type, Weight.KNOWN, entry.name)
            return True
        return False

    def _emit(
        self,
        lo: int,
        hi: int,
        type_: EntityType | None,
        weight: Weight,
        name: str | None = None,
        *,
        titled: bool = False,
        everyday: bool = False,
        headline: bool = False,
    ) -> None:
        """
        Note the words ``lo`` to ``hi`` as a candidate.
        """
        start, end = self._words[lo].start, self._words[hi - 1].end
        if end - start > _LONGEST_NAME:
            return
        start = self._without_lead(start, end, name or "")
        surface = self._text[start:end]
        if name is None and not everyday and (entry := self._gaz.find(surface)):
            name = entry.name if type_ in {None, entry.type} else None
            type_ = type_ or entry.type
        candidate = Candidate(
            start,
            end,
            comparable(surface),
            type_,
            weight,
            name,
            # A capital letter inside a word does not come from the sentence.
            opens=self._words[lo].opens and surface[1:].islower(),
            titled=titled,
            headline=headline,
            everyday=everyday,
        )
        if weight <= Weight.GUESSED and not (everyday or headline):
            single = hi - lo == 1
            weigh_context(self._text, candidate, self._gaz, single=single)
        self._found.append(candidate)

    def _without_lead(self, start: int, end: int, name: str) -> int:
        """
        Step over "The" and titles that a known spelling begins with.

        What is part of the canonical name stays: "The Hague", "Mullah Omar".
        """
        first, space, rest = self._text[start:end].partition(" ")
        if not space or name.startswith(first + " ") or not rest[0].isupper():
            return start
        if first == "The" or (name and first.lower() in self._gaz.titles):
            return end - len(rest)
        return start

    def _is_known(self, at: int) -> bool:
        return any(start <= at < known.end for start, known in self._known.items())

    def _has_head(self, lo: int, hi: int) -> bool:
        gaz = self._gaz
        return any(
            word.text in gaz.org_words
            or word.text in gaz.place_words
            or word.text in gaz.thing_words
            for word in self._words[lo:hi]
        )

    def _joins(self, at: int) -> bool:
        return self._words[at].joint in {Joint.SPACE, Joint.NAME}

    def _ends_org(self, end: int) -> bool:
        return self._words[end - 1].text in self._gaz.org_words
