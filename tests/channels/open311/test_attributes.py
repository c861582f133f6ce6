"""What services ask for: how it is defined, what of the answers is taken and who may read it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient

from channels.open311.attributes import ASKED, LISTS, Attribute
from channels.open311.filing import TEXT_FIELDS
from channels.open311.openapi import document
from channels.open311.services import BY_CODE, SERVICES
from tests.channels.open311.conftest import Validate
from tests.channels.open311.fakes import API_KEY, Hub

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SINGLE = ("variable", "code", "datatype", "required", "datatype_description", "order")

Fields = list[tuple[str, str]]


def post(city: TestClient, service: str, fields: Fields, fmt: str = "json") -> Any:
    form = [("api_key", API_KEY), ("service_code", service), ("address_string", "7 Imagined Ct")]
    return city.post(f"requests.{fmt}", content=urlencode(form + fields), headers=FORM)


def refusals(city: TestClient, service: str, fields: Fields) -> list[str]:
    response = post(city, service, fields)
    assert response.status_code == 400, response.text
    assert all(error["code"] == 400 for error in response.json())
    return [error["description"] for error in response.json()]


def test_only_services_there_are_ask() -> None:
    assert ASKED.keys() <= BY_CODE.keys()
    assert {one.datatype for many in ASKED.values() for one in many} == {
        "string",
        "number",
        "datetime",
        "text",
        "singlevaluelist",
        "multivaluelist",
    }


@pytest.mark.parametrize("service", ASKED)
def test_attributes_are_sound(service: str) -> None:
    asked = ASKED[service]
    assert [one.order for one in asked] == list(range(1, len(asked) + 1))
    assert len({one.code for one in asked}) == len({one.description for one in asked}) == len(asked)
    for one in asked:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", one.code)
        # The hub takes what stands under a name that ends so for an identifier, not a text.
        assert not one.description.endswith("id")
        assert bool(one.values) == (one.datatype in LISTS)
        assert len({value.key for value in one.values}) == len(one.values)
        assert len({value.name for value in one.values}) == len(one.values)
        assert one.variable or not one.required


def test_a_code_means_the_same_everywhere() -> None:
    """The OpenAPI document has one field for each code."""
    meant: dict[str, tuple[object, ...]] = {}
    for one in (attribute for many in ASKED.values() for attribute in many if attribute.variable):
        told = (one.datatype, one.description, one.values)
        assert meant.setdefault(one.code, told) == told


def test_only_a_cart_needs_an_answer() -> None:
    """Everything else can be filed by an app that does not know attributes."""
    required = {
        (service, one.code) for service, many in ASKED.items() for one in many if one.required
    }
    assert required == {("damaged-cart", "need")}


@pytest.mark.parametrize("service", [service.code for service in SERVICES])
def test_every_definition_in_both_formats(
    city: TestClient, validate: Validate, service: str
) -> None:
    definition = city.get(f"services/{service}.json").json()
    validate("service-definition", definition)
    listed = {row["service_code"]: row for row in city.get("services.json").json()}
    assert listed[service]["metadata"] == bool(definition["attributes"])
    assert definition["attributes"] == [one.defined() for one in ASKED.get(service, ())]
    root = fromstring(city.get(f"services/{service}.xml").content)
    assert root.tag == "service_definition"
    assert root.findtext("service_code") == service
    found = root.findall("attributes/attribute")
    assert len(found) == len(definition["attributes"])
    for element, row in zip(found, definition["attributes"], strict=True):
        for name in SINGLE:
            told = row[name]
            told = str(told).lower() if isinstance(told, bool) else told
            assert (element.findtext(name) or None) == (None if told is None else str(told))
        values = [
            {"key": one.findtext("key"), "name": one.findtext("name")}
            for one in element.findall("values/value")
        ]
        assert values == row.get("values", [])


def test_a_definition_as_the_standard_writes_it(city: TestClient) -> None:
    definition = city.get("services/damaged-cart.json").json()
    assert definition["attributes"][1] == {
        "variable": True,
        "code": "cart",
        "datatype": "multivaluelist",
        "required": False,
        "datatype_description": "Choose all that apply.",
        "order": 2,
        "description": "Which cart",
        "values": [
            {"key": "garbage", "name": "Garbage"},
            {"key": "recycling", "name": "Recycling"},
        ],
    }


def test_answers_are_kept_as_people_read_them(city: TestClient, hub: Hub) -> None:
    fields = [
        ("attribute[cart][]", "recycling"),
        ("attribute[cart][]", "garbage"),
        ("attribute[cart][]", "garbage"),
        ("attribute[need]", " repair "),
    ]
    assert post(city, "damaged-cart", fields).status_code == 200
    (message,) = hub.messages
    assert list(message.context["attributes"].items()) == [
        ("What is needed", ["A broken cart repaired"]),
        ("Which cart", ["Garbage", "Recycling"]),
    ]
    assert "attributes_note" not in message.context
    assert message.body == BY_CODE["damaged-cart"].name
    assert hub.received[0].text_fields - TEXT_FIELDS == {"attribute[cart][]", "attribute[need]"}


def test_no_answers_are_none(city: TestClient, hub: Hub) -> None:
    assert post(city, "pothole", [("attribute[size]", "  ")]).status_code == 200
    assert "attributes" not in hub.messages[0].context
    assert "attributes_note" not in hub.messages[0].context


@pytest.mark.parametrize("given", [[], [("attribute[need]", " ")], [("attribute[NEED]", "new")]])
@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_a_missing_answer_is_named(city: TestClient, hub: Hub, given: Fields, fmt: str) -> None:
    response = post(city, "damaged-cart", given, fmt)
    assert response.status_code == 400
    why = "What is needed (attribute[need]): this is required and missing."
    if fmt == "json":
        assert response.json() == [{"code": 400, "description": why}]
    else:
        root = fromstring(response.content)
        assert [(one.findtext("code"), one.findtext("description")) for one in root] == [
            ("400", why)
        ]
    assert not hub.received


def test_everything_wrong_at_once(city: TestClient, hub: Hub) -> None:
    fields = [("attribute[need]", "magic"), ("attribute[cart][]", "glass"), ("attribute[x]", "y")]
    assert refusals(city, "damaged-cart", fields) == [
        "What is needed (attribute[need]): 'magic' is not one of repair, replace, new, removal.",
        "Which cart (attribute[cart]): 'glass' is not one of garbage, recycling.",
    ]
    root = fromstring(post(city, "damaged-cart", fields, "xml").content)
    assert [one.tag for one in root] == ["error", "error"]
    assert not hub.received


@pytest.mark.parametrize(
    ("service", "code", "value", "taken"),
    [
        ("pothole", "size", "large", True),
        ("pothole", "size", "Large", False),
        ("abandoned-vehicle", "days_there", "3", True),
        ("abandoned-vehicle", "days_there", " 1.5e1 ", True),
        ("abandoned-vehicle", "days_there", "three", False),
        ("abandoned-vehicle", "days_there", "nan", False),
        ("abandoned-vehicle", "days_there", "1e999", False),
        ("abandoned-vehicle", "days_there", "٣", False),
        ("abandoned-vehicle", "citation_number", "TX 0017-4", True),
        ("abandoned-vehicle", "citation_number", "1" * 200, True),
        ("abandoned-vehicle", "citation_number", "1" * 201, False),
        ("abandoned-vehicle", "citation_number", "one\ntwo", False),
        ("abandoned-vehicle", "vehicle", "Blue\nsedan", True),
        ("abandoned-vehicle", "vehicle", "b" * 4_001, False),
        ("power-outage", "began", "2026-11-23T08:00:00-05:00", True),
        ("power-outage", "began", "2026-11-23", True),
        ("power-outage", "began", "2026-11-23T08:00", True),
        ("power-outage", "began", "2026-13-45", False),
        ("power-outage", "began", "this morning", False),
    ],
)
def test_datatypes(
    city: TestClient, hub: Hub, service: str, code: str, value: str, taken: bool
) -> None:
    (attribute,) = (one for one in ASKED[service] if one.code == code)
    fields = [(f"attribute[{code}]", value)]
    if not taken:
        (why,) = refusals(city, service, fields)
        assert why.startswith(f"{attribute.description} (attribute[{code}]): ")
        assert len(why) < 300
        assert not hub.received
        return
    assert post(city, service, fields).status_code == 200
    shown = {one.key: one.name for one in attribute.values}.get(value, value.strip())
    assert hub.messages[0].context["attributes"] == {attribute.description: [shown]}


def test_one_of_a_list_is_one(city: TestClient) -> None:
    twice = [("attribute[size]", "small"), ("attribute[size]", "small")]
    assert post(city, "pothole", twice).status_code == 200
    assert refusals(city, "pothole", [*twice, ("attribute[size][]", "large")]) == [
        "Size of the hole (attribute[size]): only one value can be given."
    ]


def test_what_nobody_asked_for_is_kept_and_noted(city: TestClient, hub: Hub) -> None:
    fields = [("attribute[SEEN][]", "mon"), ("attribute[size]", "small"), ("attribute[x]", "1")]
    assert post(city, "pothole", fields).status_code == 200
    context = hub.messages[0].context
    assert context["attributes"] == {
        "Size of the hole": ["Smaller than a dinner plate"],
        "SEEN": ["mon"],
        "x": ["1"],
    }
    assert context["attributes_note"] == "This service does not ask for: SEEN, x"


def test_what_is_only_said_takes_no_answer(city: TestClient, hub: Hub) -> None:
    (said,) = city.get("services/gas-odor.json").json()["attributes"]
    assert said["variable"] is False
    assert post(city, "gas-odor", [("attribute[safety]", "thanks")]).status_code == 200
    assert hub.messages[0].context["attributes"] == {"safety": ["thanks"]}
    assert hub.messages[0].context["attributes_note"].endswith("ask for: safety")


def test_extensions_tell_codes_again_but_nothing_private(
    city: TestClient, hub: Hub, validate: Validate
) -> None:
    fields = [
        ("attribute[medical_equipment]", "yes"),
        ("attribute[extent]", "street"),
        ("attribute[began]", "2026-11-23T08:00:00Z"),
        ("attribute[odd]", "street"),
    ]
    assert post(city, "power-outage", fields).status_code == 200
    equipment = "Does anyone depend on medical equipment"
    assert hub.messages[0].context["attributes"][equipment] == ["Yes"]
    rows = city.get("requests.json?extensions=true").json()
    validate("requests", rows)
    assert rows[0]["extended_attributes"]["attributes"] == [
        {"code": "extent", "values": ["street"]},
        {"code": "began", "values": ["2026-11-23T08:00:00Z"]},
        {"code": "odd", "values": ["street"]},
    ]
    for ending in ("json", "xml"):
        shown = city.get(f"requests.{ending}?extensions=true").text
        assert "medical" not in shown


def _fields() -> dict[str, Any]:
    paths: Any = document("http://city.example/open311/v2")["paths"]
    body = paths["/requests.{format}"]["post"]["requestBody"]["content"]
    fields: dict[str, Any] = body["application/x-www-form-urlencoded"]["schema"]["properties"]
    return fields


@pytest.mark.parametrize(
    "attribute", [one for many in ASKED.values() for one in many], ids=lambda one: str(one.code)
)
def test_the_openapi_document_knows_them(attribute: Attribute) -> None:
    name = f"attribute[{attribute.code}]"
    several = attribute.datatype == "multivaluelist"
    field = _fields().get(f"{name}[]" if several else name)
    assert (field is not None) == attribute.variable
    if field is not None:
        assert attribute.description in field["description"]
        listed = field["items"] if several else field
        assert listed.get("enum", []) == [one.key for one in attribute.values]
