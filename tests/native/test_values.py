"""
The extension makes the same values as their classes.
"""

from __future__ import annotations

import pickle
import sys

import pytest

from searchkit.hits import Hit
from searchkit.native import load

extension = load()

pytestmark = pytest.mark.skipif(
    extension is None, reason="the native extension is not compiled, or switched off"
)

VALUES = ("a", 1.5, "Talks", "2020-02", "AP", "", ("Ann",), "a.txt", (), ())


def test_objects_are_as_their_class_makes_them() -> None:
    """
    They equal, hash, print, copy and refuse changes like any others.
    """
    assert extension is not None
    made = extension.ValueMaker(Hit, Hit.__match_args__).make(*VALUES)
    expected = Hit(*VALUES)
    assert type(made) is Hit
    assert expected == made
    assert hash(expected) == hash(made)
    assert repr(expected) == repr(made)
    assert expected == pickle.loads(pickle.dumps(made))
    with pytest.raises(AttributeError):
        made.title = "Other talks"  # type: ignore[misc]


def test_references_are_given_back() -> None:
    """
    What an object held goes with it.
    """
    assert extension is not None
    make = extension.ValueMaker(Hit, Hit.__match_args__).make
    title = "Talks in " + "Doha"
    before = sys.getrefcount(title), sys.getrefcount(Hit)
    for _ in range(10):
        make("a", 1.5, title, *VALUES[3:])
    assert before == (sys.getrefcount(title), sys.getrefcount(Hit))


def test_wrong_arguments() -> None:
    """
    What is no class, no field, or another number of values is refused.
    """
    assert extension is not None
    maker = extension.ValueMaker
    with pytest.raises(TypeError, match="class"):
        maker(7, ("id",))
    with pytest.raises(TypeError):
        maker(Hit, ["id"])
    with pytest.raises(TypeError, match="numbers"):
        maker(Hit, Hit.__match_args__).make("a")
    with pytest.raises(AttributeError):
        maker(Hit, ("colour",)).make("red")
    with pytest.raises(ValueError, match="initialised"):
        maker.__new__(maker).make()
