"""
The fault-injecting storage layer: builds ``faults.c`` and steers it from inside.

A process that is started with :func:`environment` has the layer between itself and the
C library.  It counts the calls on the watched folder, and arms one of them::

    library = build(folder)
    subprocess.run(command, env=os.environ | environment(library, watched))

    # inside the process
    reset()
    index.add(articles)
    print(count("writing"))
    arm("writing", 17, "kill")  # the 18th call from now will not return

There are two classes of calls.  *Writing* is what changes the folder or syncs it:
writes, truncations, syncs, renames, links, removals, new folders, and opens that create
or truncate a file.  *Reading* is every other open, reads, and mappings of files.  A
call that fails by itself, such as the removal of a file that is not there, counts as
well.

Children made by ``os.fork`` inherit everything, and count for themselves from there.
Only 64-bit Linux is served; what goes past the layer is listed in ``faults.c``.
"""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

CallClass = Literal["writing", "reading"]
"""Which calls are counted."""

Action = Literal["kill", "torn", "EIO", "ENOSPC", "short"]
"""What happens to a call; see :func:`arm`."""

SOURCE = Path(__file__).with_name("faults.c")

FLAGS = (
    *("-shared", "-fPIC", "-O1", "-std=c11", "-D_GNU_SOURCE", "-U_FORTIFY_SOURCE"),
    *("-Wall", "-Wextra", "-Werror", "-pthread"),
)
"""How the library is compiled.  Fortified headers would define what it defines."""

#: In the order of the enumerations in ``faults.c``.
_CLASSES: tuple[CallClass, ...] = ("writing", "reading")
_ACTIONS: tuple[Action | None, ...] = (None, "kill", "torn", "EIO", "ENOSPC", "short")


class UnavailableError(Exception):
    """
    The layer cannot be had here; the message says what is missing and how to get it.
    """


def build(folder: Path) -> Path:
    """
    Compile the layer.

    Args:
        folder: Where the library goes; it exists.  Spaces and colons in its path are
            more than the dynamic linker takes.

    Returns:
        The path of the library.

    Raises:
        UnavailableError: This is no 64-bit Linux, there is no C compiler, or it fails.
    """
    if sys.platform != "linux" or sys.maxsize < 2**32:
        raise UnavailableError(
            f"faults are injected on 64-bit Linux only, and this is {sys.platform};"
            " run the siege in a container or a virtual machine"
        )
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise UnavailableError(
            "there is no C compiler;"
            " install one (apt install gcc libc6-dev), or name it in CC"
        )
    library = folder.resolve() / "faults.so"
    if set(" :") & set(str(library)):
        raise UnavailableError(
            f"the library cannot be loaded from {library};"
            " choose a folder without spaces and colons in its path"
        )
    command = [compiler, *FLAGS, "-o", str(library), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnavailableError(
            f"{SOURCE.name} cannot be compiled; are the headers of the C library there"
            f" (apt install libc6-dev)?\n{done.stderr}"
        )
    return library


def environment(
    library: Path, watched: Path, journal: Path | None = None
) -> dict[str, str]:
    """
    Return what the environment of a process needs to run under the layer.

    Args:
        library: What :func:`build` returned.
        watched: The folder whose calls are counted, with everything below it; it need
            not exist yet.
        journal: A file that gets every writing call that succeeds; it is appended to,
            and lies outside the folder.

    Returns:
        Variables to add to ``os.environ``.

    Raises:
        ValueError: The journal lies in the folder.
    """
    folder = watched.resolve()
    others = os.environ.get("LD_PRELOAD", "")
    variables = {
        "LD_PRELOAD": f"{library}:{others}" if others else str(library),
        "SIEGE_FOLDER": str(folder),
        "SIEGE_JOURNAL": "",
    }
    if journal is not None:
        if journal.resolve().is_relative_to(folder):
            raise ValueError("the journal is to lie outside the watched folder")
        variables["SIEGE_JOURNAL"] = str(journal.resolve())
    return variables


def arm(calls: CallClass, number: int, action: Action, *, sticky: bool = False) -> None:
    """
    Choose a call and what happens to it; counting starts again from 0.

    Args:
        calls: Which calls are counted to find it.
        number: How many of them go well first, 0 or more.
        action: ``kill`` ends the process by SIGKILL before the call.  ``torn`` carries
            out the first half of a write, then kills; other calls as ``kill``.
            ``EIO`` fails the call, which has no effect.  ``ENOSPC`` fails likewise the
            first call from this one on that needs space: a write, an open that creates,
            a new folder or link, a truncation that makes a file longer; a full disk can
            still be synced, and files be removed from it.  ``short`` does half of the
            first write from this one on, and fails all later calls that need space.
        sticky: Fail every later call of the class, too; ``ENOSPC`` those that need
            space.

    Raises:
        ValueError: The number is negative, or reading is to fail for want of space.
        UnavailableError: This process does not run under the layer.
    """
    if number < 0:
        raise ValueError("a call's number is 0 or more")
    if calls == "reading" and action in ("ENOSPC", "short"):
        raise ValueError("reading needs no space")
    _layer().siege_arm(
        _CLASSES.index(calls), number, _ACTIONS.index(action), int(sticky)
    )


def disarm() -> None:
    """
    Let all calls go well again; the counts stay.

    Raises:
        UnavailableError: This process does not run under the layer.
    """
    _layer().siege_disarm()


def count(calls: CallClass) -> int:
    """
    Return how many calls there were since the last :func:`arm` or :func:`reset`.

    Raises:
        UnavailableError: This process does not run under the layer.
    """
    return int(_layer().siege_count(_CLASSES.index(calls)))


def reset() -> None:
    """
    Start counting again from 0; what is armed stays armed.

    Raises:
        UnavailableError: This process does not run under the layer.
    """
    _layer().siege_reset()


def records() -> int:
    """
    Return how many writing calls of this process have succeeded, ever.

    Where there is a journal and one process, it has as many records.

    Raises:
        UnavailableError: This process does not run under the layer.
    """
    return int(_layer().siege_records())


@functools.cache
def _layer() -> ctypes.CDLL:
    """
    Return the library that was loaded before this program.
    """
    layer = ctypes.CDLL(None)
    try:
        layer.siege_arm.argtypes = (
            *(ctypes.c_int, ctypes.c_int64),
            *(ctypes.c_int, ctypes.c_int),
        )
    except AttributeError:
        raise UnavailableError(
            "this process does not run under the layer;"
            " start it with the variables of faults.environment"
        ) from None
    for name in ("arm", "disarm", "reset"):
        getattr(layer, f"siege_{name}").restype = None
    layer.siege_count.argtypes = (ctypes.c_int,)
    layer.siege_count.restype = layer.siege_records.restype = ctypes.c_int64
    return layer
