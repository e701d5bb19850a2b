"""
A Whoosh codec that keeps postings, lengths and stored fields in native segments.

``ix.writer(codec=NativeCodec())`` writes them, through Whoosh's own writer; whatever
opens the index afterwards reads them, as the table of contents says which codec each
segment needs.  Every query of Whoosh runs on them, and they can be merged with segments
of Whoosh's own codec, in both directions.

A segment is one file, ``MAIN_<segment id>.sks``, which the extension writes and maps
into memory; ``docs/specs/segment-file.md`` describes it.  Nothing in it is pickled.
Beside it are only files of Whoosh's own columns, such as ``sortable=True`` makes.

- This module has what Whoosh names and pickles: :class:`NativeCodec` and
  :class:`NativeSegment`.  They are named in the table of contents of every index with
  native segments: renaming one makes those indexes unreadable.
- ``codec_writing`` is what Whoosh's writer calls; ``codec_draft`` collects what it says
  and hands it to the extension, and ``codec_postings`` says what can be kept of it.
- ``codec_reading`` opens a segment, and looks up lengths, columns and stored fields.
- ``codec_terms`` looks up terms, and ``codec_matching`` walks over posting lists as a
  Whoosh ``Matcher``.
- ``stored`` packs stored fields.

A segment keeps for a posting whether, how often, or where a term occurs: the formats
``Existence``, ``Frequency`` and ``Positions``.  It keeps no character offsets, no
boosts, no vectors and no pickled columns.  What cannot be kept is refused with a
:class:`~searchkit.errors.NativeWriteError`, and the writer then
takes nothing more until it is cancelled, which leaves the index as it was.
"""

from __future__ import annotations

import re
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage

from searchkit.engines.whoosh.codec_draft import SegmentDraft
from searchkit.engines.whoosh.codec_reading import NativePerDocReader, SegmentFile
from searchkit.engines.whoosh.codec_terms import NativeTermsReader
from searchkit.engines.whoosh.codec_writing import NativeFieldWriter, NativePerDocWriter
from searchkit.errors import IndexCodecError, IndexDamagedError, NativeWriteError
from searchkit.native import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EXTENSION = ".sks"
"""Ends the names of native segment files."""

_SEGMENT_ID = re.compile(r"[0-9a-z]{1,64}")
_INDEX_NAME = re.compile(r"[0-9A-Za-z_]{1,64}")


