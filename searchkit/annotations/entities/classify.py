"""
Classify: cut a run of capitalised words into names, and say what each one names.

What decides, strongest first:

1. the gazetteer, the longest known name at each word;
2. titles before a name ("Gen.", "President"): a person;
3. the last word, or the one before "of": "Ministry of …", "… University" name an
   organisation, "… Province", "Mount …" a place, "… Act", "… Cup" none of the three;
4. given names, initials and particles ("bin", "van der"): a person;
5. words around the run ("in", "city of"; "said", "who"): a person or a place;
6. else its mere form: an acronym is an organisation, two plain words are a person.

The last two are evidence, no decision: ``searchkit.annotations.entities.fold`` weighs
it over the whole article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.chunks import ChunkClassifier
from searchkit.annotations.entities.context import word_before
from searchkit.annotations.entities.cues import (
    ADDRESS,
    BUSINESSES,
    COMPANY_FORMS,
    COMPANY_TITLES,
    DIRECTIONS,
    GENERIC_HEADS,
    GROUPS,
    HEADS_IN_ORGS,
    NUMERALS,
    PLACE_HEADS,
    PLACE_KINDS,
    PLACE_TITLES,
    ROLES,
    SUBJECT_HEADS,
    SUBJECTS,
)
from searchkit.annotations.entities.find import Joint, Run, Shape
from searchkit.annotations.entities.listed import load_listed

if TYPE_CHECKING:
    from searchkit.annotations.model import EntityType

#: Words before a title that belong to the office: "Vice President".
_RANKS = frozenset("Prime Vice Chief Former Deputy Supreme Press".split())
#: Longest name that a title announces, in words.
_LONGEST_PERSON = 6


class Classifier(ChunkClassifier):
    """
    Cuts the runs of one text into candidates.

    A run is cut at commas and titles, then at "of", "and" and possessives; what is left
    are chunks.
    """

    def cut(self, run: Run) -> list[Candidate]:
        """
        Cut one run into candidates, disjoint and in order.
        """
        self._begin(run)
        if run.shape is Shape.PROSE:
            self._parse(0, len(run.words))
            self._found.sort(key=lambda found: found.start)
        else:
            self._cut_headline()
        return self._found

    def _cut_headline(self) -> None:
        """
        Keep what is known; hand on each word between, for names from the body.
        """
        at = 0
        while at < len(self._words):
            if at in self._known:
                end, entry = self._known[at]
                self._emit(at, end, entry.type, Weight.KNOWN, entry.name)
                at = end
            else:
                self._emit(at, at + 1, None, Weight.OPEN, headline=True)
                at += 1

    def _parse(self, lo: int, hi: int) -> None:
        """
        Cut the words ``lo`` to ``hi``; titles part them first.
        """
        lo = self._skip_openers(lo, hi)
        if lo >= hi:
            return
        comma = self._first_comma(lo, hi)
        if comma < hi and not self._lists_subjects(lo, comma, hi):
            self._parse(lo, comma)
            self._parse(comma, hi)
            return
        if self._emit_known(lo, hi):
            return
        title = self._find_title(lo, hi)
        if title is None:
            self._parse_names(lo, hi)
            return
        self._parse_office(lo, title)
        after = self._title_end(title, hi)
        if after >= hi:
            if title == lo and word_before(self._text, self._words[lo].start) != "the":
                # It may be a surname: "King said".
                self._emit(lo, lo + 1, None, Weight.OPEN, everyday=True)
            return
        joint = self._words[after].joint
        if joint is Joint.OF:
            self._parse_after_of(after, hi)
        elif joint in {Joint.AND, Joint.POSSESSIVE, Joint.COMMA}:
            self._parse(after, hi)
        else:
            self._parse_titled(after, hi, self._words[title].text.lower())

    def _title_end(self, title: int, hi: int) -> int:
        """
        Return the end of a title of several words: "Chief Financial Officer".
        """
        after = title + 1
        while after < hi and self._joins(after):
            role = self._words[after].text in ROLES and after not in self._known
            if not role and not self._is_title(after):
                break
            after += 1
        return after

    def _first_comma(self, lo: int, hi: int) -> int:
        at = lo
        while at < hi:
            if at > lo and self._words[at].joint is Joint.COMMA:
                return at
            at = self._known[at][0] if at in self._known else at + 1
        return hi

    def _lists_subjects(self, lo: int, comma: int, hi: int) -> bool:
        """
        Tell whether a comma stands inside "Ministry of Education, Science and Sport".
        """
        heads = [
            at
            for at in range(lo + 1, comma)
            if self._words[at].joint is Joint.OF
            and (self._words[at - 1].text in SUBJECT_HEADS or self._is_title(at - 1))
        ]
        return (
            bool(heads)
            and self._is_subject(comma)
            and any(word.joint is Joint.AND for word in self._words[comma:hi])
        )

    def _is_subject(self, at: int) -> bool:
        lower = self._words[at].text.lower()
        return at not in self._known and (
            lower in self._gaz.common_words or lower in SUBJECTS
        )

    def _skip_openers(self, lo: int, hi: int) -> int:
        """
        Step over words that have their capital letter from the sentence only.
        """
        gaz = self._gaz
        while lo < hi and lo not in self._known:
            word = self._words[lo]
            lower = word.text.lower()
            single = lo + 1 == hi or not self._joins(lo + 1)
            if not word.opens or lower in gaz.titles or word.text in gaz.given_names:
                break
            common = word.text in gaz.not_names and word.text not in DIRECTIONS
            if lower in gaz.common_words:
                common = common or not self._has_head(lo, hi)
            if lower not in gaz.openers and (single or not common):
                break  # a single one may yet be a surname: "May said"
            lo += 1
            if lo < hi and self._words[lo].joint is not Joint.SPACE:
                break
        return lo

    def _find_title(self, lo: int, hi: int) -> int | None:
        """
        Find the first title, not one that an organisation is named by.
        """
        for at in range(lo, hi):
            if self._is_known(at) or not self._is_title(at):
                continue
            end = at + 1
            while end < hi and self._joins(end):
                end += 1
            # "Stephen King", "Ann Zarnik King"
            last_given = (
                at > lo
                and all(self._joins(word) for word in range(lo + 1, at + 1))
                and (self._is_given(at - 1) or (at - lo == 2 and self._is_given(lo)))
            )
            if end == at + 1 and last_given:
                continue  # a surname
            headed = end > at + 1 and self._has_head(end - 1, end)
            headed = headed and not self._is_known(end - 1)
            address = self._words[at].text.lower() in ADDRESS
            if address or not headed or self._is_given(at + 1):
                return at
        return None

    def _is_title(self, at: int) -> bool:
        word = self._words[at].text.lower()
        if word in self._gaz.titles:
            return True
        # "Lt-Gen", "Vice-President", "ex-Minister"
        return "-" in word and word.rpartition("-")[2] in self._gaz.titles

    def _emit_employer(self, lo: int, hi: int, title: str) -> None:
        """
        Take the unknown name before a title: "Zentrix Chairman", "Zarnik Mayor".
        """
        kind: EntityType
        if title in COMPANY_TITLES:
            kind = "org"
        elif title in PLACE_TITLES:
            kind = "place"
        else:
            return
        gaz = self._gaz
        words = self._words[lo:hi]
        if not any(
            word.text in gaz.demonyms
            or word.text in gaz.not_names
            or word.text.lower() in gaz.common_words
            or word.text.lower() in gaz.openers
            or word.text in gaz.given_names
            or self._is_title(at)
            for at, word in enumerate(words, lo)
        ) and all(self._joins(at) for at in range(lo + 1, hi)):
            self._emit(lo, hi, kind, Weight.LIKELY)

    def _parse_office(self, lo: int, hi: int) -> None:
        """
        Take what stands before a title: "Afghan Foreign", "World Bank", "US Defense".
        """
        title = self._words[hi].text.lower()
        while hi > lo and (
            (word := self._words[hi - 1].text).lower() in SUBJECTS
            or word in _RANKS
            or word in ROLES
        ):
            if any(start < hi <= end for start, (end, _) in self._known.items()):
                break
            hi -= 1
        if lo >= hi:
            return
        at = lo
        while at < hi:
            if at in self._known and self._known[at][0] <= hi:
                end, entry = self._known[at]
                if at == lo and end < hi and self._has_head(end, hi):
                    break
                self._emit(at, end, entry.type, Weight.KNOWN, entry.name)
                at = end
            elif self._words[at].text in self._gaz.org_words and at > lo:
                break
            else:
                at += 1
        else:
            self._emit_employer(lo, hi, title)
            return
        if not any(found.start >= self._words[lo].start for found in self._found):
            self._parse_names(lo, hi)

    def _parse_after_of(self, lo: int, hi: int) -> None:
        """
        Take what follows "Minister of": a subject, a country, perhaps then a person.
        """
        at = lo
        while (
            at < hi
            and at not in self._known
            and (
                self._words[at].text.lower() in SUBJECTS
                or self._words[at].text in self._gaz.demonyms
            )
        ):
            at += 1
        if at >= hi:
            return
        if at > lo and self._words[at].joint is Joint.SPACE and at not in self._known:
            if self._is_title(at):
                self._parse(at, hi)
            elif not self._has_head(at, hi):
                self._parse_titled(at, hi, "minister")
            return
        if at in self._known and self._known[at][0] < hi:
            end, entry = self._known[at]
            if self._words[end].joint is Joint.SPACE and not self._has_head(end, hi):
                self._emit(at, end, entry.type, Weight.KNOWN, entry.name)
                self._parse(end, hi)
                return
        self._parse(at, hi)

    def _parse_titled(self, lo: int, hi: int, title: str) -> None:
        """
        Take the person that a title announces, and parse what follows.
        """
        if lo in self._known:
            end, entry = self._known[lo]
            whole = end >= hi or not self._joins(end) or entry.type == "person"
            if entry.type == "org" or (
                entry.type == "place" and end > lo + 1 and title not in ADDRESS
            ):
                self._parse_names(lo, hi)
                return
            if whole and entry.type == "person":
                self._emit(lo, end, "person", Weight.KNOWN, entry.name, titled=True)
                self._parse(end, hi)
                return
        end = lo
        while end < hi and end - lo < _LONGEST_PERSON:
            word = self._words[end]
            if end > lo and not self._joins(end):
                break
            if end > lo and (
                self._is_title(end)
                or word.text in self._gaz.org_words
                or (
                    word.text in self._gaz.not_names
                    and word.text not in NUMERALS
                    and len(word.text) > 1
                )
            ):
                break
            end += 1
        first = self._words[lo].text
        if end == lo + 1 and (
            first in self._gaz.demonyms
            or first.lower() in SUBJECTS
            or first in self._gaz.not_names
            or first in self._gaz.org_words
            or first in self._gaz.thing_words
            or (
                first.lower() in self._gaz.common_words
                and first not in load_listed().family_names
            )
        ):
            self._parse(end, hi)
            return
        self._emit(lo, end, "person", Weight.CUED, titled=True)
        self._parse(end, hi)

    def _parse_names(self, lo: int, hi: int) -> None:
        """
        Cut words without titles at "of", "and" and possessives.
        """
        at = lo + 1
        while at < hi and self._joins(at):
            at += 1
        covering = max(
            (end for start, (end, _) in self._known.items() if start < at <= end),
            default=0,
        )
        if covering > at:
            # The name known here reaches over the small word.
            at = covering
            while at < hi and self._joins(at):
                at += 1
        if at >= hi:
            self._chunk(lo, hi)
            return
        joint = self._words[at].joint
        head = self._words[at - 1].text
        piece_end = self._piece_end(at, hi)
        fame = head == "Hall" and self._words[at].text == "Fame" and at - lo > 1
        if joint is Joint.OF and self._words[piece_end - 1].text in self._gaz.demonyms:
            # "Association of German" bankers
            self._parse(piece_end, hi)
            return
        if joint is Joint.OF and (fame or not self._split_at_of(at, head)):
            end = self._extend(at, piece_end, hi)
            self._emit_org(lo, end)
            self._parse(end, hi)
            return
        named = head in PLACE_HEADS or head in PLACE_KINDS
        if joint is Joint.OF and named and self._small_word(at) == "of":
            first = lo if head in PLACE_HEADS else at
            self._emit(first, piece_end, "place", Weight.CUED)
            self._parse(piece_end, hi)
            return
        if joint is Joint.AND and (
            self._one_org_with_and(lo, at, piece_end)
            or self._is_partnership(lo, at, piece_end)
        ):
            self._emit_org(lo, piece_end)
            self._parse(piece_end, hi)
            return
        if joint is Joint.AND and all(
            word.text in COMPANY_FORMS for word in self._words[at:piece_end]
        ):
            if not self._emit_known(lo, at):
                self._emit_org(lo, piece_end)
            self._parse(piece_end, hi)
            return
        if joint is Joint.POSSESSIVE and head in GROUPS and self._ends_org(piece_end):
            self._emit_org(lo, piece_end)
            self._parse(piece_end, hi)
            return
        self._chunk(lo, at)
        self._parse(at, hi)

    def _piece_end(self, lo: int, hi: int) -> int:
        """
        Return the end of the words that spaces join to the one at ``lo``.
        """
        end = self._known[lo][0] if lo in self._known else lo + 1
        while end < hi and self._joins(end) and not self._is_title(end):
            end = self._known[end][0] if end in self._known else end + 1
        return min(end, hi)

    def _split_at_of(self, at: int, head: str) -> bool:
        """
        Tell whether "X of Y" is no single organisation.
        """
        if head not in self._gaz.org_words or head in GENERIC_HEADS:
            return True
        if self._small_word(at) in {"of", "for"}:
            return False
        following = self._words[at].text
        return (
            at in self._known
            or following in self._gaz.not_names
            or following.lower() not in self._gaz.common_words
        )

    def _small_word(self, at: int) -> str:
        """
        Return the first word in lower case before the one at ``at``.
        """
        gap = self._text[self._words[at - 1].end : self._words[at].start]
        return (gap.split() or [""])[0]

    def _extend(self, at: int, end: int, hi: int) -> int:
        """
        Take further pieces in: "Ministry of Trade and Industry of …".
        """
        while end < hi:
            word = self._words[end]
            piece_end = self._piece_end(end, hi)
            single = piece_end == end + 1
            headed = self._has_head(end, piece_end)
            plain = self._is_subject(end) and (single or not headed)
            plain = plain or (
                single
                and not headed
                and end not in self._known
                and self._words[at - 1].text in SUBJECT_HEADS
                and word.text not in self._gaz.given_names
                and not word.text.isupper()
            )
            listed = word.joint in {Joint.AND, Joint.COMMA} and at not in self._known
            nested = (
                word.joint is Joint.OF and self._words[end - 1].text in HEADS_IN_ORGS
            )
            if not nested and not (listed and plain):
                break
            end = piece_end
        return end

    def _is_partnership(self, lo: int, at: int, end: int) -> bool:
        """
        Tell whether an ampersand joins two names to that of a firm: "Zarnik & Tor".
        """
        words, gaz = self._words, self._gaz
        return (
            "&" in self._text[words[at - 1].end : words[at].start]
            and not any(start in self._known for start in range(lo, end))
            and not (self._is_given(at - 1) and self._is_given(at) and end - at == 1)
            and not any(word.text.lower() in gaz.common_words for word in words[lo:end])
        )

    def _is_pair(self, lo: int, at: int, end: int) -> bool:
        """
        Tell whether two single names are those of one company: "Zarnik and Tor Inc".

        Wires give every company its form, so that the first one has it with the second.
        """
        words, gaz = self._words, self._gaz
        first, second = words[lo].text, words[at].text
        return (
            all(word.text in COMPANY_FORMS for word in words[at + 1 : end])
            and second not in COMPANY_FORMS
            and not first.isupper()
            and not {first, second} & gaz.demonyms
            and first not in gaz.org_words
            and first not in gaz.given_names
            and first not in gaz.not_names
        )

    def _one_org_with_and(self, lo: int, at: int, end: int) -> bool:
        """
        Tell whether "X and Y" is one organisation: "Trade and Industry Ministry".
        """
        if not self._ends_org(end) or end - at < 2:
            return False
        left = self._words[at - 1].text
        lines = left in BUSINESSES and self._words[at].text in BUSINESSES
        if (
            lines
            and at - lo > 1
            and all(
                word.text in COMPANY_FORMS or word.text in self._gaz.org_words
                for word in self._words[at + 1 : end]
            )
        ):
            # "Zarnik Light and Power Co"
            return all(known.end < at for known in self._known.values())
        if any(start in self._known for start in range(lo, end)):
            return False
        if at - lo == 1 and not self._words[lo].opens and self._is_pair(lo, at, end):
            return True
        return (
            self._words[lo].text not in self._gaz.given_names
            and left not in self._gaz.org_words
            and (left.lower() in self._gaz.common_words or left.lower() in SUBJECTS)
        )
