"""
Native segments under Whoosh's own writer: what is written, kept and refused.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from whoosh import columns, fields, formats, index, query
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import RamStorage
from whoosh.writing import CLEAR

from searchkit.engines.whoosh import codec
from searchkit.engines.whoosh.codec import NativeCodec, NativeSegment
from searchkit.engines.whoosh.schema import (
    IntegerColumn,
    PackedPositions,
    TextField,
    whoosh_schema,
)
from searchkit.errors import IndexCodecError, IndexDamagedError, NativeWriteError
from searchkit.intervals import Interval
from searchkit.native import load

pytestmark = pytest.mark.skipif(load() is None, reason="the extension is not compiled")


def made(folder: Path, schema: fields.Schema, *documents: dict[str, Any]) -> Any:
    """
    Make an index with some documents in one native segment.
    """
    found = index.create_in(str(folder), schema)
    add(found, *documents)
    return found


def add(ix: Any, *documents: dict[str, Any], **options: Any) -> None:
    writer = ix.writer(codec=NativeCodec())
    for document in documents:
        writer.update_document(**document)
    writer.commit(**(options or {"merge": False}))


def ids(ix: Any, asked: query.Query | None = None) -> list[str]:
    with ix.searcher() as searcher:
        results = searcher.search(asked or query.Every(), limit=None)
        return sorted(hit["id"] for hit in results)


def simple_schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        text=fields.TEXT(stored=True),
        size=fields.NUMERIC(sortable=True),
    )


def simple(number: int, text: str = "alpha beta") -> dict[str, Any]:
    return {"id": str(number), "text": text, "size": number}


def native_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.sks"))


class TestFiles:
    def test_a_segment_is_one_file_and_whooshs_columns(self, tmp_path: Path) -> None:
        """
        There is a segment file, a file for each column of Whoosh's, and the table.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        (segment,) = ix._segments()
        expected = {
            f"MAIN_{segment.segid}.sks",
            f"MAIN_{segment.segid}.size.col",
        }
        assert expected == set(segment.files)
        present = {path.name for path in tmp_path.iterdir()}
        assert expected | {"_MAIN_1.toc", "MAIN_WRITELOCK"} == present

    def test_our_own_columns_are_in_the_segment(self, tmp_path: Path) -> None:
        """
        Days and lengths are native columns; lengths are kept once.
        """
        ix = made(tmp_path, whoosh_schema(), {"id": "a", "published_day": 7})
        (segment,) = ix._segments()
        assert (segment.file_name,) == segment.files
        with ix.reader() as reader:
            assert ["published_day"] == reader._terms._file.native.columns

    def test_a_merge_leaves_the_new_segment_only(self, tmp_path: Path) -> None:
        """
        Files of merged segments go with the next table of contents.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        add(ix, simple(2))
        before = native_files(tmp_path)
        add(ix, simple(3), optimize=True)
        assert len(before) == 2
        assert len(native_files(tmp_path)) == 1
        assert not set(before) & set(native_files(tmp_path))
        assert ["1", "2", "3"] == ids(ix)

    def test_readers_outlive_a_merge(self, tmp_path: Path) -> None:
        """
        A reader that was open before goes on with what it has mapped.
        """
        ix = made(tmp_path, simple_schema(), *map(simple, range(300)))
        with ix.searcher() as searcher:
            add(ix, simple(1000), mergetype=CLEAR)
            found = searcher.search(query.Term("text", "alpha"), limit=None)
            assert 300 == len(found)
            assert {str(number) for number in range(300)} == {
                hit["id"] for hit in found
            }
        assert ["1000"] == ids(ix)

    def test_an_empty_segment_is_a_segment(self, tmp_path: Path) -> None:
        """
        Merging segments of deleted documents gives one without any.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        writer = ix.writer(codec=NativeCodec())
        writer.delete_by_term("id", "1")
        writer.commit(optimize=True)
        assert [] == ids(ix)
        with ix.reader() as reader:
            assert [] == list(reader.all_terms())
            assert 0 == reader.max_field_length("text")
        add(ix, simple(2))
        assert ["2"] == ids(ix)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("segid", "../../elsewhere"),
            ("indexname", "/MAIN"),
            ("_column_files", ("MAIN_x.a/../../b.col",)),
            ("_column_files", ("_MAIN_1.toc",)),
            ("_deleted", {4}),
            ("_doccount", "4"),
            ("_field_lengths", {"text": "many"}),
        ],
    )
    def test_an_altered_entry_is_no_segment(self, name: str, value: Any) -> None:
        """
        A stranger's table of contents can name no files elsewhere, and only numbers.
        """
        segment = NativeSegment("MAIN", 3)
        assert segment == pickle.loads(pickle.dumps(segment))
        setattr(segment, name, value)
        with pytest.raises((ValueError, TypeError)):
            pickle.loads(pickle.dumps(segment))

    def test_another_segments_file_is_damage(self, tmp_path: Path) -> None:
        """
        A file with other documents than the table of contents says is not believed.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        add(ix, simple(2), simple(3))
        first, second = ix._segments()
        (tmp_path / first.file_name).replace(tmp_path / second.file_name)
        with pytest.raises(IndexDamagedError, match="the table of contents says 2"):
            second.open(ix.storage)

    def test_a_missing_file_is_missing(self, tmp_path: Path) -> None:
        """
        Whoosh tries again on such an error: a writer may just have merged.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        (tmp_path / ix._segments()[0].file_name).unlink()
        with pytest.raises(FileNotFoundError):
            ix.reader()


