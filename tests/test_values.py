"""
Values behave like frozen dataclasses.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from searchkit.values import Value


class Point(Value):
    """
    Two numbers and a name.
    """

    x: int
    y: int = 0
    name: str = ""

    def swapped(self) -> Point:
        """
        Return the point on the other side of the diagonal.
        """
        return Point(self.y, self.x, self.name)


class Place(Value):
    """
    The same fields in another class.
    """

    x: int
    y: int = 0
    name: str = ""


def test_fields_are_given_by_position_or_by_name() -> None:
    """
    Defaults stand for what is left out.
    """
    assert Point(1, 2, "a") == Point(x=1, y=2, name="a") == Point(1, name="a", y=2)
    assert Point(1, 0, "") == Point(1)
    assert (2, 1) == (Point(1, 2).swapped().x, Point(1, 2).swapped().y)


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((), {"y": 1}), ((1,), {"x": 1}), ((1, 2, "", 4), {}), ((1,), {"z": 1})],
)
def test_other_fields_are_refused(
    values: tuple[object, ...], named: dict[str, object]
) -> None:
    """
    Too few, too many, unknown ones, and one given twice.
    """
    with pytest.raises(TypeError, match="Point has the fields x, y, name"):
        Point(*values, **named)  # type: ignore[arg-type]


def test_equal_fields_make_equal_values_of_one_class() -> None:
    """
    And equal hashes; another class with the same fields is another thing.
    """
    assert Point(1, 2) == Point(1, 2)
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert Point(1, 2) != Point(2, 1)
    assert Point(1, 2) != Place(1, 2)
    assert Point(1, 2) != (1, 2, "")
    assert {Point(1): "a"} == {Point(1, 0): "a"}


def test_values_never_change() -> None:
    """
    Neither by assignment nor by deletion nor by a new attribute.
    """
    point = Point(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(point, "z", 2)  # noqa: B010 - a type checker knows better
    assert not hasattr(point, "__dict__")
    assert Point(1) == point


def test_values_are_shown_matched_copied_and_pickled() -> None:
    """
    As dataclasses are.
    """
    point = Point(1, 2, "a")
    assert "Point(x=1, y=2, name='a')" == repr(point)
    match point:
        case Point(x, 2, name=name):
            assert (1, "a") == (x, name)
        case _:
            pytest.fail("no match")
    assert point == copy.deepcopy(point)
    assert point == pickle.loads(pickle.dumps(point))


def test_tools_for_dataclasses_take_values() -> None:
    """
    ``dataclasses`` and ``inspect`` see the fields, their defaults and the signature.
    """
    library: Any = dataclasses  # a type checker knows better
    assert library.is_dataclass(Point)
    assert {"x": 1, "y": 0, "name": ""} == library.asdict(Point(1))
    assert Point(1, 5) == library.replace(Point(1), y=5)
    assert ["x", "y", "name"] == [field.name for field in dataclasses.fields(Point)]
    assert ["x", "y", "name"] == list(inspect.signature(Point).parameters)
    assert 0 == inspect.signature(Point).parameters["y"].default
