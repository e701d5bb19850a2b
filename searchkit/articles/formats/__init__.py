"""
The formats that articles are read from, one reader each.

``base`` says what a reader is and what it yields, ``registry`` finds one for a file.
``text``, ``html`` and ``jsonl`` are the readers; HTML leans on ``page_metadata`` for
what a page says of itself, and that on ``json_ld``.  ``bylines`` takes lines of authors
apart for all of them.

A reader turns bytes into articles and does nothing else: it opens no file, follows no
link, fetches nothing.  Files, their sizes and gzip are the job of
:mod:`searchkit.articles.sources`.
"""
