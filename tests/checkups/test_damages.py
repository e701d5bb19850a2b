"""
Whatever befalls an index: it is found, and repaired, or left as it is with a word.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import searchkit
import searchkit.checkups.repair as repair_module
import searchkit.engines.whoosh.opening as opening_module
from searchkit.checkups import check_index, repair_index
from tests.checkups.damages import (
    DAMAGES,
    FOREIGN,
    Damage,
    Scene,
    alter_a_body,
    cut,
    flip,
    leave_a_name,
    leave_files,
    marker_of,
    through_whoosh,
)
from tests.checkups.good_index import Good, ask, contents


@pytest.fixture(params=DAMAGES)
def damage(request: pytest.FixtureRequest) -> Damage:
    return DAMAGES[request.param]


@pytest.fixture
def scene(
    folder: Path, good: Good, damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """
    Give a damaged index, which waits for no file that is missing.
    """
    monkeypatch.setattr(opening_module, "OPEN_DELAY", 0.0)
    made = Scene(folder, good.older, monkeypatch)
    damage.do(made)
    return made


def codes(checkup: searchkit.Checkup) -> set[str]:
    return {finding.code for finding in checkup.findings}


class TestDamages:
    def test_it_is_found(self, scene: Scene, damage: Damage) -> None:
        """
        Each damage is found by its code, and looking at it changes nothing.
        """
        before = contents(scene.folder)
        first, second = check_index(scene.folder), check_index(scene.folder)
        assert damage.codes == codes(first)
        assert first.findings == second.findings
        assert before == contents(scene.folder)
        assert not marker_of(scene.folder).exists()

    def test_it_is_repaired_or_left(
        self, scene: Scene, damage: Damage, good: Good
    ) -> None:
        """
        After a repair every article answers as before, or nothing was changed.
        """
        before = contents(scene.folder)
        repair = repair_index(scene.folder)
        assert damage.codes == codes(repair.before)
        assert not marker_of(scene.folder).exists()
        if not damage.mended:
            assert repair.before.findings == repair.after.findings
            assert () == repair.done
            assert before == contents(scene.folder)
            return
        assert repair.done
        assert set() == codes(repair.after) - {"salvaged-copy"}
        expected = good.older_answers if damage.is_older else good.answers
        answers = ask(scene.folder)
        assert set(damage.loses) == set(expected) - set(answers)
        if not damage.loses:
            assert expected == answers
        assert all(
            expected[one] == answers[one] for one in answers if not one.startswith("?")
        )


class TestSeveralDamages:
    def test_all_are_repaired(self, folder: Path, good: Good) -> None:
        """
        Catalog, index and what lies about are seen to in one repair.
        """
        scene = Scene(folder, good.older, pytest.MonkeyPatch())
        flip(scene.segments[0])
        cut(scene.manifest)
        leave_files(scene)
        leave_a_name(scene)
        alter_a_body(scene)
        repair = repair_index(folder)
        found = {"article-damaged", "manifest-damaged", "holder-dead"}
        assert found == codes(repair.before)
        assert {"salvaged-copy"} == codes(repair.after)
        assert {"note"} == {one for one in good.answers if one not in ask(folder)}
        (sentence,) = repair.left
        assert "note" in sentence

    def test_what_waits_for_an_upgrade_is_salvaged(
        self, folder: Path, good: Good
    ) -> None:
        """
        A damaged catalog under an index of another release is saved, no more.
        """
        scene = Scene(folder, good.older, pytest.MonkeyPatch())
        scene.edit_manifest(schema="0123456789abcdef")
        alter_a_body(scene)
        repair = repair_index(folder)
        assert {"article-damaged", "index-outdated"} == codes(repair.before)
        assert {"salvaged-copy", "index-outdated"} == codes(repair.after)
        assert "searchkit upgrade" in repair.left[-1]

    def test_foreign_documents_hold_a_salvage_back(
        self, folder: Path, good: Good
    ) -> None:
        """
        With a new catalog the index would be made anew: not before they are imported.
        """
        scene = Scene(folder, good.older, pytest.MonkeyPatch())
        alter_a_body(scene)
        add = through_whoosh(lambda w: w.add_document(id="theirs", body="A text."))
        add(scene)
        before = contents(folder)
        repair = repair_index(folder)
        assert FOREIGN | {"article-damaged"} == codes(repair.before)
        assert ((), before) == (repair.done, contents(folder))
        repair = repair_index(folder, adopt=True)
        assert {"salvaged-copy"} == codes(repair.after)
        answers = ask(folder)
        assert {"note"} == {one for one in good.answers if one not in answers}
        assert "A text." == answers["theirs"][0].body

    def test_what_cannot_be_read_holds_nothing_back(
        self, folder: Path, good: Good
    ) -> None:
        """
        Where no document can be read any more, the index is made anew.
        """
        scene = Scene(folder, good.older, pytest.MonkeyPatch())
        add = through_whoosh(lambda w: w.add_document(id="theirs", body="A text."))
        add(scene)
        for segment in scene.segments:
            cut(segment)
        repair = repair_index(folder)
        assert repair.after.is_healthy
        assert "no document of it could be read" in repair.left[0]
        assert good.answers == ask(folder)


@pytest.mark.parametrize("place", ["salvage_catalog", "catch_up", "IndexingRun"])
def test_an_interrupted_repair_is_finished(
    folder: Path, good: Good, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """
    Wherever a repair stops, the next one finishes it and nothing more is lost.
    """

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    scene = Scene(folder, good.older, monkeypatch)
    cut(scene.segments[0])
    scene.sql("UPDATE annotations SET records = X'00' WHERE kind = 'times'")
    monkeypatch.setattr(repair_module, place, stop)
    with pytest.raises(KeyboardInterrupt):
        repair_index(folder)
    monkeypatch.undo()
    repair_index(folder)
    with searchkit.open_index(folder) as index:
        index.add_sources([])
    assert set() == codes(check_index(folder)) - {"salvaged-copy"}
    assert good.answers == ask(folder)
