"""Agents who answer citizens and visitors through the API, with a key for every reply."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from bench.storm import citizens, visitors
from bench.storm.expected import mark, marks_in
from bench.storm.ledger import Ledger, Reply
from bench.storm.observer import Replica
from bench.storm.patience import pauses
from bench.storm.plan import Plan
from bench.storm.town import Town

KIND = "r"
_ANSWERED = (citizens.KIND, visitors.KIND)
"""Whose messages are answered: those whose platform the verdict can look at."""
_SENTENCES = 6
_PADDING = "and we are sorry that you had to wait for our crew and for this answer of ours"
_PATIENCE = 20.0


class Agents:
    """Replies until the plan's number is reached, each repeated until the hub confirms it."""

    def __init__(
        self, plan: Plan, town: Town, ledger: Ledger, token: str, replica: Replica
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._replica = replica
        self._urls = [hub.url for hub in town.hubs]
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = plan.chance("agents")

    async def run(self) -> None:
        """Returns once every reply was confirmed."""
        pause = self._plan.seconds * 0.85 / max(1, self._plan.replies)
        async with (
            httpx2.AsyncClient(headers=self._headers, trust_env=False, timeout=_PATIENCE) as client,
            asyncio.TaskGroup() as group,
        ):
            for number in range(1, self._plan.replies + 1):
                await asyncio.sleep(self._chance.uniform(0, 2 * pause))
                ticket = self._choose()
                if ticket is not None:
                    reply = self._compose(number, ticket)
                    self._ledger.replies.append(reply)
                    group.create_task(self._post(client, reply))

    def _choose(self) -> dict[str, Any] | None:
        """A ticket of somebody whom the sandbox or a visitor's page plays."""
        found = {
            message["ticket_id"]
            for message in self._replica.messages.values()
            if message["direction"] == "inbound"
            and any(words[1] in _ANSWERED for words in marks_in(message["body"]))
        }
        tickets = [self._replica.tickets[number] for number in sorted(found)]
        able = [ticket for ticket in tickets if ticket["can_reply"]]
        return self._chance.choice(able) if able else None

    def _compose(self, number: int, ticket: dict[str, Any]) -> Reply:
        """A sentence, or on public X now and then more than a post can hold."""
        several = ticket["channel"] == "x" and ticket["visibility"] == "public"
        count = _SENTENCES if several and number % 2 else 1
        marks = [mark(KIND, number * 10 + part) for part in range(count)]
        if count == 1:
            body = f"The city answers {marks[0]}."
        else:
            body = " ".join(f"The city answers {words} {_PADDING}." for words in marks)
        return Reply(number, ticket["id"], ticket["channel"], body, marks)

    async def _post(self, client: httpx2.AsyncClient, reply: Reply) -> None:
        headers = {"Idempotency-Key": f"storm-{reply.number}"}
        for wait in pauses(self._chance):
            url = f"{self._chance.choice(self._urls)}/api/v1/tickets/{reply.ticket_id}/reply"
            try:
                answer = await client.post(url, json={"body": reply.body}, headers=headers)
            except httpx2.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                reply.posted = True
                return
            if answer is not None and answer.status_code not in (409, 503):
                self._ledger.problem(f"a reply was answered {answer.status_code}: {answer.text}")
                if answer.status_code < 500:
                    return
            # 409: the first try is still under way, or was when its process was killed.
            self._ledger.resent += 1
            await asyncio.sleep(wait)
