"""
The program of a worker; ``searchkit.indexing.workers`` says what it is asked.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

from searchkit.annotations import default_annotators
from searchkit.articles.model import Article

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO, BinaryIO

    from searchkit.annotations import Annotator


def main() -> None:
    """
    Answer what comes in on the standard input, until it ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    serve(source, target)


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """
    Say what annotators there are, then answer each line with a line.
    """
    annotators: dict[str, Annotator] = {a.kind: a for a in default_annotators()}
    send(target, {kind: one.fingerprint for kind, one in annotators.items()})
    for line in source:
        requests = json.loads(line)
        send(target, [annotate(annotators, *request) for request in requests])


def annotate(
    annotators: Mapping[str, Annotator],
    kinds: list[str],
    title: str,
    body: str,
    published: str | None,
) -> dict[str, list[list[Any]]]:
    """
    Return the records of the annotations of an article, by kind.
    """
    article = Article(id="-", title=title, body=body, published=published)
    return {
        kind: [one.to_record() for one in annotators[kind].annotate(article)]
        for kind in kinds
    }


def send(target: IO[bytes], message: Any) -> None:
    """
    Write a message, in either direction: a line of JSON.
    """
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    target.write(text.encode() + b"\n")
    target.flush()
