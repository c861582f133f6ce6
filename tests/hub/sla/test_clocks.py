"""A clock's steps one by one, and when it warns."""

from dataclasses import replace
from datetime import timedelta

from hub.sla import BusinessHours, Clock, Metric
from tests.hub.sla.histories import OFFICE, POLICY, at

HOUR = timedelta(hours=1)
ALWAYS = BusinessHours.always()


def started(text: str, target: timedelta | None = HOUR) -> Clock:
    return Clock.start(Metric.RESOLUTION, at(text), target, OFFICE)


def test_start_pause_resume_meet() -> None:
    clock = started("16:30")
    assert clock.due_at == at("19 08:30")
    clock = clock.pause(at("16:45"), OFFICE)
    assert (clock.paused, clock.due_at, clock.used) == (True, None, HOUR / 4)
    assert clock.pause(at("16:50"), OFFICE) == clock
    clock = clock.resume(at("19 10:00"), OFFICE)
    assert clock.due_at == at("19 10:45")
    assert clock.resume(at("19 10:10"), OFFICE) == clock
    clock = clock.meet(at("19 10:30"), OFFICE)
    assert (clock.open, clock.used, clock.breached_at) == (False, HOUR * 3 / 4, None)


def test_a_breach_is_recorded_once_and_only_after_the_due_time() -> None:
    clock = started("10:00")
    assert clock.breach(at("11:00")) == clock
    breached = clock.breach(at("14:00"))
    assert breached.breached_at == at("11:00")
    assert breached.breach(at("15:00")) == breached
    assert breached.meet(at("15:00"), OFFICE) == clock.meet(at("15:00"), OFFICE)


def test_a_paused_clock_is_not_breached() -> None:
    clock = started("10:00").pause(at("10:30"), OFFICE)
    assert clock.breach(at("20 12:00")) == clock


def test_retarget_to_another_calendar_keeps_what_was_used() -> None:
    clock = started("16:30").retarget(at("18:00"), HOUR, ALWAYS, calendar_time=True, before=OFFICE)
    assert (clock.used, clock.running_since, clock.due_at) == (HOUR / 2, at("18:00"), at("18:30"))


def test_warnings_by_share_and_by_minutes() -> None:
    share = replace(POLICY, warn_share=0.5).warns_after(Metric.FIRST_RESPONSE)
    before = replace(POLICY, warn_before=timedelta(minutes=10)).warns_after(Metric.FIRST_RESPONSE)
    clock = started("16:45")
    assert clock.warns_at(share, OFFICE) == at("19 08:15")
    assert clock.warns_at(before, OFFICE) == at("19 08:35")
    assert clock.pause(at("16:50"), OFFICE).warns_at(share, OFFICE) is None
    assert clock.meet(at("16:50"), OFFICE).warns_at(share, OFFICE) is None
    assert clock.warns_at(POLICY.warns_after(Metric.FIRST_RESPONSE), OFFICE) is None
    long_before = replace(POLICY, warn_before=2 * HOUR).warns_after(Metric.FIRST_RESPONSE)
    assert started("10:00").warns_at(long_before, OFFICE) == at("10:00")


def test_no_target_no_due_time() -> None:
    clock = started("10:00", None)
    assert clock.due_at is None
    assert clock.breach(at("20 12:00")) == clock
    assert clock.state(at("10:20"), OFFICE).used == timedelta(minutes=20)
