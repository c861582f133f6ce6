"""From the categories of the recorded city requests to our service codes.

Citizens typed some of these categories themselves, so it goes by words in them, the more
telling ones first. It is written apart from the product's own keywords on purpose: where the
two agree, neither is an accident.
"""

from __future__ import annotations

_RULES: tuple[tuple[str, str], ...] = (
    ("pothole", "pothole"),
    ("pot hole", "pothole"),
    ("street light", "street-light-out"),
    ("traffic signal", "traffic-signal"),
    ("traffic sign", "traffic-sign"),
    ("graffiti", "graffiti"),
    ("mosquito", "mosquito"),
    ("recycling", "missed-recycling"),
    ("trash", "missed-garbage"),
    ("bulky", "bulky-yard-waste"),
    ("stormdrain", "storm-drain"),
    ("flooded", "storm-drain"),
    ("pond", "storm-drain"),
    ("sewage", "sewer-backup"),
    ("abandoned automobile", "abandoned-vehicle"),
    ("watermeter", "water-meter"),
    ("sidewalk", "sidewalk"),
    ("bike lane", "sidewalk"),
    ("asphalt", "street-repair"),
    ("tree", "tree-overgrown-lot"),
    ("over grown", "tree-overgrown-lot"),
    ("tall grass", "tree-overgrown-lot"),
    ("pavement", "street-repair"),
    ("road", "street-repair"),
    ("bumpy", "street-repair"),
)


def service_code_for(category: str) -> str:
    """The service a request of this category is filed under; `other` where none fits."""
    lowered = category.lower()
    for words, code in _RULES:
        if words in lowered:
            return code
    return "other"
