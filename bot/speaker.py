"""What is said about a topic in one turn: the article's answer, or that a person comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.dialogue import FormSaid, Memory
from bot.handoff import hand_off
from bot.policy import PERSON_SLUG, PLEASANT, amount_forbidden, may_be_said
from bot.rasa_client import RasaReply
from bot.wording import Wording, introduced, joined, words_in
from hub.ports import (
    Answer,
    ArticleView,
    Guess,
    Handoff,
    Knowledge,
    Turn,
    Visibility,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Makes decisions of what was understood of `turn`."""

    knowledge: Knowledge
    turn: Turn
    memory: Memory
    now: datetime

    @property
    def words(self) -> Wording:
        return words_in(self.turn.language)

    @property
    def public(self) -> bool:
        return self.turn.visibility is Visibility.PUBLIC

    async def say(
        self,
        slug: str,
        guesses: tuple[Guess, ...],
        *,
        rasa: dict[str, Any] | None = None,
        angry: bool = False,
    ) -> Answer | Handoff:
        """What the article says, or a person where it does not."""
        if slug == PERSON_SLUG:
            return await self.person(guesses)
        article = await self.knowledge.article(slug)
        if article is not None and article.emergency:
            return await self.emergency(slug, guesses)
        said = may_be_said(article, self.turn.language)
        if angry and (said is None or slug in PLEASANT):
            return await self.upset(guesses, topic=None if slug in PLEASANT else slug)
        if article is None or said is None:
            return await self._no_fact(article, slug, guesses)
        text = self.in_language(article, said)
        handover = article.handover or angry
        if angry:
            text = joined(self.words.sorry, text)
        return Answer(
            text=introduced(text, self.turn),
            articles=(slug,),
            guesses=guesses,
            handover=handover,
            dialogue=None if handover else self.memory.after(self.now, rasa=rasa, article=slug),
        )

    async def emergency(self, slug: str, guesses: tuple[Guess, ...]) -> Answer:
        """The safety steps, and a person at once."""
        article = await self.knowledge.article(slug)
        steps = article.said(self.turn.language) if article is not None else None
        text = introduced(steps or self.words.danger, self.turn)
        return Answer(text, (slug,), guesses=guesses, emergency=True, handover=True)

    async def person(self, guesses: tuple[Guess, ...], reply: RasaReply | None = None) -> Handoff:
        """The customer wants one, or a form ended without (`reply.text` says so)."""
        form = reply.form if reply is not None else None
        if reply is not None and reply.text is not None:
            what = "The customer's answers did not fit the form's question."
            return await self.hand_off("request", what, text=reply.text, guesses=guesses, form=form)
        article = await self.knowledge.article(PERSON_SLUG)
        said = article.said(self.turn.language) if article is not None else None
        return await self.hand_off(
            "asked-for-person",
            "The customer asked for a person.",
            text=said or self.words.person_follows,
            guesses=guesses,
            form=form,
        )

    async def not_understood(self, what: str, guesses: tuple[Guess, ...]) -> Handoff:
        return await self.hand_off(
            "not-understood", what, text=self.words.not_understood, guesses=guesses
        )

    async def not_helped(self) -> Handoff:
        what = "The customer says that the bot's answer did not help."
        return await self.hand_off("not-understood", what, text=self.words.not_helped)

    async def upset(self, guesses: tuple[Guess, ...], topic: str | None = None) -> Handoff:
        """Nobody argues. In public nothing is said either, where the topic is not known."""
        about = await self.about(topic)
        text = None if self.public and topic is None else self.words.upset
        return await self.hand_off(
            "upset", f"The customer is upset{about}.", text=text, topic=topic, guesses=guesses
        )

    async def out_of_scope(self, guesses: tuple[Guess, ...]) -> Handoff:
        """Sarcasm, news and other people's talk get no answer from a machine in public."""
        if self.public:
            what = "Nothing that the bot could answer: please see whether it needs one."
            return await self.hand_off("nothing-to-answer", what, guesses=guesses)
        what = "The bot knows nothing of what this is about."
        return await self.not_understood(what, guesses)

    async def nothing_to_read(self) -> Handoff:
        if self.public:
            return await self.hand_off("nothing-to-answer", "The message has no words to read.")
        return await self.not_understood("The message has no words to read.", ())

    async def _no_fact(
        self, article: ArticleView | None, slug: str, guesses: tuple[Guess, ...]
    ) -> Handoff:
        about = await self.about(slug)
        if amount_forbidden(article, self.turn.language):
            what = f"The answer{about} names a sum of money that is not certain."
            return await self.hand_off(
                "policy", what, text=self.words.policy, topic=slug, guesses=guesses
            )
        told = article is not None and article.handover
        return await self.hand_off(
            "no-fact",
            f"It is{about}, on which no sure fact is published.",
            text=self.words.passed_on if told else self.words.no_fact,
            topic=slug,
            guesses=guesses,
        )

    async def about(self, slug: str | None) -> str:
        """` about “Title”`, for a summary."""
        if slug is None:
            return ""
        article = await self.knowledge.article(slug)
        return f" about “{article.title if article is not None else slug}”"

    def in_language(self, article: ArticleView, said: str) -> str:
        """`said`, with a word before it where there is no Spanish text yet."""
        only_english = self.turn.language == "es" and article.answer_es is None
        return joined(self.words.english_only, said) if only_english else said

    async def hand_off(
        self,
        reason: str,
        what: str,
        *,
        text: str | None = None,
        topic: str | None = None,
        guesses: Sequence[Guess] = (),
        form: FormSaid | None = None,
    ) -> Handoff:
        return await hand_off(
            self.knowledge,
            self.turn,
            self.memory,
            reason,
            what,
            text=text,
            topic=topic,
            guesses=guesses,
            form=form,
        )
