"""The city's seeded hours and policies."""

from datetime import date, timedelta

import pytest

from hub.ports import ChannelKind
from hub.sla import Facts, Metric, SlaPolicy, check_policies, choose
from hub.sla.defaults import city_hours, city_policies
from tests.hub.sla.histories import at


def facts(channel: str, topic: str | None = None, *, emergency: bool = False) -> Facts:
    return Facts(channel=channel, unit="call-center", topic=topic, emergency=emergency)


@pytest.mark.parametrize(
    ("ticket", "minutes", "calendar_time"),
    [
        (facts("facebook", "gas-leak", emergency=True), 15, True),
        (facts("facebook", "gas-leak"), 30, True),
        (facts("x", "report-outage"), 40, True),
        (facts("x"), 60, False),
        (facts("facebook", "high-bill"), 60, False),
        (facts("webchat"), 15, False),
        (facts("open311"), 540, False),
        (facts("webform"), 240, False),
    ],
)
def test_first_response_targets(ticket: Facts, minutes: int, calendar_time: bool) -> None:
    policy = choose(city_policies(), ticket)
    assert policy is not None
    assert policy.first_response == timedelta(minutes=minutes)
    assert policy.calendar_time is calendar_time


@pytest.mark.parametrize("channel", list(ChannelKind))
def test_every_ticket_has_every_target(channel: ChannelKind) -> None:
    policy = choose(city_policies(), facts(channel))
    assert policy is not None
    assert all(policy.target(metric) is not None for metric in Metric)


def test_every_policy_can_be_reached_and_kept() -> None:
    policies = city_policies()
    check_policies(policies, channels={kind.value for kind in ChannelKind})
    assert [policy.id for policy in policies] == list(range(1, len(policies) + 1))
    assert [SlaPolicy.from_dict(policy.to_dict()) for policy in policies] == list(policies)


def test_friday_afternoon_is_due_on_monday_morning() -> None:
    assert city_hours().due(at("20 16:50"), timedelta(hours=1)) == at("23 08:50")


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 5, 25),
        date(2026, 7, 3),
        date(2026, 9, 7),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 11, 27),
        date(2026, 12, 25),
    ],
)
def test_closed_on_floridas_holidays(day: date) -> None:
    assert city_hours().hours_on(day) == ()
