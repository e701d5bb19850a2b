from __future__ import annotations

import pytest

from searchkit.queries import parse, relaxed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("kabul herat", "kabul OR herat"),
        ("kabul herat tali*", "kabul OR herat OR tali*"),
        ("kabul herat~2", "kabul OR herat~2"),
        ("kabul herat dates:2020", "(kabul OR herat) dates:2020"),
        ("kabul -herat doha", "(kabul OR doha) -herat"),
        ('kabul "no deal" doha', '(kabul OR doha) "no deal"'),
        ("kabul title:fall doha", "(kabul OR doha) title:fall"),
        ("kabul (a OR b) doha", "(kabul OR doha) (a OR b)"),
        ("+kabul herat doha", '(herat OR doha) "kabul"'),
        ("kabul kabul herat", "kabul OR herat"),
    ],
)
def test_plain_words_become_alternatives(text: str, printed: str) -> None:
    """
    Of plain words one is enough; all else stays required.
    """
    weaker = relaxed(parse(text).tree)
    assert printed == str(weaker)
    assert weaker == parse(printed).tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "kabul",
        "kabul OR herat",
        "-(kabul herat)",
        "kabul dates:2020",
        "kabul title:herat",
        '"kabul" herat',
        "kabul kabul",
        "kabul (a OR b)",
    ],
)
def test_nothing_to_relax(text: str) -> None:
    """
    With fewer than two different plain words there is no weaker query.
    """
    assert relaxed(parse(text).tree) is None
