"""
What is found in sentences, what it is worth, and what is left alone.
"""

from __future__ import annotations

import pytest

from searchkit.annotations.model import TimeExpression
from searchkit.annotations.times import TimeAnnotator, annotate_text
from searchkit.articles.model import Article

PUBLISHED = "2020-06-17"  # a Wednesday


def days(found: TimeExpression) -> str:
    if found.interval is None:
        return ""
    first, last = found.interval
    return f"{first}..{last}" if first != last else f"{first}"


def only(text: str, published: str | None = PUBLISHED) -> TimeExpression:
    [found] = annotate_text(text, published)
    return found


COMPLETE = [
    ("It was signed on 29 February 2020.", "29 February 2020", "2020-02-29", ""),
    ("It was signed on Feb. 29, 2020.", "Feb. 29, 2020", "2020-02-29", ""),
    ("It was signed on 29/02/2020.", "29/02/2020", "2020-02-29", ""),
    ("It was signed on 29.02.2020.", "29.02.2020", "2020-02-29", ""),
    ("It was signed on 2020-02-29.", "2020-02-29", "2020-02-29", ""),
    ("the 7th of October 2023", "the 7th of October 2023", "2023-10-07", ""),
    (
        "the last day of February 2020",
        "the last day of February 2020",
        "2020-02-29",
        "",
    ),
    (
        "at 5 p.m. EST on May 9, 2019",
        "5 p.m. EST on May 9, 2019",
        "2019-05-09T17:00",
        "",
    ),
    ("in February 2020", "February 2020", "2020-02", "2020-02-01..2020-02-29"),
    ("in 2020-02", "2020-02", "2020-02", "2020-02-01..2020-02-29"),
    ("It rained in 2019.", "2019", "2019", "2019-01-01..2019-12-31"),
    ("in nineteen ninety-six", "nineteen ninety-six", "1996", "1996-01-01..1996-12-31"),
    ("since AD 70", "AD 70", "0070", "0070-01-01..0070-12-31"),
    ("in the 1980s", "the 1980s", "198X", "1980-01-01..1989-12-31"),
    ("in the '90s", "the '90s", "199X", "1990-01-01..1999-12-31"),
    ("in the nineties", "the nineties", "199X", "1990-01-01..1999-12-31"),
    ("in the 19th century", "the 19th century", "18XX", "1800-01-01..1899-12-31"),
    ("in Q3 2019", "Q3 2019", "2019-Q3", "2019-07-01..2019-09-30"),
    (
        "the third quarter of 2010",
        "the third quarter of 2010",
        "2010-Q3",
        "2010-07-01..2010-09-30",
    ),
    (
        "the second half of 2011",
        "the second half of 2011",
        "2011-H2",
        "2011-07-01..2011-12-31",
    ),
    ("in summer 2012", "summer 2012", "2012-SU", "2012-06-01..2012-08-31"),
    ("the winter of 2019", "the winter of 2019", "2019-WI", "2019-12-01..2020-02-29"),
    ("on New Year's Day 2021", "New Year's Day 2021", "2021-01-01", ""),
    ("on Easter Sunday 2019", "Easter Sunday 2019", "2019-04-21", ""),
    ("after 9/11", "9/11", "2001-09-11", ""),
    (
        "on the first Friday of July 2016",
        "the first Friday of July 2016",
        "2016-07-01",
        "",
    ),
    ("the last Monday in May 2021", "the last Monday in May 2021", "2021-05-31", ""),
    (
        "the week of 6 March 2000",
        "the week of 6 March 2000",
        "2000-W10",
        "2000-03-06..2000-03-12",
    ),
    (
        "the week ended March 5, 2000",
        "the week ended March 5, 2000",
        "2000-W09",
        "2000-02-28..2000-03-05",
    ),
    (
        "the first week of May 2021",
        "the first week of May 2021",
        "2021-05",
        "2021-05-01..2021-05-07",
    ),
    (
        "the last week of May 2021",
        "the last week of May 2021",
        "2021-05",
        "2021-05-25..2021-05-31",
    ),
    ("at 2024-03-31T23:59:00Z", "2024-03-31T23:59:00Z", "2024-03-31T23:59", ""),
    ("in 2024-W13", "2024-W13", "2024-W13", "2024-03-25..2024-03-31"),
    ("at 0800 on 28 February 1991", "0800 on 28 February 1991", "1991-02-28T08:00", ""),
    (
        "the night of 23/24 October 1942",
        "23/24 October 1942",
        "1942-10-23/1942-10-24",
        "1942-10-23..1942-10-24",
    ),
    ("built c. 1200", "1200", "1200", "1200-01-01..1200-12-31"),
    ("sent on 27 Feb 91.", "27 Feb 91", "1991-02-27", ""),
    ("in the summer of '69", "the summer of '69", "1969-SU", "1969-06-01..1969-08-31"),
    ("since '98", "'98", "1998", "1998-01-01..1998-12-31"),
    ("in the 1600s", "the 1600s", "16XX", "1600-01-01..1699-12-31"),
    (
        "in January nineteen ninety-seven",
        "January nineteen ninety-seven",
        "1997-01",
        "1997-01-01..1997-01-31",
    ),
    (
        "by the year two thousand",
        "the year two thousand",
        "2000",
        "2000-01-01..2000-12-31",
    ),
    (
        "during Ramadan 2020",
        "Ramadan 2020",
        "2020-04-24/2020-05-23",
        "2020-04-24..2020-05-23",
    ),
    ("the fiscal year 2022", "the fiscal year 2022", "2022", "2022-01-01..2022-12-31"),
    ("after the September 11 attacks", "September 11", "2001-09-11", ""),
]

