from __future__ import annotations

from datetime import date

import pytest

from searchkit.queries import parse
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Word,
)


def read(text: str) -> str:
    return str(parse(text).tree)


def kinds(text: str) -> list[str]:
    return [note.kind for note in parse(text).notes]


class TestTrees:
    """
    The leaves and branches that each construct stands for.
    """

    @pytest.mark.parametrize(
        ("text", "tree"),
        [
            ("Kabul", Word("Kabul")),
            ('"Doha agreement"', Phrase("Doha agreement")),
            ("tali*", Prefix("tali")),
            ("Talibn~1", Fuzzy("Talibn", 1)),
            ("*", Everything()),
            ("**", Everything()),
            ("*:*", Everything()),
            ("title:Kabul", Word("Kabul", "title")),
            ('body:"no deal"', Phrase("no deal", "body")),
            ("body:tali*", Prefix("tali", "body")),
            ("title:talibn~2", Fuzzy("talibn", 2, "title")),
            ("place:Kabul", Name("place", "Kabul")),
            ("source:Reuters", Exact("source", "Reuters")),
            ("url:https://example.org/a", Exact("url", "https://example.org/a")),
            ("id:4711", Exact("id", "4711")),
            ("dates:2020", DateRange("dates", date(2020, 1, 1), date(2020, 12, 31))),
            ("published:2020..", DateRange("published", date(2020, 1, 1), None)),
            ("dates:*", DateRange("dates", None, None)),
            ("kabul herat", And((Word("kabul"), Word("herat")))),
            ("kabul OR herat", Or((Word("kabul"), Word("herat")))),
            ("-kabul", Not(Word("kabul"))),
            ("", Nothing()),
        ],
    )
    def test_each_construct_has_its_node(self, text: str, tree: object) -> None:
        """
        A construct of the grammar is read as the node that the tree has for it.
        """
        assert tree == parse(text).tree

    def test_the_query_string_is_kept(self) -> None:
        """
        A parsed query carries the text as typed.
        """
        assert parse(" kabul\x00 ").text == " kabul\x00 "


class TestOperators:
    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("kabul herat OR doha", "kabul (herat OR doha)"),
            ("kabul OR herat doha", "(kabul OR herat) doha"),
            ("kabul AND herat OR doha AND oslo", "kabul (herat OR doha) oslo"),
            ("(kabul herat) OR doha", "(kabul herat) OR doha"),
            ("kabul OR herat OR doha", "kabul OR herat OR doha"),
            ("kabul AND herat", "kabul herat"),
            ("NOT kabul OR herat", "-kabul OR herat"),
            ("kabul OR NOT herat", "kabul OR -herat"),
            ("kabul AND NOT herat", "kabul -herat"),
            ("kabul OR(herat doha)", "kabul OR (herat doha)"),
            ('NOT"kabul"', '-"kabul"'),
        ],
    )
    def test_or_binds_tighter_than_and(self, text: str, printed: str) -> None:
        """
        NOT binds tightest, then OR, then AND, which is also what a blank means.
        """
        assert printed == read(text)
        assert kinds(text) == []

    @pytest.mark.parametrize("text", ["kabul or herat", "kabul and herat"])
    def test_operators_are_in_capitals_only(self, text: str) -> None:
        """
        In small letters, the operators are very common words like others.
        """
        assert read(text) == "kabul herat"
        assert kinds(text) == ["stopwords"]

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("NOT NOT kabul", "kabul"),
            ("--kabul", "kabul"),
            ("---kabul", "-kabul"),
            ("NOT -kabul", "kabul"),
            ("-(kabul herat)", "-(kabul herat)"),
            ("-(-kabul)", "kabul"),
            ("-title:kabul", "-title:kabul"),
            ("title:NOT kabul", "-title:kabul"),
            ("-title:NOT kabul", "title:kabul"),
            ("source:NOT Reuters", '-source:"Reuters"'),
            ("title:-kabul", "-title:kabul"),
            ("-+kabul", '-"kabul"'),
            ("NOT kabul NOT herat", "-kabul -herat"),
        ],
    )
    def test_two_negations_cancel_out(self, text: str, printed: str) -> None:
        """
        Minus signs and NOT may stand before anything, and in any number.
        """
        assert printed == read(text)
        assert kinds(text) == []

    @pytest.mark.parametrize(
        "text", ["kabul - herat", "kabul -- herat", "kabul -, herat"]
    )
    def test_a_dash_between_words_is_no_negation(self, text: str) -> None:
        """
        A minus sign negates what stands directly behind it only.
        """
        assert read(text) == "kabul herat"

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("kabul OR", "kabul"),
            ("OR kabul", "kabul"),
            ("AND kabul", "kabul"),
            ("kabul NOT", "kabul"),
            ("(kabul AND) herat", "kabul herat"),
            ("kabul OR AND herat", "kabul herat"),
            ("kabul AND OR herat", "kabul OR herat"),
        ],
    )
    def test_an_operator_without_words_is_dropped(
        self, text: str, printed: str
    ) -> None:
        """
        An operator that lacks a word is treated as absent, and a note says so.
        """
        assert printed == read(text)
        assert kinds(text) == ["ignored"]

    def test_operators_that_are_words_do_not_print_as_operators(self) -> None:
        """
        What is searched as the word OR is printed so that it stays a word.
        """
        assert read('kabul OR, title:"NOT"') == 'kabul "OR" title:"NOT"'

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("title:AND kabul", "title:kabul"),
            ("herat title:OR kabul", "herat title:kabul"),
            ("source:OR(Reuters)", 'source:"Reuters"'),
        ],
    )
    def test_a_joining_operator_behind_a_field_is_dropped(
        self, text: str, printed: str
    ) -> None:
        """
        AND and OR directly behind a colon join nothing; the field goes on.
        """
        assert printed == read(text)
        assert kinds(text) == ["ignored"]


