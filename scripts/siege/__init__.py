"""
The siege: programs that try to make searchkit lose data.

Each of them writes to an index, does to it what a bad day does, opens what is left, and
compares it with what had been acknowledged.  A siege prints the seed with which a
failure can be had again.

- ``workload`` draws operations from a seed, with articles that carry their own proof.
- ``verify`` compares an index with the articles that it must hold.
- ``faults``, with ``faults.c`` under it, counts system calls and spoils a chosen one:
  the process dies, a write is torn, the disk reports an error or is full.
- ``disk`` says what a power cut may leave of a folder; ``powercuts`` has index after
  index opened on that.
- The other modules are a siege each, and what they share.

What is not here: disks that lose what they had confirmed, damaged files (the tests of
the package have some), and other systems than 64-bit Linux.
"""
