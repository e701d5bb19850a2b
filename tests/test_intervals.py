from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import DateValueError
from searchkit.intervals import (
    Interval,
    ancestors,
    covering_nodes,
    holding_node,
    index_terms,
    node_interval,
    overlap_groups,
    within_terms,
)

EDGES = [
    date(1, 1, 1),
    date(9, 12, 31),
    date(10, 1, 1),
    date(99, 12, 31),
    date(999, 12, 31),
    date(1000, 1, 1),
    date(1999, 12, 31),
    date(2000, 1, 1),
    date(2000, 2, 29),
    date(2019, 12, 31),
    date(2020, 2, 29),
    date(2020, 3, 1),
    date(2029, 12, 31),
    date(9999, 1, 1),
    date(9999, 12, 31),
]
days = st.one_of(
    st.dates(), st.sampled_from(EDGES), st.dates(date(2018, 12, 1), date(2021, 3, 1))
)


@st.composite
def lengths(draw: st.DrawFn) -> Interval:
    first = draw(days)
    length = draw(st.integers(0, 70) | st.sampled_from([364, 365, 3652, 36524]))
    last = min(first.toordinal() + length, date.max.toordinal())
    return Interval(first, date.fromordinal(last))


units = st.one_of(
    st.integers(1, 9999).map(lambda year: f"{year:04}"),
    st.dates().map(lambda day: day.isoformat()[:7]),
    st.dates().map(date.isoformat),
    st.integers(0, 999).map(lambda decade: f"{decade:03}X"),
    st.integers(0, 99).map(lambda century: f"{century:02}XX"),
)
intervals = st.one_of(
    lengths(),
    st.tuples(days, days).map(lambda pair: Interval(min(pair), max(pair))),
    units.map(Interval.parse),
    st.just(Interval(date.min, date.max)),
)
near = lengths() | units.map(Interval.parse)


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Interval, Interval]:
    """
    Draw two intervals, mostly with ends near to each other, in any order.
    """
    one = draw(near | intervals)
    edge = draw(st.sampled_from(one)).toordinal()
    first = edge + draw(st.integers(-40, 40))
    last = first + draw(st.integers(0, 40))
    if date.min.toordinal() <= first <= last <= date.max.toordinal():
        other = Interval(date.fromordinal(first), date.fromordinal(last))
    else:
        other = draw(intervals)
    return draw(st.sampled_from([(one, other), (other, one)]))


def by_days(interval: Interval) -> set[int]:
    return set(range(interval.first.toordinal(), interval.last.toordinal() + 1))


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("2020-02-29", date(2020, 2, 29), date(2020, 2, 29)),
            ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
            ("2021-02", date(2021, 2, 1), date(2021, 2, 28)),
            ("2020", date(2020, 1, 1), date(2020, 12, 31)),
            ("198X", date(1980, 1, 1), date(1989, 12, 31)),
            ("1980s", date(1980, 1, 1), date(1989, 12, 31)),
            ("1600s", date(1600, 1, 1), date(1699, 12, 31)),
            ("2000s", date(2000, 1, 1), date(2009, 12, 31)),
            ("19XX", date(1900, 1, 1), date(1999, 12, 31)),
            ("000X", date(1, 1, 1), date(9, 12, 31)),
            ("00XX", date(1, 1, 1), date(99, 12, 31)),
            ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ],
    )
    def test_each_precision(self, text: str, first: date, last: date) -> None:
        """
        A partial date is every day that it can mean.
        """
        assert Interval(first, last) == Interval.parse(text)

    @pytest.mark.parametrize(
        "text",
        [
            *"0000 2021-13 2021-02-29 2021-00 20 2XXX 1985s 198x 2020-2".split(),
            *"2020-02-29T10 ２０２０ today 2020- -2020 2020-02-".split(),
            *("", " 2020", "2020\n", "2020-02-29\n"),
        ],
    )
    def test_anything_else_is_no_date(self, text: str) -> None:
        """
        Other forms, and days that never were, raise DateValueError.
        """
        with pytest.raises(DateValueError) as caught:
            Interval.parse(text)
        assert text == caught.value.text

    @given(
        st.text(st.sampled_from("0123456789-Xs"), max_size=11) | st.text(max_size=12)
    )
    def test_any_text_is_a_date_or_none(self, text: str) -> None:
        """
        No text raises anything but DateValueError, and a date is an ordered interval.
        """
        with suppress(DateValueError):
            assert Interval.parse(text).is_ordered

    @given(units)
    def test_units_come_back(self, text: str) -> None:
        """
        A calendar unit is written as it was read.
        """
        assert text == str(Interval.parse(text))

    @given(intervals)
    def test_what_is_written_says_the_days(self, interval: Interval) -> None:
        """
        The written form reads back: a unit by itself, all else as its two ends.
        """
        first, _, last = str(interval).partition("..")
        start, end = Interval.parse(first), Interval.parse(last or first)
        assert interval == Interval(start.first, end.last)