class TestPhrases:
    @pytest.mark.parametrize(
        "text",
        [
            '"Doha agreement"',
            "“Doha agreement”",
            "„Doha agreement“",
            "„Doha agreement”",
            "”Doha agreement”",
            "«Doha agreement»",
            "« Doha  agreement »",
            "»Doha agreement«",
            "“Doha agreement“",
            '"Doha agreement”',
        ],
    )
    def test_all_quotation_marks_make_phrases(self, text: str) -> None:
        """
        Straight, curly, low-high marks and guillemets are the same, mixed ones too.
        """
        assert Phrase("Doha agreement") == parse(text).tree
        assert kinds(text) == []

    def test_marks_of_another_kind_may_stand_inside(self) -> None:
        """
        A phrase ends at the mark that fits its first one.
        """
        assert Phrase("a b c") == parse('“a "b" c”').tree

    def test_syntax_has_no_meaning_inside(self) -> None:
        """
        Between quotation marks, signs of the grammar and operators are text.
        """
        assert Phrase("a OR (b) -c: title:d") == parse('"a OR (b) -c: title:d"').tree

    def test_an_open_phrase_runs_to_the_end(self) -> None:
        """
        A quotation mark that is never closed is closed at the end, with a note.
        """
        assert 'kabul "fall of the' in read('kabul "fall of the city')
        assert kinds('kabul "fall of the city') == ["ignored"]

    @pytest.mark.parametrize("text", ['Doha agreement"', 'Doha agreement "  '])
    def test_a_quotation_mark_at_the_end_is_set_aside(self, text: str) -> None:
        """
        A quotation mark with nothing behind it begins no phrase, with a note.
        """
        assert read(text) == "Doha agreement"
        assert kinds(text) == ["ignored"]

    @pytest.mark.parametrize("text", ['"kabul"~3', '"kabul"^2', '"kabul"*', "(kabul)*"])
    def test_signs_behind_a_phrase_are_set_aside(self, text: str) -> None:
        """
        Distances and weights behind a phrase or group are not taken for words.
        """
        assert read(text).strip('"') == "kabul"
        assert kinds(text) == ["ignored"]


