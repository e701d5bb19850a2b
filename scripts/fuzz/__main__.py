"""
The fuzz from the command line: ``python scripts/fuzz --runs 20000 --seed 7``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A folder that is run stands first on the path, and its modules would go by two names.
sys.path[:] = [place for place in sys.path if Path(place).resolve() != HERE]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import click  # noqa: E402 - the path comes first

from scripts.fuzz import sanitized  # noqa: E402
from scripts.fuzz.child import TARGETS  # noqa: E402
from scripts.fuzz.children import (  # noqa: E402
    PATIENCE,
    NotStartedError,
    Setting,
    run_target,
)
from searchkit.native import load  # noqa: E402


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--target",
    "targets",
    type=click.Choice([*TARGETS, "all"]),
    default="all",
    show_default=True,
    help="What is attacked.",
)
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=5000,
    show_default=True,
    help="Cases of each target.",
)
@click.option("--seed", default=7, show_default=True, help="Of all chance.")
@click.option(
    "--first",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="The number of the first case; to repeat one, with --runs 1.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0, min_open=True),
    default=PATIENCE,
    show_default=True,
    help="Seconds that a case may take.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the compiled extension and the reports here; it is not compiled again"
    " while no source has changed.  [default: a new temporary folder]",
)
@click.option(
    "--plain",
    is_flag=True,
    help="Use the extension as it is installed, without sanitizers: faster, and blind"
    " to much.",
)
def main(
    *,
    targets: str,
    runs: int,
    seed: int,
    first: int,
    patience: float,
    folder: Path | None,
    plain: bool,
) -> None:
    """
    Try to make the native extension crash, hang or read what it may not.

    The extension is compiled with AddressSanitizer and UBSan, and runs in processes of
    its own.  Cases are drawn from the seed and their number.

    Exits with 0 when nothing crashed or hung, and no other error was raised than those
    that are documented; with 1 else, and the reports are kept; with 2 where the
    extension cannot be had.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="searchkit-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    library = None
    if plain and load() is None:
        click.echo(
            "fuzz: the native extension is not compiled, or switched off", err=True
        )
        sys.exit(2)
    if not plain:
        _say(f"compiling with sanitizers in {folder}")
        try:
            library = sanitized.build(folder)
        except sanitized.UnavailableError as error:
            click.echo(f"fuzz: {error}", err=True)
            sys.exit(2)
    setting = Setting(folder, seed, library, patience)
    chosen = list(TARGETS) if targets == "all" else [targets]
    clean = True
    for target in chosen:
        try:
            figures = run_target(target, setting, range(first, first + runs), _say)
        except NotStartedError as error:
            click.echo(f"fuzz: {error}", err=True)
            sys.exit(2)
        _say(f"{figures}; seed {seed}")
        clean &= figures.is_clean
    sys.exit(0 if clean else 1)


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
