"""Every limit of the chat, and what a visitor is told who meets one."""

from __future__ import annotations

from channels.webchat.rate import Places, RateLimit

MAX_FRAME = 32_768
"""Characters of a frame: the longest message, every character of it escaped, and its key."""
MAX_KEY = 100
MAX_FILES = 5
"""Of one message."""
UPLOADS_AT_ONCE = 8
"""In one process: each is held in memory until it is kept."""
UPLOAD_SECONDS = 120.0
LONGEST_VISIT = 12 * 3600.0
"""Seconds after which a connection is made anew, and with it whoever was vouched for."""


class Refused(Exception):
    """Something that cannot be taken. `code` is for the widget, which says it in the visitor's
    language; the text is for everybody else. Codes are in docs/widget.md."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Limits:
    """Counted in this process's memory; `network` is what `network_of` gives."""

    def __init__(self) -> None:
        self._messages = RateLimit(per_minute=20, burst=10)
        self._network_messages = RateLimit(per_minute=120, burst=120)
        self._network_text = RateLimit(per_minute=40_000, burst=100_000)
        self._conversations = RateLimit(per_minute=10, burst=30)
        self._uploads = RateLimit(per_minute=10, burst=10)
        self._network_uploads = RateLimit(per_minute=30, burst=30)
        self._frames = RateLimit(per_minute=120, burst=240)
        self._typing = RateLimit(per_minute=20, burst=5)
        self.connections = RateLimit(per_minute=120, burst=120)
        self.open = Places(200)

    def frame(self, conversation: str) -> bool:
        """Whether one more frame of any kind is read."""
        return self._frames.take(conversation)

    def typing(self, conversation: str) -> bool:
        return self._typing.take(conversation)

    def message(self, conversation: str, network: str, size: int, *, first: bool) -> None:
        """`first` if it begins a conversation: another ticket. Raises Refused."""
        if not self._messages.take(conversation):
            raise Refused("too-fast", "that was a lot at once; please wait a moment")
        if (
            not self._network_messages.take(network)
            or not self._network_text.take(network, size)
            or (first and not self._conversations.take(network))
        ):
            raise Refused(
                "too-much-from-network",
                "a lot came from your network just now; please wait a minute",
            )

    def upload(self, conversation: str, network: str) -> None:
        """Raises Refused."""
        if not self._uploads.take(conversation) or not self._network_uploads.take(network):
            raise Refused("too-many-files", "too many files at once; please wait a minute")