class TestFields:
    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("TITLE:kabul", "title:kabul"),
            ("entities:Kabul", 'entity:"Kabul"'),
            ("entity:Kabul", 'entity:"Kabul"'),
            ("people:Ghani", 'person:"Ghani"'),
            ("organisation:NATO", 'org:"NATO"'),
            ("Organization:NATO", 'org:"NATO"'),
            ("location:Kabul", 'place:"Kabul"'),
            ("date:2020", "dates:2020"),
            ("mentioned:2020", "dates:2020"),
            ("published:2020", "published:2020"),
        ],
    )
    def test_fields_have_other_names(self, text: str, printed: str) -> None:
        """
        Every alias of a field is understood, letter case apart.
        """
        assert printed == read(text)

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("title:kabul herat", "title:kabul herat"),
            ("title: kabul herat", "title:kabul herat"),
            ("title:(doha agreement)", "title:doha title:agreement"),
            ('title:(doha OR "no deal" tali*)', "title:tali*"),
            ("place:(Kabul OR Herat)", 'place:"Kabul" OR place:"Herat"'),
            ("title:(doha body:deal)", "title:doha body:deal"),
            ("title:(a (b OR c))", "title:a (title:b OR title:c)"),
            ('title:"NOT"', 'title:"NOT"'),
            ("title: NOT kabul", "-title:kabul"),
            ("source:(Reuters OR AP)", 'source:"Reuters" OR source:"AP"'),
            ("dates:(2020 OR 1980s)", "dates:2020 OR dates:198X"),
            ('person:"Osama bin Laden"', 'person:"Osama bin Laden"'),
        ],
    )
    def test_a_field_applies_to_what_follows(self, text: str, printed: str) -> None:
        """
        A field holds for the next word or phrase, or for all of a group.
        """
        assert printed in read(text)
        assert kinds(text) == []

    def test_an_address_is_one_value(self) -> None:
        """
        Colons, slashes, and parentheses inside belong to the value of url.
        """
        address = "https://example.org/wiki/Fall_(city)?a=b"
        assert And((Exact("url", address), Word("kabul"))) == (
            parse(f"(url:{address}) kabul").tree
        )

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("foo:bar", "foo bar"),
            ("foo:bar/baz", "foo bar baz"),
            ("foo:12:30", 'foo "12:30"'),
            ("-foo:bar", '-"foo bar"'),
            ("title:foo:bar", "title:foo title:bar"),
            ('foo:"bar baz"', 'foo "bar baz"'),
            ("foo:(bar)", "foo bar"),
        ],
    )
    def test_an_unknown_field_is_words(self, text: str, printed: str) -> None:
        """
        A colon behind no field parts words, with a note.
        """
        assert printed == read(text)
        assert kinds(text) == ["literal"]

    @pytest.mark.parametrize(
        "text", ["12:30", "3:2", "http://example.org/a?b=c", "https://example.org"]
    )
    def test_times_and_addresses_are_words(self, text: str) -> None:
        """
        A colon in a time, a score or an address needs no note.
        """
        assert Phrase(text) == parse(text).tree
        assert kinds(text) == []

    def test_a_colon_at_the_end_is_punctuation(self) -> None:
        """
        A headline can be pasted.
        """
        assert read("Breaking: news") == "Breaking news"
        assert kinds("Breaking: news") == []

    @pytest.mark.parametrize(
        "text", ["title:", "kabul title:", "(title:) kabul", "title:!!! kabul", 'id:""']
    )
    def test_a_field_without_value_is_set_aside(self, text: str) -> None:
        """
        A field at the end of the query or group has no effect, and a note says so.
        """
        assert read(text) in ("", "kabul")
        assert kinds(text) == ["ignored"]

    def test_the_second_of_two_fields_counts(self) -> None:
        """
        A field directly before another one is set aside with a note.
        """
        assert read("title:body:kabul") == "body:kabul"
        assert kinds("title:body:kabul") == ["ignored"]


