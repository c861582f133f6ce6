"""The two Responders: Rasa behind HTTP, and nobody at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import httpx2

from bot.choices import Wish, read_choice
from bot.dialogue import Memory
from bot.forms import carry_out
from bot.handoff import customers_words, hand_off
from bot.message import is_pleased, readable
from bot.policy import OFFERED, PERSON_SLUG, SMALL_TALK, has_form, may_be_said
from bot.rasa_client import TIMEOUT, BotUnavailable, RasaClient, RasaReply, guesses_of
from bot.speaker import Speaker
from bot.tone import is_angry, is_not_helped
from bot.wording import ask_back_text, introduced, words_in
from hub.ports import (
    AskBack,
    Choice,
    Decision,
    Guess,
    Handoff,
    Knowledge,
    PartHealth,
    PartState,
    Suggestion,
    Turn,
    Visibility,
)

SUGGESTED_FROM = 0.02
"""An article less likely than this is not suggested to an agent."""
RATHER = 0.5
"""From which share on an unsure guess is good enough to greet back, or to choose a unit by."""

log = logging.getLogger(__name__)


class RasaResponder:
    """Asks Rasa what a message is about, and the articles what to say about that.

    `base_url`, `part`, `transport` and `timeout` are RasaClient's. `now` is the clock.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        base_url: Callable[[], str | None],
        *,
        part: Callable[[], PartHealth] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        timeout: float = TIMEOUT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._knowledge, self._now = knowledge, now
        self._rasa = RasaClient(base_url, part=part, transport=transport, timeout=timeout)

    async def respond(self, turn: Turn) -> Decision:
        memory = Memory.read(turn.dialogue)
        speaker = Speaker(self._knowledge, turn, memory, self._now())
        in_form = memory.in_form
        # What answers a form's question is Rasa's to read, its choices and "a person" too.
        chosen = None if in_form else read_choice(turn.text, turn.choices)
        if chosen is Wish.PERSON:
            return await speaker.person(())
        if chosen is Wish.NONE_OF_THESE:
            return await speaker.not_understood("None of the offered topics was right.", ())
        if isinstance(chosen, Choice):
            return await self._chosen(chosen, turn, memory, speaker)
        text = readable(turn.text)
        if not in_form and text and _spoke(turn, memory) and is_not_helped(text):
            return await speaker.not_helped()
        if is_pleased(turn.text) and _spoke(turn, memory):
            text = words_in(turn.language).yes if in_form else words_in(turn.language).thanks
        if not text:
            return await speaker.nothing_to_read()
        try:
            reply = await self._ask(turn, memory, text)
        except BotUnavailable:
            what = "The bot was not available."
            return await hand_off(self._knowledge, turn, memory, "bot-unavailable", what)
        return await self._decide(reply, turn, memory, speaker)

    async def suggest(self, turn: Turn) -> Sequence[Suggestion]:
        text = readable(turn.text)
        if not text:
            return []
        try:
            found = await self._rasa.rank(text, turn.language)
            return await self._suggestions(guesses_of(found.ranking), turn.language)
        except BotUnavailable:
            return []
        except Exception:  # an agent reads the ticket, with suggestions or without
            log.exception("nothing could be suggested")
            return []

    async def rank(self, text: str, language: str) -> Sequence[tuple[str, float]]:
        """The topics that `text` may be about, best first, with confidences 0..1.

        Raises BotUnavailable.
        """
        found = await self._rasa.rank(readable(text), language)
        return [(guess.slug, guess.confidence) for guess in guesses_of(found.ranking)]

    async def health(self) -> Sequence[PartHealth]:
        return await self._rasa.health()

    async def aclose(self) -> None:
        await self._rasa.aclose()

    async def _ask(self, turn: Turn, memory: Memory, text: str) -> RasaReply:
        return await self._rasa.decide(
            turn.conversation,
            text,
            language=turn.language,
            state=memory.rasa,
            idle_hours=memory.idle_hours(self._now()),
            private=turn.visibility is not Visibility.PUBLIC or turn.can_write_privately,
        )

    async def _chosen(
        self, choice: Choice, turn: Turn, memory: Memory, speaker: Speaker
    ) -> Decision:
        """What was offered and taken is said without Rasa, unless a form begins with it."""
        slug, sure = choice.value, (Guess(choice.value, 1.0),)
        if has_form(slug):
            try:
                reply = await self._ask(turn, memory, choice.title)
            except BotUnavailable:
                return await speaker.say(slug, sure, rasa=memory.rasa)
            if reply.slug == slug and (reply.act == "ask" or reply.offers_form):
                return await carry_out(speaker, reply, sure)
        return await speaker.say(slug, sure, rasa=memory.rasa)

    async def _decide(
        self, reply: RasaReply, turn: Turn, memory: Memory, speaker: Speaker
    ) -> Decision:
        guesses = reply.guesses[:OFFERED]
        if reply.emergency is not None:
            return await speaker.emergency(reply.emergency.slug, guesses)
        angry = is_angry(turn.text)
        match reply.act:
            case "ask_back" if angry:
                sure = guesses and guesses[0].confidence >= RATHER
                return await speaker.upset(guesses, topic=guesses[0].slug if sure else None)
            case "ask_back":
                return await self._ask_back(reply, turn, memory, speaker)
            case "out_of_scope" if angry:
                return await speaker.upset(guesses)
            case "out_of_scope":
                return await speaker.out_of_scope(guesses)
            case _:
                return await carry_out(speaker, reply, guesses, angry=angry)

    async def _ask_back(
        self, reply: RasaReply, turn: Turn, memory: Memory, speaker: Speaker
    ) -> Decision:
        best = reply.guesses[:OFFERED]
        if best and best[0].slug == PERSON_SLUG:
            return await speaker.person(best)  # rather a person too many
        if best and best[0].slug in SMALL_TALK and best[0].confidence >= RATHER:
            return await speaker.say(best[0].slug, best, rasa=reply.state)
        if max(turn.asked_back, memory.failures) > 0:
            what = "The bot asked back and still did not understand."
            return await speaker.not_understood(what, best)
        choices: list[Choice] = []
        for guess in reply.guesses:
            if guess.slug in SMALL_TALK or len(choices) == OFFERED:
                continue
            article = await self._knowledge.article(guess.slug)
            if article is not None:
                choices.append(Choice(title=article.titled(turn.language), value=article.slug))
        if not choices:
            return await speaker.not_understood("The bot has no idea what this is about.", best)
        offered = tuple(choices)
        kept = memory.after(
            self._now(),
            rasa=reply.state,
            offered=[choice.title for choice in offered],
            failed=True,
        )
        text = introduced(ask_back_text(offered, turn.language), turn)
        return AskBack(text=text, choices=offered, guesses=best, dialogue=kept)

    async def _suggestions(self, guesses: Sequence[Guess], language: str) -> Sequence[Suggestion]:
        made: list[Suggestion] = []
        for guess in guesses:
            if guess.slug in SMALL_TALK or guess.confidence < SUGGESTED_FROM:
                continue
            article = await self._knowledge.article(guess.slug)
            said = may_be_said(article, language)
            if article is not None and said is not None:
                made.append(
                    Suggestion(
                        text=said,
                        article=article.slug,
                        title=article.titled(language),
                        confidence=guess.confidence,
                        source=article.source,
                    )
                )
        return made[:OFFERED]


class NobodyResponder:
    """The bot switched off: everything goes to people, and nothing is said before them."""

    async def respond(self, turn: Turn) -> Decision:
        words = customers_words(turn, Memory())
        return Handoff(reason="bot-off", summary=f"The bot is switched off.\n{words}")

    async def suggest(self, turn: Turn) -> Sequence[Suggestion]:
        return []

    async def health(self) -> Sequence[PartHealth]:
        return [PartHealth("bot", PartState.DOWN, "switched off: people answer everything")]

    async def aclose(self) -> None:
        """There is nothing to close."""


def _spoke(turn: Turn, memory: Memory) -> bool:
    """Whether the customer may be answering what the bot said."""
    return not turn.first and (memory.spoke_at is not None or turn.asked_back > 0)
