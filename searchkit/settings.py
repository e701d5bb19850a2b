"""
Every default, with its unit.

What a person can choose on the command line or in a call has its default here; so do
the limits that keep strangers' files and queries from using up the machine.
"""

from __future__ import annotations

# --- Index ----------------------------------------------------------------------

DEFAULT_INDEX = "index"
"""Folder of the index when neither ``--index`` nor the environment names one."""

INDEX_VARIABLE = "SEARCHKIT_INDEX"
"""Environment variable that names the index folder."""

BATCH_ARTICLES = 2_000
"""Articles written to the catalog in one transaction, at most."""

MAX_PROCESSES = 8
"""Processes that annotate unless more are asked for; each takes some 100 MB."""

BATCH_CHARACTERS = 8 * 2**20
"""Code points of text written to the catalog in one transaction, about."""

ARTICLES_PER_COMMIT = 20_000
"""Articles after which the engine commits while a long run goes on."""

RACY_NS = 2_000_000_000
"""How long before its reading a file must have changed last, in nanoseconds, for its
size and time to prove that it has not changed since."""

WRITER_MEMORY_MB = 512
"""Memory that documents may use before the engine writes them to disk, in MB."""

MAX_SEGMENTS = 8
"""Segments after which a commit merges the smallest ones."""

WRITER_PATIENCE = 1.0
"""How long a writer waits for the lock, in seconds: a reader that opens the index just
after a commit may hold it for a moment, to see whether a writer has died."""

OPEN_ATTEMPTS = 20
"""Times a reader tries again when a writer's commit changes files under it."""

OPEN_DELAY = 0.05
"""Seconds between two of these attempts."""

# --- Search ---------------------------------------------------------------------

DEFAULT_LIMIT = 10
"""Hits on one page."""

MAX_LIMIT = 1000
"""Largest page."""

SNIPPETS_PER_HIT = 2
"""Snippets shown for one hit, at most."""

SNIPPET_SIZE = 280
"""Length of a snippet, in code points, at most."""

MAX_EXPANSIONS = 2000
"""Words that one prefix or fuzzy word stands for, at most."""

# --- Timelines ------------------------------------------------------------------

MAX_BUCKETS = 5000
"""Stretches of the calendar with an article in one timeline, at most."""

AUTO_BARS = 40
"""Bars that the middle of a timeline fills at most, where the size of its buckets is
chosen for it: about as many as a terminal has lines."""

AUTO_PERCENT = 90
"""How much of what is counted belongs to the middle; per cent.  A single mention of the
year 1066 is not worth nine hundred empty bars."""

# --- Names: see docs/specs/entities.md ------------------------------------------

ALIASES_NAME = "aliases.csv"
"""File of the index folder with the rules for names that a person keeps."""

MAX_ALIASES_BYTES = 8 * 2**20
"""Longest such file; bytes."""

MAX_ALIASES_ROWS = 50_000
"""Most rules in it."""

MAX_MENTION_KEYS = 2000
"""Mention keys that one name of a query stands for, at most."""

MAX_ENTITY_ARTICLES = 2000
"""Articles of an answer in which entities are counted, at most: the best ones."""

MAX_EXPLAINED_ENTITIES = 10
"""Entities of one name that an explanation lists, at most: the most frequent."""

MAX_EXPLAINED_SPELLINGS = 100
"""Spellings of one entity that an explanation lists, at most: the most frequent."""

# --- Scoring: see searchkit.engines.scoring -------------------------------------

BM25_K1 = 1.2
"""How soon further occurrences of a word stop counting; unitless, Lucene's default."""

BM25_B = 0.75
"""How much length is held against an article; unitless, Lucene's default."""

PROXIMITY_WEIGHT = 0.5
"""Factor of proximity evidence against BM25; unitless."""

PROXIMITY_WINDOW = 8
"""Largest distance at which two words count as near, in tokens."""

# --- Reading: what passes a limit is reported and left out ----------------------

MAX_SOURCE_BYTES = 64 * 2**30
"""Longest source that is read article by article (JSON Lines), unpacked; bytes."""

MAX_STDIN_BYTES = 256 * 2**20
"""Most that is taken from standard input, which is held in memory; bytes."""

MAX_TEXT_BYTES = 32 * 2**20
"""Longest plain text, one article, unpacked; bytes."""

MAX_HTML_BYTES = 16 * 2**20
"""Longest web page, unpacked; bytes.  News pages have 0.1 to 3 MB."""

MAX_HTML_TAGS = 100_000
"""Most tags in one web page, counted by ``<``.  News pages have 1,000 to 10,000; this
many can take some seconds."""

MAX_HTML_DEPTH = 200
"""Deepest nesting in which the text of a page is looked for; elements.  News pages
have 15 to 35; libxml2 itself cuts off what lies deeper than 256."""

MAX_JSON_LINE_BYTES = 32 * 2**20
"""Longest line of JSON Lines, one article; bytes."""

MAX_JSON_DOCUMENT_BYTES = 64 * 2**20
"""Longest JSON file that is one object or one list, parsed whole; bytes."""

MAX_REPORTED_LINES = 1000
"""Bad lines of one file that are reported one by one; the others are counted."""

MAX_UNPACK_RATIO = 200
"""Most bytes that one byte of a compressed file may unpack to; unitless.  Text comes
to 3 to 20; gzip allows 1,032, which only a bomb comes near."""

MIN_UNPACK_BYTES = 16 * 2**20
"""Size up to which that ratio is not looked at, since it does no harm; bytes."""

MAX_TITLE_CHARACTERS = 300
"""Longest first line of a plain text that is taken for its headline; code points."""

ENCODING_SAMPLE_BYTES = 32 * 2**10
"""Beginning of a source from which its character encoding is guessed; bytes."""

# --- Queries: see docs/specs/query-grammar.md -----------------------------------

MAX_QUERY_LENGTH = 4096
"""Longest query string that is read, in code points; also the longest printed tree."""

MAX_QUERY_LEAVES = 128
"""Words, phrases and filters of one query, at most."""

MAX_QUERY_DEPTH = 24
"""Groups inside each other in one query, at most."""
