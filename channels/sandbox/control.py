"""The sandbox's own API, for its page, for tests and for sample inquiries.

Every POST takes a JSON object and answers 201 with at least `id`; what makes no sense is an
`application/problem+json`.

    POST x/posts            {persona, text, in_reply_to?, quote_of?, mention?: true}
    POST x/posts/edit       {id, text}
    POST x/posts/delete     {id}
    POST x/dms              {persona, text}
    POST x/revoke           {revoked?: true}  the city's account takes the app's permission back,
                             or gives it again
    POST facebook/posts     {persona, text}
    POST facebook/comments  {persona, text, post_id? (a post or comment)}
    POST facebook/comments/edit {id, text}, facebook/comments/delete {id}
    POST facebook/messages  {persona, text, payload?, at?, by?: "citizen" | "staff"}
    POST facebook/…         more, see `channels.sandbox.facebook.doings`
    POST open311/requests   {persona?, service_code?, description, address_string?, lat?, long?,
                             media_url?, at?, via?: "remote" | "hub"}
    POST open311/status     {id, status, description}  what the city next door says itself
    POST faults             {"x": {"next": […]}, …}: see `channels.sandbox.faults`
    POST samples            {every?: seconds, only_if_empty?: false}
    POST reset              {}
    GET  threads?persona=&channel=&limit=, state, deliveries, services, events (server-sent)
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from channels.sandbox.citizens import CannotDo, Citizens, checked_text, persona_named
from channels.sandbox.faults import Faults, UnknownFault, read_fault
from channels.sandbox.georeport.filed import FiledReports
from channels.sandbox.georeport.reports import Reports
from channels.sandbox.outbox import Outbox
from channels.sandbox.personas import PERSONAS
from channels.sandbox.samples import play
from channels.sandbox.subscriptions import Subscriptions
from channels.sandbox.threads import PER_CHANNEL, Threads
from channels.sandbox.world import World
from channels.sandbox.x.oauth2 import Tokens
from channels.sandbox.x.shapes import iso

Json = dict[str, Any]
Action = Callable[[Json], Json]

KEEP_ALIVE_SECONDS = 15.0


class Control:
    """The handlers. `perform` does what a POST would, without HTTP."""

    def __init__(
        self,
        world: World,
        citizens: Citizens,
        threads: Threads,
        reports: Reports,
        filed: FiledReports,
        outbox: Outbox,
        subscriptions: Subscriptions,
        faults: Faults,
        x_tokens: Tokens,
        start_afresh: Callable[[], None],
        more: Mapping[str, Action],
    ) -> None:
        self._world = world
        self._citizens = citizens
        self._threads = threads
        self._reports = reports
        self._filed = filed
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._faults = faults
        self._x_tokens = x_tokens
        self._start_afresh = start_afresh
        self._playing: asyncio.Task[None] | None = None
        self._actions: dict[str, Action] = {
            "x/posts": self._x_post,
            "x/posts/edit": self._x_edit,
            "x/posts/delete": self._x_delete,
            "x/dms": self._x_dm,
            "x/revoke": self._x_revoke,
            "facebook/posts": self._facebook_post,
            "facebook/comments": self._facebook_comment,
            "facebook/comments/edit": self._facebook_edit,
            "facebook/comments/delete": self._facebook_delete,
            "facebook/messages": self._facebook_message,
            "open311/requests": self._report,
            "open311/status": self._status,
            "faults": self._set_faults,
            "samples": self._play_samples,
            "reset": self._reset,
            **more,
        }

    def routes(self) -> list[Route]:
        base = "/sandbox/api"
        return [
            Route(f"{base}/threads", self.threads),
            Route(f"{base}/state", self.state),
            Route(f"{base}/deliveries", self.deliveries),
            Route(f"{base}/services", self.services),
            Route(f"{base}/events", self.events),
            Route("/sandbox/subscribe", self.subscribe, methods=["POST"]),
            *(
                Route(f"{base}/{path}", _door(action), methods=["POST"])
                for path, action in self._actions.items()
            ),
        ]

    def perform(self, path: str, body: Json) -> Json:
        """Do what `POST /sandbox/api/{path}` does. Raises CannotDo."""
        return self._actions[path](body)

    async def aclose(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)

    async def threads(self, request: Request) -> Response:
        query = request.query_params
        try:
            persona = persona_named(query["persona"]) if query.get("persona") else None
        except CannotDo as problem:
            return _problem(problem.status, str(problem))
        limit = query.get("limit", "")
        found = self._threads.all(
            persona,
            query.get("channel") or None,
            min(int(limit), 1000) if re.fullmatch("[0-9]{1,6}", limit) else PER_CHANNEL,
        )
        return JSONResponse({"version": self._world.changed.count, "threads": found})

    async def state(self, request: Request) -> Response:
        return JSONResponse(self.summary())

    def summary(self) -> Json:
        """How things stand: subscriptions, the queue, the faults to come, who lives here."""
        return {
            "version": self._world.changed.count,
            "hub_url": self._world.config.hub_url,
            "subscriptions": {
                platform.value: {"standing": found.standing, "detail": found.detail}
                for platform, found in self._subscriptions.state.items()
            },
            "deliveries": self._outbox.counts(),
            "faults": {
                platform: [fault.kind for fault in coming]
                for platform, coming in self._faults.coming.items()
            },
            "spoiled": {platform: dict(made) for platform, made in self._faults.made.items()},
            "personas": [
                {
                    "key": persona.key,
                    "name": persona.name,
                    "about": persona.about,
                    "x_id": str(persona.x_id),
                    "x_handle": persona.x_handle,
                    "facebook_id": persona.facebook_id,
                }
                for persona in PERSONAS
            ],
        }

    async def deliveries(self, request: Request) -> Response:
        return JSONResponse(
            {
                "deliveries": [
                    {
                        "id": delivery.id,
                        "platform": delivery.platform,
                        "event": delivery.event,
                        "subject": delivery.subject,
                        "state": delivery.state,
                        "attempts": delivery.attempts,
                        "detail": delivery.detail,
                        "created_at": iso(delivery.created_at),
                        "delivered_at": iso(delivery.delivered_at)
                        if delivery.delivered_at
                        else None,
                    }
                    for delivery in self._outbox.latest(200)
                ]
            }
        )

    async def services(self, request: Request) -> Response:
        return JSONResponse({"services": await self._filed.services()})

    async def subscribe(self, request: Request) -> Response:
        """Ask the hub for both handshakes now."""
        found = await self._subscriptions.subscribe()
        return JSONResponse(
            {p.value: {"standing": s.standing, "detail": s.detail} for p, s in found.items()}
        )

    async def events(self, request: Request) -> Response:
        """Server-sent: a number whenever something changed. What did, the page asks."""

        async def numbers() -> AsyncIterator[str]:
            seen = self._world.changed.count
            yield f"retry: 1000\ndata: {seen}\n\n"
            while not self._world.leaving:
                count = await self._world.changed.wait(seen, KEEP_ALIVE_SECONDS)
                yield f"data: {count}\n\n" if count != seen else ": still here\n\n"
                seen = count

        return StreamingResponse(
            numbers(), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    def _x_post(self, body: Json) -> Json:
        post = self._citizens.post_on_x(
            persona_named(body.get("persona")),
            checked_text(body.get("text")),
            in_reply_to=body.get("in_reply_to"),
            quote_of=body.get("quote_of"),
            mention=body.get("mention", True) is not False,
        )
        return {"id": str(post.id), "thread": f"x:{post.conversation_id}", "text": post.text}

    def _x_edit(self, body: Json) -> Json:
        post = self._citizens.edit_on_x(body.get("id"), checked_text(body.get("text")))
        return {"id": str(post.id), "thread": f"x:{post.conversation_id}", "text": post.text}

    def _x_revoke(self, body: Json) -> Json:
        revoked = body.get("revoked", True) is not False
        if revoked and not self._x_tokens.revoked:
            self._citizens.revoke_on_x()
        self._x_tokens.revoked = revoked
        return {"id": "access", "revoked": revoked}

    def _x_delete(self, body: Json) -> Json:
        return {"id": str(self._citizens.delete_on_x(body.get("id")).id)}

    def _x_dm(self, body: Json) -> Json:
        persona = persona_named(body.get("persona"))
        message = self._citizens.message_on_x(persona, checked_text(body.get("text")))
        return {"id": str(message.id), "thread": f"x_dm:{persona.key}"}

    def _facebook_post(self, body: Json) -> Json:
        persona = persona_named(body.get("persona"))
        post = self._citizens.post_on_page(persona, checked_text(body.get("text")))
        return {"id": post.id, "thread": f"facebook:{post.id}"}

    def _facebook_comment(self, body: Json) -> Json:
        comment = self._citizens.comment(
            persona_named(body.get("persona")), checked_text(body.get("text")), body.get("post_id")
        )
        nested = comment.parent_id != comment.post_id
        return {
            "id": comment.id,
            "post_id": comment.post_id,
            "thread": f"facebook:{comment.parent_id if nested else comment.id}",
        }

    def _facebook_edit(self, body: Json) -> Json:
        return {
            "id": self._citizens.edit_comment(body.get("id"), checked_text(body.get("text"))).id
        }

    def _facebook_delete(self, body: Json) -> Json:
        return {"id": self._citizens.remove_comment(body.get("id")).id}

    def _facebook_message(self, body: Json) -> Json:
        persona = persona_named(body.get("persona"))
        by = body.get("by", "citizen")
        if by not in ("citizen", "staff"):
            raise CannotDo("by is 'citizen' or 'staff'")
        payload = body.get("payload")
        message = self._citizens.message_page(
            persona,
            checked_text(body.get("text")),
            payload=payload if isinstance(payload, str) else None,
            at=_time(body),
            by_staff=by == "staff",
        )
        return {"id": message.mid, "thread": f"messenger:{persona.key}"}

    def _report(self, body: Json) -> Json:
        via = body.get("via", "remote")
        if via not in ("remote", "hub"):
            raise CannotDo("via is 'remote' or 'hub'")
        names = ("address_string", "lat", "long", "media_url", "email", "phone")
        report = self._citizens.report(
            str(body.get("service_code") or "other"),
            checked_text(body.get("description", body.get("text"))),
            {name: str(body[name]) for name in names if body.get(name) not in (None, "")},
            persona=persona_named(body["persona"]) if body.get("persona") else None,
            at_hub=via == "hub",
            requested_at=_time(body),
        )
        return {"id": report.id, "thread": f"open311:{report.number}"}

    def _status(self, body: Json) -> Json:
        report = self._reports.get(str(body.get("id")))
        if report is None:
            raise CannotDo(f"there is no report {body.get('id')}", 404)
        if body.get("status") not in ("open", "closed"):
            raise CannotDo("status is 'open' or 'closed'")
        update = self._reports.answer(
            report, status=body["status"], description=str(body.get("description") or "")
        )
        return {"id": update.key}

    def _set_faults(self, body: Json) -> Json:
        try:
            read = {
                platform: [read_fault(entry) for entry in told["next"]]
                for platform, told in body.items()
            }
            for platform, coming in read.items():
                self._faults.coming[platform][:] = coming
        except UnknownFault as error:
            raise CannotDo(str(error)) from error
        except (LookupError, TypeError, ValueError) as error:
            raise CannotDo('faults look like {"x": {"next": [429, "drop"]}}') from error
        self._world.changed.ring()
        return {"id": "faults", "faults": {p: len(c) for p, c in self._faults.coming.items()}}

    def _play_samples(self, body: Json) -> Json:
        if body.get("only_if_empty") and self._threads.all(limit=1):
            return {"id": "samples", "started": False}
        if self._playing is not None and not self._playing.done():
            return {"id": "samples", "started": False}
        try:
            every = float(body.get("every", 4.0))
        except (TypeError, ValueError):
            raise CannotDo("every is a number of seconds") from None

        async def send(path: str, sample: Json) -> None:
            self.perform(path, sample)

        self._playing = asyncio.get_running_loop().create_task(play(send, every=every))
        return {"id": "samples", "started": True}

    def _reset(self, body: Json) -> Json:
        if self._playing is not None:
            self._playing.cancel()
        self._start_afresh()
        self._world.changed.ring()
        return {"id": "reset"}


def _door(action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        # A page elsewhere can send a form or plain text across origins, but not this type.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return _problem(415, "the body must be application/json")
        try:
            body = json.loads(await request.body() or b"{}")
        except (ValueError, RecursionError):
            return _problem(400, "the body is not JSON")
        if not isinstance(body, dict):
            return _problem(400, "the body is not a JSON object")
        try:
            return JSONResponse(action(body), 201)
        except CannotDo as problem:
            return _problem(problem.status, str(problem))

    return answer


def _problem(status: int, detail: str) -> Response:
    return JSONResponse(
        {"type": "about:blank", "title": "The sandbox cannot do that", "status": status}
        | {"detail": detail},
        status,
        media_type="application/problem+json",
    )


def _time(body: Json) -> datetime | None:
    value = body.get("at")
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise CannotDo("at is a date and time, as 2026-11-22T15:04:05Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
