"""What the services ask whoever files a request, beyond a description and a place.

A service that asks for nothing is not in `ASKED`. Only what a crew cannot go without is
required: a report that many apps could not file is worth less than one with a gap.

Answers are kept under an attribute's description, which is what people read: one that is
reworded no longer recognises the answers that were given before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from channels.open311.answers import Value

Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
LISTS: frozenset[Datatype] = frozenset({"singlevaluelist", "multivaluelist"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a list: `key` is what is filed, `name` what people read."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question of a service, in the terms of GeoReport v2."""

    code: str
    """Unique within its service; filed as `attribute[code]`."""
    description: str
    """The question, or where it is no `variable` what is said to the citizen."""
    datatype: Datatype
    variable: bool = True
    """False where it only says something and no answer is read."""
    required: bool = False
    datatype_description: str | None = None
    """How to write the answer."""
    order: int = 0
    """From 1, as they are shown."""
    values: tuple[Choice, ...] = ()
    """Of the lists, and only of those."""
    public: bool = True
    """False where the answer is for staff alone: anybody may read a request's attributes."""

    def defined(self) -> Mapping[str, Value]:
        """As `GET services/{code}` answers it."""
        row: dict[str, Value] = {
            "variable": self.variable,
            "code": self.code,
            "datatype": self.datatype,
            "required": self.required,
            "datatype_description": self.datatype_description,
            "order": self.order,
            "description": self.description,
        }
        if self.datatype in LISTS:
            row["values"] = [{"key": one.key, "name": one.name} for one in self.values]
        return row


def _one_of(code: str, description: str, *, required: bool = False, **names: str) -> Attribute:
    """A list of which one is chosen; `names` by key."""
    values = tuple(Choice(key.replace("_", "-"), name) for key, name in names.items())
    return Attribute(
        code, description, "singlevaluelist", True, required, "Choose one.", values=values
    )


def _some_of(code: str, description: str, **names: str) -> Attribute:
    """A list of which any number is chosen; `names` by key."""
    values = tuple(Choice(key.replace("_", "-"), name) for key, name in names.items())
    how = "Choose all that apply."
    return Attribute(code, description, "multivaluelist", datatype_description=how, values=values)


def _yes_or_no(code: str, description: str) -> Attribute:
    return _one_of(code, description, yes="Yes", no="No", unknown="I do not know")


def _line(code: str, description: str, how: str) -> Attribute:
    return Attribute(code, description, "string", datatype_description=how)


def _moment(code: str, description: str) -> Attribute:
    how = "A date, or a date and time: 2026-11-23T08:00:00-05:00"
    return Attribute(code, description, "datetime", datatype_description=how)


def _said(code: str, description: str) -> Attribute:
    return Attribute(code, description, "text", variable=False)


def _collection_day() -> Attribute:
    return _one_of(
        "collection_day",
        "Collection day",
        monday="Monday",
        tuesday="Tuesday",
        wednesday="Wednesday",
        thursday="Thursday",
        friday="Friday",
        unknown="I do not know",
    )


def _missed() -> Attribute:
    return _some_of(
        "missed",
        "What was missed",
        garbage="Garbage",
        recycling="Recycling",
        yard_waste="Yard waste or bulky items",
    )


