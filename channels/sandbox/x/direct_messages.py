"""X's direct messages: looking them up and sending them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Route

from channels.sandbox.outbox import Outbox, Platform
from channels.sandbox.world import World
from channels.sandbox.x import oauth1, problems
from channels.sandbox.x.api import Answer, Doors, json_body
from channels.sandbox.x.asking import Asking
from channels.sandbox.x.events import Events
from channels.sandbox.x.paging import page_of
from channels.sandbox.x.posts import Posts
from channels.sandbox.x.shapes import Json, Shapes

LONGEST = 10_000
KEPT_SECONDS = 30 * 24 * 3600


class DirectMessagesApi:
    """Routes of the messages half."""

    def __init__(self, world: World, posts: Posts, outbox: Outbox, doors: Doors) -> None:
        self._world = world
        self._posts = posts
        self._shapes = Shapes(posts)
        self._events = Events(posts)
        self._outbox = outbox
        self._doors = doors

    def routes(self) -> list[Route]:
        route = self._doors.route
        base = "/2/dm_conversations"
        return [
            route("/2/dm_events", "GET", "dm-read", self.events, user_only=True),
            route(
                f"{base}/with/{{other:int}}/dm_events",
                "GET",
                "dm-read",
                self.events,
                user_only=True,
            ),
            route(
                f"{base}/{{conversation}}/dm_events", "GET", "dm-read", self.events, user_only=True
            ),
            route(
                f"{base}/with/{{other:int}}/messages", "POST", "dm-send", self.send, user_only=True
            ),
            route(
                f"{base}/{{conversation}}/messages", "POST", "dm-send", self.send, user_only=True
            ),
        ]

    async def events(self, request: Request) -> Answer:
        asking = Asking(request, "dm", paged=True)
        size = asking.size(low=1, high=100, default=100)
        wanted = asking.wanted()
        since = self._world.clock().timestamp() - KEPT_SECONDS
        newest = self._posts.messages(
            self._posts.city.id, other_id=self._other(request), since=since, limit=5000
        )
        kinds = asking.words("event_types")
        if kinds and "MessageCreate" not in kinds:
            newest = []
        messages, following, previous = page_of(newest, asking.token(), size)
        body: Json = {}
        if messages:
            body["data"] = [self._shapes.message(message, wanted.dm) for message in messages]
            if includes := self._shapes.message_includes(messages, wanted):
                body["includes"] = includes
        meta: Json = {"result_count": len(messages)}
        if following:
            meta["next_token"] = following
        if previous:
            meta["previous_token"] = previous
        return 200, body | {"meta": meta}, {}

    async def send(self, request: Request) -> Answer:
        body = await json_body(request, {"text", "attachments"})
        text = body.get("text")
        if not isinstance(text, str) or not text.strip():
            raise problems.invalid("text", str(text), "$.text: must not be empty")
        if len(text) > LONGEST:
            raise problems.invalid("text", f"{len(text)} characters", "$.text: at most 10000")
        other = self._other(request)
        if other is None or other not in self._posts.users or other == self._posts.city.id:
            raise problems.forbidden("You do not have permission to DM one or more participants.")
        with self._world.database.transaction():
            message = self._posts.add_message(self._posts.city.id, other, text)
            kind, event = self._events.of_message(message)
            self._outbox.put(Platform.X, kind, f"dm:{message.id}", event)
        self._world.changed.ring()
        return (
            201,
            {
                "data": {
                    "dm_conversation_id": message.conversation,
                    "dm_event_id": str(message.id),
                }
            },
            {"location": f'{oauth1.ORIGINS[0]}/2/dm_events/"{message.id}"'},
        )

    def _other(self, request: Request) -> int | None:
        """The other participant, None where the path names none. Unknown ones are -1."""
        other = request.path_params.get("other")
        if other is not None:
            return int(other)
        conversation = request.path_params.get("conversation")
        if conversation is None:
            return None
        ends = {int(end) for end in conversation.split("-") if end.isdigit()}
        ends.discard(self._posts.city.id)
        return ends.pop() if len(ends) == 1 else -1
