"""A process with a whole hub, its worker and Rasa, that takes messages and waits for the answers.

Configuration: data. Answers when the bot is ready, and then once to each line
`{"language", "turns", "rate", "seconds"}`: so many messages one after another, or so many a second.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import uvloop

from bench.child import configuration
from bench.hub_process import environment, hub_settings
from hub.app import ROOT, build_hub
from hub.events.feed import Frame
from hub.ports import Author, InboundMessage, PartState, ReceivedBody, Visibility
from hub.settings import Settings
from hub.system import Hub
from hub.worker import Worker
from kb.export import TRAINING

READY_WITHIN = 600.0
ANSWERED_WITHIN = 20.0


class Turns:
    """Sends customers' messages and notes when the bot's words to each are told."""

    def __init__(self, hub: Hub, account_id: int) -> None:
        self._hub, self._account = hub, account_id
        self._numbers = itertools.count(1)
        self._heard: dict[int, asyncio.Future[tuple[float, str | None]]] = {}
        """Of each ticket: when the bot's words were told, and why it handed over, if it did."""
        self.latencies: list[float] = []
        self.unavailable = 0
        hub.feed.subscribe(self._notice)

    async def say(self, text: str) -> None:
        number = next(self._numbers)
        message = InboundMessage(
            external_id=f"turn-{number}",
            conversation=f"turn-{number}",
            author=Author("web", f"visitor-{number}", "A visitor"),
            body=text,
            sent_at=datetime.now(UTC),
            visibility=Visibility.PRIVATE,
        )
        began = time.perf_counter()
        (accepted,) = await self._hub.intake.receive(ReceivedBody(self._account, (message,)))
        async with asyncio.timeout(ANSWERED_WITHIN):
            ended, reason = await self._of(accepted.ticket_id)
        self.latencies.append((ended - began) * 1000)
        self.unavailable += reason == "bot-unavailable"

    def _of(self, ticket_id: int) -> asyncio.Future[tuple[float, str | None]]:
        # The answer may be told before the intake's caller goes on.
        return self._heard.setdefault(ticket_id, asyncio.get_running_loop().create_future())

    def _notice(self, frames: Sequence[Frame]) -> None:
        now = time.perf_counter()
        for frame in frames:
            if frame.kind != "ticket.updated":
                continue
            ticket = json.loads(frame.text)["data"]
            answered = ticket["last_author"] == "bot" or ticket["handoff"] is not None
            heard = self._of(ticket["id"])
            if answered and not heard.done():
                heard.set_result((now, (ticket["handoff"] or {}).get("reason")))

    def begin(self) -> None:
        self.latencies, self.unavailable = [], 0


async def main(config: dict[str, Any]) -> None:
    # Standard output is for answers.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings = _settings(Path(config["data"]))
    found = any((settings.data / "models").glob("bot-*.tar.gz"))
    began = time.monotonic()
    hub = build_hub(settings)
    await hub.start()
    worker = Worker(hub)
    worker.start()
    try:
        await _ready(hub)
        _tell({"seconds": time.monotonic() - began, "found": found})
        account = (await hub.directory.get()).account_of("webchat", "web")
        assert account is not None, "a hub is seeded with a web chat"
        turns = Turns(hub, account.id)
        while line := await asyncio.to_thread(sys.stdin.readline):
            _tell(await _measured(turns, json.loads(line)))
    finally:
        await worker.aclose()
        await hub.aclose()


async def _measured(turns: Turns, wanted: dict[str, Any]) -> dict[str, Any]:
    texts = _texts(wanted["language"])
    for text in itertools.islice(texts, 5):  # what is loaded at first use
        await turns.say(text)
    turns.begin()
    began = time.perf_counter()
    if wanted["rate"] is None:
        for text in itertools.islice(texts, wanted["turns"]):
            await turns.say(text)
    else:
        count = int(wanted["rate"] * wanted["seconds"])
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await asyncio.sleep(max(0.0, began + number / wanted["rate"] - time.perf_counter()))
                group.create_task(turns.say(next(texts)))
    return {
        "answered": len(turns.latencies),
        "seconds": time.perf_counter() - began,
        "latencies": [round(value, 3) for value in turns.latencies],
        "unavailable": turns.unavailable,
    }


def _texts(language: str) -> Iterator[str]:
    """Citizens' messages that no model is trained on, over and over."""
    lines = (TRAINING / "held_back.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return itertools.cycle(row["text"] for row in rows if row.get("lang", "en") == language)


def _settings(data: Path) -> Settings:
    """A hub with a Rasa of its own; models that `./dev run` has trained are used."""
    data.mkdir(parents=True, exist_ok=True)
    known = ROOT / ".data" / "models"
    if known.is_dir() and not (data / "models").exists():
        (data / "models").symlink_to(known)
    with environment(hub_settings(data, None, worker=True) | {"HUB_BOT": "managed"}):
        return Settings()


async def _ready(hub: Hub) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while True:
            parts = {part.name: part for part in await hub.health()}
            if parts["bot"].state is PartState.UP:
                return
            await asyncio.sleep(0.2)


def _tell(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(configuration()))
