"""
The benchmark: searchkit beside its peers, on one text, with one set of queries.

Every engine runs in a process of its own (``contestants``, ``protocol``, ``serving``;
one module an engine in ``peers``) and measures its own calls.  This side draws the work
and hands it out interleaved, so that whatever else the machine does hits all alike:

1. ``corpus`` reads articles, multiplies them, and writes them down once for all, with
   the terms of searchkit's analyzer and a made-up day and place for each.
2. ``queries`` draws queries from that text, by class.
3. ``building`` has every engine index it, once, and keeps what it made.
4. ``agreement`` compares what the engines answer, before any time is taken.
5. ``rounds`` takes the times of queries; ``rows`` those of all else.
6. ``statistics`` sums them up, ``report`` prints them; ``suite`` joins these steps.

Three profiles: in ``bare`` all engines hold the very same terms of one field and are
asked the very same questions; ``default`` is searchkit as it comes, title and body with
proximity evidence, beside its own bare profile; ``whoosh`` is Whoosh's own API on the
index of the bare profile (``whoosh_api`` in ``peers``).

What is not here: quality of ranking, many writers, clusters, and indexes that do not
fit into memory.
"""
