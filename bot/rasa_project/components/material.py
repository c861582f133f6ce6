"""The files that a training reads beside Rasa's own: what to choose and to measure with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List

from components.intent_model import OUT_OF_SCOPE
from components.vectors import DEFAULT_LANGUAGE

OUT_OF_SCOPE_SLUG = "out-of-scope"

HARMLESS = ""
"""Stands for the intent of a line that sounds like an emergency and is none, whatever it is."""


@dataclass(frozen=True)
class Line:
    """A message, the intent right for it (or OUT_OF_SCOPE or HARMLESS), and its language."""

    text: str
    intent: str
    language: str

    @property
    def slug(self) -> str:
        return slug_of(self.intent)


def slug_of(intent: str) -> str:
    """Intents are slugs with underscores (kb/export.py)."""
    return OUT_OF_SCOPE_SLUG if intent == OUT_OF_SCOPE else intent.replace("_", "-")


def intent_of(slug: str) -> str:
    return OUT_OF_SCOPE if slug == OUT_OF_SCOPE_SLUG else slug.replace("-", "_")


def read_labelled(path: Path) -> List[Line]:
    """Every line `{"text", "slug", "lang"}` of a file; none if it is absent."""
    rows: List[Dict[str, Any]] = [json.loads(line) for line in _lines(path)]
    return [
        Line(row["text"], intent_of(row["slug"]), row.get("lang", DEFAULT_LANGUAGE)) for row in rows
    ]


def read_alarms(path: Path) -> List[Line]:
    """Every line `{"text", "slug", "lang"}` of a file whose slug may be null; none if absent."""
    rows: List[Dict[str, Any]] = [json.loads(line) for line in _lines(path)]
    return [
        Line(
            row["text"],
            HARMLESS if row["slug"] is None else intent_of(row["slug"]),
            row.get("lang", DEFAULT_LANGUAGE),
        )
        for row in rows
    ]


def read_out_of_scope(folder: Path, language: str) -> List[Line]:
    """The lines of the language's file of what must not be answered; none if it is absent."""
    ending = "" if language == DEFAULT_LANGUAGE else f"_{language}"
    path = folder / f"out_of_scope{ending}.txt"
    return [Line(text, OUT_OF_SCOPE, language) for text in _lines(path) if text[0] != "#"]


def read_emergencies(path: Path) -> List[str]:
    """The intents that intents.json marks as emergencies; none if it is absent."""
    if not path.is_file():
        return []
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [entry["intent"] for entry in entries if entry.get("emergency")]


def _lines(path: Path) -> List[str]:
    if not path.is_file():
        return []
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]
