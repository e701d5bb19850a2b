"""
Names of queries by the rules of an index: against the definition, on every engine.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit.annotations.entities.aliases import Aliases, Rule
from searchkit.annotations.entities.gazetteer import spellings
from searchkit.annotations.model import Annotations, EntityMention
from searchkit.articles.model import Article
from searchkit.documents import document_of, mention_key, name_words, split_key
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.errors import AliasesError
from searchkit.expanding import Expansions
from searchkit.queries.tree import And, Mention, Name, Not, Or, Word
from searchkit.spans import Span
from tests.conformance.brute_force import BruteForceEngine
from tests.conformance.conftest import codecs

if TYPE_CHECKING:
    from searchkit.engines.base import Engine, Searcher
    from searchkit.queries.tree import Query

NAMES = (
    *("Osama bin Laden", "Usama bin Ladin", "Bin Laden", "bin Ladin", "Kabul"),
    *("Kabul University", "Georgia", "Georgia Tech", "U.S.", "United States", "Mr."),
    *("America", "Islamic Emirate", "Taliban"),
)
TYPES = ("person", "org", "place", "group", "event")

names = st.sampled_from(NAMES)
types = st.sampled_from(TYPES)
mentions = st.tuples(types, names, names)
corpora = st.lists(st.lists(mentions, max_size=3), min_size=1, max_size=6)
#: Names that are spelled alike: the first three of one person, the last of another.
ALIKE = (
    *("Zarajuddin Haqqani", "Zarajudin Haqqani", "Zarajuddin Haqani"),
    "Zarajuddin Zarnik",
)
alike_mentions = st.builds(
    lambda kind, name: (kind, name, name), types, st.sampled_from(ALIKE)
)
alike_corpora = st.lists(
    st.lists(alike_mentions, max_size=2), min_size=1, max_size=7
) | st.lists(st.sampled_from([[("person", one, one)] for one in ALIKE[:2]]), min_size=5)
queries = st.builds(
    Name,
    st.sampled_from(("entity", *TYPES)),
    names
    | st.sampled_from(("bin", "ladin", "laden", "university", "tech", "...", "usama")),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    action = draw(st.sampled_from(("merge", "merge", "split", "retype", "forbid")))
    value = ""
    if action == "retype":
        value = draw(types)
    elif action != "forbid":
        value = draw(names)
    type_ = draw(st.none() | types)
    return Rule(action, draw(names), type_, value, "", draw(st.integers(2, 99)))  # type: ignore[arg-type]


@st.composite
def alias_lists(draw: st.DrawFn) -> Aliases:
    """
    Draw rules, and leave out those that contradict the ones before.
    """
    kept: list[Rule] = []
    for rule in draw(st.lists(rules(), max_size=5)):
        if name_words(rule.name) == name_words(rule.value):
            continue
        try:
            Aliases([*kept, rule])
        except AliasesError:
            continue
        kept.append(rule)
    return Aliases(kept)


def annotated(found: list[tuple[str, str, str]]) -> Annotations:
    return Annotations(
        entities=tuple(
            EntityMention(Span(0, len(surface)), surface, kind, name)  # type: ignore[arg-type]
            for kind, name, surface in found
        )
    )


def write(engine: Engine, corpus: list[list[tuple[str, str, str]]]) -> None:
    engine.reset()
    for number, found in enumerate(corpus):
        writer = engine.writer()
        article = Article(id=f"a{number}", body="text")
        writer.put(document_of(article, annotated(found)))
        writer.commit(number + 1)


def runs(text: str) -> set[tuple[str, ...]]:
    words = name_words(text)
    ends = range(1, len(words) + 1)
    return {tuple(words[a:b]) for b in ends for a in range(b)}


def bears(aliases: Aliases, kind: str, name: str) -> set[str]:
    """
    Return the names of an entity: its own, and all that are taken for it.
    """
    found = {name}
    for other in NAMES:
        for type_ in TYPES:
            # A spelling nobody splits off: the rules for the name alone.
            entity = aliases.apply(type_, other, "zzz")  # type: ignore[arg-type]
            if entity is None or entity[0] != kind:
                continue
            if name_words(entity[1]) == name_words(name):
                found.add(other)
    return found


def is_meant(query: Name, aliases: Aliases, mention: tuple[str, str, str]) -> bool:
    kind, name, surface = mention
    entity = aliases.apply(kind, name, surface)  # type: ignore[arg-type]
    if entity is None or query.kind not in {"entity", entity[0]}:
        return False
    asked = tuple(name_words(query.text))
    names = bears(aliases, *entity)
    return any(asked in runs(one) for one in {surface, *names}) or any(
        known in {(entity[0], tuple(name_words(one))) for one in names}
        for known in known_as(query, aliases)
    )


#: Every entity of the gazetteer: its type, its folded name, and its folded spellings.
GAZETTEER = [
    (kind, tuple(name_words(name)), [tuple(name_words(one)) for one in (name, *others)])
    for kind, file in (
        ("person", "people.csv"),
        ("org", "organisations.csv"),
        ("place", "places.csv"),
    )
    for name, others in spellings(file)
]


def known_as(query: Name, aliases: Aliases) -> list[tuple[str, tuple[str, ...]]]:
    """
    Return the entities of the gazetteer that are meant, unless they are split off.
    """
    asked = tuple(name_words(query.text))
    ours = [one for one in GAZETTEER if query.kind in {"entity", one[0]}]
    whole = [(kind, name) for kind, name, forms in ours if asked in forms]
    part = [
        (kind, name)
        for kind, name, forms in ours
        if any(asked in runs(" ".join(form)) for form in forms)
    ]
    return [
        (kind, name)
        for kind, name in whole or (part if len(part) == 1 else [])
        if not any(
            rule.action == "split"
            and rule.type in {None, kind}
            and tuple(name_words(rule.name)) == asked
            and tuple(name_words(rule.value)) == name
            for rule in aliases.rules
        )
    ]


def ids(searcher: Searcher, query: Query) -> set[str]:
    return {match.id for match in searcher.search(query, limit=100).page}


@example(
    corpus=[[("person", "Bin Laden", "Osama bin Laden")]],
    aliases=Aliases([Rule("merge", "Osama bin Laden", None, "Bin Laden", "", 2)]),
    asked=[Name("entity", "Usama bin Ladin")],
)
@settings(max_examples=150, deadline=None)
@given(
    corpus=corpora,
    aliases=alias_lists(),
    asked=st.lists(queries, min_size=1, max_size=4),
)
def test_a_name_finds_the_articles_that_mean_it(
    corpus: list[list[tuple[str, str, str]]], aliases: Aliases, asked: list[Name]
) -> None:
    """
    Just those with a mention that is of such an entity by the rules.
    """
    oracle = BruteForceEngine()
    write(oracle, corpus)
    with oracle.searcher() as searcher:
        expansions = Expansions(lambda: aliases, searcher)
        for query in asked:
            expected = {
                f"a{number}"
                for number, found in enumerate(corpus)
                if any(is_meant(query, aliases, mention) for mention in found)
            }
            assert expected == ids(searcher, expansions.expand(query))


@settings(max_examples=100, deadline=None)
@given(corpus=alike_corpora, text=st.sampled_from(ALIKE))
def test_a_person_is_found_in_all_spellings_that_are_alike(
    corpus: list[list[tuple[str, str, str]]], text: str
) -> None:
    """
    Where one of them is in four times as many articles: the other is merged into it.
    """
    oracle = BruteForceEngine()
    write(oracle, corpus)
    counts = {
        name: sum(("person", name, name) in found for found in corpus)
        for name in ALIKE[:3]
    }
    most = max(counts.values())
    main = min((name for name in counts if counts[name] == most), key=str.lower)
    same = {text}
    if text in counts and most:
        one = {main, *(name for name in counts if counts[name] * 4 <= most)}
        same = one if text in one else same
    expected = {
        f"a{number}"
        for number, found in enumerate(corpus)
        if any(kind == "person" and name in same for kind, name, _ in found)
    }
    with oracle.searcher() as searcher:
        tree = Expansions(lambda: None, searcher).expand(Name("person", text))
        assert expected == ids(searcher, tree)


@settings(max_examples=25, deadline=None)
@given(
    corpus=corpora | alike_corpora,
    aliases=alias_lists(),
    asked=st.lists(
        queries | st.builds(Name, st.just("person"), st.sampled_from(ALIKE)),
        min_size=1,
        max_size=4,
    ),
)
@codecs
def test_engines_agree_on_names_by_rules(
    corpus: list[list[tuple[str, str, str]]],
    aliases: Aliases,
    asked: list[Name],
    is_native: bool,
) -> None:
    """
    The same tree, and the same articles with the same scores, alone and in branches.
    """
    oracle = BruteForceEngine()
    write(oracle, corpus)
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder), is_native=is_native)
        write(engine, corpus)
        with oracle.searcher() as expected, engine.searcher() as actual:
            both = And((Word("text"), Or(tuple(asked))))
            trees: list[Query] = [*asked, Not(asked[0]), both]
            for query in trees:
                tree = Expansions(lambda: aliases, expected).expand(query)
                assert tree == Expansions(lambda: aliases, actual).expand(query)
                want = expected.search(tree, limit=100)
                got = actual.search(tree, limit=100)
                assert want.total == got.total
                scores = {match.id: match.score for match in got.page}
                wanted = {match.id: match.score for match in want.page}
                assert wanted == pytest.approx(scores, rel=1e-5)


class TestKnownNames:
    @pytest.mark.parametrize(
        ("field", "text", "expected"),
        [
            ("place", "US", {"a0", "a1"}),
            ("place", "U.S.A.", {"a0", "a1"}),
            ("entity", "america", {"a0", "a1"}),
            ("org", "US", set()),
            ("person", "Usama bin Ladin", {"a2"}),
            ("person", "usama", {"a2"}),
            ("place", "Republic", set()),
        ],
    )
    def test_a_name_is_found_by_every_spelling_of_the_gazetteer(
        self, field: str, text: str, expected: set[str]
    ) -> None:
        """
        Whole, or by words that only one name has; whichever spelling the article has.
        """
        oracle = BruteForceEngine()
        write(
            oracle,
            [
                [("place", "United States", "U.S.")],
                [("place", "United States", "United States")],
                [("person", "Osama bin Laden", "bin Laden")],
                [("place", "China", "China")],
            ],
        )
        with oracle.searcher() as searcher:
            expansions = Expansions(lambda: None, searcher)
            tree = expansions.expand(Name(field, text))  # type: ignore[arg-type]
            assert expected == ids(searcher, tree)
            if expected == {"a0", "a1"}:
                shown = [f"“{text}” is also “United States”"]
            elif expected:
                shown = [f"“{text}” is also “Osama bin Laden”"]
            else:
                shown = []
            assert shown == [note.message for note in expansions.notes]

    def test_a_spelling_that_is_split_off_is_left_alone(self) -> None:
        """
        Who writes such a rule knows better than the gazetteer.
        """
        oracle = BruteForceEngine()
        found = [("place", "United States", one) for one in ("America", "U.S.")]
        write(oracle, [found[:1], found[1:]])
        split = Aliases([Rule("split", "America", "place", "United States", "", 2)])
        with oracle.searcher() as searcher:
            for text, expected in (("America", {"a0"}), ("USA", {"a1"})):
                expansions = Expansions(lambda: split, searcher)
                tree = expansions.expand(Name("place", text))
                assert expected == ids(searcher, tree)


def test_very_many_rules_do_what_few_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Only the way in which names are looked up differs.
    """
    monkeypatch.setattr("searchkit.expanding._MANY", 1)
    oracle = BruteForceEngine()
    found = [("place", name, name) for name in ("Kabul", "Georgia", "Kabul University")]
    write(oracle, [[one] for one in found])
    rows = [Rule("forbid", name, None, "", "", 2) for name in ("Georgia", "U.S.")]
    rows.append(Rule("retype", "Kabul University", None, "org", "", 3))
    with oracle.searcher() as searcher:
        for kind, expected in (("place", {"a0"}), ("org", {"a2"})):
            expansions = Expansions(lambda: Aliases(rows), searcher)
            tree = expansions.expand(Name(kind, "Kabul"))  # type: ignore[arg-type]
            assert expected == ids(searcher, tree)


