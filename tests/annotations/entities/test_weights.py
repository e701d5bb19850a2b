"""
The file of weights: written, read, shipped, and replaced by one's own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.entities.features import expand
from searchkit.annotations.entities.weights import (
    LABELS,
    Model,
    load_model,
    parse_weights,
    read_model,
    render_weights,
)
from searchkit.articles.model import Article
from searchkit.errors import EntityModelError

_WORD = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
_FEATURES = st.builds("{}={}".format, st.sampled_from(("-1", "only", "shape")), _WORD)
_HUNDREDTHS = st.integers(-9999, 9999).map(lambda number: number / 100)
_WEIGHTS = st.tuples(*[_HUNDREDTHS] * len(LABELS))


@given(st.dictionaries(_FEATURES, _WEIGHTS), st.lists(_WORD))
def test_what_is_written_is_read(
    weights: dict[str, tuple[float, float, float, float]], comments: list[str]
) -> None:
    """
    Every feature comes back with its weights; what weighs nothing is not written.
    """
    written = {name: four for name, four in weights.items() if any(four)}
    text = render_weights(weights, comments)
    assert written == parse_weights(text)
    assert text == render_weights(parse_weights(text), comments)


@pytest.mark.parametrize(
    "line",
    [
        *("no tab", "a\t1 2 3", "a\t1 2 3 4 5", "a\t1 2 3 x", "a\t1.5 2 3 4"),
        *("\t1 2 3 4", "a\t1  2 3 4", "a\t1 2 3 1e400"),
    ],
)
def test_a_line_that_is_no_feature_is_refused(line: str, tmp_path: Path) -> None:
    """
    One sentence names the file, and the number of the line.
    """
    path = tmp_path / "weights.txt"
    path.write_text(f"# mine\na=b\t1 2 3 4\n{line}\n", encoding="utf-8")
    with pytest.raises(EntityModelError, match="line 3 is no feature") as caught:
        read_model(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), (b"\xff\xfe", "not UTF-8")]
)
def test_a_file_that_cannot_be_read_is_named(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    """
    A missing file and one in another encoding give one sentence each.
    """
    path = tmp_path / "weights.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EntityModelError, match=reason):
        read_model(path)


def test_a_score_is_the_sum_of_the_features() -> None:
    """
    Each feature of each slot adds its weights; unknown ones add nothing.
    """
    weights = {
        "-1=in": (0.0, 0.25, 1.0, 0.0),
        "-1~place before": (0.0, 0.0, 0.5, -0.25),
        "opens=one": (1.0, 0.0, 0.0, 0.0),
    }
    model = Model(weights)
    assert expand("-1", "in") == ["-1=in", "-1~place before"]
    assert (1.0, 0.25, 1.5, -0.25) == model.score([("-1", "in"), ("opens", "one")])
    assert (0.0, 0.0, 0.0, 0.0) == model.score([("+1", "zz"), ("-1", "Zarnik")])


def test_weights_of_ones_own_change_findings_and_fingerprint(tmp_path: Path) -> None:
    """
    What they decide is theirs, and the catalog can tell their findings from ours.
    """
    path = tmp_path / "weights.txt"
    path.write_text(render_weights({"only=zarnik": (0, 0, 9.0, 0)}), encoding="utf-8")
    own = EntityAnnotator(model=read_model(path))
    article = Article(body="They saw the Zarnik plan.")
    assert [("place", "Zarnik")] == [(m.type, m.name) for m in own.annotate(article)]
    assert [] == EntityAnnotator().annotate(article)
    other = EntityAnnotator(model=Model({"only=zarnik": (0, 9.0, 0, 0)}))
    ours = EntityAnnotator().fingerprint
    assert 3 == len({own.fingerprint, other.fingerprint, ours})
    assert own.fingerprint == EntityAnnotator(model=read_model(path)).fingerprint


def test_the_shipped_model_is_read_once() -> None:
    """
    Every annotator uses the same one.
    """
    assert load_model() is load_model()
