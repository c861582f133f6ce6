"""The look of printed reports: an embedded font, styles and colours.

Source Sans comes as a package of font files (SIL Open Font License). It has the letters of every
European language and of Vietnamese; a letter it has not loses its marks, or becomes a question
mark.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

REGULAR, BOLD = "SourceSansPro", "SourceSansPro-Bold"
_FILES = {REGULAR: "SourceSansPro-Regular.ttf", BOLD: "SourceSansPro-Bold.ttf"}

PAGE = letter
MARGIN = 46.0
WIDTH = PAGE[0] - 2 * MARGIN

INK = HexColor("#14201D")
INK_2 = HexColor("#43524E")
LINE = HexColor("#C9D2CF")
SOFT = HexColor("#EDF0EF")
ACCENT = HexColor("#0B6256")
GREY = HexColor("#A9B5B1")
RED = HexColor("#8C1A14")


@cache
def register_fonts() -> None:
    """Read the font's files, once a process."""
    for name, file in _FILES.items():
        path = files("font_source_sans_pro") / "files" / file
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR)
    STATE_DEFAULTS["fontName"] = REGULAR  # drawings begin with it, else with one not embedded


def _style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    plain: dict[str, Any] = {"fontName": REGULAR, "textColor": INK, "splitLongWords": 1}
    return ParagraphStyle(name, fontSize=size, leading=leading, **{**plain, **more})


CITY = _style("city", 10, 13, textColor=INK_2)
TITLE = _style("title", 24, 29, fontName=BOLD)
LEAD = _style("lead", 11, 15)
HEADING = _style("heading", 13, 17, fontName=BOLD, spaceBefore=11, spaceAfter=3)
TEXT = _style("text", 9.5, 13)
CELL = _style("cell", 8.5, 10.5)
CELL_BOLD = _style("cell bold", 8.5, 10.5, fontName=BOLD)
NUMBER = _style("number", 8.5, 10.5, alignment=TA_RIGHT)
HEAD = _style("head", 8, 9.5, fontName=BOLD, textColor=INK_2)
HEAD_NUMBER = _style("head number", 8, 9.5, fontName=BOLD, textColor=INK_2, alignment=TA_RIGHT)
TILE_NAME = _style("tile name", 8.5, 11, textColor=INK_2)
TILE_FIGURE = _style("tile figure", 19, 23, fontName=BOLD)
SMALL = _style("small", 7.3, 9.1, textColor=INK_2, spaceAfter=2)


@cache
def _glyphs() -> frozenset[int]:
    register_fonts()
    font = pdfmetrics.getFont(REGULAR)
    assert isinstance(font, TTFont)
    return frozenset(font.face.charToGlyph)


def printable(text: str) -> str:
    """`text` in letters that the font has, on one line."""
    return "".join(_printable(char) for char in " ".join(text.split()))


def _printable(char: str) -> str:
    if ord(char) in _glyphs():
        return char
    base = "".join(one for one in unicodedata.normalize("NFKD", char) if ord(one) in _glyphs())
    if base:
        return base
    # Joiners and marks are not seen anyway.
    return "" if unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me") else "?"


def paragraph(text: str, style: ParagraphStyle, colour: Color | None = None) -> Paragraph:
    """Plain text that wraps; nothing in it is markup."""
    safe = escape(printable(text))
    if colour is not None:
        safe = f'<font color="{colour.hexval().replace("0x", "#")}">{safe}</font>'
    return Paragraph(safe, style)
