from __future__ import annotations

import gzip
import io

import pytest

from searchkit.articles import unpacking
from searchkit.errors import ArticleError


def read(data: bytes, *, packed: bool = False, limit: int = 1000) -> bytes:
    stream: io.BufferedReader = io.BufferedReader(io.BytesIO(data))
    with unpacking.limited_stream(
        stream, "a.txt", packed=packed, size=len(data), limit=limit
    ) as limited:
        return limited.read()


def test_bytes_up_to_the_limit_come_out() -> None:
    """
    The limit itself is allowed, and one byte more is an error.
    """
    assert b"x" * 1000 == read(b"x" * 1000)
    with pytest.raises(ArticleError, match=r"a\.txt: longer than 1,000 bytes"):
        read(b"x" * 1001)


def test_packed_bytes_come_out_unpacked() -> None:
    """
    Several gzip members in one file are one text.
    """
    data = gzip.compress(b"one ") + gzip.compress(b"two")
    assert b"one two" == read(data, packed=True)


def test_the_limit_counts_unpacked_bytes() -> None:
    """
    A small packed file cannot become a large text.
    """
    with pytest.raises(ArticleError, match="longer than"):
        read(gzip.compress(b"x" * 1001), packed=True)


def test_a_bomb_is_stopped_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What unpacks to far more than text does is an error below the limit already.
    """
    monkeypatch.setattr(unpacking, "MIN_UNPACK_BYTES", 1000)
    bomb = gzip.compress(bytes(2_000_000))
    with pytest.raises(ArticleError, match="more than 200 times its size"):
        read(bomb, packed=True, limit=10**9)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-5],
        lambda data: data[:30],
        lambda data: data[:20] + b"\x00\xff\x00\xff" + data[24:],
        lambda data: data + b"rubbish",
        lambda data: data[:2],
    ],
)
def test_damaged_data_are_an_error(damage: object) -> None:
    """
    A packed file that is cut short or altered says so.
    """
    assert callable(damage)
    whole = gzip.compress(bytes(range(256)) * 3)
    with pytest.raises(ArticleError, match="damaged gzip data"):
        read(damage(whole), packed=True)


def test_both_streams_are_closed() -> None:
    """
    Closing the stream closes what it reads from.
    """
    stored: io.BufferedReader = io.BufferedReader(io.BytesIO(gzip.compress(b"x")))
    limited = unpacking.limited_stream(stored, "a", packed=True, size=9, limit=9)
    limited.close()
    assert stored.closed
