from __future__ import annotations

import copy
import inspect
import pickle

import pytest

import searchkit
from searchkit import errors
from searchkit.errors import IndexStoreError, SearchkitError

EXAMPLES = [
    errors.ArticleError("news.html", "the page is empty"),
    errors.ArticleError("news.jsonl", "not JSON", "line 12"),
    errors.UnsupportedFormatError("news.pdf"),
    errors.AliasesError("index/aliases.csv", "the file is longer than 8 MB"),
    errors.AliasesError("index/aliases.csv", "the name has no word", "line 3"),
    errors.ArticleNotFoundError("abc"),
    errors.AmbiguousIdError("ab", ["abc", "abd", "abe", "abf", "abg"]),
    errors.DateValueError("yesteryear"),
    errors.ReferenceDayError("last week"),
    errors.QueryTreeError("it is nested too deeply"),
    errors.SearchTimeoutError(0.5),
    errors.TooManyBucketsError("day", 5000),
    errors.MissingExtraError("plot", "drawing a picture"),
    errors.EntityModelError("weights.txt", "it is not UTF-8"),
    errors.EntityModelError("en_core_web_md", "it is missing", "Install it."),
    errors.OutputFileError("timeline.png", "it is a folder"),
    errors.BackupError("news.zip", "the file is there already"),
    errors.BackupError("news.zip", "it is no backup", "Choose another file."),
    errors.NativeWriteError("the field has offsets"),
    errors.IndexStoreError("index"),
    errors.IndexMissingError("index"),
    errors.IndexExistsError("index"),
    errors.IndexAccessError("index/catalog.db", "Permission denied"),
    errors.IndexDamagedError("index/_MAIN_1.toc", "the file is empty"),
    errors.IndexDamagedError("index/catalog.db", "it is no database", repair=""),
    errors.IndexVersionError("index/manifest.json", 2, 1),
    errors.IndexVersionError("index/manifest.json", 0, 1),
    errors.IndexOutdatedError("index"),
    errors.IndexCodecError("index"),
    errors.IndexForeignError("index", 3),
    errors.IndexLockedError("index", "process 1 on here"),
    errors.IndexLockedError("index", "process 1 on here", searchable=False),
]
IDS = [type(error).__name__ for error in EXAMPLES]


@pytest.mark.parametrize("error", EXAMPLES, ids=IDS)
class TestEachError:
    def test_it_travels_between_processes(self, error: SearchkitError) -> None:
        """
        Pickled and copied, an error keeps its class, its facts and its words.
        """
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(error) is type(again)
            assert str(error) == str(again)
            assert error.hint == again.hint
            assert error.args == again.args
            assert vars(error) == vars(again)

    def test_it_says_what_and_where(self, error: SearchkitError) -> None:
        """
        The message is one line without a full stop and names the place.
        """
        message = str(error)
        assert message
        assert message == message.strip().rstrip(".")
        assert "\n" not in message
        assert str(error.args[0]) in message

    def test_the_hint_is_a_sentence(self, error: SearchkitError) -> None:
        """
        Where there is a hint, it is a whole sentence.
        """
        if error.hint is not None:
            assert error.hint[0].isupper()
            assert error.hint.endswith(".")


def classes() -> dict[str, type[SearchkitError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, SearchkitError)
    }


def test_every_error_is_shown_above() -> None:
    """
    No class is left out of the examples but the base.
    """
    assert classes().keys() - {"SearchkitError"} == set(IDS)


def test_every_error_is_drawn_and_public() -> None:
    """
    The tree in the module's docstring and the package have all of them.
    """
    for name, kind in classes().items():
        assert name in str(errors.__doc__)
        assert name in searchkit.__all__
        assert kind is getattr(searchkit, name)


def test_errors_of_the_index_have_one_base() -> None:
    """
    Who catches IndexStoreError catches all that is wrong with a folder.
    """
    for name, kind in classes().items():
        assert name.startswith("Index") == issubclass(kind, IndexStoreError)


def test_builtin_bases_stay() -> None:
    """
    Code that expects the built-in error of a kind gets it.
    """
    assert isinstance(errors.ArticleNotFoundError("x"), KeyError)
    assert isinstance(errors.DateValueError("x"), ValueError)
    assert isinstance(errors.QueryTreeError("x"), ValueError)
    assert isinstance(errors.TooManyBucketsError("day", 5000), ValueError)
    assert isinstance(errors.MissingExtraError("plot", "this"), ImportError)


def test_the_hint_depends_on_which_side_is_behind() -> None:
    """
    A newer index asks for a newer program, an older one for an upgrade.

    What cannot be made again is to be restored.
    """
    newer = errors.IndexVersionError("index", 2, 1)
    older = errors.IndexVersionError("index", 1, 2)
    lost = errors.IndexDamagedError("catalog.db", "gone", repair="")
    assert "Upgrade" in str(newer.hint)
    assert "searchkit upgrade" in str(older.hint)
    assert "searchkit restore" in str(lost.hint)


def test_only_some_candidates_are_shown() -> None:
    """
    An ambiguous id lists four of its candidates and keeps them all.
    """
    error = errors.AmbiguousIdError("a", [f"a{n}" for n in range(9)])
    assert "'a' is the beginning of several ids: a0, a1, a2, a3" == str(error)
    assert 9 == len(error.candidates)
