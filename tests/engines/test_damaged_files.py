"""
Whatever happens to the files: an error that names the file, and nothing made anew.
"""

from __future__ import annotations

import errno
import json
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import searchkit.engines.whoosh.opening as opening_module
from searchkit.documents import Document
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.schema import whoosh_schema
from searchkit.engines.whoosh.storage import check_table_of_contents
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexOutdatedError,
    IndexStoreError,
    IndexVersionError,
)
from searchkit.queries.tree import Everything, Word

Damage = Callable[[Path], object]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WhooshEngine:
    """
    Give an engine with two segments, which waits for no file that is missing.
    """
    monkeypatch.setattr(opening_module, "OPEN_DELAY", 0.0)
    made = WhooshEngine(tmp_path)
    made.reset()
    for generation in (1, 2):
        writer = made.writer()
        writer.put(
            Document(f"a{generation}", title="Storm", body="rain and wind " * 50)
        )
        writer.commit(generation)
    return made


def file(engine: WhooshEngine, pattern: str) -> Path:
    return max(engine.folder.glob(pattern))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def cut_at_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def garble(path: Path) -> None:
    path.write_bytes(b"\xff\x00garbage\n" * (path.stat().st_size // 10 + 1))


def make_text(path: Path) -> None:
    path.write_text("not what it was\n" * 100, encoding="utf-8")


@pytest.mark.parametrize(
    "damage", [empty, cut, cut_at_the_end, garble, make_text, Path.unlink]
)
@pytest.mark.parametrize("pattern", ["*.toc", "MAIN_*.s*"])
class TestDamage:
    def test_searchers_name_the_file(
        self, engine: WhooshEngine, pattern: str, damage: Damage
    ) -> None:
        """
        A missing or altered file is named, and the hint says what mends it.
        """
        path = file(engine, pattern)
        damage(path)
        before = contents(engine.folder)
        with pytest.raises(IndexDamagedError) as caught:
            engine.searcher()
        assert str(path) == caught.value.path
        assert "searchkit doctor --repair" in str(caught.value.hint)
        assert before == contents(engine.folder)

    def test_writers_name_the_file(
        self, engine: WhooshEngine, pattern: str, damage: Damage
    ) -> None:
        """
        A writer does not write beside what is damaged, and lets go of its lock.
        """
        path = file(engine, pattern)
        damage(path)
        for _ in range(2):
            with pytest.raises(IndexDamagedError) as caught:
                engine.writer()
            assert str(path) == caught.value.path

    def test_resetting_mends(
        self, engine: WhooshEngine, pattern: str, damage: Damage
    ) -> None:
        """
        After ``reset`` the engine is empty, and works.
        """
        damage(file(engine, pattern))
        engine.reset()
        assert engine.generation is None
        writer = engine.writer()
        writer.put(Document("b", body="sun"))
        writer.commit(1)
        with engine.searcher() as searcher:
            assert ["b"] == list(searcher.ids())
            assert searcher.matches_any(Word("sun"))
        assert 1 == len(list(engine.folder.glob("MAIN_*.s*")))


def edit_manifest(engine: WhooshEngine, **values: Any) -> Path:
    path = engine.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, **values}), encoding="utf-8")
    return path


def assert_refused(
    engine: WhooshEngine, kind: type[IndexStoreError]
) -> IndexStoreError:
    """
    Every way to the index raises the error; the last one is returned.
    """
    with pytest.raises(kind):
        assert engine.generation
    with pytest.raises(kind):
        engine.writer()
    with pytest.raises(kind) as caught:
        engine.searcher()
    return caught.value


