"""The X API v2 under `/x`: posts, mentions, search and users. Messages are next door."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.sandbox.world import World
from channels.sandbox.x import oauth1, problems
from channels.sandbox.x import text as wording
from channels.sandbox.x.asking import Asking
from channels.sandbox.x.oauth2 import Tokens
from channels.sandbox.x.paging import page_of
from channels.sandbox.x.posts import Post, Posts, User
from channels.sandbox.x.problems import XProblem
from channels.sandbox.x.query import condition
from channels.sandbox.x.rate_limits import RateLimits
from channels.sandbox.x.shapes import Json, Shapes

log = logging.getLogger(__name__)

Answer = tuple[int, Json, dict[str, str]]
Handler = Callable[[Request], Awaitable[Answer]]

NEWEST_MENTIONS = 800
RECENT_SECONDS = 7 * 24 * 3600


class Doors:
    """Who may come in: OAuth 1.0a or a bearer token, then the rate limits."""

    def __init__(self, world: World, tokens: Tokens) -> None:
        config = world.config
        self._world = world
        self._tokens = tokens
        self._keys = oauth1.Keys(
            config.x_consumer_key,
            config.x_consumer_secret,
            config.x_access_token,
            config.x_access_token_secret,
        )
        self.limits = RateLimits(config.rate_limit_factor)

    def route(
        self, path: str, method: str, endpoint: str, handler: Handler, *, user_only: bool = False
    ) -> Route:
        async def answer(request: Request) -> Response:
            headers = {"api-version": "2.130", "x-access-level": "read-write-directmessages"}
            try:
                app_only = self._enter(request)
                if app_only and user_only:
                    raise problems.app_only_forbidden()
                allowance = self.limits.count(
                    endpoint, app_only=app_only, now=self._world.clock().timestamp()
                )
                headers |= allowance.headers
                if allowance.exceeded:
                    raise problems.too_many_requests()
                status, body, more = await handler(request)
                headers |= more
            except XProblem as problem:
                status, body = problem.status, problem.body
                headers |= problem.headers
            return JSONResponse(body, status, headers, media_type="application/json; charset=utf-8")

        return Route(path, answer, methods=[method])

    def _enter(self, request: Request) -> bool:
        """True for an app-only token. Raises XProblem 401."""
        header = request.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "bearer":
            if token and token == self._world.config.x_bearer_token:
                return True
            if self._tokens.is_users(token):
                return False
            raise problems.unauthorized()
        if self._tokens.revoked:
            raise problems.unauthorized()
        path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
        path = path.partition("?")[0].removeprefix(request.scope.get("root_path", ""))
        try:
            oauth1.verify(
                request.method,
                path,
                request.scope["query_string"].decode("latin-1"),
                header,
                self._keys,
                now=self._world.clock().timestamp(),
            )
        except oauth1.WrongSignature as error:
            log.warning("X request refused: %s", error)
            raise problems.unauthorized() from error
        return False


class XApi:
    """Routes of the posts half."""

    def __init__(self, world: World, posts: Posts, doors: Doors) -> None:
        self._world = world
        self._posts = posts
        self._shapes = Shapes(posts)
        self._doors = doors

    def routes(self) -> list[Route]:
        route = self._doors.route
        return [
            route("/2/users/me", "GET", "me", self.me, user_only=True),
            route("/2/users", "GET", "users", self.users),
            route("/2/users/by/username/{username}", "GET", "users", self.user_by_name),
            route("/2/users/{id:int}", "GET", "users", self.user),
            route("/2/users/{id:int}/mentions", "GET", "mentions", self.mentions),
            route("/2/users/{id:int}/tweets", "GET", "timeline", self.timeline),
            route("/2/tweets/search/recent", "GET", "search", self.search),
            route("/2/tweets", "GET", "lookup", self.lookup),
            route("/2/tweets", "POST", "post", self.post, user_only=True),
            route("/2/tweets/{id:int}", "GET", "lookup", self.one),
            route("/2/tweets/{id:int}", "DELETE", "delete", self.delete, user_only=True),
            route("/2/tweets/{id:int}/hidden", "PUT", "hide", self.hide, user_only=True),
        ]

    async def me(self, request: Request) -> Answer:
        wanted = Asking(request, "user").wanted()
        return 200, {"data": self._shapes.user(self._posts.city, wanted.user)}, {}

    async def users(self, request: Request) -> Answer:
        asking = Asking(request, "user", more=("ids",))
        numbers = asking.ids("ids")
        wanted = asking.wanted()
        found = [self._posts.users[n] for n in numbers if n in self._posts.users]
        body: Json = {"data": [self._shapes.user(user, wanted.user) for user in found]}
        return 200, _with_missing(body, numbers, {user.id for user in found}, "ids", "user"), {}

    async def user(self, request: Request) -> Answer:
        number = request.path_params["id"]
        return self._one_user(request, self._posts.users.get(number), "id", str(number))

    async def user_by_name(self, request: Request) -> Answer:
        name = request.path_params["username"]
        return self._one_user(request, self._posts.user_named(name), "username", name)

    def _one_user(self, request: Request, user: User | None, by: str, value: str) -> Answer:
        wanted = Asking(request, "user").wanted()
        if user is None:
            return 200, {"errors": [problems.not_found(by, value, "user")]}, {}
        return 200, {"data": self._shapes.user(user, wanted.user)}, {}

    async def mentions(self, request: Request) -> Answer:
        number = request.path_params["id"]
        asking = Asking(request, "tweet", paged=True, bounded=True)
        size = asking.size(low=5, high=100, default=10)
        if number not in self._posts.users:
            return 200, {"errors": [problems.not_found("id", str(number), "user")]}, {}
        newest = self._posts.find(
            "author_id <> ? AND id IN (SELECT post_id FROM post_mentions WHERE user_id = ?)",
            (number, number),
            limit=NEWEST_MENTIONS,
        )
        return 200, self._list(asking.within(newest), asking, size), {}

    async def timeline(self, request: Request) -> Answer:
        number = request.path_params["id"]
        asking = Asking(request, "tweet", paged=True, bounded=True, more=("exclude",))
        size = asking.size(low=5, high=100, default=10)
        if number not in self._posts.users:
            return 200, {"errors": [problems.not_found("id", str(number), "user")]}, {}
        replies = "in_reply_to IS NULL" if "replies" in asking.words("exclude") else "1"
        newest = self._posts.find(f"author_id = ? AND {replies}", (number,), limit=3200)
        return 200, self._list(asking.within(newest), asking, size), {}

    async def search(self, request: Request) -> Answer:
        asking = Asking(request, "tweet", paged=True, bounded=True, more=("query", "sort_order"))
        size = asking.size(low=10, high=100, default=10)
        sql, values = condition(asking.text("query"), self._posts)
        since = self._world.clock().timestamp() - RECENT_SECONDS
        newest = self._posts.find(sql, values, since=since, limit=5000)
        return 200, self._list(asking.within(newest), asking, size), {}

    def _list(self, newest_first: list[Post], asking: Asking, size: int) -> Json:
        wanted = asking.wanted()
        posts, following, previous = page_of(newest_first, asking.token(), size)
        body: Json = {}
        if posts:
            body["data"] = [self._shapes.tweet(post, wanted.tweet) for post in posts]
            if includes := self._shapes.tweet_includes(posts, wanted):
                body["includes"] = includes
        meta: Json = {"result_count": len(posts)}
        if posts:
            meta |= {"newest_id": str(posts[0].id), "oldest_id": str(posts[-1].id)}
        if following:
            meta["next_token"] = following
        if previous:
            meta["previous_token"] = previous
        return wanted.worded(body | {"meta": meta})

    async def lookup(self, request: Request) -> Answer:
        asking = Asking(request, "tweet", more=("ids",))
        numbers = asking.ids("ids")
        wanted = asking.wanted()
        found = [post for n in numbers if (post := self._posts.get(n)) is not None]
        body: Json = {}
        if found:
            body["data"] = [self._shapes.tweet(post, wanted.tweet) for post in found]
            if includes := self._shapes.tweet_includes(found, wanted):
                body["includes"] = includes
        found_ids = {post.id for post in found}
        return 200, wanted.worded(_with_missing(body, numbers, found_ids, "ids", "tweet")), {}

    async def one(self, request: Request) -> Answer:
        number = request.path_params["id"]
        wanted = Asking(request, "tweet").wanted()
        post = self._posts.get(number)
        if post is None:
            return 200, {"errors": [problems.not_found("id", str(number), "tweet")]}, {}
        body: Json = {"data": self._shapes.tweet(post, wanted.tweet)}
        if includes := self._shapes.tweet_includes([post], wanted):
            body["includes"] = includes
        return 200, wanted.worded(body), {}

    async def post(self, request: Request) -> Answer:
        body = await json_body(
            request, {"text", "reply", "quote_tweet_id", "media", "made_with_ai"}
        )
        text = body.get("text")
        if not isinstance(text, str) or not text.strip():
            raise problems.invalid("text", str(text), "$.text: must not be empty")
        reply = body.get("reply")
        reply = reply if isinstance(reply, dict) else {}
        city = self._posts.city
        parent = self._referenced(reply.get("in_reply_to_tweet_id"), "reply to")
        quoted = self._referenced(body.get("quote_tweet_id"), "quote")
        if parent is not None and not self._posts.may_be_answered(parent):
            raise problems.forbidden(
                "Reply to this conversation is not allowed because you have not been mentioned or "
                "otherwise engaged by the author of the post you are replying to."
            )
        if parent is not None:
            left_out = frozenset(int(n) for n in reply.get("exclude_reply_user_ids") or ())
            text = self._posts.addressed(city.id, text, parent, left_out)
        counted = wording.without_leading_mentions(text) if parent else text
        if wording.weighted_length(counted) > wording.LIMIT:
            raise problems.forbidden("Your Tweet text is too long.")
        if self._posts.said_lately(city.id, text):
            raise problems.forbidden(
                "You are not allowed to create a Tweet with duplicate content."
            )
        post = self._posts.add(city.id, text, in_reply_to=parent, quoted=quoted)
        self._world.changed.ring()
        shape = self._shapes.tweet(post)
        return (
            201,
            {"data": {"id": shape["id"], "text": shape["text"]}},
            {"location": f"{oauth1.ORIGINS[0]}/2/tweets/{post.id}"},
        )

    def _referenced(self, number: object, purpose: str) -> Post | None:
        if number is None:
            return None
        post = self._posts.get(int(number)) if str(number).isdigit() else None  # type: ignore[call-overload]
        if post is None:
            raise problems.forbidden(
                f"You attempted to {purpose} a Tweet that is deleted or not visible to you."
            )
        return post

    async def delete(self, request: Request) -> Answer:
        post = self._posts.get(request.path_params["id"])
        if post is not None and post.author_id != self._posts.city.id:
            raise problems.forbidden("You are not authorized to delete this Tweet.")
        if post is not None:
            self._posts.mark(post.id, deleted=True)
            self._world.changed.ring()
        return 200, {"data": {"deleted": post is not None}}, {}

    async def hide(self, request: Request) -> Answer:
        body = await json_body(request, {"hidden"})
        hidden = body.get("hidden")
        if not isinstance(hidden, bool):
            raise problems.invalid("hidden", str(hidden), "$.hidden: must be a boolean")
        post = self._posts.get(request.path_params["id"])
        root = self._posts.get(post.conversation_id) if post else None
        if post is None or root is None or root.author_id != self._posts.city.id or root == post:
            raise problems.forbidden(
                "You are not allowed to hide this reply: it is not in a conversation you began."
            )
        self._posts.mark(post.id, hidden=hidden)
        self._world.changed.ring()
        return 200, {"data": {"hidden": hidden}}, {}


async def json_body(request: Request, known: set[str]) -> dict[str, Any]:
    """The request's JSON object. X refuses members it does not know."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise problems.invalid("body", "", "the request body is not JSON") from error
    if not isinstance(body, dict):
        raise problems.invalid("body", "", "the request body is not a JSON object")
    for name in body.keys() - known:
        raise problems.invalid(name, str(body[name]), f"[$.{name}] is not defined in the schema")
    return body


def _with_missing(
    body: Json, asked: list[int], found: set[int], parameter: str, resource: str
) -> Json:
    missing = [number for number in asked if number not in found]
    if missing:
        body["errors"] = [problems.not_found(parameter, str(n), resource) for n in missing]
    if not body.get("data"):
        body.pop("data", None)
    return body
