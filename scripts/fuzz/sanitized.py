"""
Compiles the extension with AddressSanitizer and UBSan.

The sanitizers stop a process at the first read or write outside of what it may touch,
and at whatever C++ leaves undefined, with a report that says where.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / "searchkit/native/src"

SANITIZERS: Final = (
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=undefined",
)
FLAGS: Final = (
    *("-std=c++17", "-O1", "-g", "-fPIC", "-fno-omit-frame-pointer"),
    *("-fvisibility=hidden", "-ffp-contract=off", "-DPy_LIMITED_API=0x030B0000"),
    *SANITIZERS,
)
"""How the extension is compiled: as in ``setup.py``, but for speed."""

LARGEST_ALLOCATION: Final = 512
"""What may be asked for at once, in MB: altered files are small."""

LARGEST_PROCESS: Final = 3000
"""What a process may use, in MB, with what the sanitizer needs itself."""


class UnavailableError(Exception):
    """
    The sanitizers cannot be had here; the message says what is missing.
    """


def build(folder: Path) -> Path:
    """
    Compile the extension, unless that was done and no source has changed since.

    Args:
        folder: Where the library and what it is made of go; it exists.

    Returns:
        The path of the library.

    Raises:
        UnavailableError: There is no C++ compiler with sanitizers, or it fails.
    """
    compiler = _compiler()
    _runtime("libasan.so")
    library = folder / "_native.abi3.so"
    inputs = [*SOURCES.glob("*.cpp"), *SOURCES.glob("*.hpp")]
    newest = max(path.stat().st_mtime for path in inputs)
    if library.exists() and library.stat().st_mtime > newest:
        return library
    include = sysconfig.get_path("include")

    def compile_one(source: Path) -> Path:
        result = folder / f"{source.stem}.o"
        headers = ["-I", str(SOURCES), "-I", include]
        _run([compiler, *FLAGS, *headers, "-c", str(source), "-o", str(result)])
        return result

    sources = sorted(SOURCES.glob("*.cpp"))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        objects = [str(path) for path in pool.map(compile_one, sources)]
    _run([compiler, "-shared", *SANITIZERS, "-o", str(library), *objects])
    return library


def environment(report: Path) -> dict[str, str]:
    """
    Return what the environment of a process needs to load the library.

    Args:
        report: Where the sanitizers write; they add a dot and the number of the
            process.

    Raises:
        UnavailableError: The compiler has no sanitizers.
    """
    # The runtime comes first of all, and finds the C++ library's exceptions only where
    # that was loaded as early.
    libraries = [_runtime("libasan.so"), _runtime("libstdc++.so")]
    others = os.environ.get("LD_PRELOAD", "")
    options = (
        *("detect_leaks=0", "abort_on_error=1", "handle_abort=0"),
        f"max_allocation_size_mb={LARGEST_ALLOCATION}",
        f"hard_rss_limit_mb={LARGEST_PROCESS}",
        f"log_path={report}",
    )
    return {
        "LD_PRELOAD": ":".join([*libraries, *others.split()]),
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": ":".join(options),
        "UBSAN_OPTIONS": f"print_stacktrace=1:abort_on_error=1:log_path={report}",
    }


def _compiler() -> str:
    compiler = shutil.which(os.environ.get("CXX", "c++"))
    if compiler is None or not sys.platform.startswith("linux"):
        raise UnavailableError(
            "the sanitizers need Linux and a C++ compiler;"
            " install one (apt install g++), or name it in CXX"
        )
    return compiler


def _runtime(name: str) -> str:
    """
    Return the path of one of the compiler's libraries.
    """
    command = [_compiler(), f"-print-file-name={name}"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    path = found.stdout.strip()
    if not Path(path).is_absolute():
        raise UnavailableError(
            f"the C++ compiler has no {name}; use g++ and install its sanitizers"
            " (apt install g++)"
        )
    return str(Path(path).resolve())


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnavailableError(
            f"the extension cannot be compiled with sanitizers:\n{done.stderr}"
        )
