"""A chat as a text file that its visitor keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from channels.webchat.language import Language, moment
from hub.ports import Line

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Your chat with {city}",
        "made": "Saved {at}",
        "you": "You",
        "bot": "{name} (automated)",
        "file": "File: {name}",
        "nothing": "Nothing has been said yet.",
        "unnamed": "without a name",
    },
    "es": {
        "title": "Su chat con {city}",
        "made": "Guardado el {at}",
        "you": "Usted",
        "bot": "{name} (automático)",
        "file": "Archivo: {name}",
        "nothing": "Todavía no se ha dicho nada.",
        "unnamed": "sin nombre",
    },
}


def transcript(
    lines: Sequence[Line], city: str, zone: ZoneInfo, now: datetime, language: Language
) -> str:
    """All of `lines`, each with its time in the city's zone and who said it."""
    words = _WORDS[language]
    parts = [
        words["title"].format(city=city),
        words["made"].format(at=moment(now, zone, language)),
        "",
    ]
    for line in lines:
        who = {"you": words["you"], "bot": words["bot"].format(name=line.name)}
        parts.append(f"[{moment(line.at, zone, language)}] {who.get(line.by, line.name)}:")
        # Indented, so that no text can pass for a line of its own.
        parts += [f"    {piece}" for piece in line.body.splitlines()]
        parts += [
            "    " + words["file"].format(name=file.name or words["unnamed"]) for file in line.files
        ]
        parts.append("")
    if not lines:
        parts.append(words["nothing"])
    return "\n".join(parts).rstrip() + "\n"