RANGES = [
    ("between 2001 and 2014", "2001/2014", "2001-01-01..2014-12-31"),
    ("2001–2014", "2001/2014", "2001-01-01..2014-12-31"),
    ("1914-18", "1914/1918", "1914-01-01..1918-12-31"),
    ("2015/16", "2015/2016", "2015-01-01..2016-12-31"),
    ("2–6 May 2021", "2021-05-02/2021-05-06", "2021-05-02..2021-05-06"),
    ("May 2 to 6, 2021", "2021-05-02/2021-05-06", "2021-05-02..2021-05-06"),
    ("from March to June 2020", "2020-03/2020-06", "2020-03-01..2020-06-30"),
    ("from November to March 2020", "2019-11/2020-03", "2019-11-01..2020-03-31"),
    (
        "from 3 May 2011 to 5 June 2012",
        "2011-05-03/2012-06-05",
        "2011-05-03..2012-06-05",
    ),
    ("between 4 and 9 May", "2020-05-04/2020-05-09", "2020-05-04..2020-05-09"),
]

PARTS = [
    ("the mid 2010s", "201X", "2014-01-01..2016-12-31"),
    ("the early 1990s", "199X", "1990-01-01..1993-12-31"),
    ("late 1979", "1979", "1979-09-01..1979-12-31"),
    ("early 2021", "2021", "2021-01-01..2021-04-30"),
    ("the end of May 2020", "2020-05", "2020-05-21..2020-05-31"),
    ("mid-November 2019", "2019-11", "2019-11-11..2019-11-20"),
]

