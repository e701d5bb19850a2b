from __future__ import annotations

import io
import os
import pickle
import socket
import stat
from pathlib import Path

import pytest

from searchkit import settings
from searchkit.articles import Source, SourceFailure, discover, fingerprint
from searchkit.articles import sources as sources_module
from searchkit.errors import ArticleError, UnsupportedFormatError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Harbour reopens\n\nShips came in.\n")


def found(*paths: str) -> list[str]:
    """
    Return paths of sources, and of failures with a "!" before them.
    """
    return [
        item.path if isinstance(item, Source) else f"!{item.path}"
        for item in discover(paths)
    ]


def failure(path: str) -> ArticleError:
    [item] = discover([path])
    assert isinstance(item, SourceFailure)
    return item.error


class TestFolders:
    def test_all_below_is_found_in_order(self, folder: Path) -> None:
        """
        A folder is walked with all folders in it, sorted by name.
        """
        write("news/b.txt", "news/a/2.html", "news/a/1.jsonl.gz", "news/c.HTM")
        expected = ["news/a/1.jsonl.gz", "news/a/2.html", "news/b.txt", "news/c.HTM"]
        assert expected == found("news")
        assert [path.removeprefix("news/") for path in expected] == (
            [path.removeprefix("./") for path in _inside(folder / "news")]
        )

    def test_hidden_names_are_left_out(self, folder: Path) -> None:
        """
        Files and folders whose name begins with a dot are not looked at.
        """
        write("news/.a.txt", "news/.git/b.txt", "news/c.txt")
        assert ["news/c.txt"] == found("news")

    def test_other_kinds_are_counted(self, folder: Path) -> None:
        """
        Files of unknown kinds and files about the folder are skipped, and counted.
        """
        write("n/a.pdf", "n/noext", "n/README.txt", "n/LICENSE-MIT.txt", "n/b.txt")
        write("n/readme.txt", "n/CHANGELOG.html")
        discovery = discover(["n"])
        assert ["n/b.txt"] == [item.path for item in discovery]
        assert 6 == discovery.skipped

    def test_headlines_are_no_licences(self, folder: Path) -> None:
        """
        An article whose file name begins with such a word is an article.
        """
        write("n/licence-to-fish.html", "n/readme-my-lips.txt")
        assert ["n/licence-to-fish.html", "n/readme-my-lips.txt"] == found("n")

    def test_links_lead_to_no_loop_and_not_out(self, folder: Path) -> None:
        """
        A link to a folder is not followed, one to a file only within the folder.
        """
        write("news/a.txt", "outside.txt", "other/b.txt")
        Path("news/loop").symlink_to(".")
        Path("news/up").symlink_to("../other")
        Path("news/out.txt").symlink_to("../outside.txt")
        Path("news/same.txt").symlink_to("a.txt")
        Path("news/broken.txt").symlink_to("nowhere.txt")
        assert ["news/a.txt", "!news/broken.txt"] == found("news")

    def test_a_named_link_is_followed(self, folder: Path) -> None:
        """
        Whoever names a link means what it leads to.
        """
        write("news/a.txt")
        Path("link").symlink_to("news")
        assert ["link/a.txt"] == found("link")

    def test_pipes_and_sockets_fail_at_once(self, folder: Path) -> None:
        """
        What is no regular file is a failure, and is never opened.
        """
        os.mkfifo("pipe.txt")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket.jsonl")
            assert ["!pipe.txt", "!socket.jsonl"] == found(".")
        assert "not a regular file" in failure("/dev/zero").reason

    def test_deep_folders_are_walked(self, folder: Path) -> None:
        """
        Folders nest deeper than Python calls without harm.
        """
        path = folder
        for _ in range(300):
            path = path / "d"
        path.mkdir(parents=True)
        (path / "a.txt").write_text("Text")
        assert 1 == len(found("d"))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
    def test_a_closed_folder_is_a_failure(self, folder: Path) -> None:
        """
        A folder that may not be listed is reported.
        """
        write("news/a.txt", "news/z.txt")
        Path("news/closed").mkdir(mode=stat.S_IWUSR)
        assert ["news/a.txt", "!news/closed", "news/z.txt"] == found("news")


def _inside(path: Path) -> list[str]:
    before = Path.cwd()
    os.chdir(path)
    try:
        return found(".")
    finally:
        os.chdir(before)


