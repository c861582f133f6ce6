"""How the widget's script reaches a page, and that it knows the hub's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hub.api.site import NOBODY, Site

ROOT = Path(__file__).parents[3]
CODE = re.compile(r'Refused\(\s*"([a-z-]+)"')


def codes() -> set[str]:
    """Every code that the hub may refuse something with."""
    found: set[str] = set()
    for path in (ROOT / "channels" / "webchat").glob("*.py"):
        found |= set(CODE.findall(path.read_text()))
    return found


@pytest.mark.anyio
async def test_it_is_kept_and_asked_for_again(site: Site) -> None:
    answer = await site.ask(NOBODY, "GET", "/widget.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=300" in answer.headers["cache-control"]
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = await site.ask(NOBODY, "GET", "/widget.js", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = await site.ask(NOBODY, "GET", "/widget.js", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_every_code_is_documented() -> None:
    page = (ROOT / "docs" / "widget.md").read_text()
    assert {"too-long", "identity-expired", "file-refused"} <= codes()
    assert {code for code in codes() if f"`{code}`" not in page} == set()


def test_the_widget_has_words_for_what_a_visitor_can_mend() -> None:
    texts = (ROOT / "agent_console/web/src/widget/texts.ts").read_text()
    # Told in another way, or a mistake of the page's own.
    others = {"later", "no-key", "unreadable", "no-hello", "not-yours"} | {
        code for code in codes() if code.startswith("identity-")
    }
    missing = {c for c in codes() - others if not re.search(rf"^\s+'?{c}'?: ", texts, re.M)}
    assert missing == set()
