"""
Character encodings: from bytes to text, whatever the bytes are.

In this order: a byte order mark; UTF-16 by its zero bytes; UTF-8, where the bytes are
valid or nearly so; what the source declares; what charset-normalizer finds in the
beginning; Windows-1252 with a replacement character for what it lacks.  UTF-8 goes
before the declaration because text in another encoding is hardly ever valid UTF-8,
while pages that were saved or converted often declare what they once were.  Encodings
outside the list of the WHATWG Encoding Standard are not believed: some of Python's
are no character sets, and some take very long.
"""

from __future__ import annotations

import codecs

from searchkit.settings import ENCODING_SAMPLE_BYTES

_REPLACEMENT = "\ufffd"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # The mark of UTF-32 begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: Encodings that are read as a larger one that contains them, as web browsers do.
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_KNOWN = frozenset(
    """
    utf-8 utf-16 utf-16-le utf-16-be cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256
    cp1257 cp1258 cp866 cp874 cp932 cp949 iso8859-2 iso8859-3 iso8859-4 iso8859-5
    iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15
    iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic gb18030 big5hkscs euc_jp
    iso2022_jp
    """.split()
)

#: Shortest text of which an encoding is guessed; in less, any guess is chance.
_MIN_GUESS_BYTES = 64


def decode(data: bytes, *, declared: str = "", guess: bool = True) -> str:
    r"""
    Turn bytes into text.

    Args:
        data: Any bytes.
        declared: The encoding that the source says it has; empty where it says none.
        guess: Whether an encoding may be guessed, which takes some milliseconds.

    Returns:
        The text, without a byte order mark at its beginning, each line ended by
        ``\n``.  Bytes that fit no encoding become U+FFFD.

    Example:
        >>> decode(b"caf\xc3\xa9\r\n"), decode(b"caf\xe9", declared="latin-1")
        ('café\n', 'café')
    """
    text = _decode(data, declared, guess=guess).lstrip("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def decode_html(data: bytes) -> str:
    """
    Turn the bytes of a web page into text, by what the page declares if need be.

    Args:
        data: Any bytes.

    Returns:
        As :func:`decode`.
    """
    from bs4.dammit import EncodingDetector  # noqa: PLC0415 - takes 80 ms

    declared = EncodingDetector.find_declared_encoding(data[:4096], is_html=True)
    return decode(data, declared=declared or "")


def encoding_of_mark(data: bytes) -> str:
    """
    Return the encoding that a byte order mark names; empty where there is none.

    Args:
        data: The first four bytes of a source, or more.
    """
    return next((name for mark, name in _MARKS if data.startswith(mark)), "")


def _decode(data: bytes, declared: str, *, guess: bool) -> str:
    if marked := encoding_of_mark(data) or _encoding_of_zeros(data):
        return data.decode(marked, "replace")
    known = _known(declared)
    if known == "iso2022_jp" and b"\x1b" in data:
        return data.decode(known, "replace")  # it is ASCII with escapes: valid UTF-8
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if _is_nearly_utf8(text):
        return text
    if known and known != "utf-8":
        text = data.decode(known, "replace")
        if text.count(_REPLACEMENT) * 100 <= len(text):
            return text
    if guess and (guessed := _guess(data)):
        return data.decode(guessed, "replace")
    return data.decode("cp1252", "replace")


def _is_nearly_utf8(text: str) -> bool:
    """
    Tell whether a text decoded as UTF-8 is damaged UTF-8, not another encoding.

    Where the encoding is another one, hardly any of its bytes beyond ASCII come in
    valid sequences.
    """
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    damaged = text.count(_REPLACEMENT)
    return beyond_ascii - damaged >= 4 * damaged


def _encoding_of_zeros(data: bytes) -> str:
    """
    Recognize UTF-16 without a mark: in Latin letters, every other byte is zero.
    """
    sample = data[:4096]
    half = len(sample) // 2
    if len(data) % 2 or half < 2:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd * 10 >= half * 4 and even * 20 <= half:
        return "utf-16-le"
    if even * 10 >= half * 4 and odd * 20 <= half:
        return "utf-16-be"
    return ""


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared.strip()).name
    except (LookupError, ValueError):
        return ""
    name = _READ_AS.get(name, name)
    return name if name in _KNOWN else ""


def _guess(data: bytes) -> str:
    if len(data) < _MIN_GUESS_BYTES:
        return ""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - takes 20 ms

    best = from_bytes(data[:ENCODING_SAMPLE_BYTES]).best()
    return _known(best.encoding) if best else ""
