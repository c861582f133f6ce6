"""Keeping a server running: a small one that can be told to crash, hang and refuse."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot import process
from bot.process import RasaProcess, SwapFailed
from hub.ports import PartState

pytestmark = pytest.mark.anyio

SERVER = f"""#!{sys.executable}
import os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
here = Path(__file__).parent
assert os.environ["SWITCHBOARD_RASA_TOKEN"] not in sys.argv
if (here / "broken").exists():
    sys.exit("no such model")
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if (here / "hang").exists():
            time.sleep(60)
        self.send_response(200)
        self.end_headers()
    def do_PUT(self):
        self.send_response(400 if (here / "refuse").exists() else 204)
        self.end_headers()
    def log_message(self, *args):
        pass
port = int(sys.argv[sys.argv.index("--port") + 1])
assert sys.argv[sys.argv.index("--interface") + 1] == "127.0.0.1"
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


class Kept:
    """A RasaProcess over the small server, and everything it reported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        python = folder / "python"
        python.write_text(SERVER)
        python.chmod(0o755)
        self.reports: list[tuple[PartState, str]] = []
        self.rasa = RasaProcess(
            python, folder / "run", folder / "model.tar.gz", report=self._report
        )
        self.task: asyncio.Task[None] | None = None

    def _report(self, state: PartState, detail: str) -> None:
        self.reports.append((state, detail))

    def states(self) -> list[PartState]:
        return [state for state, _ in self.reports]

    async def start(self) -> None:
        self.task = asyncio.create_task(self.rasa.keep_running())
        await until(lambda: self.rasa.base_url is not None)


@pytest.fixture
async def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kept]:
    monkeypatch.setattr(process, "PROBE_EVERY", 0.1)
    made = Kept(tmp_path)
    yield made
    if made.task is not None:
        made.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await made.task


async def test_it_is_ready_once_it_answers(kept: Kept) -> None:
    await kept.start()
    assert kept.states() == [PartState.STARTING, PartState.UP]
    assert kept.rasa.pid is not None
    assert str(kept.rasa.base_url).startswith("http://127.0.0.1:")


async def test_after_a_crash_it_is_started_again(kept: Kept) -> None:
    await kept.start()
    first = kept.rasa.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: kept.rasa.base_url is None)
    await until(lambda: kept.rasa.base_url is not None)
    assert kept.rasa.pid != first
    assert any(state is PartState.DOWN and "status -9" in detail for state, detail in kept.reports)


async def test_one_that_never_starts_is_tried_ever_more_slowly(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    real = asyncio.sleep

    # Other tests' servers sleep in threads of this process: only what Rasa's keeper sleeps counts.
    async def quick(seconds: float) -> None:
        if seconds >= 1 and asyncio.current_task() is kept.task:
            slept.append(seconds)
        await real(min(seconds, 0.01))

    monkeypatch.setattr(asyncio, "sleep", quick)
    monkeypatch.setattr(process, "LONGEST_PAUSE", 4.0)
    (kept.folder / "broken").touch()
    kept.task = asyncio.create_task(kept.rasa.keep_running())
    await until(lambda: len(slept) >= 4)
    assert slept[:4] == [1.0, 2.0, 4.0, 4.0]
    assert "no such model" in kept.reports[1][1]
    assert kept.rasa.base_url is None


async def test_one_that_hangs_is_replaced(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept.start()
    first = kept.rasa.pid
    kept.rasa._http.timeout = 0.1
    (kept.folder / "hang").touch()
    await until(lambda: PartState.DEGRADED in kept.states())
    await until(lambda: any("hung" in detail for _, detail in kept.reports))
    (kept.folder / "hang").unlink()
    await until(lambda: kept.rasa.base_url is not None)
    assert kept.rasa.pid != first


async def test_a_model_is_swapped_in_or_refused(kept: Kept) -> None:
    await kept.start()
    new, bad = kept.folder / "new.tar.gz", kept.folder / "bad.tar.gz"
    await kept.rasa.swap(new)
    assert kept.rasa.model == new
    (kept.folder / "refuse").touch()
    with pytest.raises(SwapFailed, match="400"):
        await kept.rasa.swap(bad)
    assert kept.rasa.model == new


async def test_stopping_ends_the_server(kept: Kept) -> None:
    await kept.start()
    pid = kept.rasa.pid
    assert pid is not None
    assert kept.task is not None
    kept.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await kept.task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert kept.rasa.base_url is None


async def test_a_model_that_it_does_not_start_with_is_replaced(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept.folder / "broken").touch()
    asked: list[Path] = []

    async def spare(failed: Path) -> Path:
        asked.append(failed)
        (kept.folder / "broken").unlink()
        return kept.folder / "other.tar.gz"

    monkeypatch.setattr(kept.rasa, "_spare", spare)
    await kept.start()
    assert asked == [kept.folder / "model.tar.gz"]
    assert kept.rasa.model == kept.folder / "other.tar.gz"
