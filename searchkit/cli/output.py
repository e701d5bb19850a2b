"""
What several commands print in the same way.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from searchkit.settings import DEFAULT_INDEX, INDEX_VARIABLE
from searchkit.snippets.render import RenderStyle, render_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_WIDEST = 100


def index_option(command: _Command) -> _Command:
    """
    Add ``--index`` to a command, as the argument ``index_dir``.
    """
    return click.option(
        "--index",
        "-i",
        "index_dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar=INDEX_VARIABLE,
        default=DEFAULT_INDEX,
        show_default=True,
        show_envvar=True,
        help="The index folder.",
    )(command)


def json_option(command: _Command) -> _Command:
    """
    Add ``--json`` to a command, as the argument ``as_json``.
    """
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON, for scripts."
    )(command)


def echo_json(values: Any) -> None:
    """
    Print values as ``--json`` does, for scripts.
    """
    import json  # noqa: PLC0415 - people need none

    click.echo(json.dumps(values, ensure_ascii=False, indent=2))


def published_options(command: _Command) -> _Command:
    """
    Add ``--from`` and ``--to`` to a command: ``published_from`` and ``published_to``.
    """
    first = click.option(
        "--from", "published_from", metavar="DATE", help="Published then or later."
    )
    last = click.option(
        "--to", "published_to", metavar="DATE", help="Published then or earlier."
    )
    return first(last(command))


def today_option(command: _Command) -> _Command:
    """
    Add ``--today`` to a command: what relative dates of a query count from.
    """
    return click.option(
        "--today",
        metavar="DAY",
        help='What dates such as "last week" count from.  [default: the newest date of'
        " publication in the index]",
    )(command)


class Failure(click.ClickException):
    """
    An error on its way to the terminal: message, hint, status 2.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        """
        Print the error with its hint.
        """
        del file
        say_error(self.message)
        if self.hint:
            say([f"hint: {self.hint}"])


def make_streams_tolerant() -> None:
    """
    Replace characters that the terminal's encoding lacks, and streams that are closed.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Closed by whoever called: nobody wants to read it.
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays
            setattr(sys, name, nowhere)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def silence_output() -> None:
    """
    Send what is still to be written to standard output nowhere.

    Else the interpreter tries to write it on its way out, and fails with a traceback.
    """
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def say_error(message: str) -> None:
    """
    Print an error message to standard error.
    """
    label = (
        click.style("error:", fg="red", bold=True)
        if is_coloured(err=True)
        else ("error:")
    )
    click.echo(f"{label} {plain(message)}", err=True)


def is_coloured(*, err: bool = False) -> bool:
    """
    Tell whether to colour what is printed: on a terminal, unless NO_COLOR is set.
    """
    stream = sys.stderr if err else sys.stdout
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def plain(text: str) -> str:
    """
    Make a text harmless for a terminal: one line without control characters.
    """
    return render_title(text, (), RenderStyle.PLAIN)


def terminal_width() -> int | None:
    """
    Return how wide lines may be, in characters; ``None`` where there is no terminal.
    """
    if not sys.stdout.isatty():
        return None
    import shutil  # noqa: PLC0415 - only a terminal has a width

    return min(shutil.get_terminal_size().columns, _WIDEST)


def wrapped(line: str, indent: str, width: int | None) -> str:
    """
    Indent a line, and break it between words where it is too wide.

    Args:
        line: May hold colours, which take no room.
        indent: What every line begins with.
        width: Of the terminal, in characters; ``None`` never to break.
    """
    if width is None:
        return indent + line
    lines, room = [""], max(width - len(indent), 20)
    used = 0
    for word in line.split(" "):
        length = len(_ESCAPES.sub("", word))
        if used and used + 1 + length > room:
            lines.append(word)
            used = length
        else:
            lines[-1] += (" " if used else "") + word
            used += length + (1 if used else 0)
    return "\n".join(indent + part for part in lines)


def counted(number: int, noun: str, plural: str = "") -> str:
    """
    Write a number with its noun.

    Example:
        >>> (
        ...     counted(1, "article"),
        ...     counted(1200, "article"),
        ...     counted(2, "entity", "entities"),
        ... )
        ('1 article', '1,200 articles', '2 entities')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def sized(count: float) -> str:
    """
    Write a number of bytes with a unit.

    Example:
        >>> sized(999), sized(12_345_678)
        ('999 B', '12.3 MB')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} B"


def say(lines: Iterable[str]) -> None:
    """
    Print lines about an answer to standard error.
    """
    for line in lines:
        click.echo(plain(line), err=True)
