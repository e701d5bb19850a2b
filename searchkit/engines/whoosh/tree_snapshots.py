"""
The native segments of a Whoosh reader, for query trees.

What the extension has worked out for a reader is kept as long as the reader is, and so
is the plan of a query as long as the query: a search goes through segments one by one,
and asks for each of them anew.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchkit import native
from searchkit.engines.whoosh.codec import NativeSegment
from searchkit.engines.whoosh.native_searcher import NativeSearcher
from searchkit.engines.whoosh.plan import compile_query
from searchkit.errors import QueryTreeError
from searchkit.fields import FIELD, FieldKind
from searchkit.settings import MAX_EXPANSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from whoosh.reading import IndexReader

    from searchkit.engines.whoosh.plan import CompiledQuery, Plan
    from searchkit.native import _native
    from searchkit.queries.tree import Query

#: The flag of a native field with lengths; see docs/specs/segment-file.md.
_LENGTHS = 4
#: Names of no field and no column.
_NO_KEYS = _NO_DATES = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    A query tree as the extension runs it.

    Attributes:
        compiled: The plan as it was written.
        run: The same with weights and expansions for a snapshot.
    """

    compiled: CompiledQuery
    run: _native.BoundPlan


class NativeSnapshot:
    """
    The native segments of a reader.

    Args:
        reader: All of its segments are native.

    Raises:
        IndexDamagedError: A segment file is damaged.
    """

    def __init__(self, reader: IndexReader) -> None:
        from searchkit.engines.whoosh.native_writer import (  # noqa: PLC0415 - costly
            bitmap_of,
        )

        leaves = [leaf for leaf, _ in reader.leaf_readers()]
        # The numbers of readers, as the snapshot must not keep them alive.
        self._numbers = {id(leaf): number for number, leaf in enumerate(leaves)}
        self._deleted = [leaf.segment().deleted_count() for leaf in leaves]
        segments = [
            (leaf.segment().open(leaf.storage()).native, bitmap_of(leaf.segment()))
            for leaf in leaves
        ]
        self.dictionary = NativeSearcher(segments, 0)
        extension = native.load()
        assert extension is not None  # it has opened the segments
        # Whoosh puts equal scores in the order of documents: no dates, no keys.
        self.searcher: _native.Searcher = extension.Searcher(
            segments, _NO_KEYS, _NO_DATES
        )
        self._make = extension.BoundPlan
        self._plans: dict[int, tuple[weakref.ref[Any], Query, Prepared]] = {}

    def number(self, leaf: IndexReader) -> int:
        """
        Return the number of a segment by its reader.
        """
        return self._numbers[id(leaf)]

    def is_current(self, leaf: IndexReader) -> bool:
        """
        Tell whether the reader of a segment is one of these, with the same deletions.

        The readers that a writer of Whoosh's hands out share its segments, and see its
        deletions.
        """
        number = self._numbers.get(id(leaf))
        return (
            number is not None
            and self._deleted[number] == leaf.segment().deleted_count()
        )

    def prepared(self, query: Any) -> Prepared:
        """
        Return the plan of a ``TreeQuery``.

        Raises:
            QueryTreeError: The tree was made by hand, and is none.
        """
        key = id(query)
        kept = self._plans.get(key)
        if kept is not None and kept[1] is query.tree:
            return kept[2]
        plans = self._plans
        prepared = self._prepare(query.tree)
        # A query that is gone takes its plan with it, before its number is used again.
        gone = weakref.ref(query, lambda _: plans.pop(key, None))
        plans[key] = gone, query.tree, prepared
        return prepared

    def most_matches(self, plan: Plan) -> int:
        """
        Return how many documents match at most, deleted ones included.
        """
        frequency = self.searcher.document_frequency
        match plan:
            case ("none",):
                return 0
            case ("term", field, term, _):
                return frequency(field, term)
            case ("phrase", field, terms, _, _):
                return min(frequency(field, term) for term in terms)
            case ("and", nodes) if nodes:
                return min(map(self.most_matches, nodes))
            case ("or", nodes):
                return sum(map(self.most_matches, nodes))
            case ("constant", _, node):
                return self.most_matches(node)
            case ("best", field, _, groups):
                return sum(frequency(field, t) for _, terms in groups for t in terms)
        return self.dictionary.document_count

    def _prepare(self, tree: Query) -> Prepared:
        try:
            compiled = compile_query(tree, self.dictionary)
            run = self._make(
                self.searcher, compiled.plan, compiled.proximity, MAX_EXPANSIONS
            )
        except RecursionError:
            raise QueryTreeError("it is nested too deeply") from None
        except UnicodeEncodeError:
            raise QueryTreeError("a text in it has half a code point") from None
        except ValueError as error:
            raise QueryTreeError(str(error)) from error
        return Prepared(compiled, run)


_snapshots: weakref.WeakKeyDictionary[IndexReader, NativeSnapshot | None] = (
    weakref.WeakKeyDictionary()
)


def native_snapshot(
    whole: IndexReader, leaves: Sequence[IndexReader]
) -> NativeSnapshot | None:
    """
    Return the native segments of a reader; ``None`` where some are not, or cannot be.

    Args:
        whole: The reader.
        leaves: Those of its segments that matter now.

    Raises:
        IndexDamagedError: A segment file is damaged.
    """
    try:
        snapshot = _snapshots[whole]
    except KeyError:
        pass
    else:
        if snapshot is None or all(map(snapshot.is_current, leaves)):
            return snapshot
    _snapshots[whole] = made = NativeSnapshot(whole) if _is_native(whole) else None
    return made


def _is_native(reader: IndexReader) -> bool:
    """
    Tell whether the extension reads a reader's segments as the evaluation does.
    """
    if native.load() is None:
        return False
    for leaf, _ in reader.leaf_readers():
        segment = leaf.segment()
        if not isinstance(segment, NativeSegment):
            return False
        # Other schemas may have fields with our names, and lengths where we have none.
        opened = segment.open(leaf.storage()).native
        for name, flags in opened.fields.items():
            if name not in FIELD or not opened.statistics(name)[2]:
                continue
            is_text = FIELD[name].kind is FieldKind.TEXT
            if is_text != bool(flags & _LENGTHS):
                return False
    return True
