from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.annotations.entities.aliases import (
    NO_ALIASES,
    Aliases,
    Identity,
    folded_name,
    holds,
    parse_aliases,
    read_aliases,
)
from searchkit.annotations.entities.reasons import reason
from searchkit.documents import name_words
from searchkit.errors import AliasesError

HEADER = "action,name,type,value,note\n"


def parsed(*rows: str) -> Aliases:
    return parse_aliases((HEADER + "\n".join(rows)).encode())


class TestFiles:
    def test_comments_blank_lines_and_missing_cells_are_fine(self) -> None:
        """
        A row names what it needs; lines keep their numbers.
        """
        aliases = parsed("# why", "", "forbid,Getty Images", ",,,,", "retype,A,,place")
        assert [("forbid", 4), ("retype", 6)] == [
            (r.action, r.line) for r in aliases.rules
        ]

    def test_it_may_come_from_a_spreadsheet(self) -> None:
        """
        With a byte order mark, the line ends of DOS, quotes and blanks round cells.
        """
        data = '\ufeffAction, Name,Type,Value,Note\r\nMerge,"A, B", ORG ,C,\r\n'
        (rule,) = parse_aliases(data.encode()).rules
        assert ("merge", "A, B", "org", "C") == rule[:4]

    def test_the_example_of_the_documentation_is_one(self) -> None:
        """
        Every action once, and none of the rows in the way of another.
        """
        page = Path(__file__).parents[3] / "docs" / "specs" / "entities.md"
        _, example, *_ = page.read_text(encoding="utf-8").split("```csv\n")
        aliases = parse_aliases(example.partition("```")[0].encode())
        assert {"merge", "split", "retype", "forbid"} == {
            r.action for r in aliases.rules
        }
        expected = ("person", "George H. W. Bush")
        assert expected == aliases.apply("person", "George W. Bush", "Bush")

    def test_without_a_file_there_are_no_rules(self, tmp_path: Path) -> None:
        """
        An empty one has none, either.
        """
        assert NO_ALIASES is read_aliases(tmp_path / "aliases.csv")
        (tmp_path / "empty.csv").touch()
        assert () == read_aliases(tmp_path / "empty.csv").rules

    def test_what_is_no_file_is_an_error(self, tmp_path: Path) -> None:
        """
        A folder of that name cannot be read.
        """
        with pytest.raises(AliasesError, match="it is no file"):
            read_aliases(tmp_path)

    def test_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        The file has so many bytes and rows at most.
        """
        module = "searchkit.annotations.entities.aliases"
        monkeypatch.setattr(f"{module}.MAX_ALIASES_ROWS", 1)
        with pytest.raises(AliasesError, match="line 3: there are more than 1 rows"):
            parsed("forbid,A", "forbid,B")
        monkeypatch.setattr(f"{module}.MAX_ALIASES_BYTES", 5)
        with pytest.raises(AliasesError, match="longer than"):
            parsed("forbid,A")

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("join,A,,B", "line 2: “join” is no action"),
            ("merge,,,B", "line 2: the name has no word"),
            ("merge,...,,B", "line 2: the name has no word"),
            ("merge,A,,", "line 2: the value has no word"),
            ("merge,A,city,B", "line 2: “city” is no type"),
            ("merge,A,,a.", "line 2: “A” and “a.” are one name"),
            ("retype,A,,city", "line 2: the value “city” is no type"),
            ("retype,A,org,org", "line 2: “A” is of that type already"),
            ("forbid,A,,B", "line 2: a row that forbids a name has no value"),
            ("merge,A,,B,note,more", "line 2: the row has 6 cells in place of 5"),
            ('merge,"A,,B', "line 2: a double quote is not closed in its line"),
            (f"{'x' * 200},A", f"line 2: “{'x' * 60}…” is no action"),
            ("\x1b[31mjoin,A", "line 2: “�[31mjoin” is no action"),
            ('merge,"A"x,,B', "line 2: the row is no CSV"),
            ("merge,A,,B\nmerge,a,,C", "line 3: line 2 says otherwise of “a”"),
            (
                "merge,A,,B\nmerge,B,,A",
                "line 3: “B” is merged into itself, with line 2",
            ),
            ("merge,A,,B\nmerge,B,,C\nmerge,C,org,a", "line 4: “C” is merged into"),
            ("retype,A,,org\nretype,A,,place", "line 3: line 2 says otherwise"),
            ("merge,A,,B\nforbid,A", "line 3: line 2 merges “A” into “B”: name that"),
        ],
    )
    def test_a_bad_row_is_one_clear_error(self, row: str, expected: str) -> None:
        """
        With the file, the line and what is wrong.
        """
        with pytest.raises(AliasesError) as caught:
            parsed(*row.split("\n"))
        assert str(caught.value).startswith(f"aliases.csv, {expected}")

    def test_bytes_that_are_no_text_are_an_error(self) -> None:
        """
        With the line that they stand in.
        """
        with pytest.raises(AliasesError, match="line 2: this is no UTF-8"):
            parse_aliases(HEADER.encode() + b"merge,\xff,,B")

    def test_the_header_is_asked_for(self) -> None:
        """
        A list with other columns is not taken for rules.
        """
        with pytest.raises(AliasesError, match="line 1: the first row is not action"):
            parse_aliases(b"merge,A,,B\n")

    def test_merges_in_a_row_have_an_end(self) -> None:
        """
        A file that some program has made cannot take long.
        """
        rows = [f"merge,N{number},,N{number + 1}" for number in range(25)]
        expected = "line 2: “N0” is merged more than 20 times in a row"
        with pytest.raises(AliasesError, match=expected):
            parsed(*rows)
        assert ("org", "N25") == parsed(*rows[10:]).apply("org", "N10", "N10")

    def test_other_programs_write_lines_otherwise(self) -> None:
        """
        Old line ends are fine, and so is a comment that a spreadsheet has quoted.
        """
        rows = ["action,name,type,value,note", '"# one, two",,,,', "forbid,A,,,"]
        (rule,) = parse_aliases("\r".join(rows).encode()).rules
        assert ("forbid", "A", 3) == (rule.action, rule.name, rule.line)
        with pytest.raises(AliasesError, match="what parts cells is a comma"):
            parse_aliases("\n".join(rows).replace(",", ";").encode())

    def test_what_looks_like_a_formula_is_a_name(self) -> None:
        """
        Its words are compared, and nothing is run; long cells are names as well.
        """
        aliases = parsed('merge,"=HYPERLINK(""http://x"")",,B', f"forbid,{'A ' * 9999}")
        assert ("org", "B") == aliases.apply("org", "hyperlink http x", "x")

    @given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
    def test_any_bytes_are_rules_or_an_error(self, data: bytes) -> None:
        """
        A stranger's file never raises anything else.
        """
        for content in (data, HEADER.encode() + data):
            with suppress(AliasesError):
                assert parse_aliases(content).rules is not None


class TestRules:
    def test_a_merge_gives_the_name_of_another(self) -> None:
        """
        Names are compared by their folded words; the type stays.
        """
        aliases = parsed("merge,Usama bin Ladin,,Osama bin Laden")
        expected = ("person", "Osama bin Laden")
        assert expected == aliases.apply("person", "USAMA BIN LADIN", "Ladin")
        assert expected == aliases.apply("person", "Osama Bin Laden", "Osama")
        assert ("person", "Ladin") == aliases.apply("person", "Ladin", "Ladin")

    def test_merges_go_on(self) -> None:
        """
        In whatever order they stand in the file.
        """
        for rows in (("merge,A,,B", "merge,B,,C"), ("merge,B,,C", "merge,A,,B")):
            assert ("org", "C") == parsed(*rows).apply("org", "A", "A")

    def test_a_rule_for_a_type_goes_before_one_for_all(self) -> None:
        """
        Others keep to the one for all.
        """
        aliases = parsed(
            "merge,Jordan,,Hashemite Kingdom", "merge,Jordan,person,M. Jordan"
        )
        assert ("person", "M. Jordan") == aliases.apply("person", "Jordan", "Jordan")
        assert ("place", "Hashemite Kingdom") == aliases.apply("place", "Jordan", "J")

    def test_a_split_gives_a_spelling_its_own_name(self) -> None:
        """
        Only where the text has it, and where it was taken for that name.
        """
        aliases = parsed("split,Bush,person,George W. Bush")
        assert ("person", "Bush") == aliases.apply("person", "George W. Bush", "BUSH")
        kept = ("person", "George W. Bush")
        assert kept == aliases.apply("person", "George W. Bush", "George W. Bush")
        assert ("person", "Kate Bush") == aliases.apply("person", "Kate Bush", "Bush")

    def test_what_was_split_may_be_merged_elsewhere(self) -> None:
        """
        Splits come before merges, and see through them.
        """
        aliases = parsed(
            "split,Bush,,President", "merge,G. Bush,,President", "merge,Bush,,H."
        )
        assert ("person", "H.") == aliases.apply("person", "G. Bush", "Bush")
        assert ("person", "President") == aliases.apply("person", "G. Bush", "G.")

    def test_types_and_prohibitions_are_for_what_merges_have_made(self) -> None:
        """
        In this order: split, merge, retype, forbid.
        """
        aliases = parsed("forbid,B,place", "retype,B,org,place", "merge,A,,B")
        assert aliases.apply("org", "A", "A") is None
        assert aliases.apply("place", "B", "B") is None
        assert ("person", "B") == aliases.apply("person", "A", "A")

    def test_an_entity_goes_by_all_that_is_merged_into_it(self) -> None:
        """
        Under its own type.
        """
        aliases = parsed(
            "merge,A,,B", "merge,B,,C", "merge,X,org,C", "retype,C,org,place"
        )
        assert {"a", "b", "c"} == aliases.forms(Identity("person", "c"))
        assert {"a", "b", "c", "x"} == aliases.forms(Identity("place", "c"))
        assert {"z"} == aliases.forms(Identity("place", "z"))

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_names_are_folded_as_documents_fold_them(
        self, one: str, other: str
    ) -> None:
        """
        So that rules and terms of the index meet, and runs of words are runs of words.
        """
        assert " ".join(name_words(one)) == folded_name(one)
        if name_words(other):
            assert holds(
                folded_name(f"{one} {other}"), folded_name(other)
            ) or name_words(f"{one} {other}") != name_words(one) + name_words(other)


class TestReasons:
    @pytest.mark.parametrize(
        ("kind", "name", "surface", "expected"),
        [
            ("place", "Kabul", "Kabul", "the name itself"),
            ("place", "Kabul", "KABUL", "the same words, but for letter case"),
            (
                "person",
                "Recep Tayyip Erdoğan",
                "Recep Tayyip Erdogan",
                "the same words",
            ),
            (
                "org",
                "United Nations",
                "U.N.",
                "another spelling of “United Nations” in",
            ),
            ("org", "Zarnik Relief Fund", "ZRF", "the first letters of “Zarnik Relief"),
            ("person", "Tor Zarnik", "Zarnik", "the last name of “Tor Zarnik”"),
            ("person", "Tor Zarnik", "Tor", "the first name of “Tor Zarnik”"),
            ("person", "Tor Zarnik", "Tor Q. Zarnik", "a longer form of “Tor Zarnik”"),
            ("person", "Tor Q. Zarnik", "Tor Zarnik", "a shorter form of “Tor Q."),
            ("org", "Zarnik Relief Fund", "Relief Fund", "a part of “Zarnik Relief"),
            ("org", "Zarnik Relief Fund", "Other", "taken for “Zarnik Relief Fund” by"),
        ],
    )
    def test_each_rule_of_folding_has_its_words(
        self, kind: str, name: str, surface: str, expected: str
    ) -> None:
        """
        From the two names alone, the strongest reason first.
        """
        assert reason(kind, name, surface).startswith(expected)  # type: ignore[arg-type]
