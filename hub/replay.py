"""`hub replay`: read stored bodies again, with what the connectors know by now.

Dedup makes it harmless: what was received before stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from hub.intake.models import RawBody
from hub.ports import ConnectorError, ReceivedBody, ReceivesWebhooks
from hub.secrets import WrongKey
from hub.system import Hub

_PAGE = 100


@dataclass(slots=True)
class Replayed:
    bodies: int = 0
    new_messages: int = 0
    known_messages: int = 0
    still_unreadable: int = 0


async def replay(hub: Hub, *, everything: bool = False) -> Replayed:
    """Read the unreadable bodies again, or `everything` that is still kept."""
    result = Replayed()
    last = 0
    async with hub.database.read() as session:
        # What is read again is kept again, as a body of its own: not those as well.
        end = await session.scalar(select(func.max(RawBody.id))) or 0
    while True:
        query = select(RawBody).where(RawBody.id > last, RawBody.id <= end)
        if not everything:
            query = query.where(RawBody.state == "unreadable")
        async with hub.database.read() as session:
            page = (await session.scalars(query.order_by(RawBody.id).limit(_PAGE))).all()
        if not page:
            return result
        last = page[-1].id
        for raw in page:
            await _replay(hub, raw, result)


async def _replay(hub: Hub, raw: RawBody, result: Replayed) -> None:
    connector = await hub.connectors.of_account(raw.account_id)
    if not isinstance(connector, ReceivesWebhooks):
        return
    result.bodies += 1
    try:
        body = hub.seal.open(raw.body) if raw.state == "unreadable" else raw.body
        items = connector.parse(body)
    except (ConnectorError, WrongKey):
        result.still_unreadable += 1
        return
    accepted = await hub.intake.receive(
        ReceivedBody(
            raw.account_id, items, body, raw.content_type, text_fields=connector.text_fields
        )
    )
    for one in accepted:
        if one.duplicate:
            result.known_messages += 1
        else:
            result.new_messages += 1
    if raw.state == "unreadable":
        async with hub.database.write() as session:
            await session.execute(
                update(RawBody).where(RawBody.id == raw.id).values(state="replayed")
            )
