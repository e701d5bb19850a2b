"""
Lucene: where Java and the libraries are, and how its worker is compiled and started.

Lucene 10 needs Java 21 or later.  The libraries are fetched by their coordinates with
Maven, as it is set up on the machine, or taken from a folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

LUCENE_VERSION = "10.4.0"
"""The release that is fetched."""

_ARTIFACTS: tuple[str, ...] = (
    "core",
    "analysis-common",
    "queryparser",
    "queries",
    "highlighter",
    "memory",
)
_OLDEST_JAVA = 21
#: Where packages of distributions put them.
_HOMES = Path("/usr/lib/jvm")
_SOURCES = tuple(sorted(Path(__file__).parent.glob("*.java")))
_FLAGS = (
    "-Xmx4g",
    "--add-modules",
    "jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
)


class LuceneMissingError(Exception):
    """
    Lucene cannot be run here; the message says why in a sentence.
    """


def command(folder: Path, jars: Path | None) -> list[str]:
    """
    Make everything ready to start the worker.

    Args:
        folder: Where libraries and compiled classes are kept.
        jars: A folder with Lucene's libraries; ``None`` to have Maven fetch them.

    Returns:
        The command that starts it.

    Raises:
        LuceneMissingError: Java or the libraries are missing.
    """
    home = _java_home()
    libraries = jars or _fetched(folder / f"lucene-{LUCENE_VERSION}")
    if not list(libraries.glob("lucene-core-*.jar")):
        raise LuceneMissingError(f"there is no lucene-core-*.jar in {libraries}")
    path = os.pathsep.join(
        (str(libraries / "*"), str(_compiled(home, libraries, folder)))
    )
    return [str(home / "bin" / "java"), *_FLAGS, "-cp", path, "LuceneWorker"]


def _java_home() -> Path:
    """
    Find a development kit that is new enough.
    """
    homes = []
    if told := os.environ.get("JAVA_HOME"):
        homes.append(Path(told))
    if found := shutil.which("javac"):
        homes.append(Path(found).resolve().parents[1])
    homes += sorted(_HOMES.glob("*"), reverse=True)
    for home in homes:
        if (home / "bin" / "javac").exists() and _java_version(home) >= _OLDEST_JAVA:
            return home
    raise LuceneMissingError(
        f"there is no Java development kit {_OLDEST_JAVA} or later;"
        " JAVA_HOME names one that lies elsewhere"
    )


def _java_version(home: Path) -> int:
    done = subprocess.run(
        [home / "bin" / "javac", "-version"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"javac (\d+)", done.stdout + done.stderr)
    return int(found[1]) if found else 0


def _fetched(folder: Path) -> Path:
    """
    Have Maven copy the libraries into a folder, unless they are there.
    """
    for name in _ARTIFACTS:
        jar = folder / f"lucene-{name}-{LUCENE_VERSION}.jar"
        if jar.exists():
            continue
        maven = shutil.which("mvn")
        if maven is None:
            raise LuceneMissingError("there is no Maven to fetch Lucene with")
        coordinates = f"org.apache.lucene:lucene-{name}:{LUCENE_VERSION}"
        done = subprocess.run(
            [
                *(maven, "--quiet", "--batch-mode", "dependency:copy"),
                f"-Dartifact={coordinates}",
                f"-DoutputDirectory={folder}",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder.parent,
        )
        if not jar.exists():
            told = (done.stdout + done.stderr).strip().splitlines()
            reason = told[0] if told else f"status {done.returncode}"
            raise LuceneMissingError(f"Maven cannot fetch {coordinates}: {reason}")
    return folder


def _compiled(home: Path, libraries: Path, folder: Path) -> Path:
    """
    Compile the worker, unless these sources have been.
    """
    digest = hashlib.blake2b(str(libraries).encode(), digest_size=6)
    for source in _SOURCES:
        digest.update(source.read_bytes())
    classes = folder / f"lucene-worker-{digest.hexdigest()}"
    if (classes / "LuceneWorker.class").exists():
        return classes
    classes.mkdir(parents=True, exist_ok=True)
    javac = home / "bin" / "javac"
    done = subprocess.run(
        [javac, "-cp", str(libraries / "*"), "-d", classes, *_SOURCES],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LuceneMissingError(f"the worker cannot be compiled: {done.stderr[:500]}")
    return classes