RELATIVE = [
    ("He left today.", "2020-06-17", "2020-06-17"),
    ("He left yesterday.", "2020-06-16", "2020-06-16"),
    ("He leaves tomorrow.", "2020-06-18", "2020-06-18"),
    ("He leaves tonight.", "2020-06-17TNI", "2020-06-17"),
    ("He left last night.", "2020-06-16TNI", "2020-06-16"),
    ("He left on Saturday.", "2020-06-13", "2020-06-13"),
    ("He will leave on Saturday.", "2020-06-20", "2020-06-20"),
    ("He left last Tuesday.", "2020-06-16", "2020-06-16"),
    ("He leaves next Monday.", "2020-06-22", "2020-06-22"),
    ("He left at 10:30 a.m. on Friday.", "2020-06-12T10:30", "2020-06-12"),
    ("Over the weekend it rained.", "2020-W24-WE", "2020-06-13..2020-06-14"),
    ("It rained last week.", "2020-W24", "2020-06-08..2020-06-14"),
    ("It rains this month.", "2020-06", "2020-06-01..2020-06-30"),
    ("It will rain next year.", "2021", "2021-01-01..2021-12-31"),
    ("It rained two weeks ago.", "2020-W23", "2020-06-01..2020-06-07"),
    ("It rained ten days ago.", "2020-06-07", "2020-06-07"),
    ("It rained 20 years ago.", "2000", "2000-01-01..2000-12-31"),
    ("It rained two decades ago.", "2000", "2000-01-01..2000-12-31"),
    ("It rained half a year ago.", "2019-12", "2019-12-01..2019-12-31"),
    ("Snow fell in February.", "2020-02", "2020-02-01..2020-02-29"),
    ("The court ruled in August.", "2019-08", "2019-08-01..2019-08-31"),
    ("Elections are due in November.", "2020-11", "2020-11-01..2020-11-30"),
    ("They met on Saturday, 29 February.", "2020-02-29", "2020-02-29"),
    ("It rained last summer.", "2019-SU", "2019-06-01..2019-08-31"),
    ("It rained in June last year.", "2019-06", "2019-06-01..2019-06-30"),
    ("Profit fell in the first quarter.", "2020-Q1", "2020-01-01..2020-03-31"),
    ("They met on Christmas Eve.", "2019-12-24", "2019-12-24"),
    ("They met on the 12th.", "2020-06-12", "2020-06-12"),
    ("He left the day before yesterday.", "2020-06-15", "2020-06-15"),
    ("He leaves the day after tomorrow.", "2020-06-19", "2020-06-19"),
    ("He leaves on Friday next week.", "2020-06-26", "2020-06-26"),
    ("He left on Tuesday of last week.", "2020-06-09", "2020-06-09"),
    ("They met on the first Monday of last month.", "2020-05-04", "2020-05-04"),
    ("They meet on the 20th of next month.", "2020-07-20", "2020-07-20"),
    ("They met on Friday the 5th.", "2020-06-05", "2020-06-05"),
    ("He leaves two weeks from now.", "2020-W27", "2020-06-29..2020-07-05"),
    ("He leaves three days after tomorrow.", "2020-06-21", "2020-06-21"),
    ("It starts in the week of 6 July.", "2020-W28", "2020-07-06..2020-07-12"),
    ("It was to last until noon.", "2020-06-17T12:00", "2020-06-17"),
    ("Until Monday, they had not known.", "2020-06-15", "2020-06-15"),
    ("It may come as early as Friday.", "2020-06-19", "2020-06-19"),
    ("Her lawyers would fight Monday's ruling.", "2020-06-15", "2020-06-15"),
    ("The fair had been due to open on Monday.", "2020-06-15", "2020-06-15"),
    ("The year ending September is good.", "2020-09", "2020-09-01..2020-09-30"),
    ("Demand fell with the onset of summer.", "2020-SU", "2020-06-01..2020-08-31"),
    ("They agreed to meet in July.", "2020-07", "2020-07-01..2020-07-31"),
    ("It has risen since July.", "2019-07", "2019-07-01..2019-07-31"),
    ("It rains at the end of the month.", "2020-06", "2020-06-21..2020-06-30"),
]

