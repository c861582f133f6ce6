"""No memory of dialogues: the hub keeps their state, and hands it in with each message."""

from __future__ import annotations

from typing import Any, Iterable, Optional, Text

from dialogue.call import current_call
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class CallTrackerStore(TrackerStore):
    """Holds the tracker of the message that is being read, and nothing after it.

    Whoever asks outside of a message (Rasa's management routes) finds no conversation.
    """

    def __init__(
        self, domain: Domain, event_broker: Optional[EventBroker] = None, **kwargs: Any
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        call = current_call()
        if call is not None and call.conversation == tracker.sender_id:
            call.tracker = tracker

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        call = current_call()
        return call.tracker if call is not None and call.conversation == sender_id else None

    async def keys(self) -> Iterable[Text]:
        return []
