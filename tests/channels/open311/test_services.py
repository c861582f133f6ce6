"""The service list is whole, and remote names are recognised."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from channels.open311.services import BY_CODE, SERVICES, recognise
from tests.channels.open311.categories import service_code_for

UNITS = {
    "call-center",
    "walk-in",
    "commercial",
    "billing",
    "energy-services",
    "social-media",
    "quality-control",
}


def test_codes_and_names_are_unique() -> None:
    assert len(BY_CODE) == len(SERVICES)
    assert len({service.name for service in SERVICES}) == len(SERVICES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: str(service.code))
def test_every_service_has_a_home(service: object) -> None:
    found = BY_CODE[getattr(service, "code", "")]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", found.code)
    assert found.unit in UNITS
    assert found.group
    assert found.keywords
    assert found.description
    assert all(keyword == keyword.lower() for keyword in found.keywords)


def test_every_unit_gets_some_service() -> None:
    assert {service.unit for service in SERVICES} == UNITS


def test_topics_are_articles_of_the_city(shared: Path) -> None:
    facts = (shared / "facts" / "talgov.md").read_text()
    slugs = set(re.findall(r"^\| ([a-z-]+)", facts, re.MULTILINE))
    topics = {service.topic for service in SERVICES if service.topic is not None}
    assert topics <= slugs


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Pothole", "pothole"),
        ("Potholes on my street", "pothole"),
        ("Street Light", "street-light-out"),
        ("Graffiti on Road, Bridge or Sign", "graffiti"),
        ("Sidewalk and Curb Issues", "sidewalk"),
        ("Stormdrain Maintenance", "storm-drain"),
        ("Water Main Leak", "water-main-break"),
        ("Designated smoking area", None),
        ("", None),
        (None, None),
    ],
)
def test_recognise_by_name(name: str | None, code: str | None) -> None:
    found = recognise("006", name)
    assert (found.code if found else None) == code


def test_our_own_code_needs_no_name() -> None:
    found = recognise("graffiti", "Something else")
    assert found is not None
    assert found.code == "graffiti"


def test_recorded_categories_agree_with_the_tests_own_mapping(shared: Path) -> None:
    lines = (shared / "data" / "service_requests.jsonl").read_text().splitlines()
    categories = {json.loads(line)["category"] for line in lines}
    differing = {}
    for category in categories:
        expected = service_code_for(category)
        found = recognise(None, category)
        if (found.code if found else "other") != expected:
            differing[category] = (expected, found.code if found else None)
    assert differing == {}
