"""The services a citizen can request, and where each goes.

Codes are words of our own and stable; units and topics (article slugs) follow the city's
knowledge base. What some of them ask for besides is in `attributes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.open311.answers import Value
from channels.open311.attributes import asked_by

_EMERGENCY = "If anyone is in danger call 911. The city answers at 850-891-4968, day and night."


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the service list, with the unit and article it belongs to."""

    code: str
    name: str
    group: str
    keywords: tuple[str, ...]
    """Lower case; also how a remote endpoint's service names are recognised."""
    description: str
    unit: str = "call-center"
    topic: str | None = None
    notice: str | None = None
    """Said back at once to whoever files such a request."""

    def listed(self) -> Mapping[str, Value]:
        """As `GET services` answers it."""
        return {
            "service_code": self.code,
            "service_name": self.name,
            "description": self.description,
            "metadata": bool(asked_by(self.code)),
            "type": "realtime",
            "keywords": ", ".join(self.keywords),
            "group": self.group,
        }


_STREETS = "Streets and lights"
_STORMWATER = "Stormwater"
_WASTE = "Garbage and recycling"
_WATER = "Water and sewer"
_POWER = "Electricity and gas"
_NEIGHBORHOOD = "Neighborhood"
_ACCOUNT = "Account and city services"

SERVICES: tuple[Service, ...] = (
    Service(
        code="street-light-out",
        name="Street light out",
        group=_STREETS,
        keywords=("street light", "streetlight", "street pole light", "street lamp"),
        description="A street or park light that is out, flickers or burns by day.",
        topic="streetlight-out",
    ),
    Service(
        code="pothole",
        name="Pothole",
        group=_STREETS,
        keywords=("pothole", "pot hole", "sinkhole"),
        description="A hole in a city street or parking lot.",
        topic="pothole-or-road",
    ),
    Service(
        code="street-repair",
        name="Street repair",
        group=_STREETS,
        keywords=("pavement", "asphalt", "road", "bumpy", "paving", "street repair"),
        description="Rough, cracked, sunken or missing pavement.",
        topic="pothole-or-road",
    ),
    Service(
        code="sidewalk",
        name="Sidewalk, ramp or bike lane",
        group=_STREETS,
        keywords=("sidewalk", "curb", "ramp", "bike lane", "bicycle", "crosswalk"),
        description="A broken, blocked or missing sidewalk, ramp or bike lane.",
    ),
    Service(
        code="traffic-sign",
        name="Traffic sign",
        group=_STREETS,
        keywords=("traffic sign", "stop sign", "street sign", "road sign", "sign"),
        description="A traffic or street sign that is missing, damaged, hidden or wrong.",
    ),
    Service(
        code="traffic-signal",
        name="Traffic signal",
        group=_STREETS,
        keywords=("traffic signal", "traffic light", "pedestrian signal", "signal"),
        description="A traffic signal that is dark, stuck or badly timed.",
        notice="Treat a dark signal as a four-way stop.",
    ),
    Service(
        code="storm-drain",
        name="Storm drain or flooding",
        group=_STORMWATER,
        keywords=(
            "stormdrain",
            "storm drain",
            "stormwater",
            "flooding",
            "flooded",
            "roadway flooded",
            "ditch",
            "drainage",
            "pond",
        ),
        description="A blocked or damaged storm drain, ditch or pond, or a flooded street.",
        topic="storm-drain-or-flooding",
    ),
    Service(
        code="missed-garbage",
        name="Missed garbage",
        group=_WASTE,
        keywords=("missed garbage", "garbage", "trash", "trash collection", "solid waste"),
        description="Garbage that was not collected on its day.",
        topic="missed-pickup",
    ),
    Service(
        code="missed-recycling",
        name="Missed recycling",
        group=_WASTE,
        keywords=("missed recycling", "recycling", "recycling collection"),
        description="Recycling that was not collected on its day.",
        topic="missed-pickup",
    ),
    Service(
        code="bulky-yard-waste",
        name="Bulky item or yard waste pick-up",
        group=_WASTE,
        keywords=("bulky", "bulk item", "yard waste", "yard debris", "furniture", "appliance"),
        description="Furniture, appliances, limbs or yard debris to be picked up.",
        topic="bulky-and-yard-waste",
    ),
    Service(
        code="damaged-cart",
        name="New or damaged cart",
        group=_WASTE,
        keywords=("cart", "garbage can", "trash can", "recycling bin", "recycling container"),
        description="A garbage or recycling cart that is missing, broken or needed.",
        topic="new-or-damaged-cart",
    ),
    Service(
        code="illegal-dumping",
        name="Illegal dumping or litter",
        group=_WASTE,
        keywords=("illegal dumping", "dumping", "litter", "debris"),
        description="Waste dumped on public land or in the right of way.",
    ),
    Service(
        code="water-leak",
        name="Water leak in the street",
        group=_WATER,
        keywords=("water leak", "leak", "hydrant", "leaking hydrant"),
        description="Water coming up from the street, a hydrant or at the meter.",
    ),
    Service(
        code="water-main-break",
        name="Water main break",
        group=_WATER,
        keywords=("water main", "main break"),
        description="A large amount of water from a broken main.",
        topic="water-main-break",
        notice=_EMERGENCY,
    ),
    Service(
        code="low-water-pressure",
        name="Low water pressure or no water",
        group=_WATER,
        keywords=("water pressure", "low pressure", "no water"),
        description="Little or no water at the tap.",
        topic="low-pressure-or-no-water",
    ),
    Service(
        code="water-quality",
        name="Water quality",
        group=_WATER,
        keywords=("water quality", "discolored water", "water taste", "water smell"),
        description="Water that looks, smells or tastes unusual.",
        unit="energy-services",
        topic="water-quality",
    ),
    Service(
        code="water-meter",
        name="Water meter or meter box",
        group=_WATER,
        keywords=("water meter", "watermeter", "meter box", "meter cover"),
        description="A damaged, sunken or open water meter box.",
    ),
    Service(
        code="sewer-backup",
        name="Sewer backup or overflow",
        group=_WATER,
        keywords=("sewer", "sewage", "manhole", "sewer backup"),
        description="Sewage backing up or overflowing, or a damaged manhole.",
        topic="sewage-overflow",
        notice=_EMERGENCY,
    ),
    Service(
        code="power-outage",
        name="Power outage",
        group=_POWER,
        keywords=("power outage", "outage", "electric outage", "no power"),
        description="No electricity at a home, a business or in a street.",
        topic="report-outage",
    ),
    Service(
        code="downed-power-line",
        name="Downed power line",
        group=_POWER,
        keywords=("power line", "downed line", "wire down", "downed wire"),
        description="A power line on the ground or hanging low. Stay away and call 911 first.",
        topic="downed-power-line",
        notice=f"Stay away: assume the line is live. {_EMERGENCY}",
    ),
    Service(
        code="gas-odor",
        name="Gas odor",
        group=_POWER,
        keywords=("gas odor", "gas smell", "gas leak"),
        description="A smell of gas. Leave at once and call 850-891-4968 or 911 first.",
        topic="gas-leak",
        notice=f"Leave at once, upwind, and call from a safe place. {_EMERGENCY}",
    ),
    Service(
        code="tree-near-power-line",
        name="Tree near a power line",
        group=_POWER,
        keywords=("tree near power", "tree on power", "tree in wires", "line clearance"),
        description="Branches in or close to electric lines.",
        topic="tree-near-power-line",
    ),
    Service(
        code="tree-overgrown-lot",
        name="Tree, tall grass or overgrown lot",
        group=_NEIGHBORHOOD,
        keywords=("tree", "over grown", "overgrown", "tall grass", "weeds", "vegetation"),
        description="Trees over a street or sidewalk, tall grass or an overgrown lot.",
    ),
    Service(
        code="graffiti",
        name="Graffiti",
        group=_NEIGHBORHOOD,
        keywords=("graffiti", "vandalism", "sticker"),
        description="Graffiti or stickers on public or private property.",
    ),
    Service(
        code="mosquito",
        name="Mosquito control",
        group=_NEIGHBORHOOD,
        keywords=("mosquito", "mosquito spraying"),
        description="A request for mosquito spraying or about standing water.",
    ),
    Service(
        code="abandoned-vehicle",
        name="Parking or abandoned vehicle",
        group=_NEIGHBORHOOD,
        keywords=(
            "abandoned vehicle",
            "abandoned automobile",
            "abandoned car",
            "parking",
            "vehicle",
        ),
        description="An abandoned vehicle, or one that blocks the way.",
    ),
    Service(
        code="billing-question",
        name="Billing question",
        group=_ACCOUNT,
        keywords=("billing", "utility bill", "my bill", "payment"),
        description="A question about a utility bill or a payment.",
        unit="billing",
        topic="billing-error",
    ),
    Service(
        code="high-bill",
        name="High bill or energy audit",
        group=_ACCOUNT,
        keywords=("high bill", "energy audit", "energy use"),
        description="A bill that seems too high, or a request for a home energy audit.",
        unit="energy-services",
        topic="high-bill",
    ),
    Service(
        code="commercial-account",
        name="Commercial account",
        group=_ACCOUNT,
        keywords=("commercial", "business account"),
        description="A question about a business's utility account.",
        unit="commercial",
        topic="commercial-account",
    ),
    Service(
        code="office-visit",
        name="Customer office",
        group=_ACCOUNT,
        keywords=("customer office", "office visit", "appointment"),
        description="A question about a visit to Customer Account Services.",
        unit="walk-in",
        topic="office-and-hours",
    ),
    Service(
        code="app-problem",
        name="App or website problem",
        group=_ACCOUNT,
        keywords=("digitally", "website", "mobile app"),
        description="Something in the city's app or on its website that does not work.",
        unit="social-media",
        topic="digitally-help",
    ),
    Service(
        code="complaint",
        name="Complaint about service",
        group=_ACCOUNT,
        keywords=("complaint", "rude", "customer service"),
        description="A complaint about how the city handled something.",
        unit="quality-control",
        topic="complaint",
    ),
    Service(
        code="other",
        name="Other",
        group=_ACCOUNT,
        keywords=("other", "general request"),
        description="Anything that fits no other service.",
    ),
)

BY_CODE: Mapping[str, Service] = {service.code: service for service in SERVICES}

# "other" stands before what people mean ("Other-Watermeter") and says nothing itself.
_KEYWORDS: tuple[tuple[str, Service, re.Pattern[str]], ...] = tuple(
    (keyword, service, re.compile(rf"\b{re.escape(keyword)}(?:s|es)?\b", re.IGNORECASE))
    for service in SERVICES
    if service.code != "other"
    for keyword in service.keywords
)


def recognise(code: str | None, name: str | None) -> Service | None:
    """Our service for a remote endpoint's code and name, or None if it is none of ours.

    A code counts only if it is one of ours. In the name the longest keyword decides, of
    two equally long ones the one said first.
    """
    if code is not None and code in BY_CODE:
        return BY_CODE[code]
    if not name:
        return None
    found = [
        (len(keyword), -match.start(), service)
        for keyword, service, pattern in _KEYWORDS
        if (match := pattern.search(name)) is not None
    ]
    if not found:
        return None
    return max(found, key=lambda hit: hit[:2])[2]