class TestAlikeNames:
    def test_the_other_spelling_is_said(self) -> None:
        """
        So that a person sees why an article is found.
        """
        oracle = BruteForceEngine()
        found = [("person", name, name) for name in ALIKE[:2]]
        write(oracle, [*[found[:1]] * 4, found[1:]])
        with oracle.searcher() as searcher:
            for text, other in (("Zarajuddin Haqqani", 1), ("Zarajudin Haqqani", 0)):
                expansions = Expansions(lambda: None, searcher)
                tree = expansions.expand(Name("person", text))
                assert {"a0", "a1", "a2", "a3", "a4"} == ids(searcher, tree)
                (note,) = expansions.notes
                shown = f"“{ALIKE[other].lower()}” (spelled alike)"
                assert f"“{text}” is also {shown}" == note.message

    def test_a_row_parts_them_again(self) -> None:
        """
        As it does what the gazetteer has folded.
        """
        oracle = BruteForceEngine()
        found = [("person", name, name) for name in ALIKE[:2]]
        write(oracle, [*[found[:1]] * 4, found[1:]])
        row = Rule("split", ALIKE[1], "person", ALIKE[0], "", 2)
        with oracle.searcher() as searcher:
            for text, expected in zip(
                ALIKE, ({"a0", "a1", "a2", "a3"}, {"a4"}), strict=False
            ):
                expansions = Expansions(lambda: Aliases([row]), searcher)
                tree = expansions.expand(Name("person", text))
                assert expected == ids(searcher, tree)


