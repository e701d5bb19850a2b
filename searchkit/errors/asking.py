"""
Errors of what searchkit is given or asked for: sources, queries, files to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.errors.base import SearchkitError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ArticleError(SearchkitError):
    """
    A source cannot be read as articles.

    Args:
        path: The source as the user named it.
        reason: What is wrong, as a clause without a full stop.
        place: Where in the source, such as ``line 12``; empty for the whole.
    """

    def __init__(self, path: str, reason: str, place: str = "") -> None:
        super().__init__(path, reason, place)
        self.path, self.reason, self.place = path, reason, place

    def __str__(self) -> str:
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"{where}: {self.reason}"


class UnsupportedFormatError(ArticleError):
    """
    No reader takes this kind of file.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path, "no reader for this kind of file")
        self.args = (path,)

    @property
    def hint(self) -> str:
        """
        Name the formats that can be read.
        """
        return "Give plain text (.txt), HTML (.html, .htm) or JSON Lines (.jsonl)."


class AliasesError(SearchkitError):
    """
    The rules for names of an index, its ``aliases.csv``, cannot be read.

    Args:
        path: The file.
        reason: What is wrong, as a clause without a full stop.
        place: Where in the file, such as ``line 12``; empty for the whole.
    """

    def __init__(self, path: str, reason: str, place: str = "") -> None:
        super().__init__(path, reason, place)
        self.path, self.reason, self.place = path, reason, place

    def __str__(self) -> str:
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"{where}: {self.reason}"

    @property
    def hint(self) -> str:
        """
        Show what a row looks like.
        """
        return (
            "Write rows as action,name,type,value,note, such as"
            " `merge,Usama bin Ladin,person,Osama bin Laden,`; the actions are merge,"
            " split, retype and forbid."
        )


class ArticleNotFoundError(SearchkitError, KeyError):
    """
    No article has this id.
    """

    def __init__(self, article_id: str) -> None:
        super().__init__(article_id)
        self.article_id = article_id

    def __str__(self) -> str:
        return f"no article has the id {self.article_id!r}"

    @property
    def hint(self) -> str:
        """
        Say where ids are printed.
        """
        return "Copy an id from the output of `searchkit query`."


class AmbiguousIdError(SearchkitError):
    """
    A shortened id fits several articles.
    """

    def __init__(self, prefix: str, candidates: Sequence[str]) -> None:
        super().__init__(prefix, tuple(candidates))
        self.prefix, self.candidates = prefix, tuple(candidates)

    def __str__(self) -> str:
        shown = ", ".join(self.candidates[:4])
        return f"{self.prefix!r} is the beginning of several ids: {shown}"

    @property
    def hint(self) -> str:
        """
        Ask for more characters.
        """
        return "Give more characters of the id."


class DateValueError(SearchkitError, ValueError):
    """
    Words given as a date are no date.

    Args:
        text: The words.
        exact: One day was asked for, and nothing longer.
    """

    def __init__(self, text: str, exact: bool = False) -> None:  # noqa: FBT001, FBT002 - pickled by position
        super().__init__(text, exact)
        self.text, self.exact = text, exact

    def __str__(self) -> str:
        return f"{self.text!r} is not a {'day' if self.exact else 'date'}"

    @property
    def hint(self) -> str:
        """
        Show the forms that are understood.
        """
        if self.exact:
            return "Write a day as 2021-09-11."
        return "Write a date as 2021, 2021-09, 2021-09-11, 1980s or last week."


class ReferenceDayError(DateValueError):
    """
    A relative date was asked for, and there is no day that it could count from.
    """

    def __str__(self) -> str:
        return f"{self.text!r} counts from a day, and no article has a date"

    @property
    def hint(self) -> str:
        """
        Say how to name the day.
        """
        return "Name the day: --today 2021-09-11, or today= in Python."


class QueryTreeError(SearchkitError, ValueError):
    """
    A query tree that was made by hand cannot be compiled.

    What a person types never raises this: the parser makes valid trees only.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the query tree cannot be run: {self.reason}"


class SearchTimeoutError(SearchkitError, TimeoutError):
    """
    A search has taken longer than it was given.

    Args:
        seconds: What it was given.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"the search has taken longer than {self.seconds:g} seconds"

    @property
    def hint(self) -> str:
        """
        Say what makes searches shorter.
        """
        return "Give it more time, or ask for fewer words and longer prefixes."


class TooManyBucketsError(SearchkitError, ValueError):
    """
    A timeline has more bars than anybody can look at.

    Args:
        bucket: The size of a bucket, such as ``day``.
        limit: Most buckets that may have an article.
    """

    def __init__(self, bucket: str, limit: int) -> None:
        super().__init__(bucket, limit)
        self.bucket, self.limit = bucket, limit

    def __str__(self) -> str:
        return f"the timeline has more than {self.limit:,} bars of one {self.bucket}"

    @property
    def hint(self) -> str:
        """
        Say what makes timelines shorter.
        """
        return "Take wider buckets, such as years, or narrow the query."


class MissingExtraError(SearchkitError, ImportError):
    """
    What was asked for needs a library that is installed on request only.

    Args:
        extra: The name of the extra that brings it.
        purpose: What it is needed for, as the subject of a sentence.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra, self.purpose = extra, purpose

    def __str__(self) -> str:
        return f"{self.purpose} needs the extra {self.extra!r}, which is not installed"

    @property
    def hint(self) -> str:
        """
        Name the command that installs it.
        """
        return f"Install it with `pip install 'searchkit[{self.extra}]'`."


class EntityModelError(SearchkitError):
    """
    Weights, or a pipeline of spaCy, that are to find entities cannot be used.

    Args:
        model: The file, or the name of the pipeline.
        reason: What is wrong, as a clause without a full stop.
        advice: What to do about it, as an imperative sentence; empty for none.
    """

    def __init__(self, model: str, reason: str, advice: str = "") -> None:
        super().__init__(model, reason, advice)
        self.model, self.reason, self.advice = model, reason, advice

    def __str__(self) -> str:
        return f"{self.model}: {self.reason}"

    @property
    def hint(self) -> str | None:
        """
        What the user can do about it, as one imperative sentence.
        """
        return self.advice or None


class OutputFileError(SearchkitError):
    """
    A file that was asked for cannot be written.

    Args:
        path: The file.
        reason: What the system said, as a clause without a full stop.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def hint(self) -> str:
        """
        Ask for a place that can be written to.
        """
        return "Name a file in a folder that is there and can be written to."


class BackupError(SearchkitError):
    """
    A backup cannot be made, or cannot be put back.

    Args:
        path: The backup file.
        reason: What is wrong, as a clause without a full stop.
        advice: What to do about it, as an imperative sentence; empty for none.
    """

    def __init__(self, path: str, reason: str, advice: str = "") -> None:
        super().__init__(path, reason, advice)
        self.path, self.reason, self.advice = path, reason, advice

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def hint(self) -> str | None:
        """
        What the user can do about it, as one imperative sentence.
        """
        return self.advice or None
