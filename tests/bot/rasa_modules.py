"""The Rasa project's own modules, where they need no Rasa, for tests in the hub's Python."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from bot.environment import PROJECT


def dialogue(name: str) -> Any:
    """`bot/rasa_project/dialogue/<name>.py`: that folder is no package of ours."""
    if str(PROJECT) not in sys.path:
        sys.path.append(str(PROJECT))
    return importlib.import_module(f"dialogue.{name}")