class TestDateFilters:
    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("dates:2020-02-29", "dates:2020-02-29"),
            ("dates:1980s", "dates:198X"),
            ("dates:19XX", "dates:19XX"),
            ("dates:2020-02..2021-09", "dates:2020-02-01..2021-09-30"),
            ("dates:..2020", "dates:..2020-12-31"),
            ("dates:2019 .. 2021 x", "dates:2019-01-01..2021-12-31 x"),
            ("dates:[2020-01 TO 2020-12]", "dates:2020"),
            ("published:[* TO 2020]", "published:..2020-12-31"),
            ("published:[2020 TO *] x", "published:2020-01-01.. x"),
            ("dates:>=2020-02", "dates:2020-02-01.."),
            ("dates:> 2020", "dates:2021-01-01.."),
            ('dates:"29 February 2020"', "dates:2020-02-29"),
            ("dates:29 February 2020 x", "dates:2020-02-29 x"),
            ("dates:Feb 29, 2020 x", "dates:2020-02-29 x"),
            ("dates:the 1980s x", "dates:198X x"),
            ("dates:2020, x", "dates:2020 x"),
            ("(dates:2020) x", "dates:2020 x"),
            ("-published:2020", "-published:2020"),
        ],
    )
    def test_dates_are_read_as_ranges(self, text: str, printed: str) -> None:
        """
        Every form of a date is understood behind dates and published.
        """
        assert printed == read(text)
        assert kinds(text) == []

    @pytest.mark.parametrize(
        "text", ["banana", "2020-13", "2020-02-30", "202*", "..banana", ">9999", "()("]
    )
    def test_what_is_no_date_is_set_aside(self, text: str) -> None:
        """
        A filter on no date has no effect and is not searched as a word either.
        """
        assert read(f"kabul dates:{text}") == "kabul"
        assert {"ignored"} == set(kinds(f"kabul dates:{text}"))

    def test_operators_of_a_lost_filter_go_with_it(self) -> None:
        """
        What acted on a filter that is set aside does not act on its neighbours.
        """
        assert read("kabul NOT dates:banana herat") == "kabul herat"
        assert read("kabul OR dates:banana herat") == "kabul herat"
        assert read("kabul dates:banana OR herat") == "kabul herat"

    @pytest.mark.parametrize("text", ["dates:2021..2020", "dates:{2020 TO 2021}"])
    def test_ranges_are_put_right(self, text: str) -> None:
        """
        Reversed ranges are swapped, and braces include both ends, with a note.
        """
        assert read(text) == "dates:2020-01-01..2021-12-31"
        assert kinds(text) == ["ignored"]

    def test_a_query_of_a_lost_filter_finds_nothing(self) -> None:
        """
        A filter that is set aside never makes a query mean every article.
        """
        assert Nothing() == parse("dates:banana").tree


