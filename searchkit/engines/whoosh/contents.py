"""
The files of an index in its folder, by their names alone; Whoosh is not imported.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from searchkit.disk import remove_whatever

if TYPE_CHECKING:
    from pathlib import Path

INDEX_NAME = "MAIN"
"""Whoosh's default name, so that ``open_dir`` needs no other."""

_TOC = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc\Z")
_OURS = re.compile(rf"_{INDEX_NAME}_\d+\.toc(\..*)?\Z|{INDEX_NAME}_[0-9a-z]+\..*\Z")


def toc_numbers(folder: Path) -> list[int]:
    """
    Return the numbers of the tables of contents that are there, ascending.
    """
    names = os.listdir(folder)  # noqa: PTH208 - names are all it takes
    return sorted(int(m[1]) for name in names if (m := _TOC.match(name)))


def toc_path(folder: Path, number: int) -> Path:
    """
    Return where the table of contents with this number is.
    """
    return folder / f"_{INDEX_NAME}_{number}.toc"


def remove_index_files(folder: Path) -> None:
    """
    Delete all files of the Whoosh index, and of writers that died.
    """
    for name in index_files(folder):
        remove_whatever(folder / name)
    remove_leftovers(folder)


def remove_leftovers(folder: Path) -> None:
    """
    Delete what writers that died have left; only for the holder of the writer's lock.
    """
    for path in (folder / f"{INDEX_NAME}.tmp", *leftovers(folder)):
        remove_whatever(path)


def leftovers(folder: Path) -> list[Path]:
    """
    Return files that were being written when a writer died.
    """
    return [
        *folder.glob(f"_{INDEX_NAME}_*.toc.*"),
        *folder.glob("manifest.json.tmp"),
    ]


def index_files(folder: Path) -> list[str]:
    """
    Return the names of all files of the Whoosh index, in use or not.
    """
    return [name for name in os.listdir(folder) if _OURS.match(name)]  # noqa: PTH208
