"""Charts that print well in black and white: drawn as lines and areas, each with its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, white

from hub.reports.exports.pdf_look import ACCENT, GREY, INK, INK_2, LINE, RED, REGULAR, SOFT, WIDTH
from hub.reports.exports.words import NONE, percent
from hub.reports.figures import VolumeDay

_MOST_BARS = 92
"""Days that are drawn one by one; of more, weeks are."""
_HEIGHT = 170.0
_LEFT, _RIGHT, _BOTTOM, _TOP = 34.0, 6.0, 18.0, 22.0


def share_bar(share: float | None, width: float) -> Drawing:
    """A bar of a share between 0 and 1, with its number beside it."""
    bar = width - 42
    drawing = Drawing(width, 11)
    if share is None:
        drawing.add(_words(0, 2, NONE, INK_2, size=8.5))
        return drawing
    drawing.add(_box(0, 1.5, bar, 8, SOFT, LINE))
    drawing.add(_box(0, 1.5, bar * share, 8, ACCENT))
    drawing.add(_words(width, 2, percent(share), INK, size=8.5, anchor="end"))
    return drawing


def by_week(volume: Sequence[VolumeDay]) -> list[VolumeDay]:
    """Days put together by week, each under its first day that is in the report."""
    weeks: dict[date, VolumeDay] = {}
    for day in volume:
        monday = day.day - timedelta(days=day.day.weekday())
        week = weeks.get(monday)
        weeks[monday] = VolumeDay(
            week.day if week else day.day,
            day.created + (week.created if week else 0),
            day.resolved + (week.resolved if week else 0),
            day.backlog,
        )
    return list(weeks.values())


def volume_chart(volume: Sequence[VolumeDay]) -> Drawing:
    """Two bars a day (came in, resolved) and a line (backlog), on one scale."""
    bars = volume if len(volume) <= _MOST_BARS else by_week(volume)
    step = _step(max(max(one.created, one.resolved, one.backlog) for one in bars))
    highest = step * max(
        1, math.ceil(max(max(one.created, one.resolved, one.backlog) for one in bars) / step)
    )
    tall, wide = _HEIGHT - _BOTTOM - _TOP, WIDTH - _LEFT - _RIGHT
    drawing = Drawing(WIDTH, _HEIGHT)
    for value in range(0, highest + 1, step):
        y = _BOTTOM + tall * value / highest
        drawing.add(Line(_LEFT, y, WIDTH - _RIGHT, y, strokeColor=LINE, strokeWidth=0.4))
        drawing.add(_words(_LEFT - 4, y - 2.5, f"{value:,}", INK_2, anchor="end"))
    slot = wide / len(bars)
    thick = max(0.5, slot * 0.36)
    points: list[float] = []
    for place, one in enumerate(bars):
        x = _LEFT + slot * place
        for number, colour, shift in (
            (one.created, ACCENT, slot * 0.12),
            (one.resolved, GREY, slot * 0.12 + thick),
        ):
            height = tall * number / highest
            drawing.add(_box(x + shift, _BOTTOM, thick, height, colour))
        points += [x + slot / 2, _BOTTOM + tall * one.backlog / highest]
    drawing.add(PolyLine(points if len(bars) > 1 else points * 2, strokeColor=RED, strokeWidth=1.4))
    if len(bars) <= 31:
        for x, y in zip(points[::2], points[1::2], strict=True):
            drawing.add(_box(x - 1.6, y - 1.6, 3.2, 3.2, white, RED))
    _dates(drawing, bars, slot)
    _legend(drawing, weekly=bars is not volume)
    return drawing


def _dates(drawing: Drawing, bars: Sequence[VolumeDay], slot: float) -> None:
    every = max(1, math.ceil(34 / slot))
    for place in range(0, len(bars), every):
        day = bars[place].day
        x = _LEFT + slot * (place + 0.5)
        drawing.add(_words(x, 6, f"{day:%b} {day.day}", INK_2, anchor="middle"))


def _legend(drawing: Drawing, *, weekly: bool) -> None:
    y, x = _HEIGHT - 10, _LEFT
    by = "a week" if weekly else "a day"
    entries = (
        (ACCENT, f"came in {by}"),
        (GREY, f"resolved {by}"),
        (RED, "backlog at its end (line)"),
    )
    for colour, text in entries:
        drawing.add(_box(x, y, 8, 6, colour))
        drawing.add(_words(x + 12, y, text, INK))
        x += 112


def _step(highest: int) -> int:
    """Between grid lines: 1, 2 or 5 and noughts, so that there are about five."""
    if highest <= 5:
        return 1
    rough = highest / 5
    size = 10 ** math.floor(math.log10(rough))
    return int(next(size * n for n in (1, 2, 5, 10) if size * n >= rough))


def _box(
    x: float, y: float, width: float, height: float, fill: Color, line: Color | None = None
) -> Rect:
    box = Rect(x, y, width, height)
    box.fillColor = fill
    box.strokeColor = line
    box.strokeWidth = 0.5
    return box


def _words(
    x: float,
    y: float,
    text: str,
    colour: Color,
    *,
    size: float = 7.5,
    anchor: Literal["start", "middle", "end"] = "start",
) -> String:
    return String(x, y, text, fontName=REGULAR, fontSize=size, fillColor=colour, textAnchor=anchor)
