"""
Compression: Zstandard frames (RFC 8878) and zlib streams, unpacked within limits.

Whoever made a file may have made a bomb of it: nothing is unpacked further than its
caller allows, nor a frame to more than ``MAX_UNPACK_RATIO`` times its length; no stream
of zlib comes to more than 1,032 times.  What is packed here always comes back.

Not here: whole files and archives, which are read as they unpack
(``searchkit.articles``), and what the frames of a catalog have in common
(``searchkit.catalog.packing``).
"""

from __future__ import annotations

import zlib
from typing import Any

import zstandard

from searchkit.settings import MAX_UNPACK_RATIO, MIN_UNPACK_BYTES

_FRAME_MAGIC = zstandard.FRAME_HEADER


def is_frame(packed: bytes) -> bool:
    """
    Tell a Zstandard frame from a stream of zlib.
    """
    return packed[: len(_FRAME_MAGIC)] == _FRAME_MAGIC


def most_unpacked(packed: bytes) -> int:
    """
    Return how many bytes something packed may unpack to.
    """
    return max(len(packed) * MAX_UNPACK_RATIO, MIN_UNPACK_BYTES)


def pack(text: bytes, compressor: zstandard.ZstdCompressor) -> bytes:
    """
    Pack bytes: as a frame, or as a stream where a frame would look like a bomb.
    """
    packed = compressor.compress(text)
    if len(text) > MIN_UNPACK_BYTES and len(text) > most_unpacked(packed):
        return zlib.compress(text)
    return packed


def frame_parameters(packed: bytes, limit: int) -> Any:
    """
    Return what a frame says of itself.

    Args:
        packed: The frame.
        limit: Most bytes that it may unpack to.

    Returns:
        An object with ``content_size`` and ``dict_id``; 0 for no dictionary.

    Raises:
        zstandard.ZstdError: It is none.
        ValueError: It is longer, or longer than it can be.
    """
    frame = zstandard.get_frame_parameters(packed)
    size = frame.content_size
    # Most are too short for a bomb: every hit's text comes by here.
    if size > limit or (size > MIN_UNPACK_BYTES and size > most_unpacked(packed)):
        raise ValueError("it is longer than it can be")
    return frame


def unpack_zlib(packed: bytes, limit: int) -> bytes:
    """
    Unpack a stream of zlib.

    Args:
        packed: The stream.
        limit: Most bytes that it may unpack to.

    Raises:
        zlib.error, TypeError: It is none.
        ValueError: It is cut short, longer than the limit, or something follows it.
    """
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed, limit + 1)
    if len(unpacked) > limit:
        raise ValueError("it is longer than it can be")
    if not unpacker.eof:
        raise ValueError("it is cut short")
    if unpacker.unused_data:
        raise ValueError("something follows it")
    return unpacked
