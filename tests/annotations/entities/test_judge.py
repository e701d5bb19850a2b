"""
The judge: what the model may decide, and what it must leave alone.
"""

from __future__ import annotations

import pytest

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.features import slots, surroundings
from searchkit.annotations.entities.judge import (
    MARGIN,
    MARGIN_OF_PEOPLE,
    SURE,
    SURE_IN_CONTEXT,
    UNLISTED,
    judge,
)
from searchkit.annotations.entities.weights import Model, Scores
from searchkit.annotations.model import EntityType


class Fixed(Model):
    """
    A model that always says the same.
    """

    def __init__(self, *scores: Scores) -> None:
        super().__init__({})
        self._scores = iter(scores)
        self._last = scores[-1]

    def score(self, slots: object) -> Scores:
        del slots
        return next(self._scores, self._last)


def candidate(
    type_: EntityType | None,
    weight: Weight,
    *,
    start: int = 4,
    everyday: bool = False,
    key: str = "Zarnik",
) -> Candidate:
    return Candidate(start, start + len(key), key, type_, weight, everyday=everyday)


def judged(candidates: list[Candidate], model: Model) -> None:
    judge({"body": "The Zarnik Zarnik."}, {"body": candidates}, lambda _: False, model)


CERTAIN: Scores = (0.0, 0.0, 9.0, -9.0)
NOTHING: Scores = (0.0, 0.0, 0.0, 9.0)


@pytest.mark.parametrize("weight", [Weight.CUED, Weight.KNOWN])
@pytest.mark.parametrize("scores", [CERTAIN, NOTHING])
def test_what_is_known_or_cued_stays(weight: Weight, scores: Scores) -> None:
    """
    The gazetteer, titles and head words have the last word.
    """
    one = candidate("person", weight)
    judged([one], Fixed(scores))
    assert candidate("person", weight) == one


@pytest.mark.parametrize("weight", [Weight.OPEN, Weight.GUESSED, Weight.LIKELY])
def test_the_rest_is_dropped_where_the_model_is_sure(weight: Weight) -> None:
    """
    What is no name keeps its span as an everyday word.
    """
    one = candidate("person", weight)
    judged([one], Fixed(NOTHING))
    assert (None, Weight.OPEN, True) == (one.type, one.weight, one.everyday)


def test_an_open_candidate_gets_the_best_type() -> None:
    """
    It counts as likely from then on.
    """
    one = candidate(None, Weight.OPEN, everyday=True)
    judged([one], Fixed(CERTAIN))
    assert ("place", Weight.LIKELY, False) == (one.type, one.weight, one.everyday)


@pytest.mark.parametrize(
    ("said", "margin"), [("person", MARGIN_OF_PEOPLE), ("org", MARGIN)]
)
def test_against_the_rules_it_takes_a_margin(said: EntityType, margin: float) -> None:
    """
    A narrow lead of the model leaves what the rules say; it is wider for people.
    """
    for more, expected in ((0.01, "place"), (-0.01, said)):
        one = candidate(said, Weight.GUESSED)
        judged([one], Fixed((0.0, 0.0, margin + more, -9.0)))
        assert expected == one.type


def test_a_name_leads_over_no_name() -> None:
    """
    It must do so by more where only its form speaks for it than in a telling context.
    """
    for weight, least in (
        (Weight.GUESSED, SURE[1]),
        (Weight.LIKELY, SURE_IN_CONTEXT[1]),
    ):
        for more, expected in ((0.01, "org"), (-0.01, None)):
            one = candidate("org", weight)
            judged([one], Fixed((-9.0, least + more, -9.0, 0.0)))
            assert expected == one.type


def test_names_that_no_list_has_need_more() -> None:
    """
    Two words without a known given or family name are a person less often.
    """
    for key, least in (("Maria Zarnik", SURE[0]), ("Qwx Zqx", SURE[0] + UNLISTED)):
        for more, expected in ((0.01, "person"), (-0.01, None)):
            one = candidate("person", Weight.GUESSED, key=key)
            judged([one], Fixed((least + more, -9.0, -9.0, 0.0)))
            assert expected == one.type


def test_mentions_of_one_spelling_are_judged_together() -> None:
    """
    The mean decides for all of them, also where one alone would be something else.
    """
    pair = [candidate(None, Weight.OPEN), candidate(None, Weight.OPEN, start=11)]
    judged(pair, Fixed((0.0, 4.0, 9.0, 0.0), (0.0, 8.0, 0.0, 0.0)))
    assert ["org", "org"] == [one.type for one in pair]


def test_headlines_are_not_judged() -> None:
    """
    Where every word has a capital letter, its surroundings say nothing.
    """
    one = candidate(None, Weight.OPEN)
    one.headline = True
    judged([one], Fixed(CERTAIN))
    assert one.type is None


def test_slots_say_what_stands_around() -> None:
    """
    The words before and after, in the same line, and what longer names say.
    """
    text = "Talks\nwith Tor Zarnik's aide. Zarnik smiled"
    long = Candidate(11, 21, "Tor Zarnik", "person", Weight.CUED)
    short = Candidate(30, 36, "Zarnik", None, Weight.OPEN, opens=True)
    around = surroundings([long, short], lambda word: word == "zarnik")
    found = slots(text, long, around)
    assert {("-1", "with"), ("-2", "|"), ("+1", "'s"), ("+2", "aide.")} <= set(found)
    assert {("first", "Tor"), ("last", "Zarnik"), ("possessive", "")} <= set(found)
    found = slots(text, short, around)
    assert {("only", "Zarnik"), ("lower", ""), ("opens", "one")} <= set(found)
    assert {("last of", "person cued"), ("+1", "smiled"), ("+2", "|")} <= set(found)
    assert "first of" not in {name for name, _ in found}