_ASKED: Mapping[str, tuple[Attribute, ...]] = {
    "street-light-out": (
        _one_of(
            "light_problem",
            "What is wrong with the light",
            out="It is out",
            flickering="It flickers",
            day_burner="It burns by day",
            damaged="The light or its pole is damaged",
        ),
        _line("pole_number", "Pole number", "Letters and digits, from the tag on the pole."),
    ),
    "pothole": (
        _one_of(
            "size",
            "Size of the hole",
            small="Smaller than a dinner plate",
            medium="Up to a car's wheel",
            large="Larger than a car's wheel",
        ),
        _one_of(
            "lane",
            "Where in the street",
            travel_lane="In a lane that cars use",
            turn_lane="In a turn lane",
            bike_lane="In a bike lane",
            shoulder="At the curb or on the shoulder",
            parking="In a parking lot",
        ),
    ),
    "traffic-signal": (
        _one_of(
            "signal_problem",
            "What is wrong with the signal",
            dark="It is dark",
            flashing="It flashes",
            stuck="It does not change",
            timing="It is badly timed",
            damaged="It is damaged or turned",
            crossing="The button or signal to walk does not work",
        ),
    ),
    "storm-drain": (
        _some_of(
            "drain_problem",
            "What is wrong with the drain",
            blocked="A drain, ditch or pond is blocked",
            damaged="A drain or its cover is broken",
            road_flooded="Water covers the street",
            home_flooded="Water is at or in a building",
        ),
        _moment("began", "When it began"),
    ),
    "missed-garbage": (_missed(), _collection_day()),
    "missed-recycling": (_missed(), _collection_day()),
    "bulky-yard-waste": (
        _some_of(
            "items",
            "What is to be picked up",
            furniture="Furniture",
            appliance="Appliances",
            limbs="Limbs and branches",
            leaves="Leaves and grass",
            other="Something else",
        ),
        Attribute(
            "pile_count",
            "How many items or piles",
            "number",
            datatype_description="A number, as near as you can tell.",
        ),
    ),
    "damaged-cart": (
        _one_of(
            "need",
            "What is needed",
            required=True,
            repair="A broken cart repaired",
            replace="A lost or stolen cart replaced",
            new="A new or additional cart",
            removal="A cart taken away",
        ),
        _some_of("cart", "Which cart", garbage="Garbage", recycling="Recycling"),
    ),
    "water-leak": (
        _one_of(
            "leak_source",
            "Where the water comes from",
            street="The street or sidewalk",
            hydrant="A hydrant",
            meter="A meter",
            unknown="I do not know",
        ),
        _one_of(
            "leak_flow",
            "How much water",
            seeping="It seeps or drips",
            running="It runs steadily",
            gushing="It gushes",
        ),
    ),
    "low-water-pressure": (
        _one_of("pressure", "How much water there is", none="No water", low="Low pressure"),
        _yes_or_no("neighbors", "Do neighbors have it too"),
        _moment("began", "When it began"),
    ),
    "water-quality": (
        _some_of(
            "water_problem",
            "What is wrong with the water",
            brown="It is brown or yellow",
            cloudy="It is cloudy",
            smell="It smells",
            taste="It tastes odd",
        ),
        _moment("began", "When it began"),
    ),
    "power-outage": (
        _one_of(
            "extent",
            "Who has no power",
            home="My home or business alone",
            street="The whole street",
            unknown="I do not know",
        ),
        _yes_or_no("sparks", "Sparks, smoke or a wire down"),
        replace(
            _yes_or_no("medical_equipment", "Does anyone depend on medical equipment"),
            public=False,
        ),
        _moment("began", "When it began"),
    ),
    "downed-power-line": (
        _said("safety", "Stay far away and assume the line is live. Call 911 first."),
    ),
    "gas-odor": (
        _said("safety", "Leave at once, on foot, and call 850-891-4968 or 911 from outside."),
    ),
    "abandoned-vehicle": (
        Attribute("vehicle", "The vehicle", "text", datatype_description="Color, make and model."),
        replace(_line("plate", "License plate", "Letters and digits."), public=False),
        replace(_line("citation_number", "Parking citation", "As on the ticket."), public=False),
        Attribute(
            "days_there",
            "How many days it has stood there",
            "number",
            datatype_description="A number, as near as you can tell.",
        ),
    ),
}

ASKED: Mapping[str, tuple[Attribute, ...]] = {
    service: tuple(replace(one, order=order) for order, one in enumerate(attributes, start=1))
    for service, attributes in _ASKED.items()
}
"""By service code, in order."""


def asked_by(service_code: str) -> tuple[Attribute, ...]:
    """What a service asks for; empty where it asks for nothing."""
    return ASKED.get(service_code, ())
