"""Sample inquiries, so that a new console is not empty. People and words are invented."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2

Send = Callable[[str, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What is posted to `/sandbox/api/{path}`."""

    path: str
    persona: str
    text: str
    more: tuple[tuple[str, str], ...] = ()

    def body(self) -> dict[str, Any]:
        name = "description" if self.path == "open311/requests" else "text"
        return {"persona": self.persona, name: self.text, **dict(self.more)}


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "x/posts",
        "marcus",
        "whole block on Flour Mill Row went dark about ten minutes ago. Ovens were full. "
        "Any idea when it's back?",
    ),
    Sample(
        "facebook/messages",
        "dolores",
        "Good morning. How can I pay my bill? I do not like to put my card into a computer.",
    ),
    Sample(
        "open311/requests",
        "lucia",
        "The street light at the corner by the bus stop has been out since last week. I walk "
        "home from the night shift and it is pitch black there.",
        (("service_code", "street-light-out"), ("via", "hub")),
    ),
    Sample(
        "facebook/comments",
        "dolores",
        "Our recycling was not picked up on Thursday and the cart is still standing there full. "
        "1200 Magnolia Loop. Second time this month.",
    ),
    Sample(
        "x/dms",
        "wes",
        "hey, there's a strong smell of gas in the stairwell of my building, 77 Campus View. "
        "what do I do??",
    ),
    Sample(
        "facebook/messages",
        "lucia",
        "Buenas tardes, ¿con quién puedo hablar sobre un plan de pago? Este mes no me alcanza "
        "para pagar toda la factura.",
    ),
    Sample(
        "x/posts",
        "wes",
        "Love it when a pothole is old enough to have its own postal code. Slow clap for "
        "Campus View. #blessed",
    ),
    Sample(
        "open311/requests",
        "marcus",
        "Storm drain in front of the bakery is packed with leaves, the street floods with every "
        "rain and it runs up to my door.",
        (("service_code", "storm-drain"),),
    ),
    Sample(
        "facebook/comments",
        "marcus",
        "Just want to say thank you to the crew that came out at two in the morning in that rain. "
        "We had power back before the first batch of rolls. You people are great.",
    ),
    Sample(
        "x/dms",
        "dolores",
        "My bill is $187.40 and it was $96 last month. Nothing has changed here, I live alone. "
        "Could somebody look at that please?",
    ),
    Sample(
        "facebook/comments",
        "wes",
        "I have now called three times. The first time I waited 25 minutes and got cut off. The "
        "second time somebody told me the limbs would be picked up this week, and the third time "
        "somebody else told me they were never on the list. Meanwhile the pile is killing the "
        "grass, my landlord writes me letters, and there is a family of raccoons in it who pay no "
        "rent either. I separated everything, I tied the bundles, I measured them with an actual "
        "tape measure like your leaflet says. All I want to know is: on which day does the truck "
        "come, yes or no, and who do I talk to if it does not come again?",
    ),
    Sample(
        "x/posts",
        "lucia",
        "Is the water safe to drink on Heron Street? It came out brown this morning.",
    ),
    Sample(
        "facebook/messages",
        "marcus",
        "I am opening a second shop in January. What do I need to start electric service for a "
        "business, and is there a deposit?",
    ),
    Sample(
        "open311/requests",
        "dolores",
        "Somebody left a sofa and two mattresses next to the bus shelter on Magnolia Loop.",
        (("service_code", "bulky-yard-waste"), ("via", "hub")),
    ),
)


async def play(send: Send, *, every: float = 4.0) -> None:
    """Say every sample through `send(path, body)`, one each `every` seconds."""
    for number, sample in enumerate(SAMPLES):
        if number:
            await asyncio.sleep(every)
        await send(sample.path, sample.body())


async def send_samples(sandbox_url: str, *, every: float = 4.0) -> None:
    """Post the samples to a running sandbox, all within the first minute.

    Raises httpx2.HTTPError where the sandbox does not take one.
    """
    async with httpx2.AsyncClient(base_url=sandbox_url, trust_env=False) as client:

        async def post(path: str, body: dict[str, Any]) -> None:
            answer = await client.post(f"/sandbox/api/{path}", json=body)
            answer.raise_for_status()

        await play(post, every=every)
