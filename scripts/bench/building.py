"""
Building: every engine indexes the corpus, and what it made is kept.

An index lies in a folder named after the corpus, the engine, its version and the kind,
with the figures of its making beside it; it is made anew only where one of them has
changed, or on demand.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.bench.contestants import Contestant
    from scripts.bench.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Figures:
    """
    What one making of an index took.

    Attributes:
        cpu: Of the whole process and its children, in nanoseconds, less the reading of
            the prepared corpus.
        wall: In nanoseconds, likewise.
        peak: Most memory that was resident, in millions of bytes; ``None`` where the
            system does not tell.
        size: Of the files, in millions of bytes.
    """

    cpu: float
    wall: float
    peak: float | None
    size: float


@dataclass(frozen=True, slots=True)
class Built:
    """
    An index of one engine.

    Attributes:
        folder: Where it is.
        figures: One for each time that it was made; the last one is there.
        was_kept: Whether it was made by an earlier run.
    """

    folder: Path
    figures: tuple[Figures, ...]
    was_kept: bool


def build(
    contestant: Contestant,
    kind: str,
    corpus: Corpus,
    folder: Path,
    *,
    times: int = 1,
    anew: bool = False,
) -> Built:
    """
    Have an engine index a corpus, unless it has.

    Args:
        contestant: The engine.
        kind: As in ``scripts.bench.peers.base``.
        corpus: The corpus.
        folder: The working folder.
        times: How often, to see the spread.
        anew: Make it again even where it is there.

    Raises:
        EngineFailedError: The engine could not.
    """
    version = re.sub(r"[^\w.+]+", "-", contestant.version)
    name = f"{contestant.name}-{version}-{kind}"
    place = folder / "indexes" / corpus.digest / name
    about, index = place / "built.json", place / "index"
    if about.exists() and not anew:
        kept = tuple(Figures(**item) for item in json.loads(about.read_text()))
        if len(kept) >= times:
            return Built(index, kept, was_kept=True)
    about.unlink(missing_ok=True)
    figures = tuple(_build(contestant, kind, corpus, index) for _ in range(times))
    about.write_text(json.dumps([asdict(item) for item in figures]))
    return Built(index, figures, was_kept=False)


def _build(contestant: Contestant, kind: str, corpus: Corpus, index: Path) -> Figures:
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir(parents=True)
    with contestant.start() as process:
        took = process.ask(
            "build", kind=kind, corpus=str(corpus.path), folder=str(index)
        )
        peak = process.peak_megabytes()
    sizes = [path.stat().st_size for path in index.rglob("*") if path.is_file()]
    return Figures(took["cpu"], took["wall"], peak, sum(sizes) / 1e6)
