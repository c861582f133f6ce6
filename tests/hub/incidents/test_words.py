"""Customers' words: cut, compared, and read as English or Spanish and as a subject."""

from __future__ import annotations

import pytest

from hub.incidents.language import is_spanish
from hub.incidents.matching import Rule, Seen, in_order, matches
from hub.incidents.subjects import SUBJECTS, is_about, related, subjects_of, subjects_of_topic
from hub.incidents.words import Said, as_term
from kb.catalogue import Catalogue


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Killearn", "killearn"),
        ("  KILLEARN  estates ", "killearn estates"),
        ("#KillearnEstates", "killearn estates"),
        ("Señora Ibáñez", "senora ibanez"),
        ("Mike's place", "mikes place"),
        ("https://example.com @city ...", ""),
        ("½ cup", "12 cup"),
        ("snake_case", "snake_case"),
    ],
)
def test_a_term_is_plain_words(text: str, term: str) -> None:
    assert as_term(text) == term
    assert as_term(as_term(text)) == term


@pytest.mark.parametrize(
    ("text", "term", "says"),
    [
        ("No power in Killearn!", "killearn", True),
        ("No power in KILLEARN", "killearn", True),
        ("no power in kilearn", "killearn", True),
        ("no power in killaern", "killearn", True),
        ("no power in kilearm", "killearn", False),
        ("the bond was paid", "bon", False),
        ("a bonds market", "bond", False),
        ("on lake jackson road", "lake jackson", True),
        ("the lake, jackson", "lake jackson", True),
        ("jackson lake", "lake jackson", False),
        ("at Betton Hils", "betton hills", False),
        ("at Apalachee Parkwey", "apalachee parkway", True),
        ("", "killearn", False),
    ],
)
def test_whether_a_text_says_it(text: str, term: str, says: bool) -> None:
    assert Said(text).says(term) is says


def test_words_that_everybody_says_are_not_distinctive() -> None:
    said = Said("Hi, when will the power be back on in my neighborhood? Since Monday 5pm...")
    assert set(said.phrases) == {"power"}


def test_pairs_stand_together_in_a_clause() -> None:
    said = Said("Outage near Lake Jackson. Jackson Bluff is fine, Frenchtown too")
    assert {"lake jackson", "jackson bluff", "frenchtown"} <= set(said.phrases)
    assert "bluff frenchtown" not in said.phrases
    assert said.phrases["lake jackson"].place_like
    assert said.phrases["lake jackson"].written == "Lake Jackson"


def test_a_very_long_text_is_cut() -> None:
    assert len(Said("killearn " * 100_000).words) < 300


@pytest.mark.parametrize(
    ("text", "spanish"),
    [
        ("¿Cuándo vuelve la luz?", True),
        ("no hay luz en killearn", True),
        ("Sin luz Southwood", True),
        ("No power in Killearn", False),
        ("Power outage in La Vista", False),
        ("Killearn", False),
        ("", False),
        ("no", False),
    ],
)
def test_english_or_spanish(text: str, spanish: bool) -> None:
    assert is_spanish(text) is spanish


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("The power has been out for an hour", ("outage",)),
        ("when will our electricity be restored", ("outage",)),
        ("se nos fue la luz otra vez", ("outage",)),
        ("no tenemos luz", ("outage",)),
        ("My lights went off", ("outage",)),
        ("street light is out", ("streetlight",)),
        ("street light is out and the power too: outage", ("streetlight", "outage")),
        ("no hay agua", ("water",)),
        ("water main break on Monroe", ("water",)),
        ("no recogieron la basura", ("collection",)),
        ("my power bill is high", ("billing",)),
        ("Hello there", ()),
    ],
)
def test_what_a_text_is_about(text: str, subjects: tuple[str, ...]) -> None:
    assert subjects_of(Said(text)) == subjects


def test_topics_about_one_thing_are_related() -> None:
    assert related("report-outage", "outage-restoration-time")
    assert related("parking-ticket-pay", "parking-ticket-pay")
    assert not related("report-outage", "high-bill")
    assert not related("gas-leak", "gas-service-start-or-pilot")


def test_a_topic_of_no_subject_is_known_by_its_own_words() -> None:
    assert is_about(Said("They towed it: where is the impound lot?"), "vehicle-impound")
    assert not is_about(Said("My bill is high"), "vehicle-impound")


@pytest.mark.anyio
async def test_every_subject_has_topics() -> None:
    slugs = {article.slug for article in await Catalogue.load().articles()}
    for subject in SUBJECTS:
        known = {slug for slug in slugs if subject.key in subjects_of_topic(slug)}
        assert known or subject.key == "signals", subject.key
        assert subject.key in subjects_of_topic(subject.topic)
        assert subject.topic in slugs or subject.key == "signals"


def test_a_rule_that_asks_for_nothing_matches_nothing() -> None:
    seen = Seen(Said("No power in Killearn"), ("report-outage",), "call-center")
    assert not matches(Rule(unit="call-center"), seen)
    assert matches(Rule("report-outage", unit="call-center"), seen)
    assert not matches(Rule("report-outage", unit="billing"), seen)


def test_the_more_particular_rule_is_first() -> None:
    rules = [
        Rule("report-outage"),
        Rule(terms=("killearn",)),
        Rule("report-outage", ("killearn",)),
        Rule("report-outage", ("killearn",), "billing"),
    ]
    assert [rule for rule, _ in in_order((rule, None) for rule in rules)] == [
        rules[3],
        rules[2],
        rules[1],
        rules[0],
    ]
