"""
Fold: one type and one canonical name for each entity of an article.

Steps, over all candidates of an article:

1. a full name and the acronym in brackets after it become one;
2. each spelling gets the type that most of the evidence in the article speaks for;
   a mention with strong evidence of its own keeps its own;
3. a longer and a shorter form of a full name become one person ("John A. Smith"), and
   a single word becomes the person whose last name, or else first name, it is, where
   the article has exactly one such person.  Two people with one surname stay two, and
   a bare surname that may be either of them stays as it is;
4. in headlines, where capital letters say nothing, the names that the rest of the
   article has are found again;
5. what there is no evidence for goes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.context import acts_as_person, word_before
from searchkit.annotations.entities.cues import (
    COMPANY_FORMS,
    DIRECTIONS,
    PARTICLES,
    PLACE_BEFORE,
)
from searchkit.annotations.entities.gazetteer import comparable
from searchkit.annotations.model import EntityMention
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from searchkit.annotations.entities.gazetteer import Gazetteer
    from searchkit.annotations.model import AnnotatedField, EntityType

_INVESTED = re.compile(
    r"\b(?:interest(?:ed|s)?|stakes?|shares?|invest(?:ed|ing|ments?)?|holdings?|stock)"
    r" in \Z"
)
_BRACKETS = re.compile(r"\s?\(\s?[\"“']?([^\W\d_a-z][\w.&-]{1,9})[\"”']?\s?\)")
_GOES_ON = re.compile(r"[\])]?[ \u00a0](?![A-Z][a-z]+day\b)[A-Z][a-z]")
_LOWER_WORDS = re.compile(r"[a-z]+(?:[ -][a-z]+)*\Z")
#: How far to the left of an acronym in brackets its words are looked for.
_LOOK_BACK = 120
_PARTICLE = re.compile(rf" ((?:{'|'.join(sorted(PARTICLES))}) .+)\Z")
_ARTICLE = re.compile(r"(?:al|el|an|ar|as|ash|ad|at)-", re.IGNORECASE)
_MONTHS = frozenset({"April", "August", "June", "March", "May"})
_SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
_SMALL_WORDS = frozenset("of and the for on in de du la des et & to".split())
#: Two letters stand for too many names.
_SHORTEST_ACRONYM = 3
#: Longest name from the body that is looked for in a headline, in words.
_LONGEST_IN_HEADLINE = 6


def fold(
    texts: Mapping[AnnotatedField, str],
    found: Mapping[AnnotatedField, Sequence[Candidate]],
    gazetteer: Gazetteer,
) -> list[EntityMention]:
    """
    Turn the candidates of one article into mentions of entities.

    Args:
        texts: The texts of the article by field, in the order of the result.
        found: The candidates in each text, disjoint and in order.
        gazetteer: What is known.

    Returns:
        Mentions in order of field and span, disjoint in each field.
    """
    return list(_Folder(texts, found, gazetteer).mentions())


def abbreviates(acronym: str, name: str) -> bool:
    """
    Tell whether an acronym is made of the first letters of a name.

    Small words may be passed over or counted; "WHO" and "W.H.O." are alike.

    Example:
        >>> abbreviates("WHO", "World Health Organization")
        True
        >>> abbreviates("HRW", "World Health Organization")
        False
    """
    letters = [c for c in acronym.upper() if c.isalnum()]
    words = [word for word in re.split(r"[\s-]+", name) if word]
    if len(letters) < 2 or len(words) < 2:
        return False
    every = [word[0].upper() for word in words]
    large = [word[0].upper() for word in words if word not in _SMALL_WORDS]
    if letters in (every, large):
        return True
    # One word may have been left out, and a small word may count: "UNODC".
    rest = iter(every)
    return len(letters) >= len(large) - 1 and all(c in rest for c in letters)


def _describes(text: str, acronym: Candidate) -> bool:
    """
    Tell whether an acronym in brackets stands for common words before it.
    """
    start = acronym.start - 1
    if start < 1 or text[start] != "(" or not text.startswith(")", acronym.end):
        return False
    window = text[max(0, start - _LOOK_BACK) : start].rstrip()
    words = _LOWER_WORDS.search(window)
    if not words:
        return False
    before = re.split("[ -]", words[0])[-len(acronym.key) :]
    return "".join(word[0] for word in before).upper() == acronym.key


def _uncapital(key: str) -> str:
    return key[:1].lower() + key[1:]


class _Folder:
    """
    The state of folding one article.
    """

    def __init__(
        self,
        texts: Mapping[AnnotatedField, str],
        found: Mapping[AnnotatedField, Sequence[Candidate]],
        gazetteer: Gazetteer,
    ) -> None:
        self._texts = texts
        self._found = found
        self._gaz = gazetteer
        self._plain = [
            (texts[field], candidate)
            for field, candidates in found.items()
            for candidate in candidates
            if not candidate.headline
        ]
        #: Acronyms that stand for common words: "liquefied natural gas (LNG)".
        self._described: set[str] = set()
        #: Acronym to the full name that it was introduced after.
        self._acronyms: dict[str, Candidate] = {}
        self._types: dict[str, EntityType] = {}
        #: Spellings with evidence that they are names at all.
        self._anchored: set[str] = set()
        #: Spellings that the gazetteer knows, where no sentence opens with them.
        self._known = {
            candidate.key
            for _, candidate in self._plain
            if candidate.weight is Weight.KNOWN
        }
        #: Spelling to canonical name, for what the gazetteer does not have.
        self._names: dict[str, str] = {}
        #: Last or first name to the canonical names of the people who bear it.
        self._by_last: dict[str, set[str]] = defaultdict(set)
        #: First word to the canonical names of the organisations that begin with it.
        self._by_head: dict[str, set[str]] = defaultdict(set)
        self._by_first: dict[str, set[str]] = defaultdict(set)

    def mentions(self) -> Iterator[EntityMention]:
        for field, candidates in self._found.items():
            self._link_acronyms(self._texts[field], candidates)
        self._link_namesakes()
        self._settle_types()
        self._name_spellings()
        self._collect_people()
        self._collect_organisations()
        resolved = {
            id(candidate): self._resolve(text, candidate)
            for text, candidate in self._plain
        }
        for candidate in self._found.get("title", ()):
            if (person := self._namesake(candidate)) is not None:
                resolved[id(candidate)] = "person", person
        known: dict[str, tuple[EntityType, str]] = {}
        for _, candidate in self._plain:
            if (result := resolved[id(candidate)]) is not None:
                known.setdefault(candidate.key, result)
        for last, people in self._by_last.items():
            if len(people) == 1 and last.lower() not in self._gaz.openers:
                known.setdefault(last, ("person", next(iter(people))))
        in_capitals = {key.upper(): result for key, result in known.items()}
        for field, candidates in self._found.items():
            text = self._texts[field]
            at = 0
            while at < len(candidates):
                candidate = candidates[at]
                size = 1
                if candidate.headline:
                    size, result = self._headline(
                        text, candidates, at, known, in_capitals
                    )
                else:
                    result = resolved[id(candidate)]
                if result is not None:
                    start, end = candidate.start, candidates[at + size - 1].end
                    span = Span(start, end)
                    yield EntityMention(span, text[start:end], *result, field)
                at += size

    # --- step 1 ---

    def _link_acronyms(self, text: str, candidates: Sequence[Candidate]) -> None:
        for at, candidate in enumerate(candidates):
            if candidate.weight is Weight.GUESSED and _describes(text, candidate):
                self._described.add(candidate.key)
            if candidate.headline or not text.startswith((" (", "("), candidate.end):
                continue
            inside = _BRACKETS.match(text, candidate.end)
            if inside and abbreviates(inside[1], candidate.key):
                self._introduce(inside[1], candidate)
            elif at + 1 < len(candidates):
                full = candidates[at + 1]
                if (
                    full.start - candidate.end <= 2
                    and text.startswith(")", full.end)
                    and abbreviates(candidate.key, full.key)
                ):
                    self._introduce(candidate.key, full)

    def _link_namesakes(self) -> None:
        """
        Give an acronym to the one organisation of the article that it is made of.

        The gazetteer may know another one by it, which the article does not name.
        """
        acronyms = {
            candidate.key: candidate.name
            for _, candidate in self._plain
            if candidate.weight is Weight.KNOWN
            and candidate.type == "org"
            and candidate.key.isupper()
            and candidate.key.isalpha()
            and len(candidate.key) >= _SHORTEST_ACRONYM
            and candidate.key not in self._acronyms
        }
        if not acronyms:
            return
        named: dict[str, dict[str, Candidate]] = defaultdict(dict)
        for _, candidate in self._plain:
            if " " in candidate.key and candidate.type == "org":
                large = [w for w in candidate.key.split() if w not in _SMALL_WORDS]
                initials = "".join(word[0] for word in large)
                if initials in acronyms:
                    named[initials].setdefault(candidate.key, candidate)
        for acronym, full in named.items():
            (first, *others) = full.values()
            if not others and first.name != acronyms[acronym]:
                self._introduce(acronym, first)

    def _introduce(self, acronym: str, full: Candidate) -> None:
        if full.weight <= Weight.GUESSED:
            full.type, full.weight = "org", Weight.LIKELY
        self._acronyms.setdefault(comparable(acronym), full)

    # --- step 2 ---

    def _settle_types(self) -> None:
        votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
        for _, candidate in self._plain:
            if candidate.everyday:
                continue
            sure = candidate.weight >= Weight.LIKELY or " " in candidate.key
            if sure or not candidate.opens:
                self._anchored.add(candidate.key)
                if candidate.type is not None:
                    votes[candidate.key][candidate.type] += candidate.weight**2
        for key, counter in votes.items():
            # The first of equals, in order of the text, wins.
            self._types[key] = max(counter, key=counter.__getitem__)

    def _type(self, candidate: Candidate) -> EntityType | None:
        if candidate.weight >= Weight.CUED:
            return candidate.type
        return self._types.get(candidate.key)

    def _name_spellings(self) -> None:
        """
        Choose how each spelling is written: with its diacritics, else as it came first.
        """
        best: dict[str, tuple[int, str]] = {}
        for text, candidate in self._plain:
            written = " ".join(text[candidate.start : candidate.end].split())
            plain = written.isascii()
            marks = 0 if plain else sum(not c.isascii() for c in written)
            if candidate.key not in best or marks > best[candidate.key][0]:
                best[candidate.key] = marks, written
        self._names = {key: written for key, (_, written) in best.items()}

    # --- step 3 ---

    def _collect_people(self) -> None:
        counts: Counter[str] = Counter()
        given: dict[str, str | None] = {}
        for _, candidate in self._plain:
            if " " in candidate.key and self._type(candidate) == "person":
                counts[candidate.key] += 1
                if candidate.type == "person":
                    given[candidate.key] = given.get(candidate.key) or candidate.name
                else:
                    given.setdefault(candidate.key, None)
        self._join_variants(counts, given)
        for key in counts:
            name = given.get(key) or self._names[key]
            for spelling in {key, comparable(name)}:
                words = [w for w in spelling.split() if w not in _SUFFIXES]
                if len(words) < 2:
                    continue
                self._by_first[words[0]].add(name)
                self._by_last[words[-1]].add(name)
                self._by_last[_ARTICLE.sub("", words[-1])].add(name)
                if particle := _PARTICLE.search(spelling):
                    self._by_last[particle[1]].add(name)

    def _collect_organisations(self) -> None:
        """
        Note what organisations are called for short: "Zentrix" of "Zentrix Inc".

        The full name comes first: where "Zentrix" has stood before "Zentrix Power Ltd",
        the latter is a part of it.
        """
        seen: set[str] = set()
        for text, candidate in self._plain:
            head, space, rest = candidate.key.partition(" ")
            if not space:
                if text is self._texts.get("body"):
                    seen.add(head)
            elif (
                candidate.type == "org"
                and candidate.weight >= Weight.CUED
                and rest[0].isupper()
                and head not in seen
                and self._is_distinctive(head)
            ):
                name = candidate.name or self._names[candidate.key]
                self._by_head[head].add(name)

    def _is_distinctive(self, word: str) -> bool:
        gaz = self._gaz
        return len(word) > 2 and not (
            word in gaz.entries
            or word in gaz.demonyms
            or word in gaz.not_names
            or word in gaz.org_words
            or word in DIRECTIONS
            or word in gaz.place_openers
            or word in gaz.place_words
            or word in gaz.thing_words
            or word in gaz.given_names
            or word.lower() in gaz.common_words
            or word.lower() in gaz.openers
            or word.lower() in gaz.titles
        )

    def _join_variants(
        self, counts: Counter[str], given: Mapping[str, str | None]
    ) -> None:
        """
        Join "John A. Smith" to "John Smith" where no other person claims that name.
        """
        claims: dict[str, list[str]] = defaultdict(list)
        for key in counts:
            words = key.split()
            if len(words) < 3 or given.get(key):
                continue
            bare = [w for w in words if not w.endswith(".") and len(w) > 1]
            forms = (bare, words[:-1], words[1:], [words[0], words[-1]], words[:2])
            for form in map(" ".join, forms):
                if form != key and " " in form:
                    entry = self._gaz.entries.get(form)
                    known = entry is not None and entry.type == "person"
                    if form in counts or (known and words[-1] not in _SUFFIXES):
                        claims[form].append(key)
                        break
        for short, longer in claims.items():
            if len(longer) > 1:
                continue
            entry = self._gaz.entries.get(short)
            if entry and entry.type == "person":
                name = entry.name
            else:
                better = counts[longer[0]] > counts[short]
                name = self._names[longer[0] if better else short]
            self._names[longer[0]] = name
            if short in self._names:
                self._names[short] = name

    def _resolve(
        self, text: str, candidate: Candidate
    ) -> tuple[EntityType, str] | None:
        """
        Say what a candidate names, and its canonical name; ``None`` for no name.
        """
        key = candidate.key
        if key in self._described:
            return None
        full = self._acronyms.get(key)
        if full is not None and (type_ := self._type(full)):
            return type_, full.name or self._names[full.key]
        if full is None and self._is_bare(key):
            person = self._person(text, candidate)
            if person is not None:
                return "person", person
        if candidate.weight < Weight.KNOWN and not candidate.titled:
            organisation = self._organisation(text, candidate)
            if organisation is not None:
                return "org", organisation
        if candidate.everyday:
            entry = self._gaz.entries.get(key)
            return entry if entry and key in self._known else None
        kind = self._type(candidate)
        if kind is None or key not in self._anchored:
            return None
        if (
            kind == "person"
            and " " not in key
            and candidate.weight <= Weight.LIKELY
            and _GOES_ON.match(text, candidate.end)
        ):
            return None  # half a name, the other half of which looks like none
        if candidate.name and candidate.type == kind:
            return kind, candidate.name
        return kind, self._names[key]

    def _namesake(self, candidate: Candidate) -> str | None:
        """
        Return the person of the article whom a known surname in its title names.

        "Jordan" is no country over the news of one Ann Jordan.
        """
        key = candidate.key
        if candidate.weight is not Weight.KNOWN or candidate.headline or " " in key:
            return None
        if any(
            other.key == key and other.type == candidate.type
            for other in self._found.get("body", ())
        ):
            return None
        people = self._by_last.get(key, set())
        return next(iter(people)) if len(people) == 1 else None

    def _organisation(self, text: str, candidate: Candidate) -> str | None:
        """
        Return the organisation that a single word is short for.

        After "Zentrix Inc", "Zentrix" is the company, whatever the word may name
        elsewhere; after "Zarnik University", "Zarnik" is a place as well.
        """
        names = self._by_head.get(candidate.key, set())
        if len(names) != 1:
            return None
        name = next(iter(names))
        if self._types.get(candidate.key) in {None, "org"}:
            return name
        company = name.rpartition(" ")[2] in COMPANY_FORMS
        around = word_before(text, candidate.start) in PLACE_BEFORE
        if around and _INVESTED.search(text, 0, candidate.start):
            around = False
        return name if company and not around else None

    @staticmethod
    def _is_bare(key: str) -> bool:
        return " " not in key or key.partition(" ")[0].lower() in PARTICLES

    def _person(self, text: str, candidate: Candidate) -> str | None:
        """
        Return whom a single word names, by the full names in the article.
        """
        key = candidate.key
        people = self._by_last.get(key) or self._by_last.get(_uncapital(key), set())
        if candidate.weight is Weight.KNOWN and candidate.type == "person":
            # "Biden" is Joe Biden unless the article has another one.
            return candidate.name if people <= {candidate.name} else key
        unsettled = candidate.everyday or self._type(candidate) in {"person", None}
        if not people and unsettled:
            people = self._by_first.get(key, set())
        if not people:
            return None
        doubtful = candidate.weight is Weight.KNOWN or (
            candidate.everyday and (candidate.opens or key in _MONTHS)
        )
        if doubtful and not acts_as_person(text, candidate):
            return None
        return next(iter(people)) if len(people) == 1 else self._names[key]

    # --- step 4 ---

    def _headline(
        self,
        text: str,
        candidates: Sequence[Candidate],
        at: int,
        known: Mapping[str, tuple[EntityType, str]],
        in_capitals: Mapping[str, tuple[EntityType, str]],
    ) -> tuple[int, tuple[EntityType, str] | None]:
        """
        Look for a name from the body at one word of a headline.

        Returns:
            How many candidates it takes, and what it names.
        """
        first = candidates[at]
        last = at
        while (
            last + 1 < len(candidates)
            and last + 1 - at < _LONGEST_IN_HEADLINE
            and candidates[last + 1].headline
            and candidates[last + 1].start - candidates[last].end <= len(" of the ")
        ):
            last += 1
        for end in range(last, at - 1, -1):
            key = comparable(text[first.start : candidates[end].end])
            if end == at and key.lower() in self._gaz.common_words:
                break
            result = known.get(key) or (key.isupper() and in_capitals.get(key)) or None
            if result:
                return end + 1 - at, result
        return 1, None
