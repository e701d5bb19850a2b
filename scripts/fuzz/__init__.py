"""
The fuzz: damaged files, strange texts and wrong plans for the native extension.

Whatever is done to a segment file, the extension may refuse it with the documented
error, or give an answer, right or wrong; it may not crash, hang, read beyond the file
or take memory without bound.  Nor may it for any text, or any plan.

- ``layout`` knows header and directory of a segment file, and puts checksums right.
- ``mutations`` alters a file; ``samples`` makes the files that are altered.
- ``segments``, ``texts`` and ``plans`` are the targets: each draws a case from a seed,
  and tells how it came out.
- ``sanitized`` compiles the extension with AddressSanitizer and UBSan.
- ``children`` runs targets in processes of their own, and sees how these end; ``child``
  is what they run.

What is not here: whether answers are right (the tests of the package say that), and
files that change while they are mapped.
"""
