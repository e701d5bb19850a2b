"""
The engines that are measured, a module each, under the one interface of ``base``.

``searchkit_engine``, ``tantivy_engine`` and ``sqlite_engine`` are loaded by
``scripts.bench.serving`` in a process of their own.  ``lucene`` finds Java and the
libraries and compiles ``LuceneWorker.java``, which speaks the same protocol.
"""
