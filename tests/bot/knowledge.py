"""A small city's knowledge for the responder's tests."""

from __future__ import annotations

from collections.abc import Sequence

from hub.ports import ArticleView, Confidence


def article(
    slug: str,
    title: str,
    answer: str | None,
    confidence: Confidence = Confidence.HIGH,
    *,
    emergency: bool = False,
    handover: bool = False,
) -> ArticleView:
    return ArticleView(
        slug=slug,
        title=title,
        unit="call-center",
        confidence=confidence,
        emergency=emergency,
        answer=answer,
        handover=handover,
    )


ARTICLES = (
    article("report-outage", "Report a power outage", "Report it at the outage page."),
    article("outage-map", "Outage map", "A map is online."),
    article("high-bill", "High bill", "An audit is free.", Confidence.MEDIUM),
    article("pay-my-bill", "Pay my bill", "Pay online or by phone."),
    article("damage-claim", "Damage claim", None, Confidence.NONE),
    article("sewage-overflow", "Sewage overflow", None, Confidence.NONE, emergency=True),
    article("gas-leak", "Smell of gas", "Leave at once.\n\nCall 911.", emergency=True),
    article("complaint", "Complaint", "We hear you.", handover=True),
    article("greeting", "Greeting", "Hello! I am the city's automated assistant."),
    article("talk-to-a-person", "Talk to a person", "A person takes over.", handover=True),
)


class FakeKnowledge:
    """The articles above, and no others."""

    def __init__(self, articles: Sequence[ArticleView] = ARTICLES) -> None:
        self._articles = {view.slug: view for view in articles}

    async def article(self, slug: str) -> ArticleView | None:
        return self._articles.get(slug)

    async def articles(self) -> Sequence[ArticleView]:
        return list(self._articles.values())
