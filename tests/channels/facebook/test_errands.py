"""What else is asked of Facebook: who we are, names, hiding, control, what is left."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from channels.facebook.connector import FacebookConnector
from hub.ports import (
    AuthFailed,
    Author,
    ControlsThreads,
    HidesMessages,
    Metered,
    NamesPeople,
    Rejected,
    TemporarilyUnavailable,
)
from tests.channels.facebook.bodies import AMIR
from tests.channels.facebook.conftest import PAGE
from tests.channels.facebook.replies import COMMENTS, Saved, comment, graph_error, message
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio


async def test_check_asks_who_we_are(connector: FacebookConnector, platform: Platform) -> None:
    platform.on("GET /v26.0/me", Answer({"id": PAGE, "name": "City"}))
    await connector.check()
    platform.on("GET /v26.0/me", Answer({"id": "5", "name": "Another"}))
    with pytest.raises(AuthFailed, match="belongs to page 5"):
        await connector.check()
    platform.on("GET /v26.0/me", graph_error(190))
    with pytest.raises(AuthFailed):
        await connector.check()


async def test_hides_and_shows_again(connector: FacebookConnector, platform: Platform) -> None:
    assert isinstance(connector, HidesMessages)
    platform.on("POST /v26.0/330_9001", Answer({"success": True}))
    await connector.hide("330_9001", True)
    await connector.hide("330_9001", False)
    assert [call.form["is_hidden"] for call in platform.calls] == ["true", "false"]
    platform.on("POST /v26.0/330_9001", Answer({"success": False}))
    with pytest.raises(Rejected):
        await connector.hide("330_9001", True)
    platform.on("POST /v26.0/330_9001", graph_error(100, error_subcode=33))
    with pytest.raises(Rejected, match="not on Facebook any more"):
        await connector.hide("330_9001", True)
    platform.on("POST /v26.0/330_9001", graph_error(2))
    with pytest.raises(TemporarilyUnavailable):
        await connector.hide("330_9001", True)


async def test_takes_a_conversation_and_passes_it_to_the_inbox(
    connector: FacebookConnector, platform: Platform
) -> None:
    assert isinstance(connector, ControlsThreads)
    platform.on("POST /v26.0/me/take_thread_control", Answer({"success": True}))
    platform.on("POST /v26.0/me/pass_thread_control", Answer({"success": True}))
    await connector.take_control(f"psid:{AMIR}")
    await connector.pass_control(f"psid:{AMIR}")
    taken, passed = (call.form for call in platform.calls)
    assert json.loads(taken["recipient"]) == json.loads(passed["recipient"]) == {"id": AMIR}
    assert "target_app_id" not in taken
    assert passed["target_app_id"] == "263902037430900"
    with pytest.raises(Rejected, match="Only a Messenger conversation"):
        await connector.take_control("post:1_2:3")
    assert len(platform.calls) == 2


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"first_name": "Amir", "last_name": "Haddad", "id": AMIR}, "Amir Haddad"),
        ({"name": " Amir H. ", "first_name": "Amir"}, "Amir H."),
        ({"last_name": "Haddad", "first_name": None}, "Haddad"),
    ],
)
async def test_names_a_person(
    connector: FacebookConnector, platform: Platform, answer: dict[str, str], name: str
) -> None:
    assert isinstance(connector, NamesPeople)
    platform.on(f"GET /v26.0/{AMIR}", Answer(answer))
    assert await connector.name(AMIR) == Author("facebook", AMIR, name)


async def test_whom_facebook_does_not_name_has_no_name(
    connector: FacebookConnector, platform: Platform
) -> None:
    assert await connector.name("comment:330_9007") is None
    assert platform.calls == []
    for answer in (Answer({"id": AMIR}), graph_error(100, error_subcode=2018218)):
        platform.on(f"GET /v26.0/{AMIR}", answer)
        assert await connector.name(AMIR) is None
    platform.on(f"GET /v26.0/{AMIR}", graph_error(190))
    with pytest.raises(AuthFailed):
        await connector.name(AMIR)


async def test_an_answers_headers_say_what_is_left(
    connector: FacebookConnector, platform: Platform
) -> None:
    assert isinstance(connector, Metered)
    assert connector.budgets() == ()
    usage = {PAGE: [{"type": "pages", "call_count": 88, "total_cputime": 1, "brand_new": {}}]}
    headers = {
        "X-App-Usage": '{"call_count": 12, "brand_new": 2}',
        "X-Business-Use-Case-Usage": json.dumps(usage),
    }
    platform.on(COMMENTS, Answer({"id": "330_9100"}, headers=headers))
    await connector.send(comment(), Saved())
    left = {budget.name: budget for budget in connector.budgets()}
    assert left[connector.budget_of(comment())].remaining == 12
    assert left[connector.budget_of(message())].remaining == 88
    resets = left["comments"].resets_at - datetime.now(UTC)
    assert timedelta(minutes=59) < resets <= timedelta(minutes=60)
    assert connector.budgets() == ()


async def test_also_a_refusals_headers(connector: FacebookConnector, platform: Platform) -> None:
    usage = {PAGE: [{"type": "messenger", "estimated_time_to_regain_access": 7}]}
    refused = graph_error(613)
    headers = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    platform.on("POST /v26.0/me/messages", Answer(refused.value, status=400, headers=headers))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(message(), Saved())
    assert raised.value.retry_after == 7 * 60
    (budget,) = connector.budgets()
    assert (budget.name, budget.remaining) == ("messages", 0)
