"""
Native segments that were cut short or altered, read through Whoosh.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from whoosh import index, query
from whoosh.query import spans

from searchkit.engines.whoosh.codec import NativeCodec
from searchkit.engines.whoosh.schema import whoosh_schema
from searchkit.errors import IndexDamagedError
from searchkit.native import load

pytestmark = pytest.mark.skipif(load() is None, reason="the extension is not compiled")

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()
ALTERATIONS = 600


def make(folder: Path) -> Path:
    """
    Make an index with posting lists of one block and of several, and return its file.
    """
    rng = random.Random(3)
    ix = index.create_in(str(folder), whoosh_schema())
    writer = ix.writer(codec=NativeCodec())
    for number in range(400):
        body = " ".join(rng.choices(WORDS, k=rng.randrange(1, 30)))
        writer.add_document(
            id=f"doc{number}",
            title=f"{rng.choice(WORDS)} {number}",
            body=body,
            words=body,
            person=rng.choice(WORDS),
            published="2021-09-11",
            published_day=737_000 + number,
        )
    writer.commit()
    (path,) = folder.glob("*.sks")
    return path


def ask_everything(folder: Path) -> list[Any]:
    """
    Ask what reads each part of a segment; return all answers.
    """
    with index.open_dir(str(folder)).searcher() as searcher:
        reader = searcher.reader()
        alpha, beta = query.Term("body", "alpha"), query.Term("body", "beta")
        found: list[Any] = [
            searcher.search(asked, **options).top_n
            for asked in (
                query.Or([alpha, beta]),
                query.And([alpha, beta, query.Not(query.Term("title", "iota"))]),
                query.Phrase("body", ["gamma", "delta"], slop=2),
                spans.SpanNear(alpha, beta, slop=3),
                query.Prefix("words", "e"),
                query.FuzzyTerm("words", "zeto"),
                query.Wildcard("title", "*1*"),
                query.Term("person", "kappa"),
                query.Every("body"),
            )
            for options in (
                {"limit": 5},
                {"limit": None},
                {"sortedby": "published_day"},
            )
        ]
        found.append(list(reader.all_terms()))
        found.append(list(reader.field_terms("words")))
        found.append(reader.most_frequent_terms("body", 3))
        found.append(reader.corrector("words").suggest("alpa"))
        found.append([reader.stored_fields(number) for number in range(0, 400, 37)])
        found.append(list(reader.column_reader("body_length")))
        found.append([reader.doc_field_length(n, "body") for n in range(400)])
        found.append([reader.field_length("body"), reader.max_field_length("body")])
        found.append(
            [hit.docnum for hit in searcher.more_like(3, "body", text="alpha")]
        )
        return found


def alter(path: Path, whole: bytes, rng: random.Random) -> None:
    """
    Change, zero or exchange some bytes of a file.
    """
    altered = bytearray(whole)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at = rng.randrange(len(altered))
        match rng.randrange(4):
            case 0:
                altered[at] ^= 1 << rng.randrange(8)
            case 1:
                altered[at] = rng.randrange(256)
            case 2:
                altered[at : at + 8] = bytes(len(altered[at : at + 8]))
            case _:
                other = rng.randrange(len(altered))
                altered[at], altered[other] = altered[other], altered[at]
    # A new file: the old one may be mapped still.
    path.unlink()
    path.write_bytes(altered)


def alter_and_ask(folder: Path, seed: int) -> None:
    """
    Alter a segment many times; what reads it answers, or tells of the damage.
    """
    path = make(folder)
    whole = path.read_bytes()
    told = 0
    for number in range(ALTERATIONS):
        alter(path, whole, random.Random(seed * ALTERATIONS + number))
        try:
            ask_everything(folder)
        except IndexDamagedError:
            told += 1
        except Exception as error:
            error.add_note(f"alteration {number}")
            raise
    assert told > ALTERATIONS // 20


class TestAlteredBytes:
    def test_give_answers_or_an_error_and_no_crash(self, tmp_path: Path) -> None:
        """
        Any alteration is told as damage or leaves answers, in a process that lives on.
        """
        script = (
            "import sys; sys.path.insert(0, sys.argv[1]);"
            "from test_codec_damage import alter_and_ask; from pathlib import Path;"
            "alter_and_ask(Path(sys.argv[2]), 1)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (0, "") == (done.returncode, done.stderr)

    def test_of_what_everything_follows_from_are_told(self, tmp_path: Path) -> None:
        """
        No byte of the header, the directory or a dictionary can change unnoticed.
        """
        path = make(tmp_path)
        whole = path.read_bytes()
        header = range(56)
        directory = range(len(whole) - 64, len(whole))
        name = whole.index(b"words\0")
        term = whole.index(b"epsilon")
        for at in (*header, *directory, name, term):
            path.unlink()
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
            with pytest.raises(IndexDamagedError) as caught:
                ask_everything(tmp_path)
            assert str(path) == caught.value.path


class TestTruncation:
    def test_is_told_at_any_length(self, tmp_path: Path) -> None:
        """
        A segment that was cut short, or lengthened, is never opened.
        """
        path = make(tmp_path)
        whole = path.read_bytes()
        rng = random.Random(5)
        sizes = {0, 1, 55, 56, 57, len(whole) - 1}
        for size in sizes | set(rng.sample(range(len(whole)), 100)):
            path.unlink()
            path.write_bytes(whole[:size])
            with pytest.raises(IndexDamagedError):
                index.open_dir(str(tmp_path)).searcher()
        path.write_bytes(whole + b"\0")
        with pytest.raises(IndexDamagedError):
            index.open_dir(str(tmp_path)).searcher()

    def test_no_other_kind_of_file_is_opened(self, tmp_path: Path) -> None:
        """
        Another file under the name, or a folder, is told.
        """
        path = make(tmp_path)
        path.write_bytes(b"%PDF-1.7" * 100)
        with pytest.raises(IndexDamagedError):
            index.open_dir(str(tmp_path)).searcher()
        path.unlink()
        path.mkdir()
        with pytest.raises(IndexDamagedError):
            index.open_dir(str(tmp_path)).searcher()


class TestAMergeOfDamage:
    def test_leaves_the_index_as_it_is(self, tmp_path: Path) -> None:
        """
        What cannot be read is not merged, and the writer can be cancelled.
        """
        path = make(tmp_path)
        whole = path.read_bytes()
        term = whole.index(b"epsilon")
        path.unlink()
        path.write_bytes(whole[:term] + b"E" + whole[term + 1 :])
        writer = index.open_dir(str(tmp_path)).writer(codec=NativeCodec())
        with pytest.raises(IndexDamagedError):
            writer.commit(optimize=True)
        writer.cancel()
        path.unlink()
        path.write_bytes(whole)
        assert ask_everything(tmp_path)
