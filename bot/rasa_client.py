"""Rasa over HTTP: `rasa_project/components/channel.py` as the hub's side sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import httpx2
from pydantic import BaseModel, Field, ValidationError, model_validator

from bot.dialogue import FormSaid
from hub.ports import Choice, Guess, PartHealth, PartState

TIMEOUT = 3.0
"""Seconds for everything: after that a person is quicker."""
PROBE_EVERY = 5.0
"""Seconds between looks at a server that somebody else runs."""

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Slug = Annotated[str, Field(min_length=1, max_length=120)]
Act = Literal["answer", "ask_back", "out_of_scope", "ask", "form_done", "form_left"]


class BotUnavailable(Exception):
    """Rasa is not there, did not answer in time, or answered something else than it should."""


class SlugGuess(BaseModel):
    slug: Slug
    confidence: Probability


class ChoiceSaid(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    value: Annotated[str, Field(min_length=1, max_length=200)]


Ranking = Annotated[list[SlugGuess], Field(max_length=50)]


class RasaReply(BaseModel):
    """What Rasa decided on a message."""

    act: Act
    slug: Slug | None = None
    confidence: Probability
    ranking: Ranking
    model: str
    emergency: SlugGuess | None = None
    text: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    choices: Annotated[list[ChoiceSaid], Field(max_length=13)] = []
    form: FormSaid | None = None
    state: dict[str, Any] | None = None
    offers_form: bool = False

    @model_validator(mode="after")
    def _whole(self) -> RasaReply:
        """What an act cannot be carried out without."""
        if self.act in ("answer", "ask", "form_done", "form_left") and self.slug is None:
            raise ValueError(f"{self.act} without a slug")
        if self.act in ("ask", "form_left") and self.text is None:
            raise ValueError(f"{self.act} without a text")
        if self.act in ("ask", "form_done") and self.form is None:
            raise ValueError(f"{self.act} without a form")
        return self

    @property
    def guesses(self) -> tuple[Guess, ...]:
        return guesses_of(self.ranking)

    @property
    def offered(self) -> tuple[Choice, ...]:
        return tuple(Choice(choice.title, choice.value) for choice in self.choices)


class RankReply(BaseModel):
    ranking: Ranking
    confidence: Probability
    model: str


def guesses_of(ranking: Sequence[SlugGuess]) -> tuple[Guess, ...]:
    return tuple(Guess(each.slug, each.confidence) for each in ranking)


Reply = TypeVar("Reply", bound=BaseModel)


class RasaClient:
    """Asks Rasa, and knows how it fares.

    `base_url` gives the server's address, None while it is not ready; `part` the state of
    whatever runs the server, if we do. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        base_url: Callable[[], str | None],
        *,
        part: Callable[[], PartHealth] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._base_url, self._part = base_url, part
        self._timeout = timeout
        self._trouble: str | None = None
        self._probed_at = -PROBE_EVERY
        # trust_env: a proxy of the machine's must not stand between us and loopback.
        self._http = httpx2.AsyncClient(timeout=timeout, transport=transport, trust_env=False)

    async def decide(
        self,
        sender: str,
        message: str,
        *,
        language: str,
        state: dict[str, Any] | None = None,
        idle_hours: float | None = None,
        private: bool = True,
    ) -> RasaReply:
        """What Rasa makes of a message. Raises BotUnavailable."""
        body = {
            "sender": sender,
            "message": message,
            "language": language,
            "state": state,
            "idle_hours": idle_hours,
            "private": private,
        }
        return await self._noted("webhook", body, RasaReply)

    async def rank(self, message: str, language: str) -> RankReply:
        """What the message may be about, best first; no dialogue. Raises BotUnavailable."""
        return await self._noted("rank", {"message": message, "language": language}, RankReply)

    async def health(self) -> Sequence[PartHealth]:
        part = self._part() if self._part is not None else None
        if part is not None and part.state is not PartState.UP:
            self._trouble = None  # it begins anew
            return [part]
        if part is None:
            await self._probe()
        if self._base_url() is None:
            return [PartHealth("bot", PartState.DOWN, "not ready: people answer everything")]
        if self._trouble is not None:
            return [PartHealth("bot", PartState.DEGRADED, self._trouble)]
        return [part or PartHealth("bot", PartState.UP, "ready")]

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _noted(self, path: str, body: dict[str, Any], kind: type[Reply]) -> Reply:
        try:
            reply = await self._post(path, body, kind)
        except BotUnavailable as error:
            # Before it is ready it is not in trouble: `part` says how far it is.
            self._trouble = str(error) if self._base_url() is not None else None
            raise
        self._trouble = None
        return reply

    async def _post(self, path: str, body: dict[str, Any], kind: type[Reply]) -> Reply:
        base_url = self._base_url()
        if base_url is None:
            raise BotUnavailable("Rasa is not ready yet")
        self._probed_at = time.monotonic()  # as good as a look
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._http.post(
                    f"{base_url}/webhooks/switchboard/{path}", json=body
                )
        except TimeoutError as error:
            raise BotUnavailable(f"Rasa did not answer within {self._timeout:g} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise BotUnavailable(f"Rasa cannot be reached: {type(error).__name__}") from error
        if response.status_code != 200:
            raise BotUnavailable(f"Rasa answered with status {response.status_code}")
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "body"
            raise BotUnavailable(f"Rasa answered nonsense: {place}: {first['msg']}") from error

    async def _probe(self) -> None:
        """Look whether a server that somebody else runs is there; at most every few seconds."""
        base_url, now = self._base_url(), time.monotonic()
        if base_url is None or now - self._probed_at < PROBE_EVERY:
            return
        self._probed_at = now
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._http.get(f"{base_url}/webhooks/switchboard/")
            self._trouble = None if answer.status_code == 200 else f"status {answer.status_code}"
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            self._trouble = f"Rasa cannot be reached: {type(error).__name__}"