class TestManifest:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b"3",
            b"{}",
            b"\xff\xfe\x00",
            b'{"format": 2, "generation": 1, "toc": null, "schema": ""}',
            b'{"format": 2, "generation": 1e999, "toc": 1, "schema": ""}',
            b"[" * 100_000,
        ],
    )
    def test_garbage_is_damage(self, engine: WhooshEngine, content: bytes) -> None:
        """
        A manifest that is no manifest is named as damaged.
        """
        path = engine.folder / "manifest.json"
        path.write_bytes(content)
        error = assert_refused(engine, IndexDamagedError)
        assert str(path) == error.path

    def test_a_newer_format_is_told_apart(self, engine: WhooshEngine) -> None:
        """
        What a newer release wrote is not damaged; the program is behind.
        """
        path = edit_manifest(engine, format=99)
        error = assert_refused(engine, IndexVersionError)
        assert (str(path), 99) == (error.path, getattr(error, "found", None))
        assert "Upgrade" in str(error.hint)

    def test_other_analysis_is_told_apart(self, engine: WhooshEngine) -> None:
        """
        An index with other terms would silently find nothing; it is refused instead.
        """
        edit_manifest(engine, schema="0123456789abcdef")
        error = assert_refused(engine, IndexOutdatedError)
        assert str(engine.folder) == error.path

    def test_what_it_claims_must_be_there(self, engine: WhooshEngine) -> None:
        """
        A table of contents older than the manifest is an older copy: damage.
        """
        edit_manifest(engine, toc=7)
        with pytest.raises(IndexDamagedError, match=r"_MAIN_7\.toc"):
            engine.searcher()

    def test_a_missing_one_is_damage(self, engine: WhooshEngine) -> None:
        """
        Without a manifest nobody knows which commit a table of contents holds.
        """
        path = engine.folder / "manifest.json"
        path.unlink()
        error = assert_refused(engine, IndexDamagedError)
        assert str(path) == error.path
        assert "missing" in str(error)

    def test_files_that_are_all_gone_are_to_be_made_anew(
        self, engine: WhooshEngine
    ) -> None:
        """
        With nothing there, nothing is held: no generation, nothing to be searched.
        """
        for path in engine.folder.iterdir():
            path.unlink()
        assert engine.generation is None
        with pytest.raises(IndexDamagedError):
            engine.searcher()

    def test_no_right_to_read_is_no_damage(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        What the system refuses is said in the system's words.
        """

        def refuse(*_: object) -> bytes:
            raise PermissionError(errno.EACCES, "Permission denied", "manifest.json")

        monkeypatch.setattr("searchkit.engines.whoosh.manifest.read_regular", refuse)
        error = assert_refused(engine, IndexAccessError)
        assert "Permission denied" in str(error)


class _RunsSomething:
    """
    Unpickles by making a file.
    """

    def __init__(self, call: Callable[..., object], *args: object) -> None:
        self._reduced = call, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self._reduced


def attacks(marker: Path) -> dict[str, object]:
    """
    Return objects that make the file ``marker`` when they are unpickled.
    """
    import os

    from whoosh.codec import whoosh3

    command = f"touch {marker}"
    direct = _RunsSomething(os.system, command)
    return {
        "a command": direct,
        "Python code": _RunsSomething(eval, f"open({str(marker)!r}, 'w')"),
        "a program": _RunsSomething(subprocess.call, ["touch", str(marker)]),
        "in a list of segments": [direct],
        "unpickled twice": (whoosh3.loads, pickle.dumps(direct)),
    }


ATTACKS = {
    "a command": ".system",
    "Python code": "eval",
    "a program": ".call",
    "in a list of segments": ".system",
    "unpickled twice": "whoosh.codec.whoosh3.loads",
}
"""What each attack names, as the message has to say."""


def pickled(attack: object, protocol: int) -> bytes:
    if isinstance(attack, tuple):
        # ``loads`` under the name by which Whoosh's codec imports it.
        _, inner = attack
        call = b"cwhoosh.codec.whoosh3\nloads\n"
        return b"\x80\x03" + call + pickle.dumps(inner, 3)[2:-1] + b"\x85R."
    return pickle.dumps(attack, protocol)


class TestForeignTables:
    @pytest.mark.parametrize("protocol", [2, 4])
    @pytest.mark.parametrize("place", ["schema", "segments"])
    @pytest.mark.parametrize("name", ATTACKS)
    def test_code_in_a_table_does_not_run(
        self, engine: WhooshEngine, name: str, place: str, protocol: int
    ) -> None:
        """
        What a table of contents names is looked at before anything is called.
        """
        marker = engine.folder / "marker"
        attack = pickled(attacks(marker)[name], protocol)
        path = file(engine, "*.toc")
        write_table(engine, path, **{place: attack})
        before = contents(engine.folder)
        on_whoosh = WhooshEngine(engine.folder, is_native=False)
        for attempt in (on_whoosh.searcher, engine.writer):
            with pytest.raises(IndexDamagedError, match="it names") as caught:
                attempt()
            assert str(path) == caught.value.path
            assert ATTACKS[name] in caught.value.reason
        assert not marker.exists()
        assert before.keys() - {"MAIN_WRITELOCK"} == contents(engine.folder).keys() - {
            "MAIN_WRITELOCK"
        }

    @pytest.mark.parametrize("name", ATTACKS)
    def test_the_attacks_are_real(self, tmp_path: Path, name: str) -> None:
        """
        Unpickled without looking, each of them makes the file.
        """
        marker = tmp_path / "marker"
        result = pickle.loads(pickled(attacks(marker)[name], 2))
        if hasattr(result, "close"):
            result.close()
        assert marker.exists()

    def test_an_honest_table_passes(self, engine: WhooshEngine) -> None:
        """
        The same table written by hand, without an attack, opens.
        """
        path = file(engine, "*.toc")
        write_table(engine, path)
        edit_manifest(engine, files={})
        check_table_of_contents(engine.folder, 2)
        with WhooshEngine(engine.folder, is_native=False).searcher() as searcher:
            assert 0 == searcher.search(Everything(), limit=1).total


def write_table(engine: WhooshEngine, path: Path, **replaced: bytes) -> None:
    """
    Write a table of contents without segments, its schema or segments replaced.
    """
    from whoosh.index import TOC

    path.unlink()
    TOC(whoosh_schema(), [], int(path.stem.split("_")[-1])).write(
        engine._storage(), "MAIN"
    )
    schema = replaced.get("schema", pickle.dumps(whoosh_schema(), 2))
    segments = replaced.get("segments", pickle.dumps([], 2))
    from whoosh.filedb.structfile import StructFile

    whole = path.read_bytes()
    with path.open("rb") as opened:
        stream = StructFile(opened)
        for _ in range(3):
            stream.read_varint()
        stream.read_int()
        stream.read_int()
        for _ in range(3):
            stream.read_varint()
        head = whole[: stream.tell()]
        stream.read_string()
        at = stream.tell()
        numbers = whole[at : at + 8]
    with path.open("wb") as opened:
        stream = StructFile(opened)
        stream.write(head)
        stream.write_string(schema)
        stream.write(numbers)
        stream.write(segments)


def test_damage_inside_a_segment_is_an_error_of_the_index(engine: WhooshEngine) -> None:
    """
    With any stretch of it overwritten, a search answers or says "damaged".
    """
    path = file(engine, "MAIN_*.s*")
    whole = path.read_bytes()
    named: list[str] = []
    for start in range(16, len(whole) - 40, max(len(whole) // 60, 1)):
        path.write_bytes(whole[:start] + b"\xee" * 24 + whole[start + 24 :])
        try:
            with engine.searcher() as searcher:
                searcher.search(Word("rain"), limit=10)
                searcher.matches_any(Everything())
                list(searcher.terms("words"))
                list(searcher.ids())
        except IndexDamagedError as error:
            named.append(error.path)
    assert named
    assert {str(engine.folder), str(path)} >= set(named)
