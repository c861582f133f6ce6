"""What may be said at all, and of which topics (`talgov.md`)."""

from __future__ import annotations

from bot.domain import forms
from bot.wording import CITY_PHONE, joined, states_amount, words_in
from hub.ports import ArticleView, Confidence

OFFERED = 3
"""Choices, guesses and suggestions at most."""
PERSON_SLUG = "talk-to-a-person"
SMALL_TALK = frozenset(("greeting", "goodbye", "thanks", "is-this-a-bot", PERSON_SLUG))
"""Never offered as what a message might be about."""
PLEASANT = frozenset(("greeting", "goodbye", "thanks", "compliment"))
"""Said in anger, these are sarcasm."""


def has_form(slug: str) -> bool:
    """Whether that article offers a form."""
    return any(form.kind == slug for form in forms())


def may_be_said(article: ArticleView | None, language: str) -> str | None:
    """The article's answer as it may be sent, None where a person must answer.

    What is not quite certain closes with the request to confirm it, and names no sum of money.
    """
    if article is None:
        return None
    text = article.said(language)
    if text is None or article.emergency:
        return text
    if article.confidence is Confidence.NONE:
        return None
    if article.confidence is Confidence.MEDIUM:
        if states_amount(text):
            return None
        if CITY_PHONE not in text:
            spanish = language == "es" and article.answer_es is not None
            text = joined(text, words_in("es" if spanish else "en").confirm)
    return text


def amount_forbidden(article: ArticleView | None, language: str) -> bool:
    """Whether a person must answer only because the answer names a sum that is not certain."""
    if article is None or article.confidence is not Confidence.MEDIUM:
        return False
    return states_amount(article.said(language) or "")
