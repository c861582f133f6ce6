"""The services of the pretended city next door. None asks for attributes."""

from __future__ import annotations

from dataclasses import dataclass

CITY = "City of Palmetto Bend (demo)"


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    name: str
    group: str
    description: str


SERVICES: tuple[Service, ...] = (
    Service("street-light-out", "Street light out", "streets", "A lamp that is dark or flickers."),
    Service("pothole", "Pothole", "streets", "A hole in the road."),
    Service("street-repair", "Street repair", "streets", "Broken, bumpy or sunken pavement."),
    Service("sidewalk", "Sidewalk, ramp or bike lane", "streets", "A blocked or broken walkway."),
    Service("traffic-sign", "Traffic sign", "streets", "A sign that is missing or damaged."),
    Service("traffic-signal", "Traffic signal", "streets", "A signal that is dark or stuck."),
    Service("storm-drain", "Storm drain or flooding", "water", "A blocked drain, a flooded road."),
    Service("water-leak", "Water leak", "water", "Water where there should be none."),
    Service("sewer-backup", "Sewer backup", "water", "Sewage where there should be none."),
    Service("water-meter", "Water meter", "water", "A meter that leaks or is covered."),
    Service("power-outage", "Electric outage", "power", "No electricity at an address."),
    Service("missed-garbage", "Missed garbage", "waste", "Garbage left at the kerb."),
    Service("missed-recycling", "Missed recycling", "waste", "Recycling left at the kerb."),
    Service("bulky-yard-waste", "Bulky item or yard waste", "waste", "Too large for the cart."),
    Service("tree-overgrown-lot", "Tree or overgrown lot", "neighborhood", "Growth in the way."),
    Service("graffiti", "Graffiti", "neighborhood", "Paint where nobody wanted it."),
    Service("abandoned-vehicle", "Abandoned vehicle", "neighborhood", "A car that nobody moves."),
    Service("mosquito", "Mosquito spraying", "neighborhood", "Standing water, or too many bites."),
    Service("billing-question", "Billing question", "account", "A question about a bill."),
    Service("other", "Something else", "other", "Whatever fits nowhere else."),
)
BY_CODE = {service.code: service for service in SERVICES}
