"""`docs/settings.md`, made of what `hub.settings` says of itself.

Run `python -m tests.hub.settings_page` after a setting has changed; a test fails until then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from hub.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"

_HEAD = """# Settings

Every setting is an environment variable. The defaults run on one machine: SQLite in a folder,
the worker inside the web process, no Redis, no bot. `hub serve --port` and `--data` win over
`HUB_PORT` and `HUB_DATA`. A variable that is set to nothing counts as not set.

The accounts of the platforms are seeded from these settings at every start. An account counts
as real once it has a token to send with; until then it uses the sandbox, where there is one.

<!-- Made by `python -m tests.hub.settings_page` from `hub/settings.py`: change it there. -->

| setting | takes | default | what it is |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return _HEAD + "".join(rows)


def _row(name: str, field: FieldInfo) -> str:
    text = (field.description or "").replace("|", "\\|")
    return f"| `HUB_{name.upper()}` | {_takes(field)} | {_default(field)} | {text} |\n"


def _takes(field: FieldInfo) -> str:
    kinds = list(get_args(field.annotation) or (field.annotation,))
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{value}`" for value in kinds)
    names = {bool: "true or false", int: "a number", Path: "a path", SecretStr: "a secret"}
    return next((names[kind] for kind in kinds if kind in names), "text")


def _default(field: FieldInfo) -> str:
    if field.default is None:
        return ""
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page())
