"""
Blobs of stored fields.
"""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.whoosh import stored
from searchkit.engines.whoosh.stored import pack_stored, unpack_stored
from searchkit.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None))
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.builds(Interval, st.dates(), st.dates())
)
keys = st.text() | st.integers() | st.booleans() | st.dates() | st.tuples(st.text())
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.dictionaries(st.sampled_from(["$bytes", "$dict", "$", "a"]), inner)
    ),
    max_leaves=12,
)
documents = st.lists(st.dictionaries(st.text(), values, max_size=4), max_size=5)


def types_of(value: Any) -> Any:
    """
    Return a value with the types of all its parts, which ``==`` does not tell apart.
    """
    if isinstance(value, dict):
        return dict, [(types_of(k), types_of(v)) for k, v in value.items()]
    if type(value) in (list, tuple):
        return type(value), [types_of(item) for item in value]
    return type(value), value


class TestRoundTrip:
    @given(documents)
    def test_gives_back_every_value_with_its_type(
        self, given_documents: list[dict[str, Any]]
    ) -> None:
        """
        What was packed is unpacked, types and order included.
        """
        unpacked = unpack_stored(pack_stored(given_documents), len(given_documents))
        assert types_of(given_documents) == types_of(unpacked)

    def test_keeps_the_value_of_subclasses(self) -> None:
        """
        A string or number of another class comes back as a plain one.
        """

        class Name(str):
            __slots__ = ()

        class Names(list[Any]):
            pass

        unpacked = unpack_stored(pack_stored([{"a": Name("x"), "b": Names([1])}]), 1)
        assert types_of([{"a": "x", "b": [1]}]) == types_of(unpacked)

    @pytest.mark.parametrize("compress", [zlib.compress, zstandard.compress])
    def test_reads_the_form_that_is_described(
        self, compress: Callable[[bytes], bytes]
    ) -> None:
        """
        The form on disk does not change in silence, and the older one is read, too.
        """
        blob = compress(
            b'{"t":"a","b":{"$bytes":"AAE="},"d":{"$date":"2021-09-11"},'
            b'"i":{"$interval":["2021-09-01","2021-09-30"]},'
            b'"m":{"$dict":[["$x",{"$tuple":[1,2]}]]},'
            b'"w":{"$datetime":"2021-09-11T08:46:00"}}\n{}\n'
        )
        assert unpack_stored(blob, 2) == [
            {
                "t": "a",
                "b": b"\x00\x01",
                "d": date(2021, 9, 11),
                "i": Interval.parse("2021-09"),
                "m": {"$x": (1, 2)},
                "w": datetime(2021, 9, 11, 8, 46),  # noqa: DTZ001 - without a zone
            },
            {},
        ]


class TestRefusals:
    @pytest.mark.parametrize(
        ("value", "type_name"),
        [
            ({1}, "set"),
            (Decimal(1), "Decimal"),
            ([{"deep": object()}], "object"),
            (len, "builtin_function_or_method"),
        ],
    )
    def test_names_field_and_type(self, value: Any, type_name: str) -> None:
        """
        A value of any other type is refused in a sentence that says which it is.
        """
        with pytest.raises(TypeError, match=f"'tags' is of the type {type_name}"):
            pack_stored([{"tags": value}])

    def test_of_numbers_without_end(self) -> None:
        """
        Python reads no decimal number of thousands of digits, so none is written.
        """
        with pytest.raises(TypeError, match="too many digits"):
            pack_stored([{"n": 10**5000}])

    def test_of_values_without_a_bottom(self) -> None:
        """
        A value that holds itself is refused, not followed.
        """
        loop: list[Any] = []
        loop.append(loop)
        with pytest.raises(TypeError, match="nested too deeply"):
            pack_stored([{"n": loop}])


