#!/usr/bin/env python3
"""
Index a folder of articles and print what mentions a phrase.

Usage: search_folder.py FOLDER PHRASE

The index is made in a temporary folder and thrown away: the shortest useful program.
"""

from __future__ import annotations

import sys
import tempfile

import searchkit


def main(folder: str, phrase: str) -> int:
    """
    Print the best three articles with their first quotation; return the exit status.
    """
    with tempfile.TemporaryDirectory() as home:
        with searchkit.create_index(home) as index:
            report = index.add_sources([folder])
            hits = index.search(f'"{phrase}"', limit=3)
        print(f"{report.added} articles indexed, {hits.total} have “{phrase}”")
        for hit in hits:
            print(f"{hit.published or 'undated'}  {hit.title}")
            if hit.snippets:
                print(f"    {hit.snippets[0].text}")
    return 0 if hits else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