WITHOUT_DAYS = [
    ("It took three days.", "three days", "DURATION", "P3D"),
    ("It took half an hour and 20 minutes.", "20 minutes", "DURATION", "PT20M"),
    ("the past three months", "the past three months", "DURATION", "P3M"),
    ("It rains every week.", "every week", "SET", "P1W"),
    ("It rains each Monday.", "each Monday", "SET", "XXXX-WXX-1"),
    ("It is printed daily.", "daily", "SET", "P1D"),
    ("It takes 30-60 days.", "30-60 days", "DURATION", "PXD"),
    ("They left within half an hour.", "half an hour", "DURATION", "PT0.5H"),
    (
        "It fell in the two previous months.",
        "the two previous months",
        "DURATION",
        "P2M",
    ),
    ("It rained that day.", "that day", "DATE", "XXXX-XX-XX"),
    ("They meet twice a year.", "twice a year", "SET", "P1Y"),
    ("It rained for years.", "years", "DURATION", "PXY"),
    ("It happened months ago.", "months ago", "DATE", "PAST_REF"),
    ("It will be so in the near future.", "the near future", "DATE", "FUTURE_REF"),
    ("in the first nine months", "the first nine months", "DURATION", "P9M"),
    ("It rained in the past year.", "the past year", "DURATION", "P1Y"),
    ("It rained recently.", "recently", "DATE", "PAST_REF"),
    ("It rains now.", "now", "DATE", "PRESENT_REF"),
    ("It will rain soon.", "soon", "DATE", "FUTURE_REF"),
    ("It rained several years ago.", "several years ago", "DATE", "PAST_REF"),
    ("It fell in 44 BC.", "44 BC", "DATE", "BC0044"),
]

OPEN = [
    ("He left yesterday.", "XXXX-XX-XX"),
    ("He left last week.", "XXXX-WXX"),
    ("He left on Friday.", "XXXX-WXX-5"),
    ("He left in May.", "XXXX-05"),
    ("He left on 3 May.", "XXXX-05-03"),
    ("He left last summer.", "XXXX-SU"),
    ("He left 20 years ago.", "XXXX"),
    ("He stayed from March to June.", "XXXX-03/XXXX-06"),
]

NO_TIMES = [
    "Theresa May said so.",
    "It may rain.",
    "They march on.",
    "The Women's March on Washington was large.",
    "Fans of the 1975 cheered.",
    "The 1975 released an album.",
    "The seat costs $2020.",
    "The kingdom's Vision 2030 is a plan.",
    "They won 2-1 and then 3-0.",
    "It stands on page 1999.",
    "The Sun reported it.",
    "They sold 2,000 cars.",
    "A Boeing 747 landed.",
    "It was passed as Resolution 1441.",
    "April Smith spoke.",
    "The Sunday Times reported it.",
    "Some 1975 people came.",
    "He is in his nineties.",
    "He lives on the 12th floor.",
    "After the fall of the wall they spring to action.",
    "Output is forecast to fall, and prices spring up.",
    "She came second in the third race.",
    "It is due on 03/04/2020, they wrote.",
    "Call 555-2010 for help.",
    "A 6-year-old boy and a man of 37 years old met.",
    "Come as soon as it rains, and shortly after.",
    "The company pays a quarterly dividend.",
    "He spoke on '60 Minutes'.",
    "He spoke in the future tense.",
    "They shouted '20 people saw it'.",
]


@pytest.mark.parametrize(("text", "surface", "value", "interval"), COMPLETE)
def test_complete_dates(text: str, surface: str, value: str, interval: str) -> None:
    """
    A complete expression has its value and its days, whoever published it when.
    """
    for published in (PUBLISHED, None):
        found = only(text, published)
        expected = (surface, value, interval or value[:10], False)
        assert expected == (found.surface, found.value, days(found), found.relative)


@pytest.mark.parametrize(("text", "value", "interval"), RANGES)
def test_ranges(text: str, value: str, interval: str) -> None:
    """
    A range is one expression, from the first day of its first end to the last day.
    """
    found = only(f"It ran {text}, they said.")
    assert (text, value, interval) == (found.surface, found.value, days(found))