class TestRelations:
    @given(near, near)
    def test_relations_by_days(self, one: Interval, other: Interval) -> None:
        """
        Overlap, cover and intersection say what the sets of days say.
        """
        if max(one.days, other.days) > 4000:
            return
        left, right = by_days(one), by_days(other)
        assert bool(left & right) == one.overlaps(other) == other.overlaps(one)
        assert (left >= right) == one.covers(other)
        common = one.intersection(other)
        assert (left & right) == (by_days(common) if common else set())
        assert len(left) == one.days


class TestNodes:
    @given(intervals)
    def test_nodes_make_up_the_interval(self, interval: Interval) -> None:
        """
        The covering nodes follow each other without gap from its first to its last day.
        """
        nodes = [node_interval(node) for node in covering_nodes(interval)]
        assert interval.first == nodes[0].first
        assert interval.last == nodes[-1].last
        for left, right in pairwise(nodes):
            assert left.last + timedelta(days=1) == right.first

    @given(intervals)
    def test_there_are_no_fewer_nodes(self, interval: Interval) -> None:
        """
        None could be wider: the node above each sticks out of the interval.
        """
        for node in covering_nodes(interval):
            for above in ancestors(node):
                assert not interval.covers(node_interval(above)), (node, above)

    @given(intervals)
    def test_ancestors_contain_what_is_below(self, interval: Interval) -> None:
        """
        Each ancestor covers the one before it, and the last is a millennium.
        """
        for node in covering_nodes(interval):
            chain = [node, *ancestors(node)]
            assert chain[-1].endswith("XXX")
            for below, above in pairwise(chain):
                assert node_interval(above).covers(node_interval(below))
                # In the first years of the calendar a node can be all of its parent.
                assert node_interval(above).days >= node_interval(below).days

    @pytest.mark.parametrize(
        ("interval", "expected"),
        [
            (Interval.parse("2021-09"), ["2021-09"]),
            (Interval.of_years(2000, 2999), ["2XXX"]),
            (Interval.of_years(1, 999), ["0XXX"]),
            (Interval.of_years(1, 9), ["000X"]),
            (Interval.of_years(1998, 2010), ["1998", "1999", "200X", "2010"]),
            (
                Interval(date(2020, 1, 31), date(2020, 4, 1)),
                ["2020-01-31", "2020-02", "2020-03", "2020-04-01"],
            ),
        ],
    )
    def test_known_covers(self, interval: Interval, expected: list[str]) -> None:
        """
        A calendar unit is one node; other stretches take what fits.
        """
        assert expected == covering_nodes(interval)

    def test_the_whole_calendar_is_ten_nodes(self) -> None:
        """
        The widest query looks up a millennium each.
        """
        expected = [f"{digit}XXX" for digit in range(10)]
        assert expected == covering_nodes(Interval(date.min, date.max))

    @pytest.mark.parametrize("node", ["XXXX", "2X", "٢XXX", "20200", "202X-01"])
    def test_what_is_no_node(self, node: str) -> None:
        """
        Only nodes of the tree have days.
        """
        with pytest.raises(DateValueError):
            node_interval(node)

    @given(intervals)
    def test_few_terms_are_enough(self, interval: Interval) -> None:
        """
        No interval needs more than some hundred terms.
        """
        terms = index_terms(interval)
        assert terms == sorted(set(terms))
        assert len(terms) <= 300
        groups = overlap_groups(interval)
        assert sum(len(group.terms) for group in groups) <= 600