class NativeSegment(base.Segment):  # type: ignore[misc]
    """
    What the table of contents says of a native segment.

    Args:
        indexname: Whoosh's name of the index.
        doccount: Documents in it, deleted or not.
        columns: Names of the files of Whoosh's own columns.
    """

    def __init__(
        self, indexname: str, doccount: int = 0, columns: Iterable[str] = ()
    ) -> None:
        super().__init__(indexname)
        self._doccount = doccount
        self._deleted: set[int] = set()
        self._column_files = tuple(columns)
        #: Tokens of each field, as its documents were added; see ``field_length``.
        self._field_lengths: dict[str, int] | None = None
        self._draft: SegmentDraft | None = None
        self._opened: weakref.ref[SegmentFile] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {
            "indexname": self.indexname,
            "segid": self.segid,
            "doccount": self._doccount,
            "deleted": sorted(self._deleted),
            "columns": self._column_files,
            "field_lengths": self._field_lengths,
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.indexname, self.segid = state["indexname"], state["segid"]
        self.compound = False
        self._doccount, self._deleted = state["doccount"], set(state["deleted"])
        self._column_files = tuple(state["columns"])
        self._field_lengths = state["field_lengths"]
        self._draft = self._opened = None
        # The names become paths, and a table of contents may come from a stranger.
        lengths = (self._field_lengths or {}).values()
        if not (
            _INDEX_NAME.fullmatch(self.indexname)
            and _SEGMENT_ID.fullmatch(self.segid)
            and all(type(number) is int for number in (self._doccount, *lengths))
            and all(number in range(self._doccount) for number in self._deleted)
            and all(
                name.startswith(self.make_filename(".")) and "/" not in name
                for name in self._column_files
            )
        ):
            raise ValueError("the entry of a segment is altered")

    def codec(self) -> NativeCodec:
        """
        Return the codec that reads the segment.
        """
        return NativeCodec(for_writing=False)

    def should_assemble(self) -> bool:
        """
        Tell Whoosh to leave the file as it is, so that it can be mapped.
        """
        return False

    @property
    def file_name(self) -> str:
        """
        The name of the segment file in the index folder.
        """
        return str(self.make_filename(EXTENSION))

    @property
    def files(self) -> tuple[str, ...]:
        """
        The names of all files of the segment.
        """
        return (self.file_name, *self._column_files)

    def column_file(self, column: str) -> str:
        """
        Return the name of the file that one of Whoosh's own columns would have.
        """
        return str(self.make_filename(f".{column}.col"))

    # --- documents --------------------------------------------------------------

    def doc_count_all(self) -> int:
        """
        Return how many documents there are, deleted or not.
        """
        return self._doccount

    def set_doc_count(self, dc: int) -> None:
        """
        Set how many documents there are.
        """
        self._doccount = dc

    def deleted_count(self) -> int:
        """
        Return how many documents are deleted.
        """
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """
        Walk over the numbers of deleted documents.
        """
        return iter(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: FBT001, FBT002 - Whoosh's signature
        """
        Mark a document as deleted, or no longer.
        """
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        """
        Tell whether a document is deleted.
        """
        return docnum in self._deleted

    def field_length(self, field: str) -> int | None:
        """
        Return the tokens of a field as Whoosh's own codec counts them.

        That counts lengths as they are given to it, which on a merge are the rounded
        ones; ``None`` where the segment was written past Whoosh's writer.
        """
        if self._field_lengths is None:
            return None
        return self._field_lengths.get(field, 0)

    # --- files ------------------------------------------------------------------

    def draft(self, storage: Any) -> SegmentDraft:
        """
        Return what is being collected for the segment.
        """
        if self._draft is None:
            self._draft = SegmentDraft(storage, self)
        return self._draft

    def written(self, column_files: Iterable[str], lengths: dict[str, int]) -> None:
        """
        Note what was written, and let go of what was collected.
        """
        self._draft = None
        self._column_files = tuple(column_files)
        self._field_lengths = lengths

    def open(self, storage: Any) -> SegmentFile:
        """
        Open the segment file, or share it while another reader has it open.

        Raises:
            FileNotFoundError: It is not there.
            IndexDamagedError: It is cut short or altered, or not the one it should be.
            IndexCodecError: There is no extension.
        """
        file = self._opened() if self._opened is not None else None
        if file is not None:
            return file
        path = str(Path(storage.folder) / self.file_name)
        native = load()
        if native is None:
            raise IndexCodecError(str(storage.folder))
        file = SegmentFile(native.Segment(path))
        if file.documents != self._doccount:
            reason = (
                f"it has {file.documents} documents, and the table of contents says"
                f" {self._doccount}"
            )
            raise IndexDamagedError(path, reason)
        self._opened = weakref.ref(file)
        return file


class NativeCodec(base.Codec):  # type: ignore[misc]
    """
    Reads and writes native segments.

    Args:
        for_writing: Say at once when there is no extension; a reader says it of the
            file that it cannot open.

    Raises:
        NativeWriteError: There is no extension.
    """

    #: Whoosh need not look up the length of the field for every posting.
    length_stats = False

    def __init__(self, *, for_writing: bool = True) -> None:
        if for_writing and load() is None:
            raise NativeWriteError("the compiled part of searchkit is missing")

    def supports_columns(self) -> bool:
        """
        Tell Whoosh that there are columns.
        """
        return True

    def new_segment(self, storage: Any, indexname: str) -> NativeSegment:
        """
        Return a segment that is to be written.

        Raises:
            NativeWriteError: The storage is no folder.
        """
        if not isinstance(storage, FileStorage):
            raise NativeWriteError(f"a {type(storage).__name__} has no folder")
        return NativeSegment(indexname)

    def per_document_writer(
        self, storage: Any, segment: NativeSegment
    ) -> NativePerDocWriter:
        """
        Return a writer of lengths, columns and stored fields.
        """
        return NativePerDocWriter(segment.draft(storage))

    def field_writer(self, storage: Any, segment: NativeSegment) -> NativeFieldWriter:
        """
        Return a writer of postings, which finishes the segment.
        """
        return NativeFieldWriter(segment.draft(storage))

    def terms_reader(self, storage: Any, segment: NativeSegment) -> NativeTermsReader:
        """
        Return a reader of terms and postings.
        """
        return NativeTermsReader(segment.open(storage))

    def per_document_reader(
        self, storage: Any, segment: NativeSegment
    ) -> NativePerDocReader:
        """
        Return a reader of lengths, columns and stored fields.
        """
        return NativePerDocReader(segment.open(storage), storage, segment)
