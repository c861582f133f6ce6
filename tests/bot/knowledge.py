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
    title_es: str | None = None,
    answer_es: str | None = None,
) -> ArticleView:
    return ArticleView(
        slug=slug,
        title=title,
        unit="call-center",
        confidence=confidence,
        emergency=emergency,
        answer=answer,
        handover=handover,
        title_es=title_es,
        answer_es=answer_es,
        source="City pages",
    )


MEDIUM, NONE = Confidence.MEDIUM, Confidence.NONE
ARTICLES = (
    article(
        "report-outage",
        "Report a power outage",
        "Report it at the outage page.",
        title_es="Reportar un apagón",
        answer_es="Repórtelo en la página de apagones.",
    ),
    article("outage-map", "Outage map", "A map is online.", title_es="Mapa de apagones"),
    article("high-bill", "High bill", "An audit is free.", MEDIUM, title_es="Factura alta"),
    article("pay-my-bill", "Pay my bill", "Pay online. Please confirm at 850-891-4968.", MEDIUM),
    article("rebates", "Rebates", "You get $300 back.", MEDIUM),
    article("rate-plans", "Rate plans", "Nights cost $5 less."),
    article("damage-claim", "Damage claim", None, NONE),
    article("missed-pickup", "Missed pickup", None, NONE, title_es="No pasaron a recoger"),
    article("sewage-overflow", "Sewage overflow", None, NONE, emergency=True),
    article(
        "gas-leak",
        "Smell of gas",
        "Leave at once.\n\nCall 911.",
        emergency=True,
        answer_es="Salga ya.\n\nLlame al 911.",
    ),
    article("complaint", "Complaint", None, NONE, handover=True),
    article("damage-seen", "Damage seen", "We hear you.", handover=True),
    article("compliment", "Compliment", "Thank you!"),
    article("thanks", "Thanks", "You are welcome."),
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
