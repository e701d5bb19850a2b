"""
Backups: an index in one file, and back.

A *backup* is a zip archive with the catalog, and what people edit by hand beside it.
Everything else in an index folder is made from these, so nothing else is kept.

- ``archive`` is the format: what stands in the file, how it is written, and how it is
  read when it may come from a stranger.
- ``making`` copies the catalog at one commit while others write, and reads the archive
  back before it gets its name.
- ``restoring`` looks at everything before anything is put into place, then fills the
  engine.

An archive that was altered or cut short anywhere is noticed.  It is not signed: who can
write the file can make another that is whole.  It is not encrypted, either, and holds
all articles and the paths that they were read from.  There are no backups of changes
alone, and nothing is deleted by time: which files to keep is for the user to say.

    import searchkit

    backup = searchkit.back_up_index("index", "news.zip")
    print(backup.articles, backup.size)
    searchkit.restore_index("news.zip", "elsewhere")
"""

from __future__ import annotations

from searchkit.backups.archive import Backup
from searchkit.backups.making import back_up_index, verify_backup
from searchkit.backups.restoring import restore_index

__all__ = ["Backup", "back_up_index", "restore_index", "verify_backup"]