@pytest.mark.parametrize(("text", "value", "interval"), PARTS)
def test_parts(text: str, value: str, interval: str) -> None:
    """
    "Early", "mid" and "late" narrow the days, and leave the value as it is.
    """
    found = only(f"It began in {text}.")
    assert (text, value, interval) == (found.surface, found.value, days(found))
    assert found.approximate


@pytest.mark.parametrize(("text", "value", "interval"), RELATIVE)
def test_relative_dates(text: str, value: str, interval: str) -> None:
    """
    A relative expression is counted from the publication date, in the tense's way.
    """
    found = only(text)
    assert (value, interval, True) == (found.value, days(found), found.relative)


@pytest.mark.parametrize(("text", "surface", "kind", "value"), WITHOUT_DAYS)
def test_no_place_on_the_calendar(
    text: str, surface: str, kind: str, value: str
) -> None:
    """
    Durations, sets, vague times and years before the common era have no days.
    """
    found = annotate_text(text, PUBLISHED)[-1]
    expected = (surface, kind, value, None)
    assert expected == (found.surface, found.type, found.value, found.interval)


@pytest.mark.parametrize(("text", "value"), OPEN)
def test_open_without_publication_date(text: str, value: str) -> None:
    """
    Without a publication date a relative expression is found, and stays open.
    """
    found = only(text, None)
    assert (value, None, True) == (found.value, found.interval, found.relative)


@pytest.mark.parametrize("text", NO_TIMES)
def test_not_dates(text: str) -> None:
    """
    Names, verbs, counts and labels that look like dates are left alone.
    """
    assert [found.surface for found in annotate_text(text, PUBLISHED)] == []


@pytest.mark.parametrize(
    ("published", "text", "value"),
    [
        ("2020", "It rained last year.", "2019"),
        ("2020", "It rained 20 years ago.", "2000"),
        ("2020", "It rained yesterday.", "XXXX-XX-XX"),
        ("2020", "It rained last month.", "XXXX-XX"),
        ("2020", "It rained in May.", "XXXX-05"),
        ("2020", "It rained in May this year.", "2020-05"),
        ("2020-03", "It rained last month.", "2020-02"),
        ("2020-03", "It rained in May.", "2019-05"),
        ("2020-03", "It rained last week.", "XXXX-WXX"),
    ],
)
def test_coarse_anchor(published: str, text: str, value: str) -> None:
    """
    A publication date known to the year or month closes what it can.
    """
    found = only(text, published)
    assert value == found.value
    assert (found.interval is None) == ("X" in value)


def test_name_of_a_person_and_month() -> None:
    """
    An article about Theresa May may speak of the month, too.
    """
    text = "Theresa May resigned. A speech by May was short; she left in May."
    [found] = annotate_text(text, PUBLISHED)
    assert text.rindex("May") == found.span.start


def test_anaphora() -> None:
    """
    "The following year" and "a day later" count from the date last mentioned.
    """
    text = "It began on 3 May 2011. A day later it ended. The following year it rose."
    values = [found.value for found in annotate_text(text, PUBLISHED)]
    assert values == ["2011-05-03", "2011-05-04", "2012"]


def test_weekdays_by_the_date_last_mentioned() -> None:
    """
    "The previous Friday" lies before the day told, not before publication.
    """
    text = "It fell on 27 March 2020, after a rise on the previous Friday."
    values = [found.value for found in annotate_text(text, PUBLISHED)]
    assert values == ["2020-03-27", "2020-03-20"]


def test_the_end_of_the_year_is_that_of_the_tale() -> None:
    """
    In narrative "the end of the year" is in the year last mentioned.
    """
    text = (
        "The war began in 1833. In 1834 it spread, in 1835 a siege failed, and in 1839"
        " it ended. By the end of the year, the soldiers were home."
    )
    found = annotate_text(text, PUBLISHED)[-1]
    assert days(found) == "1839-09-01..1839-12-31"


