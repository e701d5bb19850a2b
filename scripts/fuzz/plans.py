"""
The target ``plans``: plans that are wrong, huge or strange, asked of whole segments.

A plan is a nested tuple; see ``searchkit/native/_native.pyi``.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from scripts.fuzz.samples import FIELDS, NAMES, VOCABULARY, write_samples
from searchkit.errors import IndexDamagedError

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final = (
    *("none", "all", "term", "phrase", "and", "or", "not", "constant", "boost"),
    *("best", "prefix", "range", "wildcard", "fuzzy"),
)

#: What stands where something else should, and numbers at which sums run over.
_STRANGE: Final[tuple[Any, ...]] = (
    *(None, True, "", b"", "term", (), [], {}, ((),), object(), 1j, "\ud800", b"\xff"),
    *(0, 1, -1, 2**31 - 1, 2**31, 2**32, 2**63, 2**64, 10**30, -(10**30)),
    *(0.0, -0.0, 1e-320, 1e20, 1.1e20, 1e300, float("inf"), float("nan"), -1.0),
)
_WEIGHTS: Final = (0, 0.0, 0.5, 1, 3.0, 1e-30, 1e19, 1e20)
_TERMS: Final = (*VOCABULARY[:8], *NAMES, "peac", "20", "2011", "k0", "", "missing")
_PATTERNS: Final = (
    "*",
    "?",
    "**?*",
    "w*",
    "*a*r",
    "?" * 255,
    "*a" * 127,
    "日?",
    "\x00*",
)

_NO_POSITIONS: Final = "the field has no positions"

#: How a search may be refused.
_REFUSALS: Final = (ValueError, TypeError, OverflowError, IndexError, TimeoutError)


class PlansTarget:
    """
    Draws plans and options, and asks them.

    Args:
        folder: For segment files.
        extension: The compiled extension.
    """

    def __init__(self, folder: Path, extension: Any) -> None:
        paths = write_samples(folder, extension)
        segments = [extension.Segment(path) for path in paths]
        marks = [(segment.documents + 7) // 8 for segment in segments]
        chance = random.Random(7)  # noqa: S311 - to be had again
        self._extension = extension
        self._searchers = [
            extension.Searcher([(segment, b"") for segment in segments]),
            extension.Searcher(
                [
                    (segment, chance.randbytes(size))
                    for segment, size in zip(segments, marks, strict=True)
                ]
            ),
            extension.Searcher([]),
        ]

    def run(self, seed: str) -> str:
        """
        Run the case of a seed.

        Returns:
            ``refused`` or ``finished``.

        Raises:
            Exception: Something else than a refusal was raised.
        """
        chance = random.Random(seed)  # noqa: S311 - to be had again
        wrong = chance.choice((0.0, 0.0, 0.01, 0.1))
        plan = draw_plan(chance, wrong, depth=chance.choice((0, 1, 2, 4)))
        if chance.random() < 0.05:
            plan = _huge(plan, chance)
        searcher = chance.choices(self._searchers, (5, 5, 1))[0]
        outcome = "finished"
        for _ in range(2):
            try:
                self._ask(searcher, plan, chance, wrong)
            except _REFUSALS:
                outcome = "refused"
            except IndexDamagedError as error:
                # Positions are missing where a phrase needs them; had the file lost
                # them, the error would be the same.
                if _NO_POSITIONS not in str(error):
                    raise
                outcome = "refused"
        return outcome

    def _ask(
        self, searcher: Any, plan: Any, chance: random.Random, wrong: float
    ) -> None:
        options: dict[str, Any] = {
            "max_expansions": chance.choice((0, 1, 2, 10, 2000, 2**31 - 1)),
            "timeout": 2.0,
        }
        if chance.random() < 0.1:
            options["timeout"] = chance.choice((0, 1e-9, 1e300, float("inf"), None))
        if chance.random() < 0.05:
            options["cancellation"] = self._extension.Cancellation()
        if chance.random() < wrong:
            options[chance.choice((*options, "limit", "unheard"))] = _strange(chance)
        kind = chance.randrange(6)
        if kind == 0:
            searcher.count(plan, **options)
            return
        if kind == 1:
            pattern = _pattern(chance, wrong)
            searcher.expand(*pattern, limit=options["max_expansions"])
            return
        options["proximity"] = _proximity(chance, wrong)
        if kind == 2:
            searcher.matches(plan, chance.choice((0, 1, 4, 5, -1, 2**40)), **options)
            return
        options |= {
            "limit": chance.choice((0, 1, 10, 5000, 2**31 - 1)),
            "offset": chance.choice((0, 0, 5, 2000, 2**31 - 1)),
            "order": chance.choice(("relevance", "relevance", "newest", "oldest")),
            "count": chance.random() < 0.5,
        }
        if chance.random() < 0.5:
            searcher.search(plan, **options)
            return
        names = ("proximity", "max_expansions")
        own = {name: options[name] for name in names if name in options}
        prepared = self._extension.PreparedSearch(searcher, plan, **own)
        if chance.random() < 0.9:  # it is wrong to say them again
            options = {k: v for k, v in options.items() if k not in names}
        for _ in range(chance.choice((1, 2, 5))):
            prepared.search(**options)


def draw_plan(chance: random.Random, wrong: float, *, depth: int) -> Any:
    """
    Draw a plan.

    Args:
        chance: Decides everything.
        wrong: How often something stands in the place of what should be there.
        depth: Nodes inside each other, about.
    """
    if chance.random() < wrong:
        return _strange(chance)
    kind = chance.choice(KINDS)
    if depth == 0 and kind in {"and", "or", "not", "constant", "boost"}:
        kind = "term"
    made = [kind, *_arguments(kind, chance, wrong, depth)]
    if chance.random() < wrong:
        made[chance.randrange(len(made))] = _strange(chance)
    if chance.random() < wrong:
        made.append(_strange(chance))
    if chance.random() < wrong:
        made.pop()
    return made if chance.random() < 0.1 else tuple(made)


def _arguments(
    kind: str, chance: random.Random, wrong: float, depth: int
) -> tuple[Any, ...]:
    weight = chance.choice(_WEIGHTS)
    field = chance.choice((*FIELDS, "body", "body", "missing"))
    if kind in {"none", "all"}:
        return ()
    if kind == "term":
        return field, _term(chance), weight
    if kind == "phrase":
        slop = chance.choice((1, 1, 2, 5, 2**31 - 1))
        terms = [_term(chance) for _ in range(chance.choice((0, 1, 2, 2, 3, 20)))]
        return field, terms, weight, slop
    if kind in {"and", "or"}:
        count = chance.choice((0, 1, 2, 2, 3, 3, 5, 12))
        children = (draw_plan(chance, wrong, depth=depth - 1) for _ in range(count))
        return (tuple(children),)
    if kind == "not":
        return (draw_plan(chance, wrong, depth=depth - 1),)
    if kind in {"constant", "boost"}:
        return weight, draw_plan(chance, wrong, depth=depth - 1)
    if kind == "best":
        groups = [
            (
                chance.choice((1, 1.0, 0.1, 5e-324)),
                [_term(chance) for _ in range(chance.choice((0, 1, 3)))],
            )
            for _ in range(chance.choice((0, 1, 2, 9)))
        ]
        return field, weight, groups
    return _pattern(chance, wrong, kind)[1:]


def _pattern(
    chance: random.Random, wrong: float, kind: str | None = None
) -> tuple[Any, ...]:
    """
    Draw the description of some terms.
    """
    kind = kind or chance.choice(("prefix", "range", "wildcard", "fuzzy"))
    field = chance.choice(("words", "body", "id", "missing"))
    if chance.random() < wrong:
        return kind, field, _strange(chance)
    if kind == "range":
        ends = [chance.choice((None, _term(chance))) for _ in range(2)]
        return kind, field, *ends, chance.random() < 0.5, chance.random() < 0.5
    if kind == "wildcard":
        return kind, field, chance.choice(_PATTERNS)
    if kind == "fuzzy":
        text = chance.choice((_term(chance), "x" * 255, "x" * 256))
        edits = chance.choice((0, 1, 2, 8, 9))
        return kind, field, text, edits, chance.choice((0, 1, 2**31 - 1))
    return kind, field, _term(chance)


def _proximity(chance: random.Random, wrong: float) -> Any:
    if chance.random() < wrong:
        return _strange(chance)
    return [
        ("body", _term(chance), _term(chance), chance.choice(_WEIGHTS))
        for _ in range(chance.choice((0, 0, 1, 3)))
    ]


def _huge(plan: Any, chance: random.Random) -> Any:
    """
    Nest a plan deeply, or repeat it very often.
    """
    kind = chance.randrange(4)
    if kind == 0:
        for _ in range(chance.choice((190, 199, 250, 5000))):
            plan = ("not", plan)
        return plan
    if kind == 1:
        return (chance.choice(("and", "or")), [plan] * chance.choice((100, 1000)))
    if kind == 2:
        return ("phrase", "body", ["war", "peac"] * chance.choice((70, 5000)), 1.0, 2)
    # A list inside itself.
    loop: list[Any] = ["and", []]
    loop[1].append(loop)
    return loop


def _term(chance: random.Random) -> str | bytes:
    term = chance.choice(_TERMS)
    kind = chance.random()
    if kind < 0.1:
        return term.encode()
    if kind < 0.13:
        return chance.randbytes(chance.choice((1, 9, 70_000)))
    if kind < 0.15:
        return term + "\ud800"
    return term


def _strange(chance: random.Random) -> Any:
    return chance.choice(_STRANGE)
