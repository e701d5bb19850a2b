"""
The report: Markdown for people, JSON for programs.
"""

from __future__ import annotations

import platform
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.bench import machine
from scripts.bench.contestants import NAMES, WHOOSH_NAMES
from scripts.bench.statistics import Summary, geometric_mean, spread, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scripts.bench.rounds import Times
    from scripts.bench.suite import Options, Outcome, Profile


def markdown(outcome: Outcome, options: Options) -> str:
    """
    Return the whole report.
    """
    parts = [_head(outcome, options), _indexing(outcome)]
    for name, profile in outcome.profiles.items():
        parts += [_agreement(name, profile), _searching(name, profile, outcome)]
    parts += [_jobs(outcome), _cold(outcome), _threads(outcome), _notes(outcome)]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_json(outcome: Outcome, options: Options) -> dict[str, Any]:
    """
    Return all figures, as JSON can tell them; times are in nanoseconds.
    """
    return {
        "machine": machine.machine(),
        "date": machine.today(),
        "commit": machine.commit(),
        "python": platform.python_version(),
        "options": {name: _plain(value) for name, value in asdict(options).items()},
        "corpus": {
            name: _plain(value) for name, value in asdict(outcome.corpus).items()
        },
        "engines": {c.name: c.version for c in outcome.contestants},
        "builds": [
            {
                "engine": name,
                "kind": kind,
                "kept": built.was_kept,
                "figures": [asdict(item) for item in built.figures],
            }
            for (name, kind), built in outcome.builds.items()
        ],
        "profiles": {
            name: {
                "agreement": [asdict(pair) for pair in profile.agreement],
                "times": [
                    {"engine": engine, "count": count, "class": group}
                    | {"cpu": asdict(cpu), "wall": asdict(wall)}
                    for (engine, count), times in profile.times.items()
                    for group, cpu, wall in _by_group(times, outcome.groups)
                ],
            }
            for name, profile in outcome.profiles.items()
        },
        "job": [
            {"engine": engine, "class": group}
            | {"cpu": asdict(cpu), "wall": asdict(wall)}
            for engine, times in outcome.jobs.items()
            for group, cpu, wall in _by_group(times, outcome.groups)
        ],
        "cold": {name: asdict(times) for name, times in outcome.cold.items()},
        "threads": {
            name: [asdict(item) for item in found]
            for name, found in outcome.threads.items()
        },
        "notes": outcome.notes,
    }


def _head(outcome: Outcome, options: Options) -> str:
    corpus = outcome.corpus
    engines = ", ".join(f"{c.name} {c.version}" for c in outcome.contestants)
    text = (
        f"{corpus.documents:,} articles, {corpus.megabytes:.1f} MB of text,"
        f" {corpus.tokens:,} tokens, digest {corpus.digest}"
    )
    measured = (
        f"{options.queries} queries a class, {options.rounds} rounds of up to"
        f" {options.repeat} calls ({options.take}), seed {options.seed}"
    )
    lines = [
        "# Benchmark",
        "",
        f"- Machine: {machine.machine()}; load {machine.load()}",
        f"- Date: {machine.today()}; commit {machine.commit()}",
        f"- Python: {platform.python_version()}",
        f"- Engines: {engines}",
        f"- Corpus: {text}",
        f"- Options: {measured}",
    ]
    return "\n".join(lines)


def _indexing(outcome: Outcome) -> str:
    rows = []
    for (name, kind), built in outcome.builds.items():
        if kind == "terms":
            continue
        text = outcome.corpus.megabytes
        cpus = [text / (figure.cpu / 1e9) for figure in built.figures]
        walls = [text / (figure.wall / 1e9) for figure in built.figures]
        peaks = [figure.peak for figure in built.figures if figure.peak is not None]
        whole = name.startswith("searchkit") and kind == "text"
        rows.append(
            [
                f"{name}, Index.add" if whole else name,
                f"{median(cpus):.2f}",
                f"{median(walls):.2f}",
                _share(spread(cpus)) if len(cpus) > 1 else "one build",
                f"{max(peaks):.0f}" if peaks else "unknown",
                f"{built.figures[-1].size:.1f}",
                "earlier" if built.was_kept else "now",
            ]
        )
    if not rows:
        return ""
    head = ["engine", "MB / CPU s", "MB / s", "spread", "peak MB", "size MB", "built"]
    told = (
        "Raw text, title and body with positions; all but searchkit's engine alone"
        " store the body.  Index.add includes the catalog and stores it there."
    )
    return "## Indexing\n\n" + told + "\n\n" + _table(head, rows)


def _agreement(name: str, profile: Profile) -> str:
    pairs: dict[tuple[str, str], list[Any]] = {}
    for item in profile.agreement:
        pairs.setdefault((item.left, item.right), []).append(item)
    if not pairs:
        return ""
    groups = list(dict.fromkeys(item.group for item in profile.agreement))
    rows = []
    for (left, right), items in pairs.items():
        is_ranked = all(item.factor is not None for item in items)
        what = "ranks, scores, totals" if is_ranked else "totals"
        by_group = {item.group: item for item in items}
        cells = [
            _of(by_group[group].agreeing, by_group[group].queries)
            if group in by_group
            else ""
            for group in groups
        ]
        agreeing = sum(item.agreeing for item in items)
        queries = sum(item.queries for item in items)
        share = f"{100 * agreeing / queries:.2f} %"
        rows.append([f"{left}, {right}", what, share, *cells])
    text = f"## Agreement, profile {name}\n\n"
    text += "Queries on which two engines answer the same, of those both answered.\n\n"
    text += _table(["engines", "compared", "all", *groups], rows)
    examples = [
        f"- {item.left}, {item.right}: {example}"
        for item in profile.agreement
        for example in item.examples
    ]
    if examples:
        text += "\n\nDisagreements, three of each class at most:\n\n"
        text += "\n".join(examples)
    return text


