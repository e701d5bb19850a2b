"""
Chunks: what a row of words names that spaces and particles join.

A chunk is classified by the gazetteer, by its head word, by a given name, at last by
its form and the words around it; see ``searchkit.annotations.entities.classify``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.context import (
    in_quotes,
    weigh_context,
    word_before,
)
from searchkit.annotations.entities.cues import (
    COMPANY_FORMS,
    DIRECTIONS,
    DROPPED_KINDS,
    GENERIC_HEADS,
    NUMERALS,
    ORG_OPENERS,
    PARTICLES,
    PRODUCTS,
    RELATIVES,
    SECOND_HALVES,
    STANDALONE,
    STORMS,
    SUBJECTS,
    SURNAMES,
    UNITS,
)
from searchkit.annotations.entities.find import QUOTES, Joint, Run, Word
from searchkit.annotations.entities.gazetteer import comparable
from searchkit.annotations.entities.listed import load_listed
from searchkit.annotations.entities.match import Known, known_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.entities.gazetteer import Gazetteer
    from searchkit.annotations.model import EntityType

_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]{1,6}(?:-[A-Z0-9]{1,3})?\Z")
#: "K-pop", "X-ray", plurals such as "NPLs", and letters with a number: "A4".
_LETTER_AND_WORD = re.compile(r"[A-Z][-‑][a-z]|[A-Z]{2,5}s\Z|[A-Z]\d+\Z")
_ORDINAL_BEFORE = re.compile(r"(?<!\S)([1-9]\d{0,3}(?:st|nd|rd|th) )\Z")
_INITIAL = re.compile(r"(?:[^\W\d_]\.)+\Z|[A-Z]\Z")
_ENDINGS = ("ing", "ed")
_SHORTEST_ADVERB = 6
#: Words of so many letters may be written in capitals for no other reason.
_SHOUTED = 4
#: A stretch with more characters is no name.
_LONGEST_NAME = 120


def _is_adverb(word: str) -> bool:
    """
    Tell whether a word looks like one: "Strategically".
    """
    return len(word) > _SHORTEST_ADVERB and word.endswith(("ally", "ously", "ively"))


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
        if words[lo].text in STORMS or all(
            word.text in COMPANY_FORMS for word in words[lo:hi]
        ):
            return
        if hi - lo == 1:
            # What remains of "World Heritage" is hardly a name.
            remnant = lo > first and words[lo - 1].text in gaz.not_names
            self._single(lo, remnant=remnant)
            return
        if lo in self._known and (
            last in GENERIC_HEADS
            or (words[lo].text.endswith(".") and hi - lo == 2 and self._is_plain(last))
        ):
            # "US Government", "Kishida Cabinet"; wires go on with a capital letter
            # after a dot: "U.S. Trading"
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
        surname = last in SURNAMES and self._is_given(lo)
        if hi - lo == 2 and (surname or self._is_announced(lo, last)):
            self._emit(lo, hi, "person", Weight.CUED)
        elif last in gaz.thing_words:
            pass  # neither a person nor an organisation nor a place
        elif last in PRODUCTS and self._is_company(lo, hi - 1):
            end, entry = self._known[lo]
            self._emit(lo, end, entry.type, Weight.KNOWN, entry.name)
        elif last in gaz.org_words:
            self._emit_org(lo, hi)
        elif last in gaz.place_words or words[lo].text in gaz.place_openers:
            self._emit_place(lo, hi)
        else:
            for at in range(hi - 2, lo, -1):
                if words[at].text in gaz.org_words and not self._is_known(at):
                    self._emit_org(lo, at + 1)
                    self._chunk(at + 1, hi)
                    return True
            return False
        return True

    def _is_shouted(self, lower: str) -> bool:
        return lower in self._gaz.common_words or self._in_lower_case(lower)

    def _is_plain(self, word: str) -> bool:
        lower = word.lower()
        return lower in self._gaz.common_words and lower not in SUBJECTS

    def _is_company(self, lo: int, hi: int) -> bool:
        known = self._known.get(lo)
        return known is not None and known.end == hi and known.entry.type == "org"

    def _is_given(self, at: int) -> bool:
        word = self._words[at]
        name = comparable(word.text)
        return name in self._gaz.given_names or (
            name in load_listed().given_names and not self._is_no_name(word)
        )

    def _is_announced(self, lo: int, last: str) -> bool:
        """
        Tell whether what somebody is stands before a name: "golfer Tor Woods".
        """
        surname = last in SURNAMES or last in self._gaz.place_words
        return surname and word_before(self._text, self._words[lo].start) in RELATIVES

    def _trim(self, lo: int, hi: int) -> tuple[int, int]:
        """
        Leave out demonyms and other words that are no names, at both ends.
        """
        gaz = self._gaz
        keep_front = hi - lo > 1 and self._ends_org(hi)
        while lo < hi - 1 and lo not in self._known:
            text = self._words[lo].text
            ordinary = text in gaz.not_names and text not in DIRECTIONS
            ordinary = ordinary and not (keep_front and text in ORG_OPENERS)
            ordinary = ordinary and text not in gaz.given_names
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
        if hi > lo + 1 and self._text[self._words[hi - 1].start - 1] in QUOTES:
            hi -= 1  # a nickname that no surname follows
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
        candidate = self._found[-1] if self._found else None
        if candidate is not None and self._words[hi - 1].text in UNITS:
            at = candidate.start
            ordinal = _ORDINAL_BEFORE.search(self._text, max(0, at - 7), at)
            if ordinal:
                candidate.start = ordinal.start(1)
                candidate.key = comparable(self._text[candidate.start : candidate.end])

    def _mixed_with_known(self, lo: int, hi: int) -> bool:
        """
        Take apart a chunk that holds a known name among other words.
        """
        starts = [at for at in range(lo, hi) if at in self._known]
        if not starts:
            return False
        words, gaz = self._words, self._gaz
        final = starts[-1]
        end, entry = self._known[final]
        if (
            final > lo
            and end == hi
            and entry.type == "org"
            and words[hi - 1].text in gaz.org_words
            and words[hi - 1].text not in GENERIC_HEADS
            and (len(starts) == 1 or self._known[starts[0]].end == final)
        ):
            # "Fiji Labour Party" is not the party that the gazetteer has.
            self._emit_org(lo, hi)
            return True
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
        if first.opens and not given and self._is_ordinary(first.text):
            self._chunk(lo + 1, hi)
            return
        if all(_INITIAL.match(word.text) for word in words[lo:hi]):
            return
        if given:
            self._emit(lo, hi, "person", Weight.CUED)
            return
        if hi - lo == 2 and len(words[hi - 1].text) == 1:
            return  # "Series A"
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

    def _is_ordinary(self, word: str) -> bool:
        """
        Tell whether a word that opens a sentence is none of a name: "Succeeding Ghani".
        """
        if self._in_lower_case(word.lower()):
            return True
        listed = load_listed()
        return word.endswith(_ENDINGS) and not (
            word in listed.given_names
            or word in listed.family_names
            or word in listed.place_parts
        )

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
        if text.isupper() and len(text) >= _SHOUTED and self._is_shouted(text.lower()):
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
            or (word.opens and (self._in_lower_case(lower) or _is_adverb(text)))
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
        start = self._without_lead(start, end, name or "", type_)
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
        if (
            weight <= Weight.GUESSED
            and not headline
            and in_quotes(self._text, start, end)
        ):
            return  # a work, a nickname or a word that is talked about
        if weight <= Weight.GUESSED and not (everyday or headline):
            single = hi - lo == 1
            weigh_context(self._text, candidate, self._gaz, single=single)
        self._found.append(candidate)

    def _without_lead(
        self, start: int, end: int, name: str, type_: EntityType | None
    ) -> int:
        """
        Step over "The" and titles that a known spelling begins with.

        What is part of the canonical name stays: "The Hague", "Mullah Omar".
        """
        first, space, rest = self._text[start:end].partition(" ")
        if not space or name.startswith(first + " ") or not rest[0].isupper():
            return start
        titled = type_ == "person" and name and first.lower() in self._gaz.titles
        if first == "The" or titled:
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
