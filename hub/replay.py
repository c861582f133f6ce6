"""`hub replay`: read stored bodies again, with what the connectors know by now.

Dedup makes it harmless: what was received before stays what it was. A body that is kept already
is not kept a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from hub.accounts.connectors import AccountBroken
from hub.accounts.silence import POLLED
from hub.http.webhooks import read_webhook
from hub.intake.models import RawBody
from hub.ports import Connector, ConnectorError, ReceivesWebhooks
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
    # What was dismissed, or read again and kept anew, is over.
    states = ("unreadable", "read") if everything else ("unreadable",)
    async with hub.database.read() as session:
        # What becomes readable is kept again, as a body of its own: not those as well.
        end = await session.scalar(select(func.max(RawBody.id))) or 0
    while True:
        query = select(RawBody).where(
            RawBody.id > last, RawBody.id <= end, RawBody.state.in_(states)
        )
        async with hub.database.read() as session:
            page = (await session.scalars(query.order_by(RawBody.id).limit(_PAGE))).all()
        if not page:
            return result
        last = page[-1].id
        for raw in page:
            await replay_body(hub, raw, result)


async def replay_body(hub: Hub, raw: RawBody, result: Replayed) -> None:
    """Read one body again and add to `result` what came of it."""
    unreadable = raw.state == "unreadable"
    connector: Connector | None
    try:
        connector = await hub.connectors.of_account(raw.account_id)
    except AccountBroken:
        connector = None
    if not isinstance(connector, ReceivesWebhooks) or raw.content_type == POLLED:
        if unreadable:  # nothing here can read it: it waits for a person
            result.bodies += 1
            result.still_unreadable += 1
        return
    result.bodies += 1
    account = (await hub.directory.get()).account(raw.account_id)
    try:
        body = hub.seal.open(raw.body) if unreadable else raw.body
        shares = await read_webhook(hub, account, connector, body)
    except (ConnectorError, WrongKey):
        result.still_unreadable += 1
        return
    if any(share.error is not None for share in shares):
        result.still_unreadable += 1
        return
    for share in shares:
        again = replace(
            share, content_type=raw.content_type, keep_raw=share.keep_raw and unreadable
        )
        for one in await hub.intake.receive(again):
            if one.duplicate:
                result.known_messages += 1
            else:
                result.new_messages += 1
    if unreadable:
        async with hub.database.write() as session:
            await session.execute(
                update(RawBody).where(RawBody.id == raw.id).values(state="replayed")
            )
