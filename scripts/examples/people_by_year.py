#!/usr/bin/env python3
"""
Count who is named in the articles of each year that match a query.

Usage: people_by_year.py INDEX QUERY

Shows how annotations are read: every mention carries the name it was folded to.
"""

from __future__ import annotations

import sys
from collections import Counter

import searchkit


def main(path: str, query: str) -> int:
    """
    Print the five people with the most mentions for each year; return the exit status.
    """
    people: dict[str, Counter[str]] = {}
    with searchkit.open_index(path) as index:
        for hit in index.search(query, limit=100, snippets=0):
            year = (hit.published or "undated")[:4]
            for mention in index.annotations(hit.id).entities:
                if mention.type == "person":
                    people.setdefault(year, Counter())[mention.name] += 1
    for year in sorted(people):
        named = (f"{name} ({count})" for name, count in people[year].most_common(5))
        print(f"{year}: {', '.join(named)}")
    return 0 if people else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
