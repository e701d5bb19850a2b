"""
Segments of Whoosh's own codec made native, before our writer adds to an index.

They are there where the extension was missing when the index was made, and where
another program has written through Whoosh's own API.  Whoosh merges them, document by
document, with all that is stored; their postings are read, not their texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from searchkit.engines.whoosh.codec import NativeCodec, NativeSegment
from searchkit.engines.whoosh.contents import INDEX_NAME, toc_numbers
from searchkit.engines.whoosh.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whoosh.codec.base import Segment as WhooshSegment

    from searchkit.engines.whoosh.engine import WhooshEngine
    from searchkit.engines.whoosh.storage import DurableStorage


def convert(engine: WhooshEngine, storage: DurableStorage) -> bool:
    """
    Make all segments native, in one commit that changes nothing else.

    Args:
        engine: Whose lock the caller holds, with no table later than the one to open.
        storage: Of the same folder.

    Returns:
        Whether there was anything to do.

    Raises:
        OSError: The disk refuses; the index is as it was.
    """
    number = toc_numbers(engine.folder)[-1]
    segments = TOC.read(storage, INDEX_NAME, gen=number).segments
    if all(isinstance(segment, NativeSegment) for segment in segments):
        return False
    manifest = read_manifest(engine.folder)
    index = FileIndex(storage, indexname=INDEX_NAME)
    writer = SegmentWriter(index, _lk=False, codec=NativeCodec())
    try:
        with storage.keeping_old_files():
            writer.commit(mergetype=_others)
            engine.record_commit(
                manifest.generation if manifest else 0, writer.generation
            )
    except BaseException:
        if not writer.is_closed:
            writer.cancel()
        raise
    return True


def _others(
    writer: SegmentWriter, segments: Sequence[WhooshSegment]
) -> list[WhooshSegment]:
    """
    Merge what is not native: a Whoosh merge policy.
    """
    kept = []
    for segment in segments:
        if isinstance(segment, NativeSegment):
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        try:
            writer.add_reader(reader)
        finally:
            reader.close()
    return kept
