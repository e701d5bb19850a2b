"""
Make the index that this release would leave to later ones.

    python tests/compatibility/make.py format-2

It goes into a folder of that name here, with what must be found in it
(``expected.json``), and is never made again: ``test_formats`` upgrades each of them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import searchkit
from searchkit import Article

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parents[1] / "seeds"

QUERIES = (
    '"Doha agreement"',
    "place:Kabul taliban",
    "withdrawal dates:2021-09-11",
    "published:2020..2021",
    "source:courier",
    "afterwards",
    "nowhere-to-be-found",
)


def make(folder: Path) -> None:
    """
    Write an index with a history: files, a script's articles, changes, deletions.
    """
    with tempfile.TemporaryDirectory() as name:
        news = Path(name) / "news"
        shutil.copytree(SEEDS / "afghanistan", news)
        for path in sorted(news.iterdir())[8:]:
            path.unlink()
        with searchkit.create_index(folder) as index:
            index.add_sources([news])
            index.add(
                Article(id=f"script-{n}", title=f"Number {n}", body=f"Text {n}.")
                for n in range(3)
            )
            index.add([Article(id="script-1", title="Number 1", body="Afterwards.")])
            index.delete(["script-2"])
            ids = {hit.id for hit in index.search("published:*..", limit=1000)}
            ids |= {"script-0", "script-1"}
            ids |= {hit.id for hit in index.search("the", limit=1000)}
            expected = {
                "articles": {
                    one: {
                        "title": index.get(one).title,
                        "body": index.get(one).body,
                        "published": index.get(one).published,
                        "entities": len(index.annotations(one).entities),
                        "times": len(index.annotations(one).times),
                    }
                    for one in sorted(ids)
                },
                "sources": index.totals().sources,
                "answers": {
                    query: sorted(hit.id for hit in index.search(query, limit=100))
                    for query in QUERIES
                },
            }
            assert len(index) == len(ids)
    (folder / "writer.lock").unlink()
    (folder / "MAIN_WRITELOCK").unlink()
    text = json.dumps(expected, indent=1, ensure_ascii=False) + "\n"
    (folder / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(HERE / sys.argv[1])
