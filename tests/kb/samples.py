"""Articles written for the tests."""

from __future__ import annotations

from pathlib import Path

from hub.ports.knowledge import ArticleText
from kb.article import parse_article
from kb.rules import CONFIRM, CONFIRM_ES


def source(**changes: str) -> str:
    """The text of a sound article, with some front-matter lines or the body replaced.

    A value of "" takes the line away; `body` is what follows the front matter.
    """
    fields = {
        "slug": "lost-umbrella",
        "title": "Lost umbrellas",
        "unit": "walk-in",
        "confidence": "H",
        "emergency": "false",
        "handover": "false",
        "source": "City of Tallahassee public pages",
        "reviewed": "2026-11-01",
        "phrases": "[I lost my umbrella, where is my brolly, left it on the bus, parasol, found]",
    }
    body = changes.pop("body", "Ask at the desk, or see [the page](https://example.org/umbrella).")
    fields.update(changes)
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return "---\n" + "\n".join(lines) + "\n---\n\n" + body + "\n"


def sample(**changes: str) -> ArticleText:
    """A sound article, changed as in `source`."""
    text = source(**changes)
    return parse_article(Path(f"{changes.get('slug', 'lost-umbrella')}.md"), text)


CONFIRMED = f"Try the desk. {CONFIRM}"
CONFIRMED_ES = f"Pregunte en el mostrador. {CONFIRM_ES}"
STAFF = "## For staff: still to be filled in\n\nWhere the umbrellas are kept."
