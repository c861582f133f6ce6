"""Messages of customers, kept as examples as triage keeps them."""

from __future__ import annotations

import itertools
from typing import Any

from hub.system import Hub
from hub.training.models import BotExample
from tests.fakes import inbound
from tests.fixtures import messages_of, receive

_numbers = itertools.count(1)


async def example(hub: Hub, text: str = "no lights at all", **more: Any) -> int:
    """A customer's message and its example; gives the example's id."""
    number = next(_numbers)
    message = inbound(
        f"example-{number}",
        text,
        conversation=f"example-{number}",
        address=f"example-{number}",
        sent_at=hub.now(),
        skip_bot=True,
    )
    (ticket_id,) = await receive(hub, message)
    row = (await messages_of(hub, ticket_id))[0]
    values: dict[str, Any] = {
        "message_id": row.id,
        "ticket_id": ticket_id,
        "text": text,
        "language": "en",
        "outcome": "ask_back",
        "guess": "report-outage",
        "confidence": 0.4,
        "created_at": hub.now(),
        **more,
    }
    if values.get("label") is not None:
        values = {"labelled_by": "Sam", "labelled_at": hub.now(), **values}
    async with hub.database.write() as session:
        made = BotExample(**values)
        session.add(made)
        await session.flush()
        return made.id