class TestWords:
    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("Kabul,", "Kabul"),
            ("'Kabul'", "Kabul"),
            ("Taliban's", "Taliban's"),
            ("F-16", "F-16"),
            ("AT&T", "AT&T"),
            ("U.S. troops", "U.S. troops"),
            ("$1,250", "1,250"),
            ("why?", "why"),
            ("Erdoğan", "Erdoğan"),
            ("#metoo @nato", "metoo nato"),
            ("🙂kabul🙂 🙂", "kabul"),
            ("kabul\x00herat\ud800", "kabul herat"),
            ("[kabul]", "kabul"),
            ("foo(bar)baz", "foo bar baz"),
        ],
    )
    def test_punctuation_around_words_vanishes(self, text: str, printed: str) -> None:
        """
        Of a word, only what stands around it is taken off.
        """
        assert printed == read(text)
        assert kinds(text) == []

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("*ban", "ban"),
            ("te*t", "te t"),
            ("te?t", "te t"),
            ("-te*t", '-"te t"'),
            ("*ban*", "ban"),
            ("kabul\\", "kabul"),
            ("x=y", "x y"),
            ("kabul~herat", "kabul herat"),
            ("kabul~2herat", "kabul 2herat"),
            ("kabul|herat", "kabul herat"),
            ("~2", "2"),
            ("2020..2021", "2020 2021"),
            ("new-yor*", "new yor*"),
            ('"tali* leader"', '"tali* leader"'),
            ("place:Kab*", 'place:"Kab"'),
        ],
    )
    def test_signs_of_other_search_boxes_are_noted(
        self, text: str, printed: str
    ) -> None:
        """
        A sign without effect is searched as plain words, and a note says so.
        """
        assert printed == read(text)
        assert kinds(text) == ["literal"]

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("taliban~0.8", "taliban"),
            ("taliban~10", "taliban"),
            ("taliban~~", "taliban"),
            ("taliban^0.5,", "taliban"),
            ("taliban^4~2", "taliban"),
            ("taliban~2^4", "taliban~2"),
            ("taliban~0^4", "taliban"),
            ("F-16~2", "F-16"),
            ("us~", "us"),
            ("-us~1", "-us"),
            ("東京~2", "東京"),
            ("9/11^4", "9/11"),
            ("12:30~1", '"12:30"'),
            ("tali*~2", "tali*"),
            ("title:taliban^2", "title:taliban"),
            ("place:Kabul~2", 'place:"Kabul"'),
        ],
    )
    def test_distances_and_weights_are_set_aside(self, text: str, printed: str) -> None:
        """
        What makes no fuzzy word goes with its number, and a note says so.
        """
        assert printed == read(text)
        assert kinds(text) == ["ignored"]

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("kabul,taliban", "kabul taliban"),
            ("kabul/taliban/herat", "kabul taliban herat"),
            ("kabul_taliban", "kabul taliban"),
            ("kabul;taliban", "kabul taliban"),
            ("kabul+taliban", "kabul taliban"),
            ("kabul&taliban", "kabul taliban"),
            ("kabul[taliban]", "kabul taliban"),
            ("9/11,kabul", "9/11 kabul"),
            ("2020,2021", "2020 2021"),
            ("O'Neill:Kabul", "O'Neill Kabul"),
            ("kabul,https://example.org/a,b", 'kabul "https://example.org/a,b"'),
            ("title:kabul/herat", "title:kabul title:herat"),
            ("+kabul/herat", '"kabul" "herat"'),
            ("doha OR kabul/herat", "doha OR (kabul herat)"),
            ("and/or", "and or"),
            ("NOT/OR", "not or"),
        ],
    )
    def test_words_joined_by_other_signs_are_several(
        self, text: str, printed: str
    ) -> None:
        """
        A sign that is no part of words parts them, as a blank does.
        """
        assert printed == read(text)
        assert kinds(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            *("F-16", "well-known", "Taliban's", "example.org", "john@example.org"),
            *("9/11", "24/7", "1,250", "1,250,000", "3.14", "AT&T", "R&D", "H&M"),
        ],
    )
    def test_compounds_stay_one_word(self, text: str) -> None:
        """
        Hyphens, apostrophes and dots, signs in numbers, and & in short names stay.
        """
        assert Word(text) == parse(text).tree
        assert kinds(text) == []

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("-kabul/taliban", '-"kabul taliban"'),
            ("NOT kabul,taliban", '-"kabul taliban"'),
            ("-title:kabul/taliban", '-title:"kabul taliban"'),
            ("-(-kabul/taliban)", '"kabul taliban"'),
            ("NOT NOT kabul/taliban", "kabul taliban"),
            ("-kabul/herat/tali*", '-("kabul herat" tali*)'),
        ],
    )
    def test_denied_words_stay_together(self, text: str, printed: str) -> None:
        """
        What is left out is left out only where the words stand side by side.
        """
        assert printed == read(text)

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("kabul~", "kabul~1"),
            ("herats~", "herats~2"),
            ("Kabul's~", "Kabul's~1"),
            ("Taliban’s~", "Taliban’s~2"),
            ("kabul~1", "kabul~1"),
            ("kabul~2.", "kabul~2"),
            ("(kabul~)", "kabul~1"),
            ("U.S.S.R.~1", "U.S.S.R~1"),
            ("1,250~", "1,250~1"),
            ("-kabul~2", "-kabul~2"),
            ("+kabul~2", "kabul~2"),
            ("title:(kabul~ herat)", "title:kabul~1 title:herat"),
            ("the~ kabul", "the~1 kabul"),
            ("AND~1", "AND~1"),
        ],
    )
    def test_a_tilde_makes_a_fuzzy_word(self, text: str, printed: str) -> None:
        """
        Without a number, up to 5 letters may differ by one edit, and more by two.
        """
        assert printed == read(text)
        assert kinds(text) == []

    def test_no_edits_make_a_word(self) -> None:
        """
        A fuzzy word without any edits is the word itself.
        """
        assert Word("kabul") == parse("kabul~0").tree
        assert Word("F-16", "title") == parse("title:F-16~0").tree
        assert kinds("kabul~0") == []

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("al-Zawahri~2", "al Zawahri~2"),
            ("kabul/herat~", "kabul herat~1"),
            ("-al-Zawahri~2", "-(al Zawahri~2)"),
            ("-kabul/ghazni/herat~1", '-("kabul ghazni" herat~1)'),
        ],
    )
    def test_of_a_compound_the_last_part_is_fuzzy(
        self, text: str, printed: str
    ) -> None:
        """
        As with a star, the tilde belongs to the last word, and a note says so.
        """
        assert printed == read(text)
        assert kinds(text) == ["literal"]

    @pytest.mark.parametrize(
        ("text", "prefix"),
        [
            ("tali*", "tali"),
            ("Tali*,", "Tali"),
            ("tali**", "tali"),
            ("O'Nei*", "O'Nei"),
            ("U.S*", "US"),
        ],
    )
    def test_a_prefix_is_one_token(self, text: str, prefix: str) -> None:
        """
        What stands before the star is the beginning of a single token.
        """
        assert Prefix(prefix) == parse(text).tree
        assert kinds(text) == []

    @pytest.mark.parametrize(
        "text", ["", " \t\n", "!!!", "()", '""', "-", "~^\\", "🙂", "(((", "NOT", "OR"]
    )
    def test_without_words_a_query_finds_nothing(self, text: str) -> None:
        """
        A query without any word means no article, and a note says so.
        """
        assert Nothing() == parse(text).tree
        assert {"ignored"} == set(kinds(text))

    def test_everything_can_be_left_out(self) -> None:
        """
        A query that excludes every article finds nothing, with a note.
        """
        assert Nothing() == parse("kabul -*").tree
        assert kinds("kabul -*") == ["ignored"]

    def test_only_negations_mean_everything_but_those(self) -> None:
        """
        A query may consist of negations alone.
        """
        assert And((Not(Word("kabul")), Not(Word("herat")))) == (
            parse("* -kabul -herat").tree
        )