class TestNamedPaths:
    def test_a_file_is_read_once(self, folder: Path) -> None:
        """
        A file that is named twice, and by other names, is one source.
        """
        write("news/a.txt")
        Path("b.txt").symlink_to("news/a.txt")
        absolute = str(folder / "news/a.txt")
        named = ("news/a.txt", "news", "./news/a.txt", absolute, "b.txt", "news/*.txt")
        assert ["news/a.txt"] == found(*named)

    def test_facts_of_a_source(self, folder: Path) -> None:
        """
        A source knows its name as given, its real place, its size and its time.
        """
        write("news/a.txt")
        Path("b.txt").symlink_to("news/a.txt")
        os.utime("news/a.txt", ns=(5, 1_700_000_000_123_456_789))
        [source] = discover(["b.txt"])
        assert isinstance(source, Source)
        assert "b.txt" == source.path
        assert str((folder / "news/a.txt").resolve()) == source.location
        assert 32 == source.size
        assert 1_700_000_000_123_456_789 == source.modified_ns
        assert source == pickle.loads(pickle.dumps(source))

    def test_an_unknown_kind_is_a_failure(self, folder: Path) -> None:
        """
        Whoever names a file wants it read: that it cannot be is said.
        """
        write("a.pdf", "README.txt")
        assert isinstance(failure("a.pdf"), UnsupportedFormatError)
        assert ["README.txt"] == found("README.txt")

    @pytest.mark.parametrize("path", ["missing.txt", "", "a\x00b.txt", "x" * 5000])
    def test_a_path_without_a_file_is_a_failure(self, folder: Path, path: str) -> None:
        """
        What is not there is a failure that names it.
        """
        assert failure(path).reason

    def test_a_file_over_the_limit_is_a_failure(self, folder: Path) -> None:
        """
        A file longer than its reader takes is not opened; sparse files count, too.
        """
        with Path("huge.txt").open("wb") as file:
            file.truncate(settings.MAX_TEXT_BYTES + 1)
        assert "bytes, and at most" in failure("huge.txt").reason

    def test_names_in_other_encodings_can_be_stored(self, folder: Path) -> None:
        """
        A file name that is no UTF-8 is shown with escapes, and the file is still read.
        """
        name = os.fsdecode(b"caf\xe9.txt")
        try:
            write(name)
        except OSError:
            pytest.skip("this file system takes UTF-8 names only")
        [source] = discover(["."])
        assert isinstance(source, Source)
        assert "caf\\udce9.txt" == source.path
        assert source.location.encode().endswith(b"caf\\udce9.txt")
        assert 32 == len(source.fingerprint())

    def test_a_pipe_that_took_a_file_s_place_is_not_waited_for(
        self, folder: Path
    ) -> None:
        """
        A source is checked once more when it is opened.
        """
        write("a.txt")
        [source] = discover(["a.txt"])
        assert isinstance(source, Source)
        Path("a.txt").unlink()
        os.mkfifo("a.txt")
        with pytest.raises(ArticleError, match="not a regular file"):
            source.open(1000)
        Path("a.txt").unlink()
        with pytest.raises(ArticleError, match="no such file"):
            source.fingerprint()


class TestPatterns:
    def test_patterns_find_files_and_folders(self, folder: Path) -> None:
        """
        Files that match are found, and folders that match are walked.
        """
        write("2019/a.txt", "2020/b.txt", "2020/c.pdf", "2020/d/e.html", "other/f.txt")
        assert ["2019/a.txt", "2020/b.txt", "2020/d/e.html"] == found("20*")
        assert ["2020/d/e.html"] == found("**/*.html")
        assert ["2019/a.txt", "2020/b.txt", "other/f.txt"] == sorted(found("**/*.txt"))
        assert ["2019/a.txt"] == found("201[0-9]/?.txt")

    def test_patterns_pass_over_hidden_names_and_links(self, folder: Path) -> None:
        """
        ``**`` goes into no hidden folder and through no link.
        """
        write("news/a.txt", "news/.b/c.txt", "news/.d.txt")
        Path("news/loop").symlink_to(".")
        assert ["news/a.txt"] == found("**/**/**/*.txt")

    def test_a_file_of_that_very_name_goes_first(self, folder: Path) -> None:
        """
        A file whose name looks like a pattern is that file.
        """
        write("a[1].txt", "a1.txt")
        assert ["a[1].txt"] == found("a[1].txt")

    def test_a_pattern_without_matches_is_a_failure(self, folder: Path) -> None:
        """
        That nothing matches is said.
        """
        assert "nothing matches this pattern" == failure("*.txt").reason

    def test_many_stars_are_quick(self, folder: Path) -> None:
        """
        Several ``**`` and ``*`` do not multiply.
        """
        write(*(f"{'d/' * depth}{'a' * 40}.txt" for depth in range(30)))
        assert ["!" + "**/" * 20 + "*a" * 15 + "*b"] == found(
            "**/" * 20 + "*a" * 15 + "*b"
        )


class TestStandardInput:
    def test_it_is_held_in_memory(self) -> None:
        """
        Standard input is a source without a path, read once, and can be opened twice.
        """
        found = list(discover(["-", "-"], stdin=io.BytesIO(b"Text")))
        assert 1 == len(found)
        source = found[0]
        assert isinstance(source, Source)
        assert ("", "standard input", 4) == (source.path, source.label, source.size)
        assert fingerprint(b"Text") == source.fingerprint()
        for _ in range(2):
            with source.open(10) as stream:
                assert b"Text" == stream.read()

    def test_its_length_is_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        An endless standard input is a failure, not the end of memory.
        """
        monkeypatch.setattr(sources_module, "MAX_STDIN_BYTES", 3)
        [item] = discover(["-"], stdin=io.BytesIO(b"Text"))
        assert isinstance(item, SourceFailure)
        assert "standard input" == item.error.path


def test_a_fingerprint_tells_contents_apart(folder: Path) -> None:
    """
    It is 32 hex characters, the same for bytes at hand and for a file.
    """
    write("a.txt")
    [source] = discover(["a.txt"])
    assert isinstance(source, Source)
    assert fingerprint(Path("a.txt").read_bytes()) == source.fingerprint()
    assert fingerprint(b"a") != fingerprint(b"b")
    assert 32 == len(fingerprint(b""))