def test_a_quarter_that_nobody_named_stays_open() -> None:
    """
    "The quarter" may be one of a town.
    """
    assert only("In spite of all, the quarter was poor.").interval is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("in March and April 2019", ["2019-03", "2019-04"]),
        (
            "in January, February and March 2019",
            ["2019-01", "2019-02", "2019-03"],
        ),
        ("on 30 November and 2 January 2019", ["2018-11-30", "2019-01-02"]),
        ("the summer and fall of 2019", ["2019-SU", "2019-FA"]),
    ],
)
def test_a_list_shares_its_year(text: str, values: list[str]) -> None:
    """
    The year at its end holds for every month and day before.
    """
    assert values == [found.value for found in annotate_text(text, PUBLISHED)]


def test_after_late_in_a_year_comes_the_next() -> None:
    """
    In narrative, March behind "late 1942" is that of 1943.
    """
    text = (
        "War came in 1939, spread in 1940 and 1941, and was at its height in late 1942."
        " In March the front broke, and by 1945 it was over."
    )
    values = [found.value for found in annotate_text(text, PUBLISHED)]
    assert values[-2:] == ["1943-03", "1945"]


def test_quarter_of_a_year_ago() -> None:
    """
    In a report on a quarter, "a year earlier" is the same quarter of that year.
    """
    text = "Profit rose in the first quarter from 3 million a year earlier."
    values = [found.value for found in annotate_text(text, PUBLISHED)]
    assert values == ["2020-Q1", "2019-Q1"]


def test_narrative() -> None:
    """
    In a text about years long past, a bare month belongs to the year last mentioned.
    """
    text = (
        "Founded in 1788, the town had a mill by 1801, a school in 1820, a railway in "
        "1861, a bank from 1870, gas in 1875 and light in 1890. War came in September "
        "1914. In October the mill closed, and in February the school."
    )
    values = [found.value for found in annotate_text(text, PUBLISHED)]
    assert values[-3:] == ["1914-09", "1914-10", "1915-02"]


def test_verb_before_a_year() -> None:
    """
    "To fall in 2004" is a verb and a year, "the fall of 2004" a season.
    """
    assert only("Output is forecast to fall in 2004.").value == "2004"
    assert only("It was sold in the fall of 2004.").value == "2004-FA"


def test_title_and_body() -> None:
    """
    The title comes first, and each expression says which text its span counts in.
    """
    article = Article(title="Rain in May 2020", body="Snow in 2019.", id="rain")
    found = TimeAnnotator().annotate(article)
    expected = [("title", "May 2020"), ("body", "2019")]
    assert expected == [(each.field, each.surface) for each in found]


def test_annotator_names_itself() -> None:
    """
    The annotator says what it finds, and carries a version.
    """
    annotator = TimeAnnotator()
    assert annotator.kind == "times"
    assert annotator.fingerprint.startswith("times-")


@pytest.mark.parametrize(
    ("words", "precision"),
    [
        ("at 10:30 a.m. on 3 May 2020", "time"),
        ("on 3 May 2020", "day"),
        ("last weekend", "weekend"),
        ("last week", "week"),
        ("in early May 2020", "month"),
        ("in summer 2012", "season"),
        ("in Q3 2019", "quarter"),
        ("the second half of 2011", "half"),
        ("in late 2020", "year"),
        ("in the mid 2010s", "decade"),
        ("in the 19th century", "century"),
        ("from 3 May to 5 June 2020", "range"),
        ("for three days", None),
        ("recently", None),
    ],
)
def test_precision(words: str, precision: str | None) -> None:
    """
    The unit that the value names, whatever "early" and "late" make of its days.
    """
    assert precision == only(f"It rained {words}.").precision


def test_record_round_trip() -> None:
    """
    A found expression survives being stored.
    """
    found = only("It ran from March to June 2020.")
    assert found == TimeExpression.from_record(found.to_record())
