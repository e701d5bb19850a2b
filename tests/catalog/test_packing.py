"""
Packing: bodies come out as they went in, and nothing comes out of anything else.
"""

from __future__ import annotations

import random
import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import Article
from searchkit.annotations.model import Annotations
from searchkit.catalog import Catalog
from searchkit.catalog.checks import check_catalog
from searchkit.catalog.packing import DICTIONARY_TABLES, Packer, train
from searchkit.catalog.salvage import salvage_catalog
from searchkit.errors import IndexDamagedError

WORDS = "the of rain harvest talks envoy minister signed agreement Doha Kabul".split()


def bodies(count: int) -> list[str]:
    """
    Make texts that say in other words what others say.
    """
    chance = random.Random(3)
    return [" ".join(chance.choices(WORDS, k=200)) + f" {n}." for n in range(count)]


TRAINED = train([body.encode() for body in bodies(300)], 7) or b""


def trained_packer() -> Packer:
    """
    Make a packer with a dictionary.
    """
    return Packer({7: TRAINED}.get, 7)


@pytest.mark.parametrize("packer", [Packer(), trained_packer()])
@given(text=st.one_of(st.binary(max_size=3000), st.text(max_size=900).map(str.encode)))
def test_texts_come_out_as_they_went_in(packer: Packer, text: bytes) -> None:
    """
    With a dictionary and without, and by any other packer that knows the dictionary.
    """
    packed = packer.pack(text)
    assert text == packer.unpack(packed, len(text))
    assert text == trained_packer().unpack(packed, len(text))
    assert text == packer.unpack(zlib.compress(text), len(text))


def test_a_dictionary_makes_short_texts_shorter() -> None:
    """
    That is what it is for.
    """
    text = bodies(301)[-1].encode()
    assert len(trained_packer().pack(text)) < 0.9 * len(Packer().pack(text))


def test_few_texts_make_no_dictionary() -> None:
    """
    Nor do many that are empty.
    """
    assert train([b"rain"] * 10, 1) is None
    assert train([b""] * 1000, 1) is None


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"rain",
        zlib.compress(b"rain")[:-1],
        zlib.compress(b"rain" * 9),
        zstandard.compress(b"rain")[:-1],
        zstandard.compress(b"rain") + b"x",
        zstandard.compress(b"rain" * 9),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"rain"),
        trained_packer().pack(bodies(1)[0].encode()),
    ],
)
def test_what_was_not_packed_is_refused(packed: bytes) -> None:
    """
    Cut short, longer than it says, of unknown length, of another dictionary.
    """
    with pytest.raises(ValueError, match="it"):
        Packer().unpack(packed, 20)


@given(
    text=st.binary(max_size=300),
    at=st.integers(min_value=0, max_value=299),
    change=st.integers(min_value=1, max_value=255),
)
@settings(max_examples=200)
def test_altered_frames_are_refused_or_unpacked(
    text: bytes, at: int, change: int
) -> None:
    """
    Nothing else happens; what comes out is another's to check.
    """
    packed = bytearray(trained_packer().pack(text))
    packed[at % len(packed)] ^= change
    with suppress(ValueError):
        assert 400 >= len(trained_packer().unpack(bytes(packed), 400))


def test_a_text_that_looks_like_a_bomb_can_be_read() -> None:
    """
    A frame that unpacks to thousands of times its length is refused, so none is made.
    """
    text = b"a" * 30_000_000
    packer = Packer()
    assert text == packer.unpack(packer.pack(text), len(text))
    with pytest.raises(ValueError, match="longer"):
        packer.unpack(zstandard.compress(text), len(text))


# --- in a catalog -------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Return a folder with a catalog that has made a dictionary in its second commit.
    """
    texts = bodies(500)
    with Catalog.create(tmp_path) as catalog:
        for part in (texts[:10], texts[10:400], texts[400:]):
            with catalog.batch() as batch:
                batch.learn(part)
                for body in part:
                    batch.put(
                        Article(id=body.split()[-1], body=body), Annotations(), {}
                    )
    return tmp_path


def found(folder: Path) -> set[str]:
    """
    Read the bodies of all articles.
    """
    with Catalog.open(folder) as catalog:
        return {stored.article.body for stored in catalog.changed_since(0)}


def run(folder: Path, *statements: str) -> list[tuple[object, ...]]:
    """
    Have SQLite change a catalog, and return what the last statement gives.
    """
    with closing(sqlite3.connect(folder / "catalog.db")) as connection, connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


def test_one_dictionary_is_made_and_kept_twice(folder: Path) -> None:
    """
    From the first batch that has enough articles; all others use it.
    """
    assert set(bodies(500)) == found(folder)
    for table in DICTIONARY_TABLES:
        assert [(1,)] == run(folder, f"SELECT number FROM {table}")
    assert [] == list(check_catalog(folder))


@pytest.mark.parametrize("table", DICTIONARY_TABLES)
@pytest.mark.parametrize(
    "change",
    ["UPDATE {} SET content = zeroblob(9)", "DELETE FROM {}"],
)
def test_one_copy_of_a_dictionary_is_enough(
    folder: Path, table: str, change: str
) -> None:
    """
    Readers take the whole one; doctor finds the other, and salvage makes it anew.
    """
    run(folder, change.format(table))
    assert set(bodies(500)) == found(folder)
    assert ["dictionary-damaged"] == [one.code for one in check_catalog(folder)]
    salvage = salvage_catalog(folder)
    assert (500, ()) == (salvage.kept, salvage.lost)
    assert set(bodies(500)) == found(folder)
    assert [] == list(check_catalog(folder))


def test_without_any_copy_the_other_articles_are_kept(folder: Path) -> None:
    """
    The error names the catalog, and what was packed without a dictionary is there.
    """
    run(folder, *(f"DELETE FROM {table}" for table in DICTIONARY_TABLES))
    with pytest.raises(IndexDamagedError, match="dictionary 1"):
        found(folder)
    salvage = salvage_catalog(folder)
    assert (10, 490) == (salvage.kept, len(salvage.lost))
    assert set(bodies(10)) == found(folder)
    assert salvage.old.exists()
