"""Stand-ins for everything outside the core: the clock, the platforms, the bot.

They are whole implementations of the ports; what they do next is scripted by the test.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hub.articles.library import Library
from hub.db.database import Database
from hub.ports import (
    Account,
    Answer,
    Author,
    Capabilities,
    Connector,
    Decision,
    Handoff,
    InboundMessage,
    PartHealth,
    PartState,
    PollBatch,
    Receipt,
    Reply,
    SavePart,
    Suggestion,
    Turn,
    Visibility,
)
from hub.settings import Settings
from hub.system import Rooms
from kb.catalogue import Catalogue
from kb.editorial import KbEditorial

NOON = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
"""A Wednesday, 12:00 in Tallahassee: inside office hours, no holiday."""

EDITORIAL = KbEditorial()
CATALOGUE = Catalogue(EDITORIAL.seed())


class FakeClock:
    """A `Now` that stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, step: timedelta | None = None, /, **parts: float) -> datetime:
        """Move on by a timedelta, or by its parts: `advance(minutes=5)`."""
        self.at += timedelta(**parts) if step is None else step
        return self.at


Outcome = Exception | Callable[[Reply, SavePart], Awaitable[Receipt]]
"""What the next `send` does: raises, or whatever the function does."""


class FakeConnector:
    """Takes every reply, unless `outcomes` says otherwise for the next ones."""

    capabilities = Capabilities()

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self.account = account
        self.now = now
        self.outcomes: deque[Outcome] = deque()
        self.attempts: list[Reply] = []
        self.sent: list[Reply] = []
        """What the platform has accepted, in its order."""
        self.closed = False

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        self.attempts.append(reply)
        outcome = self.outcomes.popleft() if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is not None:
            return await outcome(reply, save_part)
        return self.accept(reply)

    def accept(self, reply: Reply) -> Receipt:
        """The platform has it now, whether or not the hub gets to know."""
        self.sent.append(reply)
        name = f"{self.account.kind}-{self.account.id}-{reply.key}"
        return Receipt((*reply.sent_parts, name), self.now())

    async def check(self) -> None:
        if self.outcomes and isinstance(self.outcomes[0], Exception):
            raise self.outcomes.popleft()  # type: ignore[misc]

    async def aclose(self) -> None:
        self.closed = True


class LookingConnector(FakeConnector):
    """One that can be asked whether a reply arrived: `FindsSent`."""

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        super().__init__(account, now)
        self.asked: list[Reply] = []

    async def find_sent(self, reply: Reply) -> Receipt | None:
        self.asked.append(reply)
        if any(one.key == reply.key for one in self.sent):
            return Receipt((f"{self.account.kind}-{self.account.id}-{reply.key}",), self.now())
        return None


class PolledConnector(FakeConnector):
    """One that is asked: hands out `batches`, then nothing new."""

    poll_every = 60.0

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        super().__init__(account, now)
        self.batches: deque[PollBatch | Exception] = deque()
        self.cursors: list[str | None] = []
        """The cursors it was asked to read on from."""

    async def poll(self, cursor: str | None) -> PollBatch:
        self.cursors.append(cursor)
        batch = self.batches.popleft() if self.batches else PollBatch((), cursor)
        if isinstance(batch, Exception):
            raise batch
        return batch


class FakePlatforms:
    """The connector factory of a hub under test, and every connector it made.

    They are kept by account id and outlive a hub: a restarted hub meets the same platforms.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._kinds: dict[str, type[FakeConnector]] = {}
        self.made: dict[int, FakeConnector] = {}

    def use(self, kind: str, connector: type[FakeConnector]) -> None:
        """Accounts of that kind get such a connector from now on."""
        self._kinds[kind] = connector

    def __call__(self, account: Account) -> Connector:
        if account.id not in self.made:
            make = self._kinds.get(account.kind, FakeConnector)
            self.made[account.id] = make(account, self.now)
        return self.made[account.id]

    def capabilities(self, kind: str) -> Capabilities:
        return self._kinds.get(kind, FakeConnector).capabilities

    @property
    def sent(self) -> list[Reply]:
        """Everything any platform has accepted."""
        return [reply for connector in self.made.values() for reply in connector.sent]


Deciding = Decision | Callable[[Turn], Awaitable[Decision]]


class ScriptedResponder:
    """Gives out `decisions` in order, then hands over; remembers the turns it saw."""

    def __init__(self) -> None:
        self.decisions: deque[Deciding] = deque()
        self.by_text: Mapping[str, Deciding] = {}
        """Decisions by the customer's exact words; these do not use up `decisions`."""
        self.turns: list[Turn] = []
        self.suggestions: Sequence[Suggestion] = ()
        self.state = PartState.UP

    async def respond(self, turn: Turn) -> Decision:
        self.turns.append(turn)
        decision = self.by_text.get(turn.text)
        if decision is None:
            decision = self.decisions.popleft() if self.decisions else handoff()
        if isinstance(decision, Answer | Handoff) or not callable(decision):
            return decision
        return await decision(turn)

    async def suggest(self, turn: Turn) -> Sequence[Suggestion]:
        return self.suggestions

    async def health(self) -> Sequence[PartHealth]:
        return [PartHealth("bot", self.state)]

    async def aclose(self) -> None:
        """Nothing is open."""


def handoff(
    reason: str = "no-fact", *, text: str | None = None, topic: str | None = None
) -> Handoff:
    return Handoff(reason, f"The customer needs a person: {reason}.", text=text, topic=topic)


def emergency_rules(text: str) -> str | None:
    """Two emergencies a test can tell of."""
    if "smell gas" in text:
        return "gas-leak"
    return "downed-power-line" if "wire is down" in text else None


async def _nothing() -> None:
    """No bot runs beside a hub under test."""


def rooms_of(platforms: FakePlatforms, responder: ScriptedResponder, settings: Settings) -> Rooms:
    """The fakes, around the real library on the database of `settings`."""
    return Rooms(
        platforms,
        emergency_rules,
        responder,
        Library(Database(settings.resolved_database_url), EDITORIAL, platforms.now),
        EDITORIAL,
        _nothing,
        _nothing,
        platforms.capabilities,
    )


def inbound(
    external_id: str = "m-1",
    body: str = "My street light is out",
    *,
    conversation: str = "c-1",
    address: str = "u-1",
    kind: str = "x",
    sent_at: datetime = NOON,
    visibility: Visibility = Visibility.PUBLIC,
    display_name: str | None = "Rosa Delgado",
    by_staff: bool = False,
    skip_bot: bool = False,
    can_reply: bool = True,
    unit: str | None = None,
    topic: str | None = None,
    context: Mapping[str, object] | None = None,
) -> InboundMessage:
    """A message as a connector would hand it in."""
    return InboundMessage(
        external_id=external_id,
        conversation=conversation,
        author=Author(kind, address, display_name, handle=address),
        body=body,
        sent_at=sent_at,
        visibility=visibility,
        by_staff=by_staff,
        skip_bot=skip_bot,
        can_reply=can_reply,
        unit=unit,
        topic=topic,
        context=context or {},
    )
