"""
The archive: every change is noticed, and a stranger's archive can do no harm.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import searchkit
from searchkit import BackupError
from searchkit.backups import archive as archive_module

if TYPE_CHECKING:
    from tests.backups.conftest import Forge


def refused(file: Path, words: str) -> BackupError:
    """
    Neither looking at the archive nor putting it back gets anywhere.
    """
    new = file.with_name("refused")
    with pytest.raises(BackupError, match=words) as caught:
        searchkit.restore_index(file, new)
    assert not new.exists()
    assert str(file) == caught.value.path
    assert caught.value.hint
    with pytest.raises(BackupError, match=words):
        searchkit.verify_backup(file)
    return caught.value


class TestDamage:
    def test_every_altered_byte_is_noticed(self, archive: Path) -> None:
        """
        In headers, in content or in the digest itself.
        """
        whole = archive.read_bytes()
        offsets = {*range(0, len(whole), 211), *range(120)}
        offsets |= set(range(len(whole) - 450, len(whole)))
        for offset in sorted(offsets):
            altered = bytearray(whole)
            altered[offset] ^= 0x10
            archive.write_bytes(altered)
            with pytest.raises(BackupError), archive_module.Archive(archive):
                pass
        archive.write_bytes(whole)
        assert 3 == searchkit.verify_backup(archive).articles

    def test_every_cut_is_noticed(self, archive: Path) -> None:
        """
        At the end or at the beginning, of a byte or of all.
        """
        whole = archive.read_bytes()
        cuts = [*range(0, len(whole), 401), *range(len(whole) - 200, len(whole))]
        for cut in cuts:
            for rest in (whole[:cut], whole[cut or 1 :], whole + whole[cut or 1 :]):
                archive.write_bytes(rest)
                with pytest.raises(BackupError), archive_module.Archive(archive):
                    pass

    def test_damage_is_told_from_other_files(self, archive: Path) -> None:
        """
        The message says whether it was a backup, and what to do.
        """
        whole = bytearray(archive.read_bytes())
        archive.write_bytes(whole[:-1])
        assert "another copy" in str(refused(archive, "cut short").hint)
        whole[500] ^= 1
        archive.write_bytes(whole)
        assert "another copy" in str(refused(archive, "altered").hint)
        archive.write_text("no archive at all")
        assert "searchkit backup" in str(refused(archive, "no backup").hint)
        archive.write_bytes(b"")
        refused(archive, "no backup")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """
        What cannot be read is said with the system's words.
        """
        with pytest.raises(BackupError, match="No such file"):
            searchkit.verify_backup(tmp_path / "none.zip")
        with pytest.raises(BackupError, match="directory"):
            searchkit.verify_backup(tmp_path)


class TestStrangers:
    def test_a_forged_archive_that_is_in_order_is_taken(
        self, forge: Forge, tmp_path: Path
    ) -> None:
        """
        It is the content that counts: the digests are no signature.
        """
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            assert 3 == searchkit.verify_backup(forge(method=method)).articles

    @pytest.mark.parametrize(
        "name",
        ["../evil", "/etc/evil", "inner/catalog.db", "evil", "manifest.json", "a/"],
    )
    def test_other_names(self, forge: Forge, tmp_path: Path, name: str) -> None:
        """
        Only files of a backup are in one: none escapes its folder, none is a surprise.
        """
        refused(forge(extra=[(name, b"evil")]), "it holds")
        assert not list(tmp_path.parent.glob("evil"))

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    @pytest.mark.parametrize("name", ["catalog.db", "backup.json"])
    def test_a_name_that_stands_twice(self, forge: Forge, name: str) -> None:
        """
        Of two files with one name neither is believed.
        """
        refused(forge(extra=[(name, b"evil")]), "twice")

    @pytest.mark.parametrize("name", ["catalog.db", "backup.json"])
    def test_a_file_that_is_missing(self, forge: Forge, name: str) -> None:
        """
        A backup without its catalog, or without its description, is none.
        """
        refused(forge(changed={name: None}), f"lacks {name}")

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_other_ways_of_packing(self, forge: Forge, method: int) -> None:
        """
        What can unpack to thousands of times its size is not unpacked.
        """
        refused(forge(method=method), "packed in another way")

    def test_many_files(self, forge: Forge) -> None:
        """
        A list of files that fills the memory is not read.
        """
        extra: Any = [(f"file-{number}", b"") for number in range(200)]
        refused(forge(extra=extra), "more files")

    def test_a_bomb(self, forge: Forge) -> None:
        """
        A catalog of zeros is told by its size, before it is unpacked.
        """
        refused(forge(changed={"catalog.db": bytes(20 * 2**20)}), "unpacks to")

    def test_a_size_that_is_a_lie(self, forge: Forge) -> None:
        """
        No more comes out than the list of files says.
        """
        path = forge()
        content = bytearray(path.read_bytes())
        start = content.rindex(b"PK\x01\x02", 0, content.rindex(b"PK\x01\x02"))
        start = content.index(b"PK\x01\x02")
        size = struct.unpack_from("<L", content, start + 24)[0]
        struct.pack_into("<L", content, start + 24, size - 4096)
        digest = hashlib.sha256(content[:-64]).hexdigest().encode()
        path.write_bytes(content[:-64] + digest)
        refused(path, "other files")

    def test_long_files(self, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Each kind of file has a limit of its own.
        """
        refused(forge(changed={"backup.json": b" " * 2**17}), "backup.json unpacks")
        monkeypatch.setattr(archive_module, "MAX_KEPT_BYTES", 100)
        refused(forge(changed={"aliases.csv": b"a,b\n" * 99}), "aliases.csv unpacks")
        monkeypatch.setattr(archive_module, "MAX_CATALOG_BYTES", 100)
        refused(forge(), "catalog.db unpacks")

    @pytest.mark.parametrize(
        "described",
        [
            {"format": "1"},
            {"format": 0},
            {"format": True},
            {"made": "yesterday"},
            {"made": "2021-09-11T08:46:00"},
            {"made": 5},
            {"generation": None},
            {"articles": "3"},
            {"searchkit": 1},
            {"files": []},
            {"files": {"catalog.db": {"size": 1}}},
            {"files": {"catalog.db": 5}},
        ],
    )
    def test_a_description_that_is_none(
        self, forge: Forge, described: dict[str, Any]
    ) -> None:
        """
        Anything else in the place of a value is refused.
        """
        refused(forge(described=described), "backup.json cannot be read")

    @pytest.mark.parametrize("text", [b"", b"{", b"[]", b"5", b"[" * 60000, b"\xff"])
    def test_a_description_that_is_no_json(self, forge: Forge, text: bytes) -> None:
        """
        So is what is no JSON, or too deep.
        """
        refused(forge(changed={"backup.json": text}), "cannot be read")

    def test_a_description_of_other_files(self, forge: Forge) -> None:
        """
        What is described and what is there are the same.
        """
        one = {"size": 5, "sha256": "0" * 64}
        refused(forge(described={"files": {}}), "other files")
        refused(forge(described={"files": {"catalog.db": one}}), "other files")
        refused(forge(changed={"aliases.csv": b"a"}, described={"files": {}}), "other")

    def test_another_catalog_than_described(self, forge: Forge) -> None:
        """
        The digest in the description is looked at as well.
        """
        size = json.loads(zipfile.ZipFile(forge()).read("backup.json"))["files"][
            "catalog.db"
        ]["size"]
        one = {"size": size, "sha256": "0" * 64}
        refused(forge(described={"files": {"catalog.db": one}}), "not what was packed")

    def test_a_newer_format(self, forge: Forge) -> None:
        """
        What a newer release wrote asks for a newer release.
        """
        error = refused(forge(described={"format": 2, "files": 5}), "format 2")
        assert "Upgrade searchkit" in str(error.hint)


class TestCatalogs:
    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("CREATE TRIGGER t AFTER DELETE ON commits BEGIN SELECT 1; END", "t is ex"),
            ("UPDATE articles SET title = 'x' WHERE id = 'doha'", "'doha' cannot"),
            ("UPDATE annotations SET amount = 77", "damaged annotations"),
            ("DELETE FROM commits", "there were not"),
            ("PRAGMA application_id = 5", "another program"),
            ("PRAGMA user_version = 99", "format 99"),
        ],
    )
    def test_a_damaged_one(
        self,
        forge: Forge,
        altered_catalog: Callable[..., bytes],
        statement: str,
        words: str,
    ) -> None:
        """
        A catalog that is not whole is not put into place, however it was packed.
        """
        refused(forge(changed={"catalog.db": altered_catalog(statement)}), words)

    @pytest.mark.parametrize("content", [b"", b"text" * 4000])
    def test_no_catalog(self, forge: Forge, content: bytes) -> None:
        """
        Neither is another file.
        """
        refused(forge(changed={"catalog.db": content}), "cannot be used")
