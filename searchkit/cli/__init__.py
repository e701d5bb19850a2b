"""
The command line: one file a command.

A command parses its arguments, calls one function of the library and prints what comes
back; nothing is decided here that a script could not ask of the library.  ``output``
holds what several commands print in the same way.

Answers go to standard output, everything about them (notes, counts, progress, errors)
to standard error, so that a pipe carries answers alone.  Exit status: 0 something
matched or all went well, 1 nothing matched, 2 an error, 130 interrupted.

A command's module is imported when the command is called, so that ``searchkit query``
does not wait for what ``searchkit index`` needs.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from searchkit._version import __version__
from searchkit.cli.output import Failure, make_streams_tolerant, silence_output
from searchkit.errors import SearchkitError

#: Exit status of a process that the interrupt key ended, as shells have it.
_INTERRUPTED = 130

#: Commands in the order of the help text, with the line it shows for each.
_COMMANDS = {
    "index": "Read articles from files and folders, and make them searchable.",
    "query": "Find the articles that match a query, best first.",
    "timeline": "Count the articles that match along the calendar.",
    "entities": "List who is in the answers, and beside whom; say why.",
    "show": "Print an article.",
    "stats": "Say what is in the index.",
    "delete": "Delete articles.",
    "rebuild": "Make the index anew from the catalog.",
    "doctor": "Check the whole index, repair it, import foreign documents.",
    "backup": "Put all articles into one file.",
    "restore": "Make an index from a backup.",
    "upgrade": "Bring an index of an older release to this one.",
}


class Commands(click.Group):
    """
    The group of all commands: imports them late and turns errors into messages.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """
        Name the commands in the order in which people meet them.
        """
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """
        Import a command; ``None`` for an unknown one.
        """
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"searchkit.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """
        List the commands without importing them.
        """
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """
        Run a command; errors of the library become a message and status 2.
        """
        make_streams_tolerant()
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except SearchkitError as error:
            raise Failure(str(error), error.hint) from error
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(_INTERRUPTED)
        except BrokenPipeError:
            # The reader of a pipe has seen enough: no error, as for other tools.
            silence_output()
            ctx.exit(0)
        except OSError as error:
            # What the library does with files raises errors of its own: this is the
            # output, or the folder that the command runs in.
            silence_output()
            what = f" ({error.filename})" if error.filename else ""
            message = f"{(error.strerror or str(error)).lower()}{what}"
            raise Failure(message) from error
        return result


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Start with:  searchkit index seeds/   and then"
        "  searchkit query '\"Doha agreement\"'"
    ),
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def main() -> None:
    """
    Search a pile of news on your own machine.

    Articles are read from plain text, HTML and JSON Lines; answers come ranked, with
    exact quotations; people, places and dates in the text are known.
    """


def run() -> None:
    """
    Be the process ``searchkit``: run a command, and end.

    Taking an interpreter apart, object by object, takes as long as answering a query;
    the operating system has it all back at once.  Commands have closed what they opened
    by then.
    """
    try:
        main()
    except SystemExit as end:
        if end.code is not None and not isinstance(end.code, int):
            raise
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(end.code or 0)
