"""
Values: objects that equal each other where their fields do, and never change.

A class that derives from :class:`Value` names its fields as a frozen dataclass does,
and its objects behave like those of one::

    class Word(Value):
        text: str
        field: str | None = None

    Word("Doha") == Word(text="Doha")       hash, repr, match and pickle work, too

Dataclasses write the methods of each class as source text and compile it, whenever a
program starts: a dozen of them take longer to make than a query takes to answer.  Here
all classes share methods that walk over the fields, and objects are made as fast.  To
whom it matters they are dataclasses: ``dataclasses.asdict`` and the like take them, and
``inspect`` knows their signatures.

Not here: fields that are inherited, defaults that are made anew for each object, order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import Field
    from inspect import Signature


@dataclass_transform(frozen_default=True)
class ValueType(type):
    """
    The class of the classes of values: makes slots of the fields that a class names.
    """

    __match_args__: tuple[str, ...]
    __defaults__: dict[str, Any]
    __rests__: tuple[tuple[Any, ...] | None, ...]
    __setters__: tuple[Callable[[object, Any], None], ...]

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
    ) -> ValueType:
        """
        Make a class; the values that its body gives to fields are their defaults.
        """
        fields = tuple(namespace.get("__annotations__", ()))
        defaults = {
            field: namespace.pop(field) for field in fields if field in namespace
        }
        body = {**namespace, "__slots__": fields, "__match_args__": fields}
        made = super().__new__(cls, name, bases, body)
        made.__defaults__ = defaults
        # What objects get behind so many values by position, if all the rest has it.
        made.__rests__ = tuple(
            tuple(defaults[field] for field in rest)
            if defaults.keys() >= set(rest)
            else None
            for rest in (fields[given:] for given in range(len(fields) + 1))
        )
        # Those of the slots themselves: objects refuse assignments.
        made.__setters__ = tuple(vars(made)[field].__set__ for field in fields)
        return made


def _dataclass_like(kind: ValueType) -> type:
    """
    Make the dataclass that a class of values stands for.
    """
    from dataclasses import field, make_dataclass  # noqa: PLC0415 - what we save

    defaults = kind.__defaults__
    fields = [
        (name, type_, field(default=defaults[name]) if name in defaults else field())
        for name, type_ in vars(kind)["__annotations__"].items()
    ]
    return make_dataclass(kind.__name__, fields, frozen=True)


class _Fields:
    """
    The fields as ``dataclasses`` looks for them, in a class and in its objects.
    """

    def __get__(self, value: object, kind: ValueType) -> dict[str, Field[Any]]:
        found: dict[str, Field[Any]] = _dataclass_like(kind).__dataclass_fields__  # type: ignore[attr-defined]
        return found


class _Signature:
    """
    The signature as ``inspect`` looks for it.
    """

    def __get__(self, value: object, kind: ValueType) -> Signature:
        from inspect import signature  # noqa: PLC0415

        return signature(_dataclass_like(kind))


class Value(metaclass=ValueType):
    """
    Base of classes of values; see the module.
    """

    __dataclass_fields__ = _Fields()
    __signature__ = _Signature()

    def __init__(self, *values: Any, **named: Any) -> None:
        kind = type(self)
        rests, given = kind.__rests__, len(values)
        rest = rests[given] if not named and given < len(rests) else None
        if rest is None:
            values = self._completed(values, named)
        elif rest:
            values += rest
        for assign, value in zip(kind.__setters__, values):  # noqa: B905 - as many
            assign(self, value)

    def _completed(
        self, values: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[Any, ...]:
        """
        Put what was given by name, and defaults, behind what was given by position.
        """
        kind = type(self)
        fields, given = kind.__match_args__, {**kind.__defaults__, **named}
        rest = fields[len(values) :]
        if len(values) > len(fields) or not named.keys() <= set(rest) <= given.keys():
            raise TypeError(f"{kind.__name__} has the fields {', '.join(fields)}")
        return (*values, *[given[field] for field in rest])

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, field) for field in type(self).__match_args__])

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        named = zip(type(self).__match_args__, self._values(), strict=True)
        fields = ", ".join([f"{field}={value!r}" for field, value in named])
        return f"{type(self).__qualname__}({fields})"

    def __setattr__(self, name: str, value: object) -> None:
        from dataclasses import FrozenInstanceError  # noqa: PLC0415

        raise FrozenInstanceError(f"cannot assign to {name!r}: values never change")

    def __delattr__(self, name: str) -> None:
        from dataclasses import FrozenInstanceError  # noqa: PLC0415

        raise FrozenInstanceError(f"cannot delete {name!r}: values never change")

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), self._values()