def _searching(name: str, profile: Profile, outcome: Outcome) -> str:
    parts = []
    for count in (False, True):
        times = {
            engine: found for (engine, c), found in profile.times.items() if c is count
        }
        if times:
            what = "with exact total" if count else "without total"
            title = f"## Top 10 {what}, profile {name}"
            parts.append(title + "\n\n" + _timing(times, outcome.groups))
    return "\n\n".join(parts)


def _timing(times: Mapping[str, Times], groups: Mapping[str, str]) -> str:
    """
    Return two tables: percentiles, and sums with their ratio to the first engine's.
    """
    engines = [name for name in (*NAMES, *WHOOSH_NAMES) if name in times]
    cpu: dict[str, dict[str, Summary]] = {}
    wall: dict[str, dict[str, Summary]] = {}
    for engine in engines:
        for group, of_cpu, of_wall in _by_group(times[engine], groups):
            cpu.setdefault(group, {})[engine] = of_cpu
            wall.setdefault(group, {})[engine] = of_wall
    first = engines[0]
    percentiles, sums = [], []
    ratios: dict[str, list[float]] = {engine: [] for engine in engines}
    for group, found in cpu.items():
        queries = next(iter(found.values())).queries
        percentiles.append(
            [group, str(queries)]
            + [
                f"{found[e].p50 / 1e3:,.0f} / {found[e].p99 / 1e3:,.0f}"
                if e in found
                else ""
                for e in engines
            ]
        )
        row = [group]
        for engine in engines:
            if engine not in found:
                row.append("")
                continue
            told = (
                f"{found[engine].total / 1e6:,.2f}"
                f" ({wall[group][engine].total / 1e6:,.2f}"
                f" ±{_share(found[engine].spread)})"
            )
            if engine != first and first in found and found[first].total:
                ratio = found[engine].total / found[first].total
                ratios[engine].append(ratio)
                told += f" ×{ratio:.2f}"
            row.append(told)
        sums.append(row)
    means = [
        f"×{geometric_mean(ratios[engine]):.2f}" if ratios[engine] else ""
        for engine in engines
    ]
    if len(engines) > 1:
        sums.append(["geometric mean", *means])
    told = "CPU time of one query in µs, p50 / p99:\n\n"
    told += _table(["class", "queries", *engines], percentiles)
    told += (
        "\n\nAll queries of a class in ms: CPU (wall ± spread between rounds),"
        f" × CPU against {first}:\n\n"
    )
    return told + _table(["class", *engines], sums)


def _jobs(outcome: Outcome) -> str:
    if not outcome.jobs:
        return ""
    told = (
        "Query string to 10 hits with ids and snippets, and the total, title and body;"
        " each engine with its own parser, stemmer and snippets, so answers differ.\n\n"
    )
    rows = []
    queries = sorted({query for by in outcome.job_totals.values() for query in by})
    for engine in (name for name in NAMES if name in outcome.jobs):
        by = outcome.job_totals[engine]
        rows.append([engine, f"{sum(by.values()):,}", str(len(by)), str(len(queries))])
    head = ["engine", "documents found", "queries answered", "of"]
    tables = _timing(outcome.jobs, outcome.groups)
    return "## The whole job\n\n" + told + tables + "\n\n" + _table(head, rows)


def _cold(outcome: Outcome) -> str:
    if not outcome.cold:
        return ""
    rows = [
        [
            name,
            f"{median(times.wall) * 1e3:.0f}",
            f"{min(times.wall) * 1e3:.0f} … {max(times.wall) * 1e3:.0f}",
            f"{median(times.cpu) * 1e3:.0f}",
        ]
        for name, times in outcome.cold.items()
    ]
    head = ["process", "wall ms", "min … max", "CPU ms"]
    return "## A cold process\n\n" + _table(head, rows)


def _threads(outcome: Outcome) -> str:
    rows = []
    for name, found in outcome.threads.items():
        if not all(item.walls for item in found):
            continue
        cells = [
            f"{item.per_second:,.0f} ±{_share(spread(item.walls))}" for item in found
        ]
        gain = found[-1].per_second / found[0].per_second
        rows.append([name, *cells, f"×{gain:.2f}"])
    if not rows:
        return ""
    threads = [str(item.threads) for item in next(iter(outcome.threads.values()))]
    head = ["queries / s with threads:", *threads, "gain"]
    told = "One process, top 10 without total, all classes but prefix and fuzzy.\n\n"
    return "## Threads\n\n" + told + _table(head, rows)


def _notes(outcome: Outcome) -> str:
    if not outcome.notes:
        return ""
    return "## Notes\n\n" + "\n".join(f"- {note}" for note in outcome.notes)


def _by_group(
    times: Times, groups: Mapping[str, str]
) -> Iterable[tuple[str, Summary, Summary]]:
    """
    Sum up the times of each class, by CPU and by wall.
    """
    queries: dict[str, list[str]] = {}
    for name, group in groups.items():
        if name in times.cpu:
            queries.setdefault(group, []).append(name)
    for group, names in queries.items():
        yield (
            group,
            summary({name: times.cpu[name] for name in names}),
            summary({name: times.wall[name] for name in names}),
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(head), ["---"] + ["---:"] * (len(head) - 1), *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _of(count: int, all_: int) -> str:
    return str(count) if count == all_ else f"{count} of {all_}"


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value)
