"""A small city that a real Rasa is trained on in seconds: some topics, all forms, few phrases."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2

from bot.domain import forms
from kb.catalogue import Catalogue
from kb.export import TRAINING, export_training

TOPICS = frozenset(form.kind for form in forms()) | {
    *("damage-claim", "gas-leak", "garbage-day", "goodbye", "greeting", "office-and-hours"),
    *("outage-restoration-time", "parking-ticket-pay", "pay-my-bill", "talk-to-a-person"),
    *("thanks", "water-quality", "bus-starmetro"),
}
TODAY = "2026-11-23"
"""A Monday."""
PHRASES = 24
LINES = 120

CITY = Catalogue(
    replace(article, phrases=article.phrases[:PHRASES], phrases_es=article.phrases_es[:PHRASES])
    for article in Catalogue.load()
    if article.slug in TOPICS
)


async def export(folder: Path) -> None:
    """The city as training data, with so many of the real lines that thresholds can be chosen."""
    with tempfile.TemporaryDirectory() as training:
        for path in TRAINING.iterdir():
            lines = path.read_text("utf-8").splitlines()
            if path.suffix == ".jsonl":
                known = TOPICS | {"out-of-scope"}
                lines = [line for line in lines if line and json.loads(line)["slug"] in known]
            text = "".join(f"{line}\n" for line in lines[:LINES])
            (Path(training) / path.name).write_text(text, "utf-8")
        export_training(CITY, folder, Path(training))


class Customer:
    """Somebody who writes to Rasa; the state is carried from answer to message, as the hub does."""

    def __init__(self, base_url: str | None, language: str = "en", sender: str = "t-1") -> None:
        self.url = f"{base_url}/webhooks/switchboard"
        self.language, self.sender = language, sender
        self.state: Any = None
        self.last: dict[str, Any] = {}

    async def says(self, *messages: str, **more: Any) -> dict[str, Any]:
        """The answer to the last of `messages`; `more` are keys of the request."""
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            for message in messages:
                body = {"sender": self.sender, "message": message, "language": self.language}
                body |= {"state": self.state, "today": TODAY, **more}
                response = await client.post(f"{self.url}/webhook", json=body)
                assert response.status_code == 200, response.text
                self.last = response.json()
                self.state = self.last["state"]
        return self.last

    @property
    def fields(self) -> dict[str, str]:
        """What the form has collected, by name."""
        return {field["name"]: field["value"] for field in self.last["form"]["fields"]}
