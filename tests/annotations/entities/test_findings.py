"""
What is found, of which type, and where it begins and ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

Find: TypeAlias = Callable[..., list[tuple[str, str, str]]]


def listed(findings: str) -> list[tuple[str, str]]:
    """
    Read "person Ann Lee; place Kabul" as pairs of type and surface.
    """
    pairs = (part.strip().partition(" ") for part in findings.split(";") if part)
    return [(type_, surface) for type_, _, surface in pairs]


CASES = {
    "the gazetteer, the longest name first": [
        ("They left Kabul for Papua New Guinea.",
         "place Kabul; place Papua New Guinea"),
        ("He reads The New York Times in New York.",
         "org New York Times; place New York"),
        ("It cited Bosnia and Herzegovina.", "place Bosnia and Herzegovina"),
        ("Workers of Save the Children came.", "org Save the Children"),
        ("He lives in Washington, D.C., now.", "place Washington, D.C."),
        ("Talks with al Qaeda and bin Laden failed.", "org al Qaeda; person bin Laden"),
    ],
    "titles announce people, and are left out": [
        ("Then Gen. Tomas Varga spoke.", "person Tomas Varga"),
        ("We saw Mr. Okonedo and Mrs Pell.", "person Okonedo; person Pell"),
        ("Afghan President Ashraf Ghani waited.",
         "group Afghan; person Ashraf Ghani"),
        ("US Defense Secretary Lin Marsh left.", "place US; person Lin Marsh"),
        ("World Bank President Ida Quell agreed.", "org World Bank; person Ida Quell"),
        ("The Minister of Finance Oke Bello paid.", "person Oke Bello"),
        ("Secretary for Culture, Sports and Tourism Ho Ming went.", "person Ho Ming"),
        ("It was Vice-President Zed Omari.", "person Zed Omari"),
        ("They met Mullah Abdul Ghani Baradar.", "person Abdul Ghani Baradar"),
        ("So King Abdullah II of Jordan came.", "person Abdullah II; place Jordan"),
        ("He asked Mayor Ella Quist of New York City.",
         "person Ella Quist; place New York City"),
    ],
    "a title on its own is no name": [
        ("Later the President met the Prime Minister and the King.", ""),
        ("The Minister of Foreign Affairs resigned.", ""),
    ],
    "head words make organisations": [
        ("Students of Zarnik University marched.", "org Zarnik University"),
        ("She runs the University of Torvale.", "org University of Torvale"),
        ("The Ministry of Refugees and Repatriations paid.",
         "org Ministry of Refugees and Repatriations"),
        ("The Ministry of Education, Science and Technology paid.",
         "org Ministry of Education, Science and Technology"),
        ("The Trade and Industry Ministry closed.", "org Trade and Industry Ministry"),
        ("Shares of Zentrix Inc. and Bolt Ltd. rose.", "org Zentrix Inc; org Bolt Ltd"),
        ("The Commission on Human Rights met.", "org Commission on Human Rights"),
        ("The Women's Peace Council met.", "org Women's Peace Council"),
        ("The Afghan Foreign Ministry replied.", "org Afghan Foreign Ministry"),
        ("Votes for the Blue Valley Party rose.", "org Blue Valley Party"),
    ],
    "what says whose it is stays apart": [
        ("We saw Kenya's Supreme Court.", "place Kenya; org Supreme Court"),
        ("The Government of Ghana paid.", "place Ghana"),
        ("The Zarnik Hospital in Kabul burned.", "org Zarnik Hospital; place Kabul"),
    ],
    "head words make places": [
        ("Floods hit Helmand Province.", "place Helmand Province"),
        ("They climbed Mount Orvel and swam in Lake Quill.",
         "place Mount Orvel; place Lake Quill"),
        ("The Zarn River rose.", "place Zarn River"),
        ("He crossed the Gulf of Torvale.", "place Gulf of Torvale"),
        ("She was born in the City of Zarnik.", "place Zarnik"),
    ],
    "words around make places": [
        ("A bomb went off in Zarnik today.", "place Zarnik"),
        ("They camped north of Zarnik.", "place Zarnik"),
        ("The Zarnik district was quiet.", "place Zarnik"),
        ("He moved to Zarnik, Illinois, last year.",
         "place Zarnik; place Illinois"),
    ],
    "given names, initials and particles make people": [
        ("It was Maria Zarnik who won.", "person Maria Zarnik"),
        ("A letter to J.K. Zarnik arrived.", "person J.K. Zarnik"),
        ("A letter to Tor Q. Zarnik arrived.", "person Tor Q. Zarnik"),
        ("A song by Vorn van der Zarnik played.", "person Vorn van der Zarnik"),
        ("A man named Zorab bin Zarnik fled.", "person Zorab bin Zarnik"),
        ("We saw Virginia Zarnik in Virginia.",
         "person Virginia Zarnik; place Virginia"),
        ("The novels of Stephen King sell.", "person Stephen King"),
    ],
    "words around make people": [
        ("Then Zarnik laughed himself hoarse.", "person Zarnik"),
        ("With them was Zarnik, 45, a farmer.", "person Zarnik"),
        ("He called his brother Zarnik at noon.", "person Zarnik"),
    ],
    "a name, an age, a seat and a trade are strong words around": [
        ("We saw golfer Tor Woods.", "person Tor Woods"),
        ("A Zarnik-based firm closed.", "place Zarnik"),
        ("It hired Zarnik Burnham analyst Ella Quist.",
         "org Zarnik Burnham; person Ella Quist"),
        ("Growers in Zarnik said that it rained.", "place Zarnik"),
        ("They raced in Cape Town on April 12.", "place Cape Town"),
        ("It was April Jones and Jan Zarnik.",
         "person April Jones; person Jan Zarnik"),
        ("Deputy Finance Minister Ella Quist and Justices Ann Lee and Tom Pell met.",
         "person Ella Quist; person Ann Lee; person Tom Pell"),
    ],
    "a suffix makes a name another person's": [
        ("We met John F. Kennedy Jr. there.", "person John F. Kennedy Jr"),
    ],
    "names of companies go on behind 'and'": [
        ("They sued Zarnik and Sons in May.", "org Zarnik and Sons"),
        ("The U.S. Securities and Exchange Commission sued.",
         "org U.S. Securities and Exchange Commission"),
        ("It fined Merrill Lynch and Co Inc again.", "org Merrill Lynch"),
    ],
    "what is quoted on its own, shares and letters are no names": [
        ("They sang \"Zarnik,\" and then “Kolvar Drexim” again.", ""),
        ("Shares of Zentrix Inc <ZTX.N> and Bolt Ltd [BLT] rose.",
         "org Zentrix Inc; org Bolt Ltd"),
        ("He drove an A4 of Series A to the Zarnik Poll.", ""),
    ],
    "acronyms make organisations": [
        ("The ZQRT said it would pay.", "org ZQRT"),
        ("Wires of the ZQRT kind burn.", ""),
    ],
    "possessives are cut off": [
        ("We read Karzai's letter and Kabul’s answer.", "person Karzai; place Kabul"),
    ],
    "hyphens are cut where they join no name": [
        ("A Kabul-based firm and U.S.-led troops left.", "place Kabul; place U.S."),
        ("The India-Pakistan border and Sino-US trade closed.",
         "place India; place Pakistan; place US"),
        ("Then Jean-Pierre Zarnik met Kim Jong-un.",
         "person Jean-Pierre Zarnik; person Kim Jong-un"),
    ],
    "the first word of a sentence needs more than its capital letter": [
        ("Farmers said it rained. Officials agreed.", ""),
        ("Meanwhile, Kabul was calm. Former Mayor Ella Quist left.",
         "place Kabul; person Ella Quist"),
        ("Split decisions hurt nice people.", ""),
        ("They hurt Split, and Nice.", "place Split; place Nice"),
        ("Yesterday Maria Zarnik won.", "person Maria Zarnik"),
        ("Zarnik has hills.", ""),
    ],
    "datelines are in capitals": [
        ("KABUL, Afghanistan (AP) - Snow fell.",
         "place KABUL; place Afghanistan; org AP"),
        ("DOHA (Reuters) - Talks began.", "place DOHA; org Reuters"),
    ],
    "words with a capital letter that are no entities": [
        ("On Monday the envoys spent Christmas in May.", ""),
        ("I think I saw it on the Internet and on TV.", ""),
        ("They prayed in English, and COVID-19 cost US$ 5.", ""),
        ("See @ZarnikNews, zt.co/ZRqwAbX and ex.org/a/Zarnik for more.", ""),
        ("Prices of liquefied natural gas (LNG) rose; K-pop and X-rays did not.", ""),
    ],
    "peoples, faiths and camps are groups": [
        ("The Afghan and American envoys met Hazaras.",
         "group Afghan; group American; group Hazaras"),
        ("Muslims and Christians prayed with Sri Lankans.",
         "group Muslims; group Christians; group Sri Lankans"),
        ("North Korean and South African ships left.",
         "group North Korean; group South African"),
        ("An Israeli-Palestinian choir sang for non-Muslims.",
         "group Israeli; group Palestinian; group Muslims"),
        ("A Polish-born, pro-Russian writer of Turkey's.",
         "group Polish; group Russian; place Turkey"),
        ("The Republicans and the Democrats agreed.",
         "group Republicans; group Democrats"),
        ("Later the Hazaras' and the Swede's houses burned.",
         "group Hazaras; group Swede"),
    ],
    "languages are none, nor what is inside a name": [
        ("She wrote it in French, and he spoke fluent Russian.", ""),
        ("A German-speaking canton; the Spanish language; read it in Dutch.", ""),
        ("Polish the table, then the silver.", ""),
        ("The Afghan Foreign Ministry and the Indian Ocean.",
         "org Afghan Foreign Ministry; place Indian Ocean"),
        ("They came in French ships and in Afghan dress.",
         "group French; group Afghan"),
    ],
    "events, treaties and laws": [
        ("World War II, the Clean Water Act and the Zarnik Prize.",
         "event World War II; event Clean Water Act; event Zarnik Prize"),
        ("The Paris Agreement came before the Treaty of Torvale.",
         "event Paris Agreement; event Treaty of Torvale"),
        ("Hurricane Zelda and Operation Blue Valley cost lives.",
         "event Hurricane Zelda; event Operation Blue Valley"),
        ("He won the Zarnik Award for Best Song in 2014.",
         "event Zarnik Award for Best Song"),
        ("After the Geneva Conventions and the 2010 Torvale Film Festival ended.",
         "event Geneva Conventions; event 2010 Torvale Film Festival"),
        ("Since the Battle of Marjah little was heard of the Olympics.",
         "event Battle of Marjah; event Olympics"),
    ],
    "what names no event": [
        ("The war went on, and so did the Iraq war.", "place Iraq"),
        ("The Agreement was signed; Act now, said the Cup.", ""),
        ("President Warner met Mr. Cupp on a Storm.", "person Warner; person Cupp"),
        ("The Cup Final Committee met.", "org Cup Final Committee"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(body, expected, id=f"{rule}: {body[:40]}")
        for rule, cases in CASES.items()
        for body, expected in cases
    ],
)
def test_finds(find: Find, body: str, expected: str) -> None:
    """
    Each rule finds names with their type and their exact edges, and no more.
    """
    assert listed(expected) == [(type_, surface) for type_, surface, _ in find(body)]


class TestHeadlines:
    def test_title_case_keeps_known_names_only(self, find: Find) -> None:
        """
        In a headline in title case, names of the gazetteer are found, words are not.
        """
        assert [
            ("org", "Taliban", "Taliban"),
            ("place", "U.S.", "United States"),
            ("place", "Doha", "Doha"),
        ] == find(title="Taliban Sign Historic Deal With U.S. in Doha")

    def test_title_case_finds_names_of_the_body(self, find: Find) -> None:
        """
        A name that only the body makes plain is found in the headline, too.
        """
        found = find("Bruno Zarnik won.", "Bruno Zarnik Wins Marathon After Long Fight")
        assert [
            ("person", "Bruno Zarnik", "Bruno Zarnik"),
            ("person", "Bruno Zarnik", "Bruno Zarnik"),
        ] == found

    def test_surname_in_a_headline(self, find: Find) -> None:
        """
        A surname in a headline becomes the person of the body.
        """
        title = "Zarnik Wins Marathon After Long Fight"
        assert ("person", "Zarnik", "Bruno Zarnik") in find("Bruno Zarnik won.", title)

    def test_capitals(self, find: Find) -> None:
        """
        In a line of capitals, "WHO" and "IS" are words, and "KABUL" is a city.
        """
        assert [
            ("person", "ZARNIK", "Bruno Zarnik"),
            ("place", "KABUL", "Kabul"),
            ("place", "UAE", "United Arab Emirates"),
            ("person", "Bruno Zarnik", "Bruno Zarnik"),
        ] == find("Bruno Zarnik left.", "ZARNIK LEFT KABUL FOR UAE; WHO IS NEXT?")

    def test_sentence_case_is_prose(self, find: Find) -> None:
        """
        A headline in sentence case is read like any sentence.
        """
        assert [
            ("person", "Maria Zarnik", "Maria Zarnik"),
            ("place", "Kabul", "Kabul"),
        ] == find(title="Maria Zarnik leaves Kabul in haste")
