"""Whatever people write arrives as they wrote it, and breaks nothing."""

from __future__ import annotations

import json

import pytest

from hub.intake.models import RawBody
from hub.ports import ReceivedBody
from hub.ports.messages import MAX_BODY
from hub.system import Hub
from hub.tickets.models import Message
from tests.fakes import inbound
from tests.fixtures import account_id, events_of, messages_of, receive, rows, ticket_of

pytestmark = pytest.mark.anyio

TEXTS = {
    "NUL": ("before\x00after", "before�after"),
    "a lone high surrogate": ("a\ud83db", "a�b"),
    "a lone low surrogate": ("a\udc00b", "a�b"),
    "a pair as two code points": ("\ud83d\udca1 out", "💡 out"),
    "Windows line ends": ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    "bidi controls": ("\u202eevil\u202c \u2066x\u2069", "\u202eevil\u202c \u2066x\u2069"),
    "HTML": ("<script>alert(1)</script>&amp;", "<script>alert(1)</script>&amp;"),
    "SQL": ("'; DROP TABLE tickets; --", "'; DROP TABLE tickets; --"),
    "JSON": ('{"a": "\\u0000"}', '{"a": "\\u0000"}'),
    "many scripts": ("Ł ñ 水 مياه पानी 👩‍👩‍👧", "Ł ñ 水 مياه पानी 👩‍👩‍👧"),
    "combining marks": ("Z̸̢͝a̶l̷g̴o", "Z̸̢͝a̶l̷g̴o"),
    "only space": ("  \n\t ", "  \n\t "),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("written", "kept"), TEXTS.values(), ids=TEXTS)
async def test_text_is_stored_safely(hub: Hub, written: str, kept: str) -> None:
    message = inbound(
        "id-" + written[:20], written, conversation="c-" + written[:20], display_name=written
    )
    (ticket_id,) = await receive(hub, message)
    (stored,) = await messages_of(hub, ticket_id)
    assert stored.body == kept
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.subject == (" ".join(kept.split()) or "(no text)")
    frames = [json.loads(one.data) for one in await events_of(hub, ticket_id=ticket_id)]
    assert frames[-1]["body"] == kept
    # The same again, by its natural keys, is found again.
    (again,) = await receive(hub, message)
    assert again == ticket_id
    assert len(await messages_of(hub, ticket_id)) == 1


async def test_a_megabyte_is_cut_for_people_and_kept_whole_as_it_came(hub: Hub) -> None:
    text = "Wasser läuft. " * 80_000
    raw = json.dumps({"text": text}).encode()
    assert len(raw) > 1_000_000
    received = ReceivedBody(
        await account_id(hub), (inbound(body=text),), raw, text_fields=frozenset({"text"})
    )
    (accepted,) = await hub.intake.receive(received)
    (stored,) = await rows(hub.database, Message, id=accepted.message_id)
    assert len(stored.body) == MAX_BODY
    assert stored.body.endswith("…")
    assert text.startswith(stored.body[:-1])
    (kept,) = await rows(hub.database, RawBody)
    assert kept.body == raw
    ticket = await ticket_of(hub, accepted.ticket_id)
    assert len(ticket.subject) <= 80
    assert len(ticket.preview) <= 160


async def test_names_and_ids_of_any_length_are_stored(hub: Hub) -> None:
    message = inbound(
        "i" * 5000, conversation="c" * 5000, address="a" * 5000, display_name="n" * 5000
    )
    (ticket_id,) = await receive(hub, message)
    (again,) = await receive(hub, message)
    assert again == ticket_id
    assert len(await messages_of(hub, ticket_id)) == 1
    assert len((await ticket_of(hub, ticket_id)).contact_name) == 255


async def test_ids_that_differ_only_in_case_are_different(hub: Hub) -> None:
    (one,) = await receive(hub, inbound("AbC", conversation="Conv"))
    (two,) = await receive(hub, inbound("aBc", conversation="conv"))
    assert one != two
    assert len(await rows(hub.database, Message)) == 2
