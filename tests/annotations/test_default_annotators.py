"""
Which annotators an index uses, and how another one of entities is chosen.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from searchkit import Article, EntityModelError, MissingExtraError, create_index
from searchkit.annotations import ENTITIES_VARIABLE, default_annotators
from searchkit.annotations.entities.weights import render_weights


def fingerprints() -> dict[str, str]:
    return {one.kind: one.fingerprint for one in default_annotators()}


def test_times_and_entities_are_looked_for() -> None:
    """
    Each by one annotator, which says who it is.
    """
    assert {"times", "entities"} == set(fingerprints())


class TestChoosing:
    def test_weights_of_ones_own_are_another_annotator(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        So that articles are annotated again, and only their entities.
        """
        before = fingerprints()
        weights = tmp_path / "weights.txt"
        weights.write_text(render_weights({"only=zarnik": (9.0, 0.0, 0.0, 0.0)}))
        monkeypatch.setenv(ENTITIES_VARIABLE, str(weights))
        after = fingerprints()
        assert before["times"] == after["times"]
        assert before["entities"] != after["entities"]

    def test_weights_decide(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An index has what they make of a name that the rules leave open.
        """
        found = []
        for name, scores in (
            ("person", (9.0, 0.0, 0.0, 0.0)),
            ("place", (0.0, 0.0, 9.0, 0.0)),
        ):
            weights = tmp_path / f"{name}.txt"
            weights.write_text(render_weights({"only=zarnik": scores}))
            monkeypatch.setenv(ENTITIES_VARIABLE, str(weights))
            with create_index(tmp_path / name) as index:
                index.add([Article(id="one", body="Nobody knew about Zarnik then.")])
                (mention,) = index.annotations("one").entities
            found.append(mention.type)
        assert ["person", "place"] == found

    def test_spacy_that_is_missing_is_an_error_with_the_way_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Nothing is indexed without what was asked for.
        """
        monkeypatch.setitem(sys.modules, "spacy", None)
        monkeypatch.setenv(ENTITIES_VARIABLE, "spacy")
        with create_index(tmp_path / "index") as index:
            with pytest.raises(MissingExtraError) as caught:
                index.add([Article(body="Kabul")])
            assert "searchkit[spacy]" in str(caught.value.hint)
            assert 0 == len(index)

    @pytest.mark.parametrize("content", [None, b"\xff\xfe", b"no weights at all\n"])
    def test_a_file_that_is_none_is_named(
        self,
        content: bytes | None,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        With what is wrong about it.
        """
        path = tmp_path / "weights.txt"
        if content is not None:
            path.write_bytes(content)
        monkeypatch.setenv(ENTITIES_VARIABLE, str(path))
        with pytest.raises(EntityModelError, match=r"weights\.txt: "):
            default_annotators()
