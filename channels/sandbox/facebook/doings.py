"""What else people do on Facebook, for the control API: citizens change their minds, react and
read; staff hide, and answer in the Page's inbox; Facebook itself blocks.

    POST facebook/posts/edit      {id, text}, facebook/posts/delete {id}
    POST facebook/comments/hide   {id, hidden?: true}        staff, on Facebook itself
    POST facebook/react           {persona, id, reaction}    to a post, a comment or a message;
                                                             null takes it back
    POST facebook/messages/edit   {id, text}, facebook/messages/unsend {id}
    POST facebook/read            {persona, delivered?: false}
    POST facebook/control         {persona, to: "inbox" | "hub"}
    POST facebook/policy          {action: "block" | "unblock" | "warning", reason?}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from channels.sandbox.citizens import CannotDo, checked_text, persona_named
from channels.sandbox.facebook.events import Events
from channels.sandbox.facebook.marks import PAGE_INBOX, Marks
from channels.sandbox.facebook.pages import EDITS, UNSENT, Comment, Message, PagePost, Pages
from channels.sandbox.outbox import Outbox, Platform
from channels.sandbox.world import World

Json = dict[str, Any]

_FEED_REACTIONS = ("like", "love", "care", "haha", "wow", "sad", "angry")
_LONGEST_REACTION = 20
_POLICIES = ("block", "unblock", "warning")


class Doings:
    """Each is kept, and told to the hub, in one transaction."""

    def __init__(self, world: World, pages: Pages, outbox: Outbox) -> None:
        self._world = world
        self._pages = pages
        self._outbox = outbox
        self._marks = Marks(world, pages)
        self._events = Events(world, pages)

    def actions(self) -> Mapping[str, Callable[[Json], Json]]:
        """By the path of the control API."""
        return {
            "facebook/posts/edit": self._edit_post,
            "facebook/posts/delete": self._delete_post,
            "facebook/comments/hide": self._hide,
            "facebook/react": self._react,
            "facebook/messages/edit": self._edit_message,
            "facebook/messages/unsend": self._unsend,
            "facebook/read": self._read,
            "facebook/control": self._control,
            "facebook/policy": self._policy,
        }

    def _edit_post(self, body: Json) -> Json:
        post, text = self._post(body), checked_text(body.get("text"))
        with self._world.database.transaction():
            self._pages.edit_post(post.id, text)
            edited = self._post(body)
            self._put("feed", f"page-post:{post.id}", self._events.of_post(edited, "edited"))
        return {"id": post.id}

    def _delete_post(self, body: Json) -> Json:
        post = self._post(body)
        with self._world.database.transaction():
            self._marks.set(post.id, "deleted")
            self._put("feed", f"page-post:{post.id}", self._events.of_post(post, "remove"))
        return {"id": post.id}

    def _hide(self, body: Json) -> Json:
        target, hidden = self._target(body), body.get("hidden", True) is not False
        self.hide(target, hidden)
        return {"id": target.id}

    def hide(self, target: PagePost | Comment, hidden: bool) -> None:
        """Staff or the hub hide something, or show it again."""
        verb = "hide" if hidden else "unhide"
        with self._world.database.transaction():
            self._marks.hide(target.id, hidden)
            if isinstance(target, Comment):
                event = self._events.of_comment(target, verb)
                self._put("feed", f"comment:{target.id}", event)
            else:
                event = self._events.of_post(target, verb)
                self._put("feed", f"page-post:{target.id}", event)

    def remove(self, comment: Comment) -> None:
        """The page deletes a comment, by the API."""
        with self._world.database.transaction():
            self._pages.delete_comment(comment.id)
            event = self._events.of_comment(comment, "remove")
            self._put("feed", f"comment:{comment.id}", event)

    def _react(self, body: Json) -> Json:
        persona, reaction = persona_named(body.get("persona")), body.get("reaction")
        if reaction is not None and (
            not isinstance(reaction, str) or not 0 < len(reaction) <= _LONGEST_REACTION
        ):
            raise CannotDo("reaction is a word or an emoji, or null to take it back")
        number = str(body.get("id"))
        if (message := self._pages.message(number)) is not None:
            if message.person_id != persona.facebook_id:
                raise CannotDo("that is somebody else's conversation")
            with self._world.database.transaction():
                self._marks.react(number, persona.facebook_id, reaction)
                event = self._events.of_message_reaction(number, persona.facebook_id, reaction)
                self._put("message_reaction", f"reaction:{number}", event)
            return {"id": number}
        target = self._target(body)
        if reaction is not None and reaction not in _FEED_REACTIONS:
            raise CannotDo(f"reaction is one of {', '.join(_FEED_REACTIONS)}")
        with self._world.database.transaction():
            before = self._marks.react(number, persona.facebook_id, reaction)
            verb = "remove" if reaction is None else "edit" if before else "add"
            event = self._events.of_reaction(
                target, persona.facebook_id, verb, reaction or before or "like"
            )
            self._put("feed", f"reaction:{number}", event)
        return {"id": number}

    def _edit_message(self, body: Json) -> Json:
        message, text = self._message(body), checked_text(body.get("text"))
        with self._world.database.transaction():
            edits = int(message.extra.get(EDITS, 0)) + 1
            edited = self._pages.change_message(message, text, **{EDITS: edits})
            self._put("message_edit", f"message:{message.mid}", self._events.of_edit(edited))
        return {"id": message.mid}

    def _unsend(self, body: Json) -> Json:
        message = self._message(body)
        with self._world.database.transaction():
            self._pages.change_message(message, "", **{UNSENT: True})
            self._put("message", f"message:{message.mid}", self._events.of_unsending(message))
        return {"id": message.mid}

    def _read(self, body: Json) -> Json:
        """Everything the Page has sent so far was read, or reached the person's device."""
        persona, read = persona_named(body.get("persona")), not body.get("delivered")
        sent = [each for each in self._pages.messages(persona.facebook_id) if each.from_page]
        if not sent:
            raise CannotDo("the page has written nothing to them", 404)
        event = self._events.of_receipt(persona.facebook_id, sent[0].created_at, read=read)
        kind = "message_read" if read else "message_delivery"
        self._put(kind, f"receipt:{persona.facebook_id}", event)
        return {"id": sent[0].mid}

    def _control(self, body: Json) -> Json:
        persona = persona_named(body.get("persona"))
        if body.get("to") not in ("inbox", "hub"):
            raise CannotDo("to is 'inbox' or 'hub'")
        to_hub = body["to"] == "hub"
        after = self._world.config.facebook_app_id if to_hub else PAGE_INBOX
        # Staff take a conversation in the inbox, and give it back from there.
        kind = "pass_thread_control" if to_hub else "take_thread_control"
        self.give(kind, persona.facebook_id, after)
        return {"id": persona.facebook_id}

    def give(self, kind: str, person_id: str, app_id: str) -> None:
        """An app gets a conversation: `kind` is how."""
        before = self._marks.owner(person_id)
        with self._world.database.transaction():
            self._marks.give(person_id, app_id)
            event = self._events.of_control(kind, person_id, before, app_id)
            self._put("messaging_handover", f"control:{person_id}", event)

    def _policy(self, body: Json) -> Json:
        action = body.get("action")
        if action not in _POLICIES:
            raise CannotDo(f"action is one of {', '.join(_POLICIES)}")
        event = self._events.of_policy(action, str(body.get("reason") or ""))
        self._put("policy_enforcement", "policy", event)
        return {"id": "policy"}

    def _put(self, kind: str, subject: str, event: bytes) -> None:
        self._outbox.put(Platform.FACEBOOK, kind, subject, event)

    def _post(self, body: Json) -> PagePost:
        found = self._pages.post(str(body.get("id")))
        if found is None:
            raise CannotDo(f"there is no post {body.get('id')}", 404)
        return found

    def _target(self, body: Json) -> PagePost | Comment:
        number = str(body.get("id"))
        found = self._pages.comment(number) or self._pages.post(number)
        if found is None:
            raise CannotDo(f"there is no post, comment or message {number}", 404)
        return found

    def _message(self, body: Json) -> Message:
        found = self._pages.message(str(body.get("id")))
        if found is None or found.unsent:
            raise CannotDo(f"there is no message {body.get('id')}", 404)
        return found
