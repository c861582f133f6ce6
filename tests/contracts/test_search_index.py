"""What every search index does: the same tickets for the same words, on both databases."""

from __future__ import annotations

import pytest

from hub.search.index import words_of
from hub.system import Hub
from hub.tickets import replies
from hub.tickets.models import Message
from tests.fakes import FakeClock, inbound
from tests.fixtures import agent, change, receive

pytestmark = pytest.mark.anyio

BODIES = {
    "light": "The street light at 2548 Pensacola Street is OUT, since May!",
    "bill": "My bill of $1,157.20 for account 100-200-345 is wrong",
    "mail": "Write to rosa.delgado@example.com or see https://city.example/pay/now?id=77",
    "phone": "Call me: (850) 891-4968",
    "spanish": "¿Cuándo vuelve la luz? Vivo en la calle Peña, soy José",
    "polish": "Łukasz nie ma wody: brak od rana",
    "chinese": "停电 了",
    "hindi": "पानी नहीं है",
    "decomposed": "Cafe\u0301 next door floods",
    "emoji": "thanks 💡💡 great",
    "code": "snake_case and x=1;y=2",
    "long": "filler " * 2800 + "needle",
    "empty": "",
}
QUERIES: dict[str, set[str]] = {
    "light": {"light"},
    "LIGHT Street": {"light"},
    "street pensacola 2548": {"light"},
    "light hydrant": set(),
    "out,": {"light"},
    "pensa": {"light"},
    "pensa street": set(),
    "street pensa": {"light"},
    "ensacola": set(),
    "100-200-345": {"bill"},
    "345": {"bill"},
    "$1,157.20": {"bill"},
    "1157": set(),
    "rosa": {"mail"},
    "delgado@example.com": {"mail"},
    "example": {"mail"},
    "https://city.example/pay": {"mail"},
    "id=77": {"mail"},
    "8914968": set(),
    "850-891-4968": {"phone"},
    "891": {"phone"},
    "jose": {"spanish"},
    "José": {"spanish"},
    "cuando vuelve": {"spanish"},
    "pena calle": {"spanish"},
    "peña": {"spanish"},
    "Łukasz": {"polish"},
    "łuk": {"polish"},
    "停电": {"chinese"},
    "पानी": {"hindi"},
    "café": {"decomposed"},
    "CAFE": {"decomposed"},
    "snake": {"code"},
    "case": {"code"},
    "snake_case": {"code"},
    "needle": {"long"},
    "": set(),
    "   ": set(),
    "!!!": set(),
    "💡": set(),
    "'": set(),
    '"': set(),
    '"light"': {"light"},
    "light*": {"light"},
    "light'": {"light"},
    "light:*": {"light"},
    "body:light": set(),
    "light AND street": set(),
    "light & street": {"light"},
    "-light": {"light"},
    "NOT": set(),
    "NEAR(light street)": set(),
    "light) OR (bill": set(),
    "\\light": {"light"},
    "%": set(),
    "light\x00": {"light"},
    "light\ud800": {"light"},
    "x" * 5000: set(),
    " ".join(["light"] * 500): {"light"},
}


@pytest.fixture
async def tickets(hub: Hub) -> dict[str, int]:
    """A ticket for each of `BODIES`, in that order."""
    messages = [inbound(f"m-{n}", body, conversation=n) for n, body in BODIES.items()]
    return dict(zip(BODIES, await receive(hub, *messages), strict=True))


async def _find(hub: Hub, query: str, limit: int = 50) -> list[int]:
    async with hub.database.read() as session:
        return await hub.search.find(session, query, limit)


async def test_words_are_found_whatever_their_case_accents_and_punctuation(
    hub: Hub, tickets: dict[str, int]
) -> None:
    names = {ticket_id: name for name, ticket_id in tickets.items()}
    found = {
        query: {names[ticket_id] for ticket_id in await _find(hub, query)} for query in QUERIES
    }
    assert found == QUERIES


async def test_the_newest_match_comes_first_and_each_ticket_once(
    hub: Hub, tickets: dict[str, int], clock: FakeClock
) -> None:
    old, other = tickets["light"], tickets["bill"]
    for n in range(3):
        await receive(hub, inbound(f"l-{n}", "light again", conversation="light"))
    assert await _find(hub, "light") == [old]
    await receive(hub, inbound("b-1", "the light on my bill", conversation="bill"))
    assert await _find(hub, "light") == [other, old]
    await receive(hub, inbound("l-9", "light!", conversation="light"))
    assert await _find(hub, "light") == [old, other]
    assert await _find(hub, "light", limit=1) == [old]


async def test_all_words_must_be_in_one_message(hub: Hub, tickets: dict[str, int]) -> None:
    await receive(hub, inbound("l-1", "hydrant", conversation="light"))
    assert await _find(hub, "hydrant") == [tickets["light"]]
    assert await _find(hub, "hydrant pensacola") == []


async def test_answers_and_notes_are_found_as_well(hub: Hub, tickets: dict[str, int]) -> None:
    ava = await agent(hub, "ava")
    await change(hub, tickets["phone"], ava, replies.note, "crew eleven sent")
    await change(hub, tickets["code"], ava, replies.reply, "a crew is on its way")
    assert await _find(hub, "crew") == [tickets["code"], tickets["phone"]]


async def test_the_index_follows_what_is_changed_and_removed(
    hub: Hub, tickets: dict[str, int]
) -> None:
    async with hub.database.write() as session:
        message = await session.get_one(Message, 1)
        message.body = "redacted"
    assert await _find(hub, "pensacola") == []
    assert await _find(hub, "redacted") == [tickets["light"]]


async def test_what_is_rolled_back_is_not_found(hub: Hub, tickets: dict[str, int]) -> None:
    async def fail() -> None:
        async with hub.database.write() as session:
            (await session.get_one(Message, 1)).body = "never"
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _find(hub, "never") == []
    assert await _find(hub, "pensacola") == [tickets["light"]]


def test_a_query_is_cut_to_a_dozen_words() -> None:
    assert words_of(" ".join(f"w{n}" for n in range(40))) == [f"w{n}" for n in range(12)]
