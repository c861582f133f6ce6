"""The two Responders: Rasa behind HTTP, and nobody at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from string import whitespace
from typing import Annotated, Literal

import httpx2
from pydantic import BaseModel, Field, ValidationError

from bot.choices import Wish, read_choice
from bot.wording import (
    NO_FACT,
    NO_FACT_EMERGENCY,
    PERSON_FOLLOWS,
    ask_back_text,
    introduced,
    summary,
)
from hub.ports import (
    Answer,
    ArticleView,
    AskBack,
    Choice,
    Confidence,
    Decision,
    Guess,
    Handoff,
    Knowledge,
    PartHealth,
    PartState,
    Turn,
)

MAX_TEXT = 2000
"""Characters of a message sent to Rasa, whose time grows with length."""
TIMEOUT = 3.0
"""Seconds for everything: after that a person is quicker."""
OFFERED = 3
SLASHES = f"/{whitespace}"

PERSON_SLUG = "talk-to-a-person"
SMALL_TALK = frozenset({"greeting", "goodbye", "thanks", "is-this-a-bot", PERSON_SLUG})
"""Never offered as what a message might be about."""

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


PROBE_EVERY = 5.0
"""Seconds between looks at a server that somebody else runs."""


class RasaGuess(BaseModel):
    slug: Annotated[str, Field(min_length=1, max_length=120)]
    confidence: Probability


class RasaReply(BaseModel):
    """What `rasa_project/components/channel.py` answers."""

    act: Literal["answer", "ask_back"]
    slug: str | None = None
    confidence: Probability
    ranking: Annotated[list[RasaGuess], Field(max_length=50)]
    model: str


class BotUnavailable(Exception):
    """Rasa is not there, did not answer in time, or answered something else than it should."""


class RasaResponder:
    """Asks Rasa what a message is about, and the articles what to say about that.

    `base_url` gives the server's address, None while it is not ready; `part` the state of
    whatever runs the server, if we do. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        base_url: Callable[[], str | None],
        *,
        part: Callable[[], PartHealth] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._knowledge, self._base_url, self._part = knowledge, base_url, part
        self._timeout = timeout
        self._trouble: str | None = None
        self._probed_at = -PROBE_EVERY
        # trust_env: a proxy of the machine's must not stand between us and loopback.
        self._http = httpx2.AsyncClient(timeout=timeout, transport=transport, trust_env=False)

    async def respond(self, turn: Turn) -> Decision:
        chosen = read_choice(turn.text, turn.choices)
        if chosen is Wish.PERSON:
            return await self._hand_to_person(turn, ())
        if chosen is Wish.NONE_OF_THESE:
            offered = tuple(Guess(choice.value, 0.0) for choice in turn.choices)
            return _not_understood("None of the offered topics was right.", turn, offered)
        if isinstance(chosen, Choice):
            return await self._say(chosen.value, turn, (Guess(chosen.value, 1.0),))
        # A leading slash would name an intent of Rasa's instead of being read.
        text = turn.text[:MAX_TEXT].lstrip(SLASHES).rstrip()
        if not text:
            return _not_understood("The message has no words to read.", turn, ())
        try:
            reply = await self._ask(turn.conversation, text)
        except BotUnavailable as error:
            # Before it is ready it is not in trouble: `part` says how far it is.
            self._trouble = str(error) if self._base_url() is not None else None
            return Handoff(
                reason="bot-unavailable",
                summary=summary("The bot was not available.", turn),
            )
        self._trouble = None
        guesses = tuple(Guess(guess.slug, guess.confidence) for guess in reply.ranking)
        if reply.act == "answer" and reply.slug is not None:
            return await self._say(reply.slug, turn, guesses[:OFFERED])
        return await self._ask_back(turn, guesses)

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

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _ask(self, conversation: str, text: str) -> RasaReply:
        base_url = self._base_url()
        if base_url is None:
            raise BotUnavailable("Rasa is not ready yet")
        self._probed_at = time.monotonic()  # as good as a look
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._http.post(
                    f"{base_url}/webhooks/switchboard/webhook",
                    json={"sender": conversation, "message": text},
                )
        except TimeoutError as error:
            raise BotUnavailable(f"Rasa did not answer within {self._timeout:g} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise BotUnavailable(f"Rasa cannot be reached: {type(error).__name__}") from error
        if response.status_code != 200:
            raise BotUnavailable(f"Rasa answered with status {response.status_code}")
        try:
            return RasaReply.model_validate_json(response.content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "body"
            raise BotUnavailable(f"Rasa answered nonsense: {place}: {first['msg']}") from error

    async def _say(self, slug: str, turn: Turn, guesses: tuple[Guess, ...]) -> Decision:
        if slug == PERSON_SLUG:
            return await self._hand_to_person(turn, guesses)
        article = await self._knowledge.article(slug)
        if article is None or article.confidence is Confidence.NONE or article.answer is None:
            return _no_fact(article, slug, turn, guesses)
        return Answer(
            text=introduced(article.answer, turn),
            articles=(slug,),
            guesses=guesses,
            emergency=article.emergency,
            handover=article.handover or article.emergency,
        )

    async def _hand_to_person(self, turn: Turn, guesses: tuple[Guess, ...]) -> Handoff:
        article = await self._knowledge.article(PERSON_SLUG)
        said = article.answer if article is not None and article.answer else PERSON_FOLLOWS
        return Handoff(
            reason="asked-for-person",
            summary=summary("The customer asked for a person.", turn),
            text=introduced(said, turn),
            guesses=guesses,
        )

    async def _ask_back(self, turn: Turn, guesses: tuple[Guess, ...]) -> Decision:
        best = guesses[:OFFERED]
        if turn.asked_back > 0:
            return _not_understood("The bot asked back and still did not understand.", turn, best)
        choices: list[Choice] = []
        for guess in guesses:
            if guess.slug in SMALL_TALK or len(choices) == OFFERED:
                continue
            article = await self._knowledge.article(guess.slug)
            if article is not None:
                choices.append(Choice(title=article.title, value=article.slug))
        if not choices:
            return _not_understood("The bot has no idea what this is about.", turn, best)
        offered = tuple(choices)
        return AskBack(text=introduced(ask_back_text(offered), turn), choices=offered, guesses=best)


class NobodyResponder:
    """The bot switched off: everything goes to people, and nothing is said before them."""

    async def respond(self, turn: Turn) -> Decision:
        return Handoff(reason="bot-off", summary=summary("The bot is switched off.", turn))

    async def health(self) -> Sequence[PartHealth]:
        return [PartHealth("bot", PartState.DOWN, "switched off: people answer everything")]

    async def aclose(self) -> None:
        """There is nothing to close."""


def _no_fact(
    article: ArticleView | None, slug: str, turn: Turn, guesses: tuple[Guess, ...]
) -> Handoff:
    title = article.title if article is not None else slug
    emergency = article is not None and article.emergency
    return Handoff(
        reason="no-fact",
        summary=summary(f"About “{title}”, on which no sure fact is published.", turn, guesses),
        text=introduced(NO_FACT_EMERGENCY if emergency else NO_FACT, turn),
        topic=slug,
        guesses=guesses,
    )


def _not_understood(what: str, turn: Turn, guesses: tuple[Guess, ...]) -> Handoff:
    return Handoff(
        reason="not-understood",
        summary=summary(what, turn, guesses),
        text=introduced(f"I did not understand that well enough. {PERSON_FOLLOWS}", turn),
        guesses=guesses,
    )