class TestDamage:
    @given(documents, st.data())
    def test_is_a_value_error(
        self, given_documents: list[dict[str, Any]], data: st.DataObject
    ) -> None:
        """
        A blob that was altered or cut short is told, or reads as it was.
        """
        blob = bytearray(pack_stored(given_documents))
        at = data.draw(st.integers(0, len(blob) - 1))
        if data.draw(st.booleans()):
            blob[at] ^= data.draw(st.integers(1, 255))
        else:
            del blob[at:]
        try:
            unpacked = unpack_stored(bytes(blob), len(given_documents))
        except ValueError:
            return
        assert types_of(given_documents) == types_of(unpacked)

    @pytest.mark.parametrize(
        "text",
        [
            b"[]\n",
            b"1\n",
            b"{\n",
            b'{"a":{"$bytes":1}}\n',
            b'{"a":{"$bytes":"*"}}\n',
            b'{"a":{"$date":"2021-13-01"}}\n',
            b'{"a":{"$date":7}}\n',
            b'{"a":{"$dict":[[[1],2]]}}\n',
            b'{"a":{"$dict":{}}}\n',
            b'{"a":{"$interval":["2021-01-01"]}}\n',
            b'{"a":{"$call":"exit"}}\n',
            b'{"a":{"$tuple":"ab"}}\n',
            b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
            b'{"a":' + b"9" * 5000 + b"}\n",
            b'{"a":"\xff"}\n',
        ],
    )
    def test_of_what_is_packed_is_a_value_error(self, text: bytes) -> None:
        """
        A stranger's blob with a right checksum holds values of ours, or is refused.
        """
        with pytest.raises(ValueError, match=r"."):
            unpack_stored(zlib.compress(text), 1)

    @pytest.mark.parametrize("compress", [zlib.compress, zstandard.compress])
    def test_what_follows_the_blob_is_told(
        self, compress: Callable[[bytes], bytes]
    ) -> None:
        """
        Bytes behind the end of a blob are no part of it.
        """
        with pytest.raises(ValueError, match="cannot be unpacked"):
            unpack_stored(compress(b'{"a": 1}\n') + b"more", 1)

    @pytest.mark.parametrize("compress", [zlib.compress, zstandard.compress])
    @pytest.mark.parametrize(
        "text", [b"", b"{}\n", b"{}\n{}\n{}\n", b"{}\n{}", b"\n" * 9]
    )
    def test_more_or_fewer_lines_than_documents_are_told(
        self, compress: Callable[[bytes], bytes], text: bytes
    ) -> None:
        """
        Nobody gets the stored fields of another document.
        """
        with pytest.raises(ValueError, match="more or fewer"):
            unpack_stored(compress(text), 2)

    def test_a_frame_that_says_it_is_empty_is_told(self) -> None:
        """
        The library reads no further then, not even to the checksum.
        """
        blob = bytearray(pack_stored([{"a": 1}]))
        size = blob.index(len(b'{"a":1}\n'))
        blob[size] = 0
        assert zstandard.get_frame_parameters(bytes(blob)).content_size == 0
        with pytest.raises(ValueError, match="more or fewer"):
            unpack_stored(bytes(blob), 1)

    def test_an_altered_blob_is_told(self) -> None:
        """
        Also where what is altered can be unpacked.
        """
        blob = pack_stored([{"a": 1}])
        assert b'"a":1' in blob
        with pytest.raises(ValueError, match="cannot be unpacked"):
            unpack_stored(blob.replace(b'"a":1', b'"a":2'), 1)

    @pytest.mark.parametrize("compress", [zlib.compress, zstandard.compress])
    def test_a_bomb_is_not_unpacked(
        self, monkeypatch: pytest.MonkeyPatch, compress: Callable[[bytes], bytes]
    ) -> None:
        """
        Unpacking stops at the limit, and says so.
        """
        monkeypatch.setattr(stored, "MAX_BLOB_BYTES", 1000)
        blob = compress(b'{"a":"' + b" " * 10**6 + b'"}\n')
        with pytest.raises(ValueError, match="longer than it can be"):
            unpack_stored(blob, 1)
