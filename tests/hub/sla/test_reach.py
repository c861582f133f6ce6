"""A policy that no ticket can match is found, and one that some ticket can is not refused."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sla import Conditions, Facts, Names, SlaPolicy, UnreachablePolicy, check_policies, choose
from hub.sla.reach import unreachable

CHANNELS = ("x", "facebook")
UNITS = ("billing", "call-center")
TOPICS = ("gas-leak", "other", None)
PRIORITIES = ("low", "normal", "high", "urgent")
NAMES = Names(frozenset(CHANNELS), frozenset(UNITS), frozenset({"gas-leak"}))


def _policy(id: int, **conditions: Any) -> SlaPolicy:
    wanted: dict[str, Any] = {
        name: value if isinstance(value, bool) else frozenset(value)
        for name, value in conditions.items()
    }
    return SlaPolicy(id=id, name=f"Policy {id}", conditions=Conditions(**wanted))


@pytest.mark.parametrize(
    ("earlier", "last"),
    [
        ([{"visibility": ["public"]}, {"visibility": ["private"]}], {}),
        ([{"emergency": True}, {"emergency": False}], {"channel": ["x"]}),
        ([{"channel": ["x"]}, {"unit": ["billing"]}], {"channel": ["x"], "unit": ["billing"]}),
        ([{"channel": ["x"]}, {"channel": ["facebook"]}], {"unit": ["billing"]}),
        ([{"priority": ["low", "normal"]}, {"priority": ["high", "urgent"]}], {"emergency": True}),
    ],
)
def test_several_together_may_leave_nothing(
    earlier: list[dict[str, Any]], last: dict[str, Any]
) -> None:
    listed = [_policy(n, **conditions) for n, conditions in enumerate([*earlier, last])]
    (problem,) = unreachable(listed, NAMES)
    assert problem.field == f"policies.{len(earlier)}"
    assert "is never reached" in problem.reason
    with pytest.raises(UnreachablePolicy):
        check_policies(listed, channels=NAMES.channels, units=NAMES.units)


def test_names_that_are_not_known_leave_room() -> None:
    listed = [_policy(0, channel=["x"]), _policy(1, channel=["facebook"]), _policy(2)]
    check_policies(listed)
    check_policies(listed, channels={"x", "facebook", "phone"})
    with pytest.raises(UnreachablePolicy):
        check_policies(listed, channels={"x", "facebook"})


def test_every_problem_is_told() -> None:
    listed = [_policy(0), _policy(1, unit=["nowhere"]), _policy(2, channel=["x"])]
    assert [problem.field for problem in unreachable(listed, NAMES)] == [
        "policies.1.conditions.unit",
        "policies.2",
    ]


def _some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from(values), min_size=1)


conditions = st.builds(
    Conditions,
    channel=_some(CHANNELS),
    unit=_some(UNITS),
    priority=_some(PRIORITIES),
    topic=_some(("gas-leak",)),
    visibility=_some(("public", "private")),
    emergency=st.sampled_from([None, None, True, False]),
)
EVERY_TICKET = [
    Facts(channel, unit, priority, topic, visibility, emergency)
    for channel, unit, priority, topic, visibility, emergency in product(
        CHANNELS, UNITS, PRIORITIES, TOPICS, ("public", "private"), (True, False)
    )
]


@settings(max_examples=300, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=6))
def test_it_is_what_trying_every_ticket_gives(listed: list[Conditions]) -> None:
    policies = [SlaPolicy(id=n, name=f"P{n}", conditions=c) for n, c in enumerate(listed)]
    chosen = {choose(policies, facts) for facts in EVERY_TICKET}
    expected = [f"policies.{policy.id}" for policy in policies if policy not in chosen]
    assert [problem.field for problem in unreachable(policies, NAMES)] == expected
