"""Forms: Rasa asks the questions; here they are put beside articles, kept private, and ended.

Nothing personal is asked in public: a form goes on in private where that can be begun from here,
else the customer is asked to write privately.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue import FormSaid
from bot.handoff import shortened
from bot.policy import PERSON_SLUG, may_be_said
from bot.rasa_client import RasaReply
from bot.speaker import Speaker
from bot.wording import introduced, joined
from hub.ports import Answer, Ask, Decision, Guess, Handoff


@dataclass(frozen=True, slots=True)
class Question:
    """A form's question, as Rasa put it."""

    reply: RasaReply
    text: str
    form: FormSaid


async def carry_out(
    speaker: Speaker, reply: RasaReply, guesses: tuple[Guess, ...], *, angry: bool = False
) -> Decision:
    """What Rasa decided, other than asking back."""
    slug = reply.slug
    assert slug is not None, "checked as it came in"
    question = None
    if reply.text is not None and reply.form is not None:
        question = Question(reply, reply.text, reply.form)
    match reply.act:
        case "ask" if question is not None:
            return await _ask(speaker, slug, question, guesses, angry=angry)
        case "form_done" if reply.form is not None:
            return await _done(speaker, slug, reply.form, reply.text)
        case "form_left" if reply.text is not None:
            return _left(speaker, reply, reply.text)
        case _ if slug == PERSON_SLUG:
            return await speaker.person(guesses, reply)
        case _ if reply.offers_form and speaker.public:
            return await _invite(speaker, slug, reply, guesses, angry=angry)
        case _ if question is not None:
            return await _aside(speaker, slug, question, guesses)
        case _:
            return await speaker.say(slug, guesses, rasa=reply.state, angry=angry)


async def _ask(
    speaker: Speaker, slug: str, question: Question, guesses: tuple[Guess, ...], *, angry: bool
) -> Decision:
    before = speaker.memory.form
    if before is None or before.kind != question.form.kind:
        if angry:
            return await speaker.say(slug, guesses, angry=True)
        shown = await _shown(speaker, slug)
        text = f"{shown}\n\n{question.text}" if shown else question.text
        return _asked(speaker, question, text, slug, guesses, article=slug if shown else None)
    if angry and len(before.fields) >= len(question.form.fields):
        return await speaker.hand_off(
            "upset",
            "The customer is upset while a form's questions are asked.",
            text=speaker.words.upset,
            topic=slug,
            form=question.form,
        )
    return _asked(speaker, question, question.text, slug, guesses)


async def _aside(
    speaker: Speaker, slug: str, question: Question, guesses: tuple[Guess, ...]
) -> Decision:
    """Another topic in the middle of a form: answered, and the question asked again."""
    article = await speaker.knowledge.article(slug)
    if article is not None and article.emergency:
        return await speaker.emergency(slug, guesses)
    topic, shown = question.form.kind, await _shown(speaker, slug)
    if not shown:
        # The form goes on: whoever gets the request is told of the question.
        text = f"{speaker.words.no_fact_in_form}\n\n{question.text}"
        unanswered = shortened(speaker.turn.text)
        return _asked(speaker, question, text, topic, guesses, unanswered=unanswered)
    if speaker.public:
        kept = speaker.memory.after(
            speaker.now, rasa=question.reply.state, article=slug, form=question.form
        )
        return Answer(introduced(shown, speaker.turn), (slug,), guesses, dialogue=kept)
    text = f"{shown}\n\n{question.text}"
    return _asked(speaker, question, text, topic, guesses, article=slug)


def _asked(
    speaker: Speaker,
    question: Question,
    text: str,
    topic: str,
    guesses: tuple[Guess, ...],
    *,
    article: str | None = None,
    unanswered: str | None = None,
) -> Ask:
    return Ask(
        text=introduced(text, speaker.turn),
        topic=topic,
        choices=question.reply.offered,
        request=question.form.request(),
        private=speaker.public,
        guesses=guesses,
        dialogue=speaker.memory.after(
            speaker.now,
            rasa=question.reply.state,
            article=article,
            form=question.form,
            question=unanswered,
        ),
    )


async def _done(speaker: Speaker, slug: str, form: FormSaid, text: str | None) -> Handoff:
    return await speaker.hand_off(
        "request",
        f"A request was taken down: {form.title}.",
        text=text or speaker.words.thanks_for_request,
        topic=slug,
        form=form.model_copy(update={"complete": True}),
    )


def _left(speaker: Speaker, reply: RasaReply, text: str) -> Ask:
    """The customer does not want to go on: said politely, and nobody is called."""
    return Ask(
        text=introduced(text, speaker.turn),
        topic=reply.slug,
        choices=reply.offered,
        request=reply.form.request() if reply.form is not None else None,
        private=speaker.public,
        dialogue=speaker.memory.after(speaker.now, rasa=reply.state),
    )


async def _invite(
    speaker: Speaker, slug: str, reply: RasaReply, guesses: tuple[Guess, ...], *, angry: bool
) -> Answer | Handoff:
    """In public, where no private message can be begun: the customer must begin it."""
    if angry:
        return await speaker.say(slug, guesses, angry=True)
    text = joined(await _shown(speaker, slug), speaker.words.write_privately)
    return Answer(
        text=introduced(text, speaker.turn),
        articles=(slug,),
        guesses=guesses,
        dialogue=speaker.memory.after(speaker.now, rasa=reply.state, article=slug),
    )


async def _shown(speaker: Speaker, slug: str) -> str:
    """What the article says of it, empty where it may say nothing."""
    article = await speaker.knowledge.article(slug)
    said = may_be_said(article, speaker.turn.language)
    return speaker.in_language(article, said) if article is not None and said is not None else ""