class TestTableOfContents:
    def test_keeps_segments_and_deletions(self, tmp_path: Path) -> None:
        """
        What is pickled is enough to read the segment in another process.
        """
        ix = made(tmp_path, simple_schema(), *map(simple, range(4)))
        writer = ix.writer(codec=NativeCodec())
        writer.delete_document(1)
        writer.delete_document(2)
        writer.delete_document(2, delete=False)
        writer.commit(merge=False)
        segment = pickle.loads(pickle.dumps(ix._segments()[0]))
        assert 4 == segment.doc_count_all()
        assert 3 == segment.doc_count()
        assert [1] == list(segment.deleted_docs())
        assert segment.is_deleted(1)
        assert isinstance(segment.codec(), NativeCodec)
        assert not segment.should_assemble()
        assert ["0", "2", "3"] == ids(index.open_dir(str(tmp_path)))

    def test_names_plain_classes_only(self, tmp_path: Path) -> None:
        """
        The entry of a segment is one class of ours, and values.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        named = []

        class Unpickler(pickle.Unpickler):
            def find_class(self, module: str, name: str) -> Any:
                named.append((module, name))
                return super().find_class(module, name)

        Unpickler(io.BytesIO(pickle.dumps(ix._segments()[0], 2))).load()
        assert {(codec.__name__, "NativeSegment")} <= set(named)
        assert {"builtins", "copyreg", "copy_reg", "__builtin__", codec.__name__} >= {
            module for module, _ in named
        }


class TestWithoutTheExtension:
    def test_the_error_says_what_is_missing(self, tmp_path: Path) -> None:
        """
        Opening names the file and the way out; so does writing.
        """
        made(tmp_path, simple_schema(), simple(1))
        script = (
            "import sys\n"
            "from whoosh.index import open_dir\n"
            "from searchkit.engines.whoosh.codec import NativeCodec\n"
            "ix = open_dir(sys.argv[1])\n"
            "for ask in (ix.searcher, NativeCodec):\n"
            "    try: ask()\n"
            "    except Exception as error:\n"
            "        print(type(error).__name__, error, error.hint, sep='|')\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            env=os.environ | {"SEARCHKIT_NATIVE": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
        reading, writing = (line.split("|") for line in done.stdout.splitlines())
        assert IndexCodecError.__name__ == reading[0]
        assert str(tmp_path) in reading[1]
        assert "searchkit rebuild" in reading[2]
        assert NativeWriteError.__name__ == writing[0]
        assert "the compiled part of searchkit is missing" in writing[1]


class TestValues:
    def test_lengths_are_exact_in_our_columns(self, tmp_path: Path) -> None:
        """
        A merge through Whoosh, which rounds lengths, keeps those of our columns.
        """
        lengths = [0, 1, 39, 40, 41, 1237, 70_001]
        ix = made(
            tmp_path,
            whoosh_schema(),
            *(
                {"id": str(n), "body": "a " * n or "", "body_length": n}
                for n in lengths
            ),
        )
        for _ in range(2):
            with ix.reader() as reader:
                column = reader.column_reader("body_length", translate=False)
                assert lengths == list(column.load())
            add(ix, optimize=True)

    def test_lengths_of_other_documents_are_those_of_whoosh(
        self, tmp_path: Path
    ) -> None:
        """
        Whoosh's ``add_document`` gives no length column; it is answered all the same.
        """
        ix = made(tmp_path, whoosh_schema(), {"id": "a", "body": "one two three"})
        with ix.reader() as reader:
            assert 3 == reader.column_reader("body_length")[0]
            assert 0 == reader.column_reader("title_length")[0]

    def test_an_integer_column_of_anyone_is_native(self, tmp_path: Path) -> None:
        """
        Columns of integers have 0 where no value was given, up to 32 bits.
        """
        schema = fields.Schema(
            id=fields.ID(stored=True), rank=fields.COLUMN(IntegerColumn())
        )
        ix = made(tmp_path, schema, {"id": "a"}, {"id": "b", "rank": 2**32 - 1})
        with ix.reader() as reader:
            assert [0, 2**32 - 1] == list(reader.column_reader("rank"))
        with pytest.raises(NativeWriteError, match="'rank' is no integer of 32 bits"):
            add(ix, {"id": "c", "rank": 2**32})

    def test_every_column_of_whoosh_is_kept(self, tmp_path: Path) -> None:
        """
        Whoosh's own column types go to files of their own, and through merges.
        """
        kinds: dict[str, tuple[columns.Column, Any, Any]] = {
            "bits": (columns.BitColumn(), True, False),
            "bytes": (columns.VarBytesColumn(), b"abc", b""),
            "fixed": (columns.FixedBytesColumn(2), b"ab", b"\0\0"),
            "number": (columns.NumericColumn("i", default=-1), -7, -1),
            "packed": (columns.CompressedBytesColumn(), b"xyz" * 9, b""),
            "refs": (columns.RefBytesColumn(), b"one", b""),
        }
        schema = fields.Schema(
            id=fields.ID(stored=True),
            **{name: fields.COLUMN(column) for name, (column, _, _) in kinds.items()},
        )
        values = {name: value for name, (_, value, _) in kinds.items()}
        ix = made(tmp_path, schema, {"id": "a"}, {"id": "b", **values}, {"id": "c"})
        for _ in range(2):
            with ix.reader() as reader:
                for name, (_, value, default) in kinds.items():
                    found = reader.column_reader(name)
                    assert [default, value, default] == [found[n] for n in range(3)]
            add(ix, optimize=True)

    def test_repeated_values_are_one_posting(self, tmp_path: Path) -> None:
        """
        A number that is given twice finds its document once.
        """
        schema = fields.Schema(id=fields.ID(stored=True), n=fields.NUMERIC())
        ix = made(tmp_path, schema, {"id": "a", "n": [7, 7, 8]}, {"id": "b", "n": 7})
        assert ["a", "b"] == ids(ix, query.NumericRange("n", 7, 7))

    def test_posting_values_are_those_of_the_format(self, tmp_path: Path) -> None:
        """
        A matcher gives positions, frequencies and encoded values.
        """
        ix = made(tmp_path, whoosh_schema(), {"id": "a", "body": "war and war"})
        with ix.reader() as reader:
            matcher = reader.postings("body", b"war")
            assert [0, 2] == matcher.value_as("positions")
            assert 2 == matcher.value_as("frequency")
            assert [(0, 1), (2, 1)] == matcher.value_as("position_boosts")
            assert PackedPositions().encode([0, 2]) == matcher.value()
            assert [(0, 0), (2, 2)] == [(s.start, s.end) for s in matcher.spans()]
            assert matcher.supports("positions")
            assert not matcher.supports("characters")
            words = reader.postings("id", b"a")
            assert not words.supports("positions")
            assert b"" == words.value()

    def test_ids_are_keys(self, tmp_path: Path) -> None:
        """
        The id of a document can be read without its stored fields.
        """
        ix = made(tmp_path, whoosh_schema(), {"id": "a"}, {"title": "x"}, {"id": "ü"})
        with ix.reader() as reader:
            native = reader._terms._file.native
            assert ["a", None, "ü"] == [native.key("id", n) for n in range(3)]

    def test_dates_of_whooshs_api_are_kept(self, tmp_path: Path) -> None:
        """
        An interval that was given as a value is stored as one.
        """
        value = Interval.parse("2021-09")
        ix = made(tmp_path, whoosh_schema(), {"id": "a", "published": value})
        with ix.searcher() as searcher:
            assert value == searcher.document(id="a")["published"]


class TestMatchers:
    @pytest.fixture
    def reader(self, tmp_path: Path) -> Any:
        schema = simple_schema()
        documents = [
            simple(n, "alpha " * (1 + n % 7 + 40 * (n == 777)) + "beta" * (n % 3 == 0))
            for n in range(1000)
        ]
        with made(tmp_path, schema, *documents).searcher() as searcher:
            yield searcher

    def test_copies_go_their_own_way(self, reader: Any) -> None:
        """
        A copy stands where the original stood, and moves without it.
        """
        matcher = query.Term("text", "alpha").matcher(reader)
        matcher.skip_to(500)
        copied = matcher.copy()
        copied.skip_to(900)
        assert (500, 900) == (matcher.id(), copied.id())
        assert copied.score() > 0
        matcher.reset()
        assert (0, 900) == (matcher.id(), copied.id())

    def test_all_ids_are_those_from_here_on(self, reader: Any) -> None:
        """
        All documents can be had at once, from the current one on.
        """
        matcher = query.Term("text", "beta").matcher(reader)
        matcher.skip_to(10)
        assert list(range(12, 1000, 3)) == list(matcher.all_ids())
        assert not matcher.is_active()

    def test_blocks_that_cannot_be_among_the_best_are_skipped(
        self, reader: Any
    ) -> None:
        """
        Skipping stops at the block whose bound is above the threshold.
        """
        matcher = query.Term("text", "alpha").matcher(reader)
        assert matcher.supports_block_quality()
        usual = matcher.block_quality()
        assert matcher.max_quality() > usual
        assert matcher.skip_to_quality(usual) > 0
        assert matcher.id() <= 777
        assert matcher.block_quality() > usual
        assert 41 <= matcher.block_max_weight()
        assert matcher.block_min_length() <= matcher.block_max_length()
        assert matcher.skip_to_quality(matcher.max_quality()) > 0
        assert not matcher.is_active()
        assert 0 == matcher.block_quality() == matcher.block_max_weight()

    def test_block_bounds_hold(self, reader: Any) -> None:
        """
        No document of a block scores above its bound.
        """
        matcher = query.Term("text", "alpha").matcher(reader)
        while matcher.is_active():
            assert matcher.score() <= matcher.block_quality() <= matcher.max_quality()
            matcher.next()


class TestRefusals:
    @pytest.mark.parametrize(
        ("field", "options", "reason"),
        [
            (fields.TEXT(chars=True), {}, "postings of the format Characters"),
            (fields.TEXT(vector=True), {}, "has vectors"),
            (fields.TEXT(field_boost=2.0), {}, "has a boost"),
            (fields.KEYWORD(field_boost=1.5), {}, "has a boost"),
            (fields.TEXT(), {"_x_boost": 3.0}, "has a boost"),
            (fields.TEXT(), {"_boost": 0.5}, "has a boost"),
            (fields.ID(), {"_x_boost": 2.0}, "has a boost"),
            (fields.TEXT(stored=True), {"_stored_x": {1}}, "is of the type set"),
            (
                fields.FieldType(formats.PositionBoosts(), fields.TEXT().analyzer),
                {},
                "postings of the format PositionBoosts",
            ),
            (
                fields.COLUMN(columns.PickleColumn(columns.VarBytesColumn())),
                {},
                "column of 'x' is pickled",
            ),
        ],
    )
    def test_leave_the_index_as_it_was(
        self, tmp_path: Path, field: Any, options: dict[str, Any], reason: str
    ) -> None:
        """
        What cannot be kept is refused in a sentence, at the latest by the commit.
        """
        schema = fields.Schema(id=fields.ID(stored=True), x=field)
        ix = made(tmp_path, schema, {"id": "before"})
        writer = ix.writer(codec=NativeCodec())
        writer.add_document(id="good")
        with pytest.raises(NativeWriteError, match=reason) as caught:  # noqa: PT012 - by the commit at the latest
            writer.add_document(id="bad", x="some words", **options)
            writer.commit()
        assert "index.writer()" in caught.value.hint
        with pytest.raises(NativeWriteError, match="before"):
            writer.add_document(id="after")
        with pytest.raises(NativeWriteError, match="before"):
            writer.commit()
        writer.cancel()
        assert ["before"] == ids(ix)
        add(ix, {"id": "again"}, optimize=True)
        assert ["again", "before"] == ids(ix)

    def test_an_error_of_any_kind_spoils_the_writer(self, tmp_path: Path) -> None:
        """
        A document that failed halfway has left postings with Whoosh: none is written.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        writer = ix.writer(codec=NativeCodec())
        with pytest.raises(ValueError, match="invalid literal"):
            # The id has its posting when the number fails.
            writer.add_document(id="2", text="x", size="no number")
        with pytest.raises(NativeWriteError, match="could not be added before"):
            writer.add_document(**simple(3))
        writer.cancel()
        assert ["1"] == ids(ix)

    def test_a_writer_without_documents_can_commit_after_a_refusal(
        self, tmp_path: Path
    ) -> None:
        """
        Where nothing else was added, a commit changes nothing.
        """
        schema = fields.Schema(id=fields.ID(stored=True), x=fields.TEXT(chars=True))
        ix = made(tmp_path, schema, {"id": "a"})
        writer = ix.writer(codec=NativeCodec())
        with pytest.raises(NativeWriteError):
            writer.add_document(id="b", x="words")
        writer.commit(merge=False)
        assert ["a"] == ids(ix)

    @pytest.mark.parametrize(
        ("document", "reason"),
        [
            ({"id": "x" * 70_000}, "longer than 64 KB"),
            ({"n" * 50: "a"}, "longer than 47 bytes"),
        ],
    )
    def test_of_what_is_too_long(
        self, tmp_path: Path, document: dict[str, Any], reason: str
    ) -> None:
        """
        Terms and names have a longest length.
        """
        schema = fields.Schema(
            id=fields.ID(stored=True), **{"n" * 50: fields.ID(stored=True)}
        )
        ix = made(tmp_path, schema, {"id": "a"})
        writer = ix.writer(codec=NativeCodec())
        with pytest.raises(NativeWriteError, match=reason):  # noqa: PT012 - as above
            writer.add_document(**document)
            writer.commit()
        writer.cancel()
        assert ["a"] == ids(ix)

    def test_of_too_many_fields(self, tmp_path: Path) -> None:
        """
        A segment that could not be read is not written.
        """
        schema = fields.Schema(id=fields.ID(stored=True))
        schema.add("f_*", fields.ID(), glob=True)
        ix = index.create_in(str(tmp_path), schema)
        writer = ix.writer(codec=NativeCodec())
        writer.add_document(id="a", **{f"f_{n}": "x" for n in range(256)})
        with pytest.raises(NativeWriteError, match="too many fields"):
            writer.commit()
        writer.cancel()
        add(ix, {"id": "a", **{f"f_{n}": "x" for n in range(255)}})
        assert ["a"] == ids(ix, query.Term("f_7", "x"))

    def test_of_storage_in_memory(self) -> None:
        """
        Segments are mapped files: memory has none.
        """
        ix = RamStorage().create_index(simple_schema())
        with pytest.raises(NativeWriteError, match="RamStorage has no folder"):
            ix.writer(codec=NativeCodec())


