"""
What runs in a process of its own: some cases of a target, one line for each.

``python child.py TARGET SEED FIRST END FOLDER [LIBRARY]`` runs the cases from FIRST to
before END.  A line on the standard output says how a case came out; the last one that
is missing is the one that the process died of.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:] = [place for place in sys.path if Path(place).resolve() != HERE]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

TARGETS = {
    "segments": ("scripts.fuzz.segments", "SegmentsTarget"),
    "texts": ("scripts.fuzz.texts", "TextsTarget"),
    "plans": ("scripts.fuzz.plans", "PlansTarget"),
}
"""Module and class of each target."""

MEMORY = 1_500_000_000
"""Address space that a process without sanitizers may have, in bytes."""


class Target(Protocol):
    """
    Draws a case from a seed, and runs it.
    """

    def run(self, seed: str) -> str:
        """
        Run a case; return how it came out in a word.
        """
        ...


def load_extension(library: Path | None) -> Any:
    """
    Return the extension; one that lies elsewhere takes the place of the package's own.

    Raises:
        RuntimeError: The extension is not compiled, or switched off.
    """
    import searchkit.native as package  # noqa: PLC0415 - after the path is set

    if library is not None:
        name = "searchkit.native._native"
        loader = importlib.machinery.ExtensionFileLoader(name, str(library))
        spec = importlib.util.spec_from_file_location(name, library, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        sys.modules[name] = module
        vars(package)["_native"] = module
    extension = package.load()
    if extension is None:
        raise RuntimeError("the native extension is not compiled, or switched off")
    return extension


def make_target(name: str, folder: Path, extension: Any) -> Target:
    """
    Return a target, ready to run.
    """
    module, kind = TARGETS[name]
    made: Target = getattr(importlib.import_module(module), kind)(folder, extension)
    return made


def main(arguments: list[str]) -> None:
    """
    Run cases, and say how each came out.
    """
    name, seed, first, end, folder, *library = arguments
    faulthandler.enable()
    if not library:
        _limit_memory()
    extension = load_extension(Path(library[0]) if library else None)
    target = make_target(name, Path(folder), extension)
    _say({"ready": True})
    for number in range(int(first), int(end)):
        told: dict[str, Any] = {"case": number}
        try:
            told["outcome"] = target.run(f"{seed}:{name}:{number}")
        except Exception as error:  # noqa: BLE001 - told to the parent
            told["outcome"] = type(error).__name__
            told["trace"] = traceback.format_exc()
        _say(told)


def _limit_memory() -> None:
    import resource  # noqa: PLC0415 - not on every system

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _say(told: dict[str, Any]) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
