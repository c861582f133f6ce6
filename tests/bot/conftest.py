"""A real Rasa for the tests that need one: installed, trained on a small city, started once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.environment import PROJECT, ensure_environment, is_ready
from bot.process import RasaProcess
from bot.training import ensure_model
from tests.bot import rasa_city

ROOT = PROJECT.parents[1]
DATA = ROOT / ".stamps" / "test-bot"
"""Kept between runs, for the trained model."""


def find_uv() -> Path:
    for candidate in (ROOT / ".uv" / "bin" / "uv", shutil.which("uv"), os.environ.get("UV")):
        if candidate is not None and Path(candidate).is_file():
            return Path(candidate)
    if is_ready(ROOT / ".venv-rasa"):
        return ROOT / ".uv" / "bin" / "uv"  # not needed
    pytest.fail("no uv to install Rasa with: run ./dev first, or put uv on PATH")


@pytest.fixture(scope="session")
async def rasa(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RasaProcess]:
    """Slow once (half a minute), then seconds: the model is kept under a digest of its data."""
    python = await ensure_environment(ROOT, find_uv())
    exported = tmp_path_factory.mktemp("export")
    await rasa_city.export(exported)
    model = await ensure_model(exported, DATA / "models", python)
    said: list[str] = []
    process = RasaProcess(
        python,
        tmp_path_factory.mktemp("rasa"),
        model.path,
        report=lambda _, detail: said.append(detail),
    )
    running = asyncio.create_task(process.keep_running())
    try:
        async with asyncio.timeout(120):
            while process.base_url is None:
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"Rasa did not get ready: {said}")
    yield process
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
