"""
The public surface: names, signatures, documentation.

A change here is a change for everybody who embeds searchkit.
"""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import searchkit
from searchkit import errors

NAMES = """
AliasesError AmbiguousIdError Article ArticleError ArticleNotFoundError Backup
BackupError Bucket Checkup DateValueError EntityList EntityModelError ExplainedEntity
Finding Hit Hits
Index IndexAccessError IndexDamagedError IndexCodecError IndexExistsError
IndexForeignError IndexLockedError IndexMissingError IndexOutdatedError IndexStoreError
IndexVersionError IndexingReport ListedEntity MissingExtraError NameExplanation
NativeWriteError Note OutputFileError QueryTreeError ReferenceDayError Repair
SearchTimeoutError SearchkitError Snippet Span Spelling Timeline TooManyBucketsError
UnsupportedFormatError Upgrade __version__ adopt_documents back_up_index check_index
create_index draw_timeline open_index repair_index restore_index upgrade_index
verify_backup
"""

SIGNATURES = """
create_index(path: str | os.PathLike[str], *, annotate: bool = True) -> Index
open_index(path: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> Index
check_index(path: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> Checkup
repair_index(path: str | os.PathLike[str], *, adopt: bool = False,
    progress: Callable[[Progress], None] | None = None) -> Repair
adopt_documents(path: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> IndexingReport
back_up_index(path: str | os.PathLike[str], file: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> Backup
verify_backup(file: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> Backup
restore_index(file: str | os.PathLike[str], path: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> Backup
upgrade_index(path: str | os.PathLike[str], *,
    progress: Callable[[Progress], None] | None = None) -> Upgrade
draw_timeline(timeline: Timeline, path: str | os.PathLike[str]) -> None

Article(*, title: str = '', body: str = '', published: str | date | None = None,
    source: str = '', url: str = '', authors: Iterable[str] = (), path: str = '',
    id: str = '') -> None
Article.identified_by_content(self) -> Article

Index(path: Path, catalog: Catalog, engine: Engine) -> None
Index.add(self, articles: Iterable[Article], *,
    processes: int | None = None) -> IndexingReport
Index.add_sources(self, paths: Iterable[str | os.PathLike[str]], *,
    prune: bool = False, stdin: BinaryIO | None = None,
    processes: int | None = None,
    progress: Callable[[Progress], None] | None = None) -> IndexingReport
Index.annotations(self, article_id: str) -> Annotations
Index.close(self) -> None
Index.delete(self, ids: Iterable[str]) -> int
Index.entities(self, query: str = '', *,
    kinds: Collection[EntityType] = (person, org, place), limit: int = 10,
    with_name: str | None = None, published_from: str | date | None = None,
    published_to: str | date | None = None,
    today: str | date | None = None) -> EntityList
Index.explain_name(self, name: str) -> NameExplanation
Index.get(self, article_id: str) -> Article
Index.rebuild(self, *, discard: bool = False,
    progress: Callable[[Progress], None] | None = None) -> int
Index.refresh(self) -> None
Index.search(self, query: str, *, limit: int = 10, offset: int = 0,
    sort: SortOrder = 'relevance', published_from: str | date | None = None,
    published_to: str | date | None = None, snippets: int = 2,
    timeout: float | None = None, today: str | date | None = None) -> Hits
Index.timeline(self, query: str = '', *, by: Clock = 'published',
    bucket: BucketChoice = 'auto', published_from: str | date | None = None,
    published_to: str | date | None = None, timeout: float | None = None,
    today: str | date | None = None) -> Timeline
Index.totals(self) -> Totals

Hit(id: str, score: float, title: str, published: str | None = None,
    source: str = '', url: str = '', authors: tuple[str, ...] = (), path: str = '',
    snippets: tuple[Snippet, ...] = (), title_highlights: tuple[Span, ...] = ()) -> None

Hits(query: str, interpretation: str, total: int, offset: int, page: tuple[Hit, ...],
    notes: tuple[Note, ...] = ()) -> None

ListedEntity(kind: EntityType, name: str, count: int, background: int,
    significance: float | None, spellings: tuple[str, ...], article_id: str,
    title: str, sentences: int = 0, quote: str = '') -> None

EntityList(query: str, interpretation: str, total: int, examined: int,
    entities: tuple[ListedEntity, ...], with_name: str | None = None,
    companions_of: tuple[str, ...] = (), notes: tuple[Note, ...] = ()) -> None

Spelling(text: str, found_as: str, count: int, reason: str,
    article_id: str) -> None

ExplainedEntity(kind: EntityType, name: str, spellings: tuple[Spelling, ...],
    rules: tuple[str, ...] = (), left_out: int = 0,
    known: tuple[str, ...] = ()) -> None

NameExplanation(name: str, entities: tuple[ExplainedEntity, ...],
    rules: tuple[str, ...] = (), forbidden: bool = False, left_out: int = 0) -> None

Snippet(text: str, span: Span, highlights: tuple[Span, ...] = (),
    cut_start: bool = False, cut_end: bool = False) -> None

Timeline(query: str, interpretation: str, by: Clock, bucket: BucketSize, total: int,
    undated: int, wider: int, buckets: tuple[Bucket, ...],
    notes: tuple[Note, ...] = ()) -> None

Bucket(interval: Interval, label: str, count: int, filter: str, top: Hit) -> None
"""