class TestMerging:
    def test_dynamic_fields_come_along(self, tmp_path: Path) -> None:
        """
        Fields that only a pattern of the schema names are kept by merges.
        """
        schema = fields.Schema(id=fields.ID(stored=True))
        schema.add("t_*", fields.TEXT(stored=True), glob=True)
        ix = made(tmp_path, schema, {"id": "a", "t_one": "alpha"})
        add(ix, {"id": "b", "t_two": "alpha"}, optimize=True)
        assert ["a"] == ids(ix, query.Term("t_one", "alpha"))
        assert ["b"] == ids(ix, query.Term("t_two", "alpha"))

    def test_removed_fields_go(self, tmp_path: Path) -> None:
        """
        A field that was taken out of the schema is gone after a merge.
        """
        ix = made(tmp_path, simple_schema(), simple(1))
        writer = ix.writer(codec=NativeCodec())
        writer.remove_field("text")
        writer.commit(optimize=True)
        with ix.reader() as reader:
            assert {"id", "size"} == set(reader.indexed_field_names())
            assert {"id": "1"} == reader.stored_fields(0)

    def test_a_reader_of_another_index_can_be_added(self, tmp_path: Path) -> None:
        """
        ``add_reader`` takes segments of any codec.
        """
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        other = index.create_in(str(tmp_path / "one"), simple_schema())
        writer = other.writer(codec=W3Codec())
        for number in range(3):
            writer.add_document(**simple(number))
        writer.commit()
        ix = made(tmp_path / "two", simple_schema(), simple(7))
        writer = ix.writer(codec=NativeCodec())
        with other.reader() as reader:
            writer.add_reader(reader)
        writer.commit(merge=False)
        assert ["0", "1", "2", "7"] == ids(ix, query.Term("text", "beta"))

    def test_many_blobs_of_stored_fields_come_along(self, tmp_path: Path) -> None:
        """
        Documents keep their own stored fields across blobs, deletions and merges.
        """
        ix = made(tmp_path, simple_schema(), *(simple(n, f"t{n}") for n in range(200)))
        writer = ix.writer(codec=NativeCodec())
        for number in range(0, 200, 3):
            writer.delete_by_term("id", str(number))
        for number in range(200, 230):
            writer.add_document(**simple(number, f"t{number}"))
        writer.commit(optimize=True)
        with ix.searcher() as searcher:
            found = list(searcher.reader().iter_docs())
            assert 163 == len(found)
            for docnum, stored in found:
                assert f"t{stored['id']}" == stored["text"]
                assert docnum == searcher.document_number(id=stored["id"])

    def test_text_fields_of_ours_answer_whooshs_phrases(self, tmp_path: Path) -> None:
        """
        Packed positions are enough for phrases, in new and in merged segments.
        """
        schema = fields.Schema(id=fields.ID(stored=True), body=TextField())
        ix = made(tmp_path, schema, {"id": "a", "body": "the old war ended"})
        add(ix, {"id": "b", "body": "the war is old"})
        for _ in range(2):
            assert ["a"] == ids(ix, query.Phrase("body", ["old", "war"]))
            add(ix, optimize=True)


def test_datetimes_sort_in_new_and_merged_segments(tmp_path: Path) -> None:
    """
    A column that Whoosh derives from dates is read back as dates.
    """
    schema = fields.Schema(
        id=fields.ID(stored=True), day=fields.DATETIME(sortable=True, stored=True)
    )
    days = [datetime(2021, 9, day) for day in (3, 1, 2)]  # noqa: DTZ001 - Whoosh keeps no zones
    ix = made(tmp_path, schema, *({"id": str(n), "day": d} for n, d in enumerate(days)))
    for _ in range(2):
        with ix.searcher() as searcher:
            found = searcher.search(query.Every(), sortedby="day")
            assert ["1", "2", "0"] == [hit["id"] for hit in found]
            assert days == [found.searcher.stored_fields(n)["day"] for n in range(3)]
        add(ix, optimize=True)
