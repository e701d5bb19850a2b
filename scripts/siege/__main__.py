"""
The sieges from the command line: ``python scripts/siege kills --count 1000 --seed 7``.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A folder that is run stands first on the path, and its modules would go by two names.
sys.path[:] = [place for place in sys.path if Path(place).resolve() != HERE]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import click  # noqa: E402 - the path comes first

from scripts.siege.faults import UnavailableError  # noqa: E402
from scripts.siege.verify import CLASSES  # noqa: E402
from scripts.siege.workers import Figures  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    Siege = Callable[[int, Path], Figures]

#: What went wrong, in the order in which it is told.
_FAILURES = (*CLASSES, "drifted")


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """
    Add the options that every siege has.
    """
    seed = click.option("--seed", default=7, show_default=True, help="Of all chance.")
    folder = click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="Make the working folder inside this one, not in the system's for such.",
    )
    return seed(folder(command))


_count_of_kills = click.option(
    "--count", default=1000, show_default=True, help="Writers to kill."
)
_count_of_cuts = click.option(
    "--count", default=2000, show_default=True, help="Power cuts to play."
)
_readers = click.option(
    "--readers", default=2, show_default=True, help="Processes that read meanwhile."
)
_opens = click.option(
    "--opens", default=100_000, show_default=True, help="Openings of the index."
)
_stride = click.option(
    "--stride", default=1, show_default=True, help="Take only one fault of so many."
)
_limit = click.option("--limit", type=int, help="Take so many faults at most.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """
    Try to make searchkit lose data.

    Exits with 0 when nothing was lost, doubled or half there, nothing failed, and no
    answer drifted; else with 1, and the working folder is kept.
    """


@main.command("kills")
@_count_of_kills
@_readers
@_options
def kills_command(count: int, readers: int, seed: int, folder: Path | None) -> None:
    """
    Kill writers of one index, again and again, while others read it.
    """
    sys.exit(_run("kills", seed, folder, _kills(count, readers)))


@main.command("errors")
@_stride
@_limit
@_options
def errors_command(
    stride: int, limit: int | None, seed: int, folder: Path | None
) -> None:
    """
    Fail each call to the disk in turn, in each kind of operation.
    """
    sys.exit(_run("errors", seed, folder, _errors(stride, limit)))


@main.command("readers")
@_opens
@_readers
@_options
def readers_command(opens: int, readers: int, seed: int, folder: Path | None) -> None:
    """
    Open an index beside a writer that never rests; one more process keeps it open.
    """
    sys.exit(_run("readers", seed, folder, _opening(opens, readers)))


@main.command("powercuts")
@_count_of_cuts
@_options
def powercuts_command(count: int, seed: int, folder: Path | None) -> None:
    """
    Play what a power cut leaves on the disk.
    """
    sys.exit(_run("powercuts", seed, folder, _powercuts(count)))


@main.command("all")
@click.option("--kills", default=1000, show_default=True, help="Writers to kill.")
@click.option("--cuts", default=2000, show_default=True, help="Power cuts to play.")
@_opens
@_stride
@_readers
@_options
def all_command(
    *,
    kills: int,
    cuts: int,
    opens: int,
    stride: int,
    readers: int,
    seed: int,
    folder: Path | None,
) -> None:
    """
    Run all sieges, one after the other.
    """
    statuses = [
        _run("kills", seed, folder, _kills(kills, readers)),
        _run("errors", seed, folder, _errors(stride, None)),
        _run("readers", seed, folder, _opening(opens, readers)),
        _run("powercuts", seed, folder, _powercuts(cuts)),
    ]
    sys.exit(max(statuses))


# --- what the commands call -----------------------------------------------------


def _kills(count: int, readers: int) -> Siege:
    from scripts.siege import kills  # noqa: PLC0415 - each siege loads what it needs

    return lambda seed, folder: kills.siege(count, seed, folder, _say, reading=readers)


def _errors(stride: int, limit: int | None) -> Siege:
    from scripts.siege import ioerrors  # noqa: PLC0415 - as above

    return lambda seed, folder: ioerrors.siege(
        seed, folder, _say, stride=stride, limit=limit
    )


def _opening(opens: int, openers: int) -> Siege:
    from scripts.siege import readers  # noqa: PLC0415 - as above

    return lambda seed, folder: readers.siege(
        opens, seed, folder, _say, openers=openers
    )


def _powercuts(count: int) -> Siege:
    from scripts.siege import powercuts  # noqa: PLC0415 - as above

    return lambda seed, folder: powercuts.siege(count, seed, folder, _say)


def _run(name: str, seed: int, folder: Path | None, siege: Siege) -> int:
    """
    Run a siege in a folder of its own, and print what came out.

    Returns:
        The exit status.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f"siege-{name}-", dir=folder))
    _say(f"{name}: {_machine()}; commit {_commit()}; seed {seed}")
    started = time.monotonic()
    figures, clean = Figures(), False
    try:
        figures = siege(seed, place)
        clean = figures.is_clean
    except UnavailableError as error:
        _say(f"{name}: cannot be run here: {error}")
    finally:
        if clean:
            shutil.rmtree(place)
        else:
            _say(f"{name}: seed {seed}; its folder is kept: {place}")
    if not figures.counts:
        return 1
    seconds = time.monotonic() - started
    counted = {k: v for k, v in figures.counts.items() if k not in _FAILURES}
    told = [f"{count:,} {kind}" for kind, count in sorted(counted.items())]
    told += [f"{kind} {figures.counts[kind]:,}" for kind in _FAILURES]
    _say(f"{name}: {', '.join(told)}; {seconds:.0f} seconds")
    return 0 if clean else 1


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


def _machine() -> str:
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
        f" {platform.release()}, Python {platform.python_version()}"
    )


def _commit() -> str:
    """
    Return the commit of the checkout, with a mark where it has changes.
    """
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


if __name__ == "__main__":
    main()