class TestOverlap:
    @settings(max_examples=200)
    @given(neighbours())
    def test_terms_meet_where_days_do(self, pair: tuple[Interval, Interval]) -> None:
        """
        Two intervals share a day if and only if their terms meet.
        """
        query, mention = pair
        asked = {term for _, terms in overlap_groups(query) for term in terms}
        assert query.overlaps(mention) == bool(asked.intersection(index_terms(mention)))

    @settings(max_examples=200)
    @given(neighbours())
    def test_the_first_group_means_inside(
        self, pair: tuple[Interval, Interval]
    ) -> None:
        """
        What the terms of share 1 find lies inside the query.
        """
        query, mention = pair
        inside = overlap_groups(query)[0]
        assert inside.share == 1
        if set(inside.terms).intersection(index_terms(mention)):
            assert query.covers(mention)

    @given(intervals | near)
    def test_an_interval_is_inside_itself(self, interval: Interval) -> None:
        """
        A mention of just the days asked for has the share 1, calendar unit or not.
        """
        inside = overlap_groups(interval)[0]
        assert set(inside.terms).intersection(index_terms(interval))

    @given(intervals | near)
    def test_shares_of_wider_nodes_are_parts(self, query: Interval) -> None:
        """
        The share of a wider node is how much of it the query covers.
        """
        inside, crossing, *wider = overlap_groups(query)
        terms = [*inside.terms, *crossing.terms]
        for share, (term,) in wider:
            terms.append(term)
            node = node_interval(term.removesuffix("="))
            common = node.intersection(query)
            assert common is not None
            assert common.days / node.days == pytest.approx(share)
            assert 0 < share < 1
        assert len(terms) == len(set(terms))


class TestWithin:
    @settings(max_examples=300)
    @given(neighbours(), st.lists(intervals | near, max_size=5))
    def test_terms_meet_where_the_days_are_all_inside(
        self, pair: tuple[Interval, Interval], others: list[Interval]
    ) -> None:
        """
        One lies within another if and only if their terms meet.

        That holds whatever else is in the index.
        """
        query, mention = pair
        index = {term for each in (mention, *others) for term in index_terms(each)}

        def walk(prefix: str) -> list[str]:
            return [term for term in index if term.startswith(prefix)]

        terms = within_terms(query, walk)
        assert len(terms) == len(set(terms))
        assert query.covers(mention) == bool(
            set(terms).intersection(index_terms(mention))
        )

    @given(intervals | near)
    def test_few_walks_are_enough(self, query: Interval) -> None:
        """
        However wide the days asked for, only their two borders are looked at.
        """
        asked: list[str] = []
        within_terms(query, lambda prefix: asked.append(prefix) or ())  # type: ignore[func-returns-value]
        assert len(asked) <= 12

    @pytest.mark.parametrize(
        ("interval", "expected"),
        [
            (Interval.parse("2021-09-11"), "2021-09-11"),
            (Interval.parse("198X"), "198X"),
            (Interval(date(2020, 2, 3), date(2020, 2, 9)), "2020-02"),
            (Interval(date(2020, 2, 24), date(2020, 3, 1)), "2020"),
            (Interval(date(1989, 12, 31), date(1990, 1, 1)), "19XX"),
            (Interval(date(1999, 12, 31), date(2000, 1, 1)), ""),
        ],
    )
    def test_holders(self, interval: Interval, expected: str) -> None:
        """
        The narrowest node that an interval lies in holds it.
        """
        assert expected == holding_node(interval)