#: Methods that the standard library's Sequence brings.
_OF_SEQUENCE = {"count", "index"}


def public_methods(cls: type) -> Iterator[tuple[str, object]]:
    for name, member in vars(cls).items():
        if not name.startswith("_") and inspect.isfunction(member):
            yield name, member


def signature(name: str, function: object) -> str:
    text = str(inspect.signature(function))  # type: ignore[arg-type]
    return f"{name}{text}".replace("'", "").replace('"', "")


def test_the_public_names_are_these() -> None:
    """
    No name appears or goes by accident, and each can be imported.
    """
    assert sorted(NAMES.split()) == sorted(searchkit.__all__)
    assert list(searchkit.__all__) == sorted(searchkit.__all__)
    for name in searchkit.__all__:
        assert getattr(searchkit, name) is not None
    assert dir(searchkit) == searchkit.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """
    As of any module, with the name in the message.
    """
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        searchkit.nothing  # noqa: B018 - the access is the test


def test_the_signatures_are_these() -> None:
    """
    Of the functions and of every public method of what they return.
    """
    expected = [
        " ".join(block.split()).replace("'", "").replace("( ", "(")
        for block in SIGNATURES.replace("\n    ", " ").splitlines()
        if block.strip()
    ]
    functions = (
        *("create_index", "open_index", "check_index", "repair_index"),
        *("adopt_documents", "back_up_index", "verify_backup", "restore_index"),
        *("upgrade_index", "draw_timeline"),
    )
    found = [signature(name, getattr(searchkit, name)) for name in functions]
    classes = (
        *("Article", "Index", "Hit", "Hits", "ListedEntity", "EntityList"),
        *("Spelling", "ExplainedEntity", "NameExplanation", "Snippet"),
        *("Timeline", "Bucket"),
    )
    for name in classes:
        cls = getattr(searchkit, name)
        found.append(signature(name, cls))
        methods = sorted(public_methods(cls))
        found += [
            signature(f"{name}.{method}", function)
            for method, function in methods
            if method not in _OF_SEQUENCE
        ]
    assert expected == found


def test_all_errors_have_one_base_and_are_public() -> None:
    """
    ``except SearchkitError`` catches whatever is raised on purpose.
    """
    defined = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert defined <= set(searchkit.__all__)
    for name in defined:
        assert issubclass(getattr(errors, name), searchkit.SearchkitError)


@pytest.mark.parametrize(
    "error",
    [
        searchkit.ArticleError("a.txt", "is empty", "line 3"),
        searchkit.UnsupportedFormatError("a.dat"),
        searchkit.AliasesError("aliases.csv", "the name has no word", "line 3"),
        searchkit.ArticleNotFoundError("x"),
        searchkit.AmbiguousIdError("x", ["x1", "x2"]),
        searchkit.DateValueError("soon"),
        searchkit.ReferenceDayError("last week"),
        searchkit.QueryTreeError("it is empty"),
        searchkit.SearchTimeoutError(0.5),
        searchkit.TooManyBucketsError("day", 5000),
        searchkit.MissingExtraError("plot", "drawing a picture"),
        searchkit.EntityModelError("weights.txt", "it is not UTF-8"),
        searchkit.OutputFileError("a.png", "it is a folder"),
        searchkit.IndexStoreError("index"),
        searchkit.IndexMissingError("index"),
        searchkit.IndexExistsError("index"),
        searchkit.IndexAccessError("index", "disk full"),
        searchkit.IndexDamagedError("index/a", "is cut short"),
        searchkit.IndexVersionError("index/a", 2, 1),
        searchkit.IndexOutdatedError("index"),
        searchkit.IndexLockedError("index", "process 1"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_the_way_between_processes(
    error: searchkit.SearchkitError,
) -> None:
    """
    Pickled and back, an error has its facts, its message and its hint.
    """
    copy = pickle.loads(pickle.dumps(error))
    assert type(error) is type(copy)
    assert (str(error), error.hint) == (str(copy), copy.hint)
    assert vars(error) == vars(copy)
    assert not str(error).endswith(".")
    assert error.hint is None or error.hint.endswith(".")


def modules() -> Iterator[ModuleType]:
    yield searchkit
    for info in pkgutil.walk_packages(searchkit.__path__, "searchkit."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def undocumented(module: ModuleType) -> Iterator[str]:
    if not inspect.getdoc(module):
        yield module.__name__
    for name, member in vars(module).items():
        if name.startswith("_") or getattr(member, "__module__", "") != module.__name__:
            continue
        place = f"{module.__name__}.{name}"
        if inspect.isfunction(member) and not member.__doc__:
            yield place
        if not inspect.isclass(member):
            continue
        if not member.__doc__ or member.__doc__.startswith(f"{name}("):
            yield place
        for attribute, value in vars(member).items():
            function = getattr(value, "fget", getattr(value, "__func__", value))
            if (
                not attribute.startswith("_")
                and inspect.isfunction(function)
                and not function.__doc__
                and not _overloaded(function)
            ):
                yield f"{place}.{attribute}"


def _overloaded(function: object) -> bool:
    return getattr(function, "__name__", "") == "_overload_dummy"


def test_every_public_name_is_documented() -> None:
    """
    Modules, classes, functions, methods and properties say what they do.

    A dataclass's own list of its fields is no docstring.
    """
    missing = sorted(place for module in modules() for place in undocumented(module))
    assert [] == missing
