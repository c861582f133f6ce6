"""Text from outside in cells: it stays text, whatever a spreadsheet makes of its beginning."""

from __future__ import annotations

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet may take `text` for something to be computed. Blanks before it do
    not count: some programs strip them."""
    return text.startswith(_BEGINS_FORMULA) or text.lstrip().startswith(_BEGINS_FORMULA)


def harmless(text: str) -> str:
    """`text` for a CSV cell, with an apostrophe before what could be computed. Spreadsheets take
    the apostrophe for "this is text"; a program that reads the file sees it."""
    return f"'{text}" if looks_like_formula(text) else text
