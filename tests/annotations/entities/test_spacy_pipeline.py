"""
spaCy behind our interface, with a stand-in for the library.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from searchkit.annotations.entities import spacy_pipeline
from searchkit.annotations.entities.spacy_pipeline import SpacyEntityAnnotator
from searchkit.annotations.entities.training.teacher import label_with_spacy
from searchkit.articles.model import Article
from searchkit.errors import EntityModelError, MissingExtraError

NAMES = {
    "the World Health Organization": "ORG",
    "Zarnik Relief Fund (ZRF": "ORG",
    "Tor Zarnik's": "PERSON",
    "Zarnik": "PERSON",
    "Kabul": "GPE",
    "U.S.": "GPE",
    "Mount Orvel": "LOC",
    "Monday": "DATE",
    "Afghan": "NORP",
    "the": "ORG",
}


class Pipeline:
    """
    What a pipeline of spaCy does, for a handful of names.
    """

    meta = {"lang": "en", "name": "stand_in", "version": "1.0"}  # noqa: RUF012 - as spaCy's

    def __init__(self, *pipes: str) -> None:
        self.pipe_names = list(pipes)
        self.texts: list[str] = []

    def get_pipe_meta(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(
            assigns=["doc.ents"] if name == "ner" else ["doc.tensor"]
        )

    def get_pipe(self, name: str) -> SimpleNamespace:
        heard_by = ["tagger"] if name == "tok2vec" else []
        return SimpleNamespace(listening_components=heard_by)

    def disable_pipe(self, name: str) -> None:
        self.pipe_names.remove(name)

    def __call__(self, text: str) -> SimpleNamespace:
        self.texts.append(text)
        return SimpleNamespace(ents=list(self._entities(text)))

    def _entities(self, text: str) -> Iterator[SimpleNamespace]:
        at = 0
        while at < len(text):
            name = next((name for name in NAMES if text.startswith(name, at)), None)
            if name is None:
                at += 1
                continue
            end = at + len(name)
            yield SimpleNamespace(start_char=at, end_char=end, label_=NAMES[name])
            at = end


@pytest.fixture
def pipelines(monkeypatch: pytest.MonkeyPatch) -> dict[str, Pipeline]:
    """
    Have ``import spacy`` give a library with these pipelines.
    """
    installed = {
        "en_core_web_sm": Pipeline("tok2vec", "ner"),
        "no_names": Pipeline("tok2vec"),
    }

    def load(name: str, *, exclude: list[str]) -> Pipeline:
        assert "ner" not in exclude
        try:
            return installed[name]
        except KeyError as error:
            raise OSError(f"[E050] Can't find model {name!r}") from error

    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=load))
    return installed


@pytest.mark.usefixtures("pipelines")
class TestAnnotator:
    def test_names_are_trimmed_typed_and_folded(self) -> None:
        """
        Labels become our types, edges and other labels go, and variants are one.
        """
        body = (
            "Tor Zarnik's plane left Kabul on Monday. Zarnik flew over Mount Orvel to "
            "the U.S. and met the World Health Organization and the Afghan envoy of "
            "Zarnik Relief Fund (ZRF)."
        )
        found = SpacyEntityAnnotator().annotate(Article(title="Kabul", body=body))
        assert [
            ("title", "place", "Kabul", "Kabul"),
            ("body", "person", "Tor Zarnik", "Tor Zarnik"),
            ("body", "place", "Kabul", "Kabul"),
            ("body", "person", "Zarnik", "Tor Zarnik"),
            ("body", "place", "Mount Orvel", "Mount Orvel"),
            ("body", "place", "U.S.", "United States"),
            ("body", "org", "World Health Organization", "World Health Organization"),
            ("body", "group", "Afghan", "Afghans"),
            ("body", "org", "Zarnik Relief Fund", "Zarnik Relief Fund"),
        ] == [(one.field, one.type, one.surface, one.name) for one in found]
        for one in found:
            if one.field == "body":
                assert one.surface == body[one.span.start : one.span.end]

    def test_its_fingerprint_names_the_pipeline(
        self, pipelines: dict[str, Pipeline]
    ) -> None:
        """
        Another version of a pipeline makes articles be annotated anew.
        """
        annotator = SpacyEntityAnnotator()
        before = annotator.fingerprint
        assert "en_stand_in-1.0" in before
        assert "entities" == annotator.kind
        newer = Pipeline("ner")
        newer.meta = {**newer.meta, "version": "1.1"}
        pipelines["en_core_web_sm"] = newer
        assert before != SpacyEntityAnnotator().fingerprint

    def test_what_nobody_hears_is_left_out(
        self, pipelines: dict[str, Pipeline]
    ) -> None:
        """
        Vectors that served the excluded parts alone are not computed.
        """
        SpacyEntityAnnotator()
        assert ["ner"] == pipelines["en_core_web_sm"].pipe_names

    def test_long_texts_are_cut_at_lines(
        self, pipelines: dict[str, Pipeline], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Else at spaces, else anywhere; spans count from the beginning of the whole.
        """
        monkeypatch.setattr(spacy_pipeline, "_LONGEST_PART", 16)
        text = "It rained.\nKabul was wet and cold. xxxxxxxxxxxxxxxxxxxx Kabul"
        found = list(SpacyEntityAnnotator().entities(text))
        assert ["Kabul", "Kabul"] == [text[start:end] for start, end, _ in found]
        parts = pipelines["en_core_web_sm"].texts
        assert text == "".join(parts)
        assert ["It rained.\n", "Kabul was wet "] == parts[:2]

    def test_it_teaches(self) -> None:
        """
        What it finds in plain text becomes labels.
        """
        (labelled,) = label_with_spacy(["Zarnik left Kabul."], "en_core_web_sm")
        assert "Zarnik left Kabul." == labelled.text
        assert ((0, 6, "person"), (12, 17, "place")) == labelled.spans

    def test_a_missing_pipeline_is_named_with_its_command(self) -> None:
        """
        The error says what to type.
        """
        with pytest.raises(
            EntityModelError, match="en_core_web_md: spaCy has"
        ) as caught:
            SpacyEntityAnnotator("en_core_web_md")
        assert caught.value.hint is not None
        assert "python -m spacy download en_core_web_md" in caught.value.hint

    def test_a_pipeline_without_entities_is_refused(self) -> None:
        """
        It would find nothing, in silence.
        """
        with pytest.raises(EntityModelError, match="no entity recogniser"):
            SpacyEntityAnnotator("no_names")


def test_without_spacy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The hint is the command that installs it.
    """
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingExtraError, match="needs the extra 'spacy'") as caught:
        SpacyEntityAnnotator()
    assert "pip install 'searchkit[spacy]'" in caught.value.hint
