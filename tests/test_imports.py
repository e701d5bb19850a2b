"""
What is imported when: nothing is waited for that is not needed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import searchkit
from searchkit import Index, native

ROOT = Path(searchkit.__file__).parents[1]

#: Top-level packages of the libraries that searchkit stands on.
LIBRARIES = {
    *("whoosh", "click", "bs4", "lxml", "lxml_html_clean", "Stemmer", "rich"),
    *("charset_normalizer", "filelock", "trafilatura", "htmldate", "sqlite3"),
    *("matplotlib", "spacy"),
}


def modules_after(code: str, *arguments: str) -> set[str]:
    """
    Run code in a fresh interpreter, and return the modules that are loaded then.
    """
    script = (
        "import atexit, json, sys\n"
        "out = sys.stdout\n"
        "atexit.register(lambda: print('\\n' + json.dumps(sorted(sys.modules)),"
        " file=out))\n"
        f"{code}\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 == result.returncode, result.stderr
    return set(json.loads(result.stdout.splitlines()[-1]))


def third_party(modules: set[str]) -> set[str]:
    """
    Return what is neither searchkit's nor the standard library's.
    """
    tops = {name.partition(".")[0] for name in modules}
    loaded = tops - sys.stdlib_module_names - {"searchkit", "__main__"}
    # What installing packages in development mode leaves in every interpreter.
    return {
        name
        for name in loaded
        if not name.startswith(("__editable__", "_distutils", "distutils-precedence"))
    }


def test_importing_searchkit_imports_no_library() -> None:
    """
    The package itself costs next to nothing.
    """
    modules = modules_after("import searchkit")
    before = modules_after("pass")
    assert set() == third_party(modules) - third_party(before)
    assert set() == modules & LIBRARIES
    ours = {name.split(".")[1] for name in modules if name.startswith("searchkit.")}
    assert {"_version", "errors"} == ours


def test_no_public_name_needs_an_engine() -> None:
    """
    Naming a class for an annotation loads neither Whoosh nor a parser of pages.
    """
    modules = modules_after("from searchkit import *")
    assert set() == modules & {"whoosh", "bs4", "lxml", "trafilatura", "rich"}


def test_help_waits_for_nothing() -> None:
    """
    ``searchkit --help`` needs Click alone.
    """
    run = (
        "import sys; sys.argv[1:] = ['--help']; from searchkit.cli import main; main()"
    )
    modules = modules_after(run)
    assert {"click"} == modules & LIBRARIES
    assert set() == {name for name in modules if name.startswith("searchkit.engines")}


def test_a_query_waits_for_nothing_that_only_indexing_needs(seeds: Index) -> None:
    """
    No parser of pages, no annotator, no lock and no progress bar is loaded.
    """
    run = (
        "import sys; from searchkit.cli import main;"
        " main(['query', 'doha', '--index', sys.argv[1]])"
    )
    modules = modules_after(run, str(seeds.path))
    needed = {"click", "Stemmer", "sqlite3"}
    if native.load() is None:
        needed.add("whoosh")
    assert needed == modules & LIBRARIES
    for package in (
        "searchkit.annotations.times",
        "searchkit.annotations.entities",
        "searchkit.articles.formats.html",
        "searchkit.indexing",
    ):
        assert set() == {name for name in modules if name.startswith(package)}


def test_an_annotator_waits_for_its_data() -> None:
    """
    Model and lists are read with the first article, and training and spaCy never.
    """
    run = (
        "from searchkit.annotations.entities import EntityAnnotator, gazetteer, listed;"
        "from searchkit.annotations.entities import weights;"
        "EntityAnnotator();"
        "caches = [gazetteer.load_gazetteer, listed.load_listed, weights.load_model];"
        "assert not any(cache.cache_info().currsize for cache in caches)"
    )
    modules = modules_after(run)
    assert set() == modules & LIBRARIES
    package = "searchkit.annotations.entities"
    assert f"{package}.spacy_pipeline" not in modules
    assert f"{package}.training" not in modules


def test_a_timeline_waits_for_no_more_than_a_query(seeds: Index) -> None:
    """
    Nothing that draws or writes tables is loaded before somebody asks for it.
    """
    run = (
        "import sys; from searchkit.cli import main;"
        " main(['timeline', 'doha', '--index', sys.argv[1]])"
    )
    modules = modules_after(run, str(seeds.path))
    needed = {"click", "Stemmer", "sqlite3"}
    if native.load() is None:
        needed.add("whoosh")
    assert needed == modules & LIBRARIES
    assert set() == modules & {"numpy", "PIL", "csv"}
    assert set() == {name for name in modules if name.startswith("searchkit.indexing")}


def test_indexing_plain_text_needs_no_parser_of_pages(tmp_path: Path) -> None:
    """
    The reader of a format is loaded with the first file of it.
    """
    (tmp_path / "a.txt").write_text("Headline\n\nText.\n")
    run = (
        "import sys; from searchkit.cli import main;"
        " main(['index', sys.argv[1], '--index', sys.argv[2]])"
    )
    modules = modules_after(run, str(tmp_path / "a.txt"), str(tmp_path / "index"))
    assert set() == modules & {"bs4", "lxml", "trafilatura", "htmldate", "rich"}
