"""The Graph API's `fields`: `id,message,from{id,name},messages.limit(5){id,message}`."""

from __future__ import annotations

from dataclasses import dataclass, field

from channels.sandbox.facebook.problems import bad_parameter


@dataclass(frozen=True, slots=True)
class Field:
    """One name, its modifiers (`limit`, `order`) and the fields inside it."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    inside: tuple[Field, ...] = ()


def read_fields(text: str) -> tuple[Field, ...]:
    """Raises GraphProblem 100 where the brackets do not match."""
    found, rest = _fields(text)
    if rest:
        raise bad_parameter(f"Syntax error at '{rest[:20]}' in fields")
    return found


def _fields(text: str) -> tuple[tuple[Field, ...], str]:
    found: list[Field] = []
    while text and text[0] != "}":
        name, text = _name(text)
        modifiers: dict[str, str] = {}
        while text.startswith("."):
            modifier, text = _name(text[1:])
            value = ""
            if text.startswith("("):
                value, closing, text = text[1:].partition(")")
                if not closing:
                    raise bad_parameter("Syntax error: missing ')' in fields")
            modifiers[modifier] = value
        inside: tuple[Field, ...] = ()
        if text.startswith("{"):
            inside, text = _fields(text[1:])
            if not text.startswith("}"):
                raise bad_parameter("Syntax error: missing '}' in fields")
            text = text[1:]
        if name:
            found.append(Field(name, modifiers, inside))
        if text.startswith(","):
            text = text[1:]
        elif text and text[0] != "}":
            break
    return tuple(found), text


def _name(text: str) -> tuple[str, str]:
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] in "_ "):
        end += 1
    return text[:end].strip(), text[end:]
