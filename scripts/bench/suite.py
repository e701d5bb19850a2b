"""
The suite: what is done, in which order, and what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scripts.bench.agreement import PairAgreement, compare, compare_uncounted
from scripts.bench.building import Built, build
from scripts.bench.contestants import (
    UNRANKED,
    WHOOSH_NAMES,
    Contestant,
    Session,
    take_part,
)
from scripts.bench.corpus import Corpus, prepare
from scripts.bench.protocol import EngineFailedError
from scripts.bench.queries import (
    JOB_CLASSES,
    WHOOSH_CLASSES,
    BenchQuery,
    draw,
    text_of,
)
from scripts.bench.rounds import Measure, Times, answers, job_times, search_times
from scripts.bench.rows import ColdTimes, Throughput, cold_times, throughputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

ROWS: tuple[str, ...] = (
    "index",
    "add",
    "search",
    "default",
    "job",
    "cold",
    "threads",
    "whoosh",
)
"""What can be measured; see ``--help``."""


class NothingToMeasureError(Exception):
    """
    There is no article, or no engine; the message says which, as a sentence.
    """


@dataclass(frozen=True, slots=True)
class Options:
    """
    What a run is asked for; see ``--help``.
    """

    corpus: Path
    articles: int | None
    times: int
    size: float | None
    engines: tuple[str, ...]
    groups: tuple[str, ...]
    rows: tuple[str, ...]
    queries: int
    rounds: int
    repeat: int
    take: str
    builds: int
    anew: bool
    warm_up: float
    seed: int
    folder: Path
    jars: Path | None


@dataclass(slots=True)
class Profile:
    """
    What queries came to in one profile.

    Attributes:
        agreement: For each class and pair of engines.
        times: By engine and whether all matches were counted.
    """

    agreement: list[PairAgreement] = field(default_factory=list)
    times: dict[tuple[str, bool], Times] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """
    All that a run has found.

    Attributes:
        corpus: The corpus.
        contestants: The engines that took part.
        groups: The class of each query, by its name.
        builds: By engine and kind of index.
        profiles: By name, ``bare``, ``default`` and ``whoosh``.
        jobs: Times of the whole job.
        job_totals: The totals that each engine told for it, by query.
        cold: Times of whole processes.
        threads: Throughput by engine.
        notes: What went wrong, and what is to be known, as sentences.
    """

    corpus: Corpus
    contestants: list[Contestant]
    groups: dict[str, str] = field(default_factory=dict)
    builds: dict[tuple[str, str], Built] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    jobs: dict[str, Times] = field(default_factory=dict)
    job_totals: dict[str, dict[str, int]] = field(default_factory=dict)
    cold: dict[str, ColdTimes] = field(default_factory=dict)
    threads: dict[str, list[Throughput]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Suite:
    """
    One run.

    Args:
        options: What is asked for.
        say: Gets a sentence for each step.
    """

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self._options = options
        self._say = say
        self._measure = Measure(
            options.rounds, options.repeat, options.take, options.seed
        )

    def run(self) -> Outcome:
        """
        Do it all.

        Raises:
            NothingToMeasureError: There is no article, or no engine.
        """
        options, say = self._options, self._say
        options.folder.mkdir(parents=True, exist_ok=True)
        corpus = prepare(
            options.corpus,
            options.folder / "corpora",
            limit=options.articles,
            times=options.times,
            size=options.size,
            seed=options.seed,
            say=say,
        )
        if not corpus.documents:
            raise NothingToMeasureError(f"there is no article in {options.corpus}")
        notes: list[str] = []

        def tell(note: str) -> None:
            notes.append(note + ("" if note.endswith(".") else "."))
            say(notes[-1])

        contestants = take_part(
            options.engines, options.folder.resolve(), options.jars, tell
        )
        if not contestants:
            raise NothingToMeasureError("none of the engines can be run here")
        outcome = Outcome(corpus, contestants, notes=notes)
        self._build(outcome)
        queries = self._draw(outcome)
        if {"search", "threads"} & set(options.rows):
            self._search(outcome, queries)
        if "default" in options.rows:
            self._default(outcome, queries)
        if "whoosh" in options.rows:
            self._whoosh(outcome, queries)
        if "job" in options.rows:
            self._job(outcome, queries)
        if "cold" in options.rows:
            self._cold(outcome, queries)
        return outcome

    # --- the steps ------------------------------------------------------------------

    def _build(self, outcome: Outcome) -> None:
        """
        Make every index that a row needs.
        """
        for kind in ("terms", "raw", "text"):
            for contestant in outcome.contestants:
                if not self._needs(contestant, kind):
                    continue
                self._say(f"Indexing with {contestant.name} ({kind}) ...")
                try:
                    built = build(
                        contestant,
                        kind,
                        outcome.corpus,
                        self._options.folder.resolve(),
                        times=self._options.builds if kind != "terms" else 1,
                        anew=self._options.anew,
                    )
                except EngineFailedError as error:
                    outcome.notes.append(f"{error} (indexing, {kind}).")
                    self._say(outcome.notes[-1])
                    continue
                outcome.builds[contestant.name, kind] = built

    def _needs(self, contestant: Contestant, kind: str) -> bool:
        """
        Tell whether a row needs an index of this kind of an engine.
        """
        wanted = {
            "terms": {"search", "threads"}
            | ({"whoosh"} if contestant.is_searchkit else set[str]()),
            "raw": {"index"} if contestant.is_searchkit else set[str](),
            "text": {"add", "default", "cold", "job"}
            if contestant.is_searchkit
            else {"index", "job"},
        }
        return bool(wanted[kind] & set(self._options.rows))

    def _draw(self, outcome: Outcome) -> list[BenchQuery]:
        options = self._options
        self._say("Drawing queries ...")
        wanted = dict.fromkeys((*options.groups, *JOB_CLASSES))
        queries = draw(
            outcome.corpus.path, tuple(wanted), count=options.queries, seed=options.seed
        )
        outcome.groups = {query.name: query.group for query in queries}
        return queries

    def _search(self, outcome: Outcome, queries: Sequence[BenchQuery]) -> None:
        asked = [query for query in queries if query.group in self._options.groups]
        able = self._able(outcome, "terms")
        with Session(able, outcome.notes) as session:
            self._open(session, outcome, "terms")
            if "search" in self._options.rows:
                outcome.profiles["bare"] = self._profile(session, asked, "terms")
            if "threads" in self._options.rows:
                self._threads(session, outcome, asked)

    def _default(self, outcome: Outcome, queries: Sequence[BenchQuery]) -> None:
        asked = [query for query in queries if query.group in self._options.groups]
        able = [c for c in self._able(outcome, "text") if c.is_searchkit]
        with Session(able, outcome.notes) as session:
            self._open(session, outcome, "text")
            outcome.profiles["default"] = self._profile(session, asked, "text")

    def _profile(
        self,
        session: Session,
        queries: Sequence[BenchQuery],
        kind: str,
    ) -> Profile:
        kinds = dict.fromkeys(session.names, kind)
        self._say(f"Comparing answers on {len(queries):,} queries ({kind}) ...")
        told = answers(session, kinds, queries)
        quick = answers(session, kinds, queries, count=False)
        groups = self._groups(queries)
        agreement = compare(told, groups, unranked=UNRANKED)
        agreement += compare_uncounted(told, quick, groups)
        for name in session.names:
            trees = [query.tree for query in queries]
            seconds = self._options.warm_up * (1.0 if name == "lucene" else 0.1)
            session.ask(name, "warm", kind=kind, queries=trees, seconds=seconds)
        times = search_times(
            session, kinds, queries, told, measure=self._measure, say=self._say
        )
        return Profile(agreement, times)

    def _whoosh(self, outcome: Outcome, queries: Sequence[BenchQuery]) -> None:
        """
        Ask through Whoosh's own searcher, and compare what is to be equal.

        Its own nodes score by Whoosh's formula, whatever the codec, and a tree by ours.
        """
        groups = set(WHOOSH_CLASSES) & set(self._options.groups)
        asked = [query for query in queries if query.group in groups]
        able = {c.name: c for c in self._able(outcome, "terms") if c.is_searchkit}
        own, native, tree = WHOOSH_NAMES
        uses = [
            (own, "searchkit-whoosh", "plain"),
            (native, "searchkit", "plain"),
            (tree, "searchkit", "tree"),
            ("searchkit", "searchkit", "terms"),
        ]
        uses = [use for use in uses if use[1] in able]
        if not asked or not uses:
            return
        contestants = [replace(able[engine], name=name) for name, engine, _ in uses]
        kinds = {name: kind for name, _, kind in uses}
        with Session(contestants, outcome.notes) as session:
            for name, engine, kind in uses:
                folder = str(outcome.builds[engine, "terms"].folder)
                session.ask(name, "open", kind=kind, folder=folder)
            self._say(f"Comparing answers on {len(asked):,} queries (whoosh) ...")
            told = answers(session, kinds, asked)
            by_query = self._groups(asked)
            agreement: list[PairAgreement] = []
            for pair in ((own, native), (tree, "searchkit")):
                both = {name: told[name] for name in pair if name in told}
                agreement += compare(both, by_query)
            both = {name: told[name] for name in (own, tree) if name in told}
            agreement += compare(both, by_query, unranked=both)
            trees = [query.tree for query in asked]
            for name in session.names:
                seconds = self._options.warm_up * 0.1
                session.ask(
                    name, "warm", kind=kinds[name], queries=trees, seconds=seconds
                )
            times = search_times(
                session,
                kinds,
                asked,
                {name: told[name] for name in WHOOSH_NAMES if name in told},
                counts=(False,),
                measure=self._measure,
                say=self._say,
            )
        outcome.profiles["whoosh"] = Profile(agreement, times)

    def _threads(
        self, session: Session, outcome: Outcome, queries: Sequence[BenchQuery]
    ) -> None:
        trees = [
            query.tree for query in queries if query.group not in {"prefix", "fuzzy"}
        ]
        self._say("Working off queries with 1 and 2 threads ...")
        folders = {name: outcome.builds[name, "terms"].folder for name in session.names}
        outcome.threads = throughputs(
            session,
            folders,
            trees,
            threads=(1, 2),
            rounds=self._options.rounds,
            seed=self._options.seed,
        )

    def _job(self, outcome: Outcome, queries: Sequence[BenchQuery]) -> None:
        asked = [query for query in queries if query.group in JOB_CLASSES]
        able = self._able(outcome, "text")
        texts = {
            contestant.name: {
                query.name: text_of(query.tree, quoted=contestant.name == "fts5")
                for query in asked
            }
            for contestant in able
        }
        with Session(able, outcome.notes) as session:
            self._open(session, outcome, "text")
            outcome.jobs, outcome.job_totals = job_times(
                session, texts, self._measure, self._say
            )

    def _cold(self, outcome: Outcome, queries: Sequence[BenchQuery]) -> None:
        able = [c for c in self._able(outcome, "text") if c.is_searchkit]
        asked = next((query for query in queries if query.group == "and2"), None)
        if not able or asked is None:
            return
        self._say("Starting cold processes ...")
        folders = {c.name: outcome.builds[c.name, "text"].folder for c in able}
        outcome.cold = cold_times(
            able,
            folders,
            text_of(asked.tree),
            runs=max(10, self._options.rounds),
            seed=self._options.seed,
        )

    # --- small things ---------------------------------------------------------------

    def _able(self, outcome: Outcome, kind: str) -> list[Contestant]:
        """
        Return the engines that have an index of a kind.
        """
        return [c for c in outcome.contestants if (c.name, kind) in outcome.builds]

    def _open(self, session: Session, outcome: Outcome, kind: str) -> None:
        for name in session.names:
            folder = outcome.builds[name, kind].folder
            session.ask(name, "open", kind=kind, folder=str(folder))

    def _groups(self, queries: Sequence[BenchQuery]) -> Mapping[str, str]:
        return {query.name: query.group for query in queries}
