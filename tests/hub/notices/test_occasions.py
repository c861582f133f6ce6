"""What is told of an emergency."""

from __future__ import annotations

import pytest

from hub.notices.models import Notice
from hub.notices.occasions import tell_emergency
from hub.notices.reading import sees
from hub.system import Hub
from tests.fakes import inbound
from tests.fixtures import agent, change, principal, receive, rows

pytestmark = pytest.mark.anyio


async def test_an_emergency_is_told_to_its_unit(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound(body="I smell gas", unit="billing"))
    await change(hub, ticket_id, await agent(hub, "sam"), tell_emergency, "Gas leak")
    (notice,) = await rows(hub.database, Notice)
    assert (notice.kind, notice.severity, notice.audience) == ("emergency", "critical", "unit")
    assert (notice.unit, notice.ticket_id) == ("billing", ticket_id)
    assert notice.text == f"Emergency: Gas leak. Rosa Delgado on x, ticket #{ticket_id}."
    seen = {name: sees(await principal(hub, name), notice) for name in ("ava", "ben", "sam")}
    assert seen == {"ava": False, "ben": True, "sam": True}