class TestParentheses:
    @pytest.mark.parametrize("text", ["(kabul OR (herat doha", "((kabul", "(-(kabul"])
    def test_open_groups_are_closed_at_the_end(self, text: str) -> None:
        """
        One note stands for all parentheses that are never closed.
        """
        assert parse(text + ")" * text.count("(")).tree == parse(text).tree
        assert sum("parenthesis" in note.message for note in parse(text).notes) == 1

    def test_closing_ones_alone_are_dropped(self) -> None:
        """
        A closing parenthesis too many has no effect but a note.
        """
        assert read("kabul)) herat)") == "kabul herat"
        assert kinds("kabul)) herat)") == ["ignored"]


class TestStopWords:
    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("the fall of Kabul", "fall Kabul"),
            ("The Kabul", "Kabul"),
            ("(to be) kabul", "kabul"),
            ("the place:Kabul", 'place:"Kabul"'),
            ("the (kabul OR herat)", "kabul OR herat"),
            ("doha OR (the (kabul OR herat))", "doha OR kabul OR herat"),
            ("-(the fall)", "-fall"),
        ],
    )
    def test_they_are_skipped_beside_other_words(self, text: str, printed: str) -> None:
        """
        Very common words are left out where something with more to say remains.
        """
        assert printed == read(text)
        assert kinds(text) == ["stopwords"]

    @pytest.mark.parametrize(
        "text",
        [
            "to be or not to be",
            "the",
            "to be or not to be published:2020",
            "the -kabul",
            "kabul -the",
            "the OR kabul",
            '"the fall"',
            "title:the kabul",
        ],
    )
    def test_they_stay_where_they_matter(self, text: str) -> None:
        """
        Stop words stay alone, in phrases, in fields, in OR, and after a minus.
        """
        assert text == read(text)
        assert kinds(text) == []

    @pytest.mark.parametrize("text", ["+the kabul", "+(the) kabul"])
    def test_a_plus_keeps_them(self, text: str) -> None:
        """
        A word with a plus is required, as a phrase of one word is.
        """
        assert read(text) == '"the" kabul'
        assert kinds(text) == []
