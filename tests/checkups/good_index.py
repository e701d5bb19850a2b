"""
What a good index has, and says when asked: what tests of checkups compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import searchkit
from searchkit import Article

#: An article with an id of its own, and one without any title.
COMET = Article(
    id="comet", title="A comet over Oslo", body="The comet's tail.", published="2020-02"
)
NOTE = Article(id="note", body="Angela Merkel met him in Berlin on 3 May 2019.")

QUERIES = ('"Doha agreement"', "kabul taliban", "dates:2021-08", "comet", "merkel")

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Good:
    """
    A healthy index.

    Attributes:
        folder: Where it is; only ever copied.
        older: A copy that was made some commits before.
        answers: What it says.
        older_answers: What the copy says.
    """

    folder: Path
    older: Path
    answers: Answers
    older_answers: Answers


def ask(folder: Path) -> Answers:
    """
    Ask an index for every article with its annotations, and some queries.
    """
    with searchkit.open_index(folder) as index:
        ids = sorted(index._view.articles.ids())
        answers: Answers = {
            one: (index.get(one), index.annotations(one)) for one in ids
        }
        for query in QUERIES:
            # In order of their ids: documents that were deleted count in scores until
            # their segment is written anew.
            hits = sorted(index.search(query, limit=100), key=lambda hit: hit.id)
            answers[f"? {query}"] = [(hit.id, hit.title, hit.snippets) for hit in hits]
    return answers


def contents(folder: Path) -> dict[str, bytes]:
    """
    Return the bytes of every file that counts.

    SQLite's map of its log, and an empty log, come and go with whoever looks at it; a
    lock has no content.
    """
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.endswith("-shm")
        and not (path.name.endswith("-wal") and not path.stat().st_size)
        and path.name != "writer.lock"
    }