class TestExpansion:
    def test_without_names_or_rules_nothing_is_looked_up(self) -> None:
        """
        Rules are read for names only, and a tree that they do not touch stays.
        """
        oracle = BruteForceEngine()
        write(oracle, [[("place", "Kabul", "Kabul")]])
        merge = Rule("merge", "Usama bin Ladin", None, "Osama bin Laden", "", 2)
        with oracle.searcher() as searcher:

            def unread() -> Aliases:
                raise AssertionError("the rules were read")

            word: Query = Word("Kabul")
            assert word == Expansions(unread, searcher).expand(word)
            query: Query = And((Word("a"), Name("place", "Kabul")))
            for rules in (None, Aliases(()), Aliases([merge])):
                expansions = Expansions([rules].pop, searcher)
                assert query == expansions.expand(query)
                assert [] == expansions.notes

    def test_a_merge_adds_mentions_to_the_name(self) -> None:
        """
        The name itself stays in the tree, and the spellings of the other one come.
        """
        oracle = BruteForceEngine()
        write(oracle, [[("person", "Usama bin Ladin", "Ladin")]])
        merge = Rule("merge", "Usama bin Ladin", None, "Osama bin Laden", "", 2)
        name = Name("person", "Osama bin Laden")
        with oracle.searcher() as searcher:
            expansions = Expansions(lambda: Aliases([merge]), searcher)
            mention = Mention("person", "|usama bin ladin|ladin")
            assert Or((name, mention)) == expansions.expand(name)
        (note,) = expansions.notes
        expected = "“Osama bin Laden” is also “Usama bin Ladin” (aliases.csv)"
        assert ("alias", expected) == (note.kind, note.message)

    def test_more_spellings_than_a_query_may_have_are_cut_and_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The most frequent ones are looked for.
        """
        monkeypatch.setattr("searchkit.settings.MAX_MENTION_KEYS", 2)
        oracle = BruteForceEngine()
        found = [("place", "Kabul", surface) for surface in ("A", "B", "C")]
        write(oracle, [found, found[1:], found[2:]])
        merge = Rule("merge", "Kabul", None, "Capital", "", 2)
        with oracle.searcher() as searcher:
            expansions = Expansions(lambda: Aliases([merge]), searcher)
            tree = expansions.expand(Name("place", "Capital"))
        assert [Mention("place", f"|kabul|{one}") for one in "cb"] == list(
            tree.children[1:]  # type: ignore[union-attr]
        )
        assert ["alias", "expanded"] == [note.kind for note in expansions.notes]


class TestMentionKeys:
    def test_a_key_holds_both_names(self) -> None:
        """
        Folded, and the two can be told apart again.
        """
        assert "|united states|us" == mention_key("United States", "U.S.")
        assert ("united states", "us") == split_key("|united states|us")

    def test_no_name_is_too_long_for_a_term(self) -> None:
        """
        Names without words, and those that no annotator finds, have no key.
        """
        assert "" == mention_key("...", "!")
        assert "" == mention_key("word " * 33, "word")
        assert "||word" == mention_key("...", "word")

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_any_two_names_make_a_key_that_parts(self, name: str, surface: str) -> None:
        """
        No folded word holds the mark.
        """
        if key := mention_key(name, surface):
            expected = " ".join(name_words(name)), " ".join(name_words(surface))
            assert expected == split_key(key)

    def test_keys_count_mentions_in_the_field_of_the_type(self) -> None:
        """
        As all other terms of names do.
        """
        found = [("place", "Kabul", "Kabul"), ("place", "Kabul", "KABUL")]
        names = document_of(Article(body="x"), annotated(found)).names
        assert Counter({"kabul": 2, "|kabul|kabul": 2}) == names["place"]
        assert Counter({"kabul": 2}) == names["entities"]
