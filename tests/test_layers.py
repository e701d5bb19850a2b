"""
The architecture, enforced: layers, the one place that knows Whoosh, examples that run.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchkit

PACKAGE = Path(searchkit.__file__).parent

MODULES = [
    info.name
    for info in pkgutil.walk_packages(searchkit.__path__, "searchkit.")
    if not info.name.endswith("__main__")
]


def imports(path: Path) -> Iterator[str]:
    """
    Return the modules that a file imports, wherever in the file it does.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by relative names"
            yield node.module or ""


def test_only_its_engine_imports_whoosh() -> None:
    """
    All else knows documents, trees and hits.
    """
    inside = PACKAGE / "engines" / "whoosh"
    importing = {
        path
        for path in PACKAGE.rglob("*.py")
        if any(name.partition(".")[0] == "whoosh" for name in imports(path))
    }
    assert importing
    assert [] == [path for path in importing if inside not in path.parents]


def test_one_place_names_an_engine() -> None:
    """
    Which engine there is, ``searchkit.engines`` alone decides.
    """
    inside = PACKAGE / "engines" / "whoosh"
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if inside not in path.parents
        and any(name.startswith("searchkit.engines.whoosh") for name in imports(path))
    }
    assert {"engines/__init__.py"} == importing


def test_errors_import_nothing_of_searchkit() -> None:
    """
    Every layer may raise them.
    """
    files = (PACKAGE / "errors").glob("*.py")
    names = {name for file in files for name in imports(file)}
    assert not any(
        name.startswith("searchkit") and not name.startswith("searchkit.errors")
        for name in names
    )


def test_the_layers_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    import-linter finds both contracts of ``setup.cfg`` kept.
    """
    pytest.importorskip("importlinter")
    if not (PACKAGE.parent / "setup.cfg").exists():
        pytest.skip("the contracts are in the source tree only")
    from importlinter.application.use_cases import SUCCESS
    from importlinter.cli import lint_imports

    monkeypatch.chdir(PACKAGE.parent)
    status = lint_imports(no_cache=True)
    assert SUCCESS == (status == 0), capsys.readouterr().out


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    """
    What a docstring shows is what happens.
    """
    result = doctest.testmod(importlib.import_module(name))
    assert 0 == result.failed
