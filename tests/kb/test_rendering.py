"""Markdown as plain text and as safe HTML."""

from __future__ import annotations

import pytest

from kb.rendering import html, plain_text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Leave** at *once*.", "Leave at once."),
        ("One\nline.", "One line."),
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("Call:\n\n- Ann: 1\n- Bob: 2", "Call:\n\n- Ann: 1\n- Bob: 2"),
        ("1. first\n2. second", "1. first\n2. second"),
        ("3. third", "3. third"),
        ("- a\n\n  more\n- b", "- a\n\nmore\n\n- b"),
        ("[the page](https://a.example/x)", "the page (https://a.example/x)"),
        ("[a.example](https://a.example/)", "a.example"),
        ("[850-891-4968](tel:850-891-4968)", "850-891-4968"),
        ("<https://a.example>", "https://a.example"),
        ("hard\\\nbreak", "hard\nbreak"),
        ("`code` & <b>tags</b>", "code & tags"),
        ("text #OUTAGE to 85700", "text #OUTAGE to 85700"),
        ("    kept as is", "kept as is"),
        ("", ""),
    ],
)
def test_plain_text(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text


def test_html_keeps_structure() -> None:
    assert html("**Stay** away") == "<p><strong>Stay</strong> away</p>"
    assert '<a href="tel:850-891-4968"' in html("[call](tel:850-891-4968)")


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "<img src=x onerror=alert(1)>",
        "![x](https://a.example/x.png)",
        "<iframe src='https://a.example'></iframe>",
    ],
)
def test_html_is_safe(markdown: str) -> None:
    shown = html(markdown)
    for bad in ("<script", 'href="javascript', "<img", "<iframe", "onerror=alert(1)>"):
        assert bad not in shown
