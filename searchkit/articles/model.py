"""
The article: what a newsroom published.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from searchkit.intervals import Interval
from searchkit.native import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Query parameters that say how a reader came to a page, not which page it is.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|ref|ref_src|cmpid|ocid|"
    r"smid|igshid|ns_\w+|at_\w+|xtor|partner)\Z"
)
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:?\d{2}", re.ASCII)
#: What neither SQLite nor a terminal can take: NUL and lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

ID_LENGTH = 16
"""Length of a derived article id, in characters of base32 (5 bits each)."""


@dataclass(frozen=True, slots=True, init=False)
class Article:
    """
    One article.  Input of indexing, and what ``searchkit show`` prints.

    The id names the article for good.  It is the one given; else it is derived from
    the canonical URL, so that a new version of a page replaces the old one; else from
    the content, so that two copies of one text are one article.

    Attributes:
        title: The headline; may be empty.
        body: The text, paragraphs parted by line breaks.  Spans of annotations and
            snippets count code points of this very string.
        published: When the article appeared, as an ISO date at the precision that is
            known: ``2020``, ``2020-02`` or ``2020-02-29``; ``None`` where unknown.
            A ``date``, a ``datetime`` and an ISO date with a time are taken, too, and
            kept as the day that they name in their own time zone.
        source: The publisher or collection, as in ``Reuters``; may be empty.
        url: The address of the page; may be empty.
        authors: Names as printed.
        path: The file that it was read from; empty when it came from a script.
        id: The stable name; derived when left empty.
        explicit_id: Whether the id was given.

    Raises:
        DateValueError: ``published`` is no date.

    Example:
        >>> article = Article(title="Rates rise", body="…", published=date(2024, 3, 5))
        >>> article.published, article.published_interval.days, len(article.id)
        ('2024-03-05', 1, 16)
    """

    title: str
    body: str
    published: str | None
    source: str
    url: str
    authors: tuple[str, ...]
    path: str
    id: str
    explicit_id: bool = field(init=False, repr=False, compare=False)
    _fingerprint: str | None = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        *,
        title: str = "",
        body: str = "",
        published: str | date | None = None,
        source: str = "",
        url: str = "",
        authors: Iterable[str] = (),
        path: str = "",
        id: str = "",  # noqa: A002 - the word that people use
    ) -> None:
        title = " ".join(_storable(title).split())
        body = _storable(body)
        url = _storable(url).strip() if url else ""
        name = _storable(id).strip() if id else ""
        values = (
            title,
            body,
            normal_published(published),
            _storable(source).strip() if source else "",
            url,
            tuple([_storable(author) for author in authors]) if authors else (),
            _storable(path) if path else "",
            name or derived_id(canonical_url(url) or content_key(title, body)),
            bool(name),
            None,
        )
        for assign, value in zip(_SETTERS, values, strict=True):
            assign(self, value)

    def identified_by_content(self) -> Article:
        """
        Return the same article with an id derived from its content.

        For sources that give one URL to several texts: it names none of them then.
        """
        article = replace(self, id=derived_id(content_key(self.title, self.body)))
        object.__setattr__(article, "explicit_id", False)
        return article

    @property
    def has_content_id(self) -> bool:
        """
        Whether the id says nothing but what the text is.
        """
        return self.id == derived_id(content_key(self.title, self.body))

    @property
    def published_interval(self) -> Interval | None:
        """
        The days on which the article may have appeared; one day where it is known.
        """
        return Interval.parse(self.published) if self.published else None

    @property
    def fingerprint(self) -> str:
        """
        A hash of all that is stored; a change means that the article is indexed anew.

        The path is left out: a file that only moved has not changed.
        """
        if self._fingerprint is None:
            parts = (self.title, self.body, self.published or "", self.source, self.url)
            # Encoded first, then joined: the body may have its UTF-8 form already.
            content = b"\x00".join([part.encode() for part in (*parts, *self.authors)])
            digest = hashlib.blake2b(content, digest_size=16).hexdigest()
            object.__setattr__(self, "_fingerprint", digest)
            return digest
        return self._fingerprint


#: Assign the attributes in their order, which the class refuses; a quarter of the
#: time that ``object.__setattr__`` takes.
_SETTERS: tuple[Callable[[Article, object], None], ...] = tuple(
    vars(Article)[field.name].__set__ for field in fields(Article)
)


def _storable(text: str) -> str:
    if str.isascii(text):  # fails for what is no text
        if "\x00" not in text:
            return text
    elif _is_storable(text):
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def _encodes_without_nul(text: str) -> bool:
    """
    Tell whether UTF-8 can hold a text, and it has no NUL.
    """
    # To encode it is many times faster than to look for half code points, and a NUL is
    # found sooner in bytes than among characters of two.
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


#: The same by the extension, where it is there: then the string keeps its UTF-8 form,
#: and all that encode it later merely copy it.
_is_storable: Callable[[str], bool] = getattr(
    load(), "encodes_without_nul", _encodes_without_nul
)


def normal_published(value: str | date | None) -> str | None:
    """
    Bring a publication date into the form that :class:`Article` keeps.

    Args:
        value: A date, a datetime, or an ISO date with or without a time.

    Returns:
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ``None`` for ``None`` and for blanks.

    Raises:
        DateValueError: The text is no such date.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _normal_text(value)


@lru_cache(maxsize=10_000)
def _normal_text(value: str) -> str | None:
    """
    Do the same for a text; articles of one day share theirs.
    """
    text = value.strip()
    if not text:
        return None
    if found := _ISO_DAY.match(text):
        text = found[1]
    Interval.parse(text)
    return text


def canonical_url(url: str) -> str:
    """
    Reduce a URL to what tells pages apart.

    Scheme, ``www.``, port, fragment, tracking parameters and a closing slash go; host
    is lower case; remaining parameters are sorted.

    Returns:
        Such as ``example.org/2020/02/29/doha?page=2``; empty when there is no host.

    Example:
        >>> canonical_url("https://www.Example.org/a/?utm_source=x&b=2#top")
        'example.org/a?b=2'
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if not host:
        return ""
    query = urlencode(
        sorted(
            (k, v)
            for k, v in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.match(k.lower())
        )
    )
    return urlunsplit(("", host, parts.path.rstrip("/"), query, "")).removeprefix("//")


def content_key(title: str, body: str) -> str:
    """
    Reduce a text to what tells articles apart: its words, whatever their spacing.
    """
    return "\x00".join((" ".join(title.split()), " ".join(body.split())))


def derived_id(key: str) -> str:
    """
    Turn a canonical URL or a content key into an article id.

    Returns:
        16 characters of ``a``-``z`` and ``2``-``7``: 80 bits of BLAKE2b, so that among
        a billion articles two different ones share an id with odds of 1 in 2 million.
    """
    return b32encode(_digest(key, ID_LENGTH * 5 // 8)).decode("ascii").lower()


def _digest(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=size).digest()
