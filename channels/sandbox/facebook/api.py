"""The Graph API under `/graph`, for one Page and its Messenger."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.sandbox.facebook import problems
from channels.sandbox.facebook.doings import Doings
from channels.sandbox.facebook.events import Events
from channels.sandbox.facebook.fields import Field, read_fields
from channels.sandbox.facebook.marks import Marks
from channels.sandbox.facebook.pages import OFFERED, Comment, PagePost, Pages
from channels.sandbox.facebook.problems import GraphProblem
from channels.sandbox.facebook.shapes import DEFAULT_PAGE, Json, Shapes
from channels.sandbox.outbox import Outbox, Platform
from channels.sandbox.personas import BY_FACEBOOK_ID
from channels.sandbox.world import World

LONGEST_MESSAGE = 2_000
LONGEST_COMMENT = 8_000
WINDOW = timedelta(hours=24)
HUMAN_AGENT_WINDOW = timedelta(days=7)

_VERSION = re.compile(r"v\d+\.\d+")


class Call:
    """One request: its way below the version, and its parameters from query, form and JSON."""

    def __init__(self, request: Request, body: bytes) -> None:
        pieces = [piece for piece in request.path_params["path"].split("/") if piece]
        if pieces and _VERSION.fullmatch(pieces[0]):
            pieces = pieces[1:]
        self.method = request.method
        self.pieces = pieces
        self.query = dict(request.query_params)
        self.values: dict[str, Any] = dict(self.query)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json" and body:
            try:
                given = json.loads(body)
            except ValueError as error:
                raise problems.bad_parameter("The request body is not JSON") from error
            if not isinstance(given, dict):
                raise problems.bad_parameter("The request body is not a JSON object")
            self.values |= given
        elif body:
            self.values |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "oauth"):
            self.values.setdefault("access_token", token)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def record(self, name: str) -> Json:
        """An object, given as JSON or as a string of JSON."""
        value = self.values.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise problems.bad_parameter(f"param {name} must be an object.") from error
        if not isinstance(value, dict):
            raise problems.bad_parameter(f"The parameter {name} is required")
        return value

    @property
    def fields(self) -> tuple[Field, ...]:
        return read_fields(self.text("fields"))

    @property
    def limit(self) -> int:
        value = self.text("limit")
        return min(int(value), 100) if value.isdigit() else DEFAULT_PAGE

    @property
    def after(self) -> str | None:
        return self.text("after") or None


class GraphApi:
    """Every call comes through one door and is told apart by method and path."""

    def __init__(self, world: World, pages: Pages, outbox: Outbox) -> None:
        self._world = world
        self._pages = pages
        self._shapes = Shapes(world, pages)
        self._events = Events(world, pages)
        self._marks = Marks(world, pages)
        self._doings = Doings(world, pages, outbox)
        self._outbox = outbox
        self._calls = 0

    def routes(self) -> list[Route]:
        return [Route("/{path:path}", self.answer, methods=["GET", "POST", "DELETE"])]

    async def answer(self, request: Request) -> Response:
        self._calls += 1
        usage = {"call_count": min(self._calls // 200, 99), "total_time": 1, "total_cputime": 1}
        headers = {"facebook-api-version": "v26.0", "x-app-usage": json.dumps(usage)}
        try:
            call = Call(request, await request.body())
            headers["x-business-use-case-usage"] = self._business_usage(call, usage)
            self._enter(call)
            return JSONResponse(self._do(call), headers=headers)
        except GraphProblem as problem:
            headers["www-authenticate"] = f'OAuth "Facebook Platform" "{problem.code}"'
            return JSONResponse(problem.body(), problem.status, headers)

    def _business_usage(self, call: Call, usage: dict[str, int]) -> str:
        kind = "messenger" if "messages" in call.pieces else "pages"
        limit = {"type": kind, **usage, "estimated_time_to_regain_access": 0}
        return json.dumps({self._pages.page_id: [limit]})

    def _enter(self, call: Call) -> None:
        config = self._world.config
        token = call.text("access_token")
        if not token:
            raise problems.no_token()
        app_token = f"{config.facebook_app_id}|{config.facebook_app_secret}"
        if token not in (config.facebook_page_token, app_token):
            raise problems.dead_token()
        if proof := call.text("appsecret_proof"):
            key = config.facebook_app_secret.encode()
            expected = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
            if not hmac.compare_digest(expected.encode(), proof.encode()):
                raise problems.wrong_proof()

    def _do(self, call: Call) -> Json:
        me = self._pages.page_id
        pieces = [me if piece == "me" else piece for piece in call.pieces]
        match call.method, pieces:
            case "GET", ["debug_token"]:
                return self._token_facts(call)
            case "GET", [object_id]:
                return self._object(call, object_id)
            case "GET", [object_id, "comments"]:
                return self._comments(call, object_id)
            case "GET", [object_id, "conversations"] if object_id == me:
                return self._conversations(call)
            case "GET", [object_id, "messages"] if object_id.startswith("t_"):
                found = self._pages.messages(object_id.removeprefix("t_"))
                found = [each for each in found if not each.unsent]
                return self._shapes.messages(found, call.fields, call.limit, call.after, call.query)
            case "GET", [object_id, "feed" | "posts"] if object_id == me:
                return self._shapes.posts(
                    self._pages.posts(100), call.fields, call.limit, call.after, call.query
                )
            case "GET" | "POST", [object_id, "subscribed_apps"] if object_id == me:
                return {"success": True} if call.method == "POST" else {"data": []}
            case "POST", [object_id, "messages"] if object_id == me:
                return self._send(call)
            case "POST", [object_id, "take_thread_control" | "pass_thread_control" as kind] if (
                object_id == me
            ):
                return self._control(call, kind)
            case "POST", [object_id, "comments"]:
                return self._comment(call, object_id)
            case "POST", [object_id]:
                return self._update(call, object_id)
            case "DELETE", [object_id]:
                return self._delete(object_id)
        raise problems.unknown_object("/".join(pieces), call.method.lower())

    def _token_facts(self, call: Call) -> Json:
        config = self._world.config
        valid = call.text("input_token") == config.facebook_page_token
        return {
            "data": {
                "app_id": config.facebook_app_id,
                "type": "PAGE",
                "application": "Switchboard",
                "expires_at": 0,
                "is_valid": valid,
                "scopes": ["pages_messaging", "pages_manage_engagement", "pages_read_engagement"],
                "profile_id": config.facebook_page_id,
            }
        }

    def _object(self, call: Call, object_id: str) -> Json:
        if object_id == self._pages.page_id:
            return self._shapes.page(call.fields)
        if (post := self._pages.post(object_id)) is not None:
            return self._shapes.post(post, call.fields)
        if (comment := self._pages.comment(object_id)) is not None:
            return self._shapes.comment(comment, call.fields)
        if (message := self._pages.message(object_id)) is not None:
            return self._shapes.message(message, call.fields)
        if object_id in BY_FACEBOOK_ID:
            return self._shapes.person(object_id, call.fields)
        person_id = object_id.removeprefix("t_")
        if object_id.startswith("t_") and self._pages.messages(person_id, 1):
            return self._shapes.conversation(person_id, call.fields)
        raise problems.unknown_object(object_id, "get")

    def _parent(self, object_id: str, method: str) -> PagePost | Comment:
        found = self._pages.post(object_id) or self._pages.comment(object_id)
        if found is None:
            raise problems.unknown_object(object_id, method)
        return found

    def _comments(self, call: Call, object_id: str) -> Json:
        self._parent(object_id, "get")
        found = self._pages.comments(
            object_id,
            newest_first=call.text("order") == "reverse_chronological",
            stream=call.text("filter") == "stream",
        )
        return self._shapes.comments(found, call.fields, call.limit, call.after, call.query)

    def _conversations(self, call: Call) -> Json:
        people = self._pages.people()
        if wanted := call.text("user_id"):
            people = [person for person in people if person == wanted]
        fields = call.fields
        body: Json = {
            "data": [self._shapes.conversation(person, fields) for person in people[: call.limit]]
        }
        if people:
            body["paging"] = {"cursors": {"before": people[0], "after": people[-1]}}
        return body

    def _comment(self, call: Call, object_id: str) -> Json:
        parent = self._parent(object_id, "post")
        message = call.text("message")
        if not message.strip():
            raise problems.bad_parameter("The parameter message is required")
        if len(message) > LONGEST_COMMENT:
            raise problems.bad_parameter(
                f"Param message must be at most {LONGEST_COMMENT} characters"
            )
        with self._world.database.transaction():
            comment = self._pages.add_comment(parent, self._pages.page_id, message)
            event = self._events.of_comment(comment)
            self._outbox.put(Platform.FACEBOOK, "feed", f"comment:{comment.id}", event)
        return self._shapes.comment(comment, call.fields or (Field("id"),))

    def _update(self, call: Call, object_id: str) -> Json:
        target = self._parent(object_id, "post")
        if "message" in call.values:
            if target.from_id != self._pages.page_id or not isinstance(target, Comment):
                raise GraphProblem(200, "(#200) Permissions error", status=403)
            self._pages.edit_comment(object_id, call.text("message"))
            self._world.changed.ring()
        if "is_hidden" in call.values:
            if target.from_id == self._pages.page_id:
                raise GraphProblem(200, "(#200) Permissions error", status=403)
            hidden = call.text("is_hidden").lower() in ("true", "1")
            self._doings.hide(target, hidden)
        return {"success": True}

    def _delete(self, object_id: str) -> Json:
        comment = self._pages.comment(object_id)
        if comment is None:
            raise problems.unknown_object(object_id, "delete")
        self._doings.remove(comment)
        return {"success": True}

    def _control(self, call: Call, kind: str) -> Json:
        """The hub's app is the primary receiver: it may take every conversation."""
        person_id = str(call.record("recipient").get("id", ""))
        if self._pages.last_heard_from(person_id) is None:
            raise problems.nobody()
        after = self._world.config.facebook_app_id
        if kind == "pass_thread_control":
            after = call.text("target_app_id")
            if not after.isdigit():
                raise problems.bad_parameter("The parameter target_app_id is required")
            if self._marks.elsewhere(person_id):
                raise problems.another_app()
        self._doings.give(kind, person_id, after)
        return {"success": True}

    def _send(self, call: Call) -> Json:
        recipient = call.record("recipient")
        if "sender_action" in call.values:
            return {"recipient_id": str(recipient.get("id", ""))}
        message = call.record("message")
        text = message.get("text")
        if not isinstance(text, str) or not text.strip():
            raise problems.bad_parameter(
                "Message cannot be empty, must provide valid text", 2018006
            )
        if len(text) > LONGEST_MESSAGE:
            raise problems.bad_parameter(
                f"Length of param message[text] must be less than or equal to {LONGEST_MESSAGE}"
            )
        answered = None
        if "comment_id" in recipient or "post_id" in recipient:
            answered = self._privately_answered(recipient)
            person_id = answered.from_id
        else:
            person_id = str(recipient.get("id", ""))
            self._check_window(call, person_id)
            if self._marks.elsewhere(person_id):
                raise problems.another_app()
        extra: Json = {"app_id": int(self._world.config.facebook_app_id)}
        if isinstance(message.get("metadata"), str):
            extra["metadata"] = message["metadata"]
        if isinstance(message.get("quick_replies"), list):
            extra[OFFERED] = message["quick_replies"]
        with self._world.database.transaction():
            sent = self._pages.add_message(person_id, text, from_page=True, extra=extra)
            event = self._events.of_message(sent)
            self._outbox.put(Platform.FACEBOOK, "message_echo", f"message:{sent.mid}", event)
            if isinstance(answered, Comment):
                self._pages.note_private_reply(answered.id, sent.mid)
            elif answered is not None:
                self._marks.set(answered.id, "private_reply", sent.mid)
        return {"recipient_id": person_id, "message_id": sent.mid}

    def _privately_answered(self, recipient: Json) -> Comment | PagePost:
        """The comment or the visitor's post that this private reply is the only one to."""
        found: Comment | PagePost | None
        if "comment_id" in recipient:
            number = str(recipient["comment_id"])
            found = self._pages.comment(number)
            earlier = found.private_reply if found else None
        else:
            number = str(recipient["post_id"])
            found = self._pages.post(number)
            earlier = self._marks.get(number, "private_reply")
        if found is None or found.from_id not in BY_FACEBOOK_ID:
            raise problems.unknown_object(number, "post")
        if earlier is not None:
            raise problems.already_replied()
        if self._world.clock() - found.created_at > HUMAN_AGENT_WINDOW:
            raise problems.outside_window()
        return found

    def _check_window(self, call: Call, person_id: str) -> None:
        heard = self._pages.last_heard_from(person_id)
        if heard is None:
            raise problems.nobody()
        kind = call.text("messaging_type") or "RESPONSE"
        if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
            raise problems.bad_parameter("Param messaging_type must be a valid messaging type")
        window = WINDOW
        if kind == "MESSAGE_TAG":
            if call.text("tag") != "HUMAN_AGENT":
                raise problems.bad_parameter("Param tag must be one of {HUMAN_AGENT}")
            window = HUMAN_AGENT_WINDOW
        if self._world.clock() - heard > window:
            raise problems.outside_window()
