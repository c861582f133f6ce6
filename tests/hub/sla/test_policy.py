"""Choosing a policy, and refusing those that no ticket can have."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.sla import (
    Action,
    ActionKind,
    Conditions,
    Facts,
    Metric,
    PolicyError,
    SlaPolicy,
    UnreachablePolicy,
    check_policies,
    choose,
)

FACTS = Facts(channel="x", unit="billing", priority="high", topic="high-bill")


def only(**wanted: Any) -> Conditions:
    emergency = wanted.pop("emergency", None)
    return Conditions(
        emergency=emergency, **{name: frozenset(slugs) for name, slugs in wanted.items()}
    )


@pytest.mark.parametrize(
    ("conditions", "match"),
    [
        (only(), True),
        (only(channel=["x", "facebook"]), True),
        (only(channel=["facebook"]), False),
        (only(unit=["billing"], priority=["high", "urgent"]), True),
        (only(unit=["billing"], priority=["urgent"]), False),
        (only(topic=["high-bill"]), True),
        (only(visibility=["private"]), False),
        (only(emergency=True), False),
        (only(emergency=False), True),
    ],
)
def test_conditions(conditions: Conditions, match: bool) -> None:
    assert conditions.match(FACTS) is match


def test_a_ticket_without_a_topic_matches_no_topic() -> None:
    assert not only(topic=["high-bill"]).match(replace(FACTS, topic=None))


def test_the_first_match_wins() -> None:
    social = SlaPolicy(1, "Social", only(channel=["x"]))
    billing = SlaPolicy(2, "Billing", only(unit=["billing"]))
    assert choose([billing, social], FACTS) is billing
    assert choose([social, billing], FACTS) is social
    assert choose([social, billing], Facts("phone", "walk-in")) is None


def test_a_policy_behind_one_that_covers_it_is_refused() -> None:
    everything = SlaPolicy(1, "All", Conditions())
    social = SlaPolicy(2, "Social", only(channel=["x", "facebook"]))
    narrow = SlaPolicy(3, "X, urgent", only(channel=["x"], priority=["urgent"]))
    check_policies([narrow, social, everything])
    for listed in ([everything, social], [social, narrow]):
        with pytest.raises(UnreachablePolicy, match="never reached") as refused:
            check_policies(listed)
        assert refused.value.field == "policies.1"


def test_unknown_names_are_refused() -> None:
    policy = SlaPolicy(1, "Unit", only(unit=["billing", "parks"]))
    check_policies([policy])
    with pytest.raises(UnreachablePolicy, match="'parks'") as refused:
        check_policies([policy], units={"billing", "call-center"})
    assert refused.value.field == "policies.0.conditions.unit"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"first_response": 0}, "first_response"),
        ({"resolution": -60}, "resolution"),
        ({"next_response": "soon"}, "next_response"),
        ({"next_response": float("inf")}, "next_response"),
        ({"warn_share": 1}, "warn_share"),
        ({"warn_share": 0.5, "warn_before": 60}, "warn_before"),
        ({"warn_before": 0}, "warn_before"),
        ({"calendar_time": "yes"}, "calendar_time"),
        ({"conditions": {"channel": []}}, "conditions.channel"),
        ({"conditions": {"channel": "x"}}, "conditions"),
        ({"conditions": {"priority": ["asap"]}}, "conditions.priority"),
        ({"conditions": {"colour": ["red"]}}, "conditions"),
        ({"on_breach": [{"kind": "shout"}]}, "on_breach"),
        ({"on_breach": [{"kind": "move"}]}, "actions"),
        ({"first_respons": 60}, "policy"),
    ],
)
def test_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyError) as refused:
        SlaPolicy.from_dict({"id": 1, "name": "Ordinary"} | change)
    assert refused.value.field == field


def test_written_and_read_back() -> None:
    policy = SlaPolicy(
        id=4,
        name="Night",
        conditions=only(channel=["x"], emergency=True),
        first_response=timedelta(minutes=15),
        resolution=timedelta(hours=2),
        calendar_time=True,
        warn_share=0.5,
        on_warning=(Action(ActionKind.NOTIFY, "unit"),),
        on_breach=(Action(ActionKind.RAISE_PRIORITY), Action(ActionKind.MOVE, "call-center")),
    )
    assert SlaPolicy.from_dict(policy.to_dict()) == policy
    assert policy.target(Metric.NEXT_RESPONSE) is None
