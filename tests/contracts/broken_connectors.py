"""The sample, broken in one way each: what the suite must find. Named in `CONNECTOR_STAGES`."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from hub.ports import (
    Account,
    Capabilities,
    ConnectorError,
    Handshake,
    InboundItem,
    InboundMessage,
    PollBatch,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    TemporarilyUnavailable,
)
from tests.contracts.sample_connector import API, LIMIT, SmsConnector
from tests.contracts.stages import Stage, sms


class SavesNothing(SmsConnector):
    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        async def nowhere(part: str) -> None:
            """Forgets it."""

        return await super().send(reply, nowhere)


class SendsAgain(SmsConnector):
    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        return await super().send(replace(reply, sent_parts=()), save_part)


class Cuts(SmsConnector):
    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        return await super().send(replace(reply, body=reply.body[:LIMIT]), save_part)


class IsTooSure(SmsConnector):
    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        try:
            return await super().send(reply, save_part)
        except TemporarilyUnavailable as error:
            raise TemporarilyUnavailable(str(error)) from error


class FindsNothing(SmsConnector):
    async def find_sent(self, reply: Reply) -> Receipt | None:
        return None


class FindsAnything(SmsConnector):
    async def find_sent(self, reply: Reply) -> Receipt | None:
        return Receipt(("sms:1",), datetime.now(UTC))


class TellsItsKey(SmsConnector):
    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        try:
            return await super().send(reply, save_part)
        except ConnectorError as error:
            error.add_note(f"tried with {self._account.secrets}")
            raise


class LetsOthersErrorsThrough(SmsConnector):
    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        try:
            return await super().send(reply, save_part)
        except Rejected as error:
            raise ValueError(error.reason) from None


class BelievesAnybody(SmsConnector):
    def verify(self, headers: Any, body: bytes) -> None:
        """Never checks."""


class BreaksOnOddBodies(SmsConnector):
    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        body.decode()
        return super().parse(body)


class ReadsAnew(SmsConnector):
    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        return tuple(
            replace(item, sent_at=datetime.now(UTC)) if isinstance(item, InboundMessage) else item
            for item in super().parse(body)
        )


class NamesItOtherwise(SmsConnector):
    async def poll(self, cursor: str | None) -> PollBatch:
        batch = await super().poll(cursor)
        items = (
            replace(item, external_id=f"polled-{item.external_id}")
            for item in batch.items
            if isinstance(item, InboundMessage)
        )
        return replace(batch, items=tuple(items))


class Promises(SmsConnector):
    capabilities = Capabilities(platform="SMS", private_limit=LIMIT, hides=True)


class ConnectsAtOnce(SmsConnector):
    def __init__(self, account: Account) -> None:
        super().__init__(account)
        where = urlsplit(account.base_url or API)
        with suppress(OSError):
            socket.create_connection((where.hostname or "", where.port or 443)).close()


class AnswersNoHandshake(SmsConnector):
    def handshake(self, query: Any) -> Handshake:
        raise LookupError("crc_token")


BROKEN: dict[type[SmsConnector], str] = {
    SavesNothing: "test_a_reply_is_there_once",
    SendsAgain: "test_parts_that_were_sent_are_not_sent_again",
    Cuts: "test_a_reply_too_long_is_split_or_refused_and_never_cut",
    IsTooSure: "test_an_answer_taken_before_the_line_dropped_is_found",
    FindsNothing: "test_an_answer_taken_before_the_line_dropped_is_found",
    FindsAnything: "test_what_was_never_sent_is_not_found",
    TellsItsKey: "test_where_nobody_listens_nothing_was_sent",
    LetsOthersErrorsThrough: "test_an_answer_to_nothing_is_refused",
    BelievesAnybody: "test_refuses_what_nobody_signed",
    BreaksOnOddBodies: "test_any_bytes_read_or_are_refused",
    ReadsAnew: "test_what_happens_to_a_message_names_it",
    NamesItOtherwise: "test_what_comes_both_ways_is_the_same",
    Promises: "test_its_capabilities_are_what_it_does",
    ConnectsAtOnce: "test_opens_nothing_before_it_must",
    AnswersNoHandshake: "test_a_handshake_answers_or_refuses",
}
"""With the test that finds it."""
STAGES = tuple(
    Stage(made.__name__, made, sms, ("tests.contracts.sample_connector.TIMEOUT", 0.5))
    for made in BROKEN
)
