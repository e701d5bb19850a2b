"""
The comparison of answers: what counts as the same, and what is never let pass.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.bench.agreement import (
    Answer,
    compare,
    compare_uncounted,
    disagreement,
    factor_between,
)


def answer(ids: str, scores: list[float], total: int | None = None) -> Answer:
    """
    Make an answer whose ids are single letters.
    """
    return Answer(tuple(ids), tuple(scores), len(ids) if total is None else total)


class TestAgreeing:
    @given(
        st.lists(st.floats(0.01, 100), max_size=10).map(
            lambda scores: sorted(scores, reverse=True)
        ),
        st.floats(0.1, 10),
    )
    def test_a_constant_factor_is_no_difference(
        self, scores: list[float], factor: float
    ) -> None:
        """
        Scores are compared once they are scaled, and an empty page agrees as well.
        """
        ids = "abcdefghij"[: len(scores)]
        left = answer(ids, scores)
        right = answer(ids, [score * factor for score in scores])
        assert disagreement(left, right, factor) is None

    def test_equal_scores_may_stand_in_any_order(self) -> None:
        """
        Within a run of equal scores, only the set of documents counts.
        """
        left = answer("abcd", [3, 2, 2, 1])
        assert disagreement(left, answer("acbd", [3, 2, 2, 1]), 1.0) is None

    def test_the_end_of_a_page_may_hold_any_of_its_equals(self) -> None:
        """
        Where more documents match, the last run goes on beyond the page.
        """
        left = answer("abc", [3, 1, 1], total=9)
        assert disagreement(left, answer("axy", [3, 1, 1], total=9), 1.0) is None

    def test_totals_alone_count_without_a_factor(self) -> None:
        """
        An engine with another formula agrees where it finds as many documents.
        """
        left, right = answer("ab", [3, 1]), answer("ba", [9, 2])
        assert disagreement(left, right, None) is None


class TestDisagreeing:
    @pytest.mark.parametrize(
        ("right", "told"),
        [
            (answer("abc", [3, 2, 1], total=4), "totals"),
            (answer("ab", [3, 2], total=3), "pages"),
            (answer("abc", [3, 2.01, 1]), "scores on rank 2"),
            (answer("bac", [3, 2, 1]), "a is on rank 1"),
            (answer("abx", [3, 2, 1]), "c is on rank 3"),
        ],
    )
    def test_it_is_told(self, right: Answer, told: str) -> None:
        """
        Other totals, pages, scores or documents are a disagreement, in words.
        """
        found = disagreement(answer("abc", [3, 2, 1]), right, 1.0)
        assert found is not None
        assert found.startswith(told)

    def test_the_last_run_counts_where_the_page_holds_all(self) -> None:
        """
        On a page with all matches, another document is another answer.
        """
        left = answer("abc", [3, 1, 1])
        assert disagreement(left, answer("abx", [3, 1, 1]), 1.0) is not None


class TestComparing:
    def test_the_factor_is_that_of_most_queries(self) -> None:
        """
        One query that differs does not move the factor.
        """
        pairs = [(answer("a", [1.0]), answer("a", [2.2])) for _ in range(5)]
        pairs.append((answer("a", [1.0]), answer("a", [50.0])))
        pairs.append((answer("", []), answer("a", [1.0])))
        assert 2.2 == factor_between(pairs)
        assert 1.0 == factor_between([])

    def test_each_pair_and_class_is_counted(self) -> None:
        """
        Shares are taken of what both answered; a disagreement is kept as an example.
        """
        one, other = answer("a", [1.0]), answer("b", [1.0])
        answers = {
            "x": {"q1": one, "q2": one, "q3": one},
            "y": {"q1": one, "q2": other},
            "z": {"q1": one, "q2": one, "q3": one},
        }
        groups = {"q1": "first", "q2": "first", "q3": "second"}
        found = {
            (pair.group, pair.left, pair.right): (pair.agreeing, pair.queries)
            for pair in compare(answers, groups)
        }
        assert {
            ("first", "x", "y"): (1, 2),
            ("first", "x", "z"): (2, 2),
            ("first", "y", "z"): (1, 2),
            ("second", "x", "z"): (1, 1),
        } == found
        examples = [pair.examples for pair in compare(answers, groups) if pair.examples]
        assert ("q2: a is on rank 1 of one and not of the other",) == examples[0]

    def test_an_unranked_engine_is_compared_by_totals(self) -> None:
        """
        Its documents and scores are not looked at, and no factor is told.
        """
        answers = {"x": {"q": answer("a", [1.0])}, "y": {"q": answer("b", [7.0])}}
        ranked = compare(answers, {"q": "c"})
        unranked = compare(answers, {"q": "c"}, unranked={"y"})
        assert [(0, 7.0)] == [(pair.agreeing, pair.factor) for pair in ranked]
        assert [(1, None)] == [(pair.agreeing, pair.factor) for pair in unranked]

    def test_a_page_is_the_same_without_its_total(self) -> None:
        """
        Each engine is compared with itself, whatever total it tells or does not.
        """
        counted = {"x": {"q1": answer("ab", [2, 1], 9), "q2": answer("a", [1.0], 5)}}
        quick = {"x": {"q1": answer("ab", [2, 1], 0), "q2": answer("a", [0.5], 0)}}
        (found,) = compare_uncounted(counted, quick, {"q1": "c", "q2": "c"})
        assert ("x", "the same without total") == (found.left, found.right)
        assert (1, 2) == (found.agreeing, found.queries)
