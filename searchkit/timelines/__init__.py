"""
Timelines: how many of the articles that match lie in each stretch of the calendar.

A *bucket* is a day, an ISO week from Monday to Sunday, a month, a year or a decade.
Its bar counts the articles that match a query and have a mention, or a date of
publication, all of whose days lie in the bucket: just what the query finds with the
bucket's filter behind it, such as ``ghani dates-within:2021-08``.  An article counts
once in each of its buckets: in one at most by date of publication, in any number of
them by mentions.

What is in no bar is counted beside them: articles without a date, and those whose dates
are all wider than a bucket or cross a border, such as "the 1980s" among months.

- ``calendar`` numbers the buckets of each size along the calendar and names them.
- ``counting`` asks an engine for the articles of each bucket, from wide buckets to
  narrow ones and only where there is something, and chooses a size.
- ``making`` turns a query string into a timeline, with the best article of each bucket.
- ``model`` has the values that come out, ``drawing`` makes a picture of them.

Mentions are not counted, but articles; nothing is smoothed, and nothing is estimated.

    with searchkit.open_index("index") as index:
        for bucket in index.timeline("ghani", by="dates", bucket="year"):
            print(bucket.label, bucket.count, bucket.top.title)
"""

from __future__ import annotations

from searchkit.timelines.calendar import BUCKET_SIZES, BucketChoice, BucketSize
from searchkit.timelines.drawing import draw_timeline
from searchkit.timelines.making import make_timeline
from searchkit.timelines.model import Bucket, Timeline

__all__ = [
    "BUCKET_SIZES",
    "Bucket",
    "BucketChoice",
    "BucketSize",
    "Timeline",
    "draw_timeline",
    "make_timeline",
]
