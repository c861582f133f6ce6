"""Another model for a Rasa that people are asking: nobody is refused."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter

import httpx2
import pytest

from bot.process import RasaProcess, SwapFailed

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]


async def test_a_model_is_swapped_in_while_people_ask(rasa: RasaProcess) -> None:
    """The same under another name, a broken one, and back."""
    first = rasa.model
    same, broken = first.with_name("bot-same.tar.gz"), first.with_name("bot-broken.tar.gz")
    shutil.copy(first, same)
    broken.write_bytes(first.read_bytes()[:1000])
    seen: Counter[tuple[int, str]] = Counter()
    over = asyncio.Event()

    async def ask() -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            while not over.is_set():
                reply = await client.post(
                    f"{rasa.base_url}/webhooks/switchboard/webhook",
                    json={"sender": "a", "message": "my power is out"},
                )
                seen[reply.status_code, reply.json().get("model", "")] += 1
                await asyncio.sleep(0.05)

    asking = asyncio.create_task(ask())
    try:
        await rasa.swap(same)
        after = sum(seen.values())
        while sum(seen.values()) < after + 3:
            await asyncio.sleep(0.05)
        with pytest.raises(SwapFailed):
            await rasa.swap(broken)
        assert rasa.model == same
    finally:
        await rasa.swap(first)
        over.set()
        await asking
        for path in (same, broken):
            path.unlink()
    assert {status for status, _ in seen} == {200}
    assert seen[200, "bot-same"] >= 2
    assert {model for _, model in seen} <= {"bot-same", first.name.removesuffix(".tar.gz")}
