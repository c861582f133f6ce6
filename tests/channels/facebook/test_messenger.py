"""Messenger: messages and what becomes of them, receipts, echoes, and who may answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ports import (
    AccountNotice,
    Attachment,
    ControlChanged,
    ConversationSeen,
    Ignored,
    InboundMessage,
    Location,
    MessageDeleted,
    MessageEdited,
    MessageReaction,
    Visibility,
)
from tests.channels.facebook.bodies import AMIR, MS, message, messaging, one, recorded
from tests.channels.facebook.conftest import PAGE, SECRETS

KEY = f"psid:{AMIR}"
AT = datetime(2025, 11, 21, 11, 19, 16, 123000, tzinfo=UTC)
INBOX = "263902037430900"
OURS = SECRETS["app_id"]


def found(name: str, **secrets: str) -> InboundMessage:
    item = recorded(name, **secrets)
    assert isinstance(item, InboundMessage), item
    return item


def test_a_message() -> None:
    read = found("message")
    assert read.external_id == "m_AbC-1"
    assert read.conversation == KEY
    assert read.author.address == AMIR
    assert read.visibility is Visibility.PRIVATE
    assert read.held_by is None
    assert read.sent_at == AT
    assert found("message-reply").in_reply_to == "m_AbC-1"


def carrying(*attachments: Any, **message: Any) -> dict[str, Any]:
    return messaging(message={"mid": "m_1", "attachments": list(attachments), **message})


def test_attachments_without_words() -> None:
    read = found("message-picture")
    assert read.body == "[image] [file]"
    assert read.attachments == (
        Attachment("https://scontent.example/meter.jpg", "image"),
        Attachment("https://cdn.example/bill.pdf", "file", "bill.pdf"),
    )


@pytest.mark.parametrize(
    ("attachment", "body", "files"),
    [
        (
            {"type": "image", "payload": {"url": "https://s.example/1.png", "sticker_id": 7}},
            "[sticker]",
            (Attachment("https://s.example/1.png", "image"),),
        ),
        (
            {"type": "fallback", "title": "Storm", "url": "https://news.example/1",
             "payload": None},
            "Storm https://news.example/1",
            (),
        ),
        ({"type": "fallback", "payload": {"url": 7}}, "[link]", ()),
        (
            {"type": "template", "payload": {"template_type": "button", "text": "Which one?"}},
            "Which one?",
            (),
        ),
        (
            {"type": "template", "payload": {"elements": [
                {"title": "Pay", "subtitle": "by phone"}, 7, {"title": None}]}},
            "Pay\nby phone",
            (),
        ),
        ({"type": "template"}, "[template]", ()),
        (
            {"type": "template", "payload": {"product": {"elements": [
                {"id": "1", "title": "Recycling bin", "subtitle": "$12"}]}}},
            "Recycling bin\n$12",
            (),
        ),
        (
            {"type": "sticker", "payload": {"url": "https://s.example/1.png", "sticker_id": 7}},
            "[sticker]",
            (Attachment("https://s.example/1.png", "image"),),
        ),
        (
            {"type": "post", "payload": {"url": "https://f.example/1", "title": "Storm"}},
            "Storm https://f.example/1",
            (Attachment("https://f.example/1", "file", "Storm"),),
        ),
        (
            {"type": "story_mention", "payload": {"url": "https://s.example/s"}},
            "[story_mention]",
            (Attachment("https://s.example/s", "file"),),
        ),
        ({"type": "audio", "payload": {"url": "https://s.example/1.mp4"}}, "[audio]",
         (Attachment("https://s.example/1.mp4", "audio"),)),
        ({"type": "reel", "payload": {"url": "https://s.example/r"}}, "[reel]",
         (Attachment("https://s.example/r", "video"),)),
        ({}, "[file]", ()),
    ],
)  # fmt: skip
def test_what_a_message_carries(
    attachment: dict[str, Any], body: str, files: tuple[Attachment, ...]
) -> None:
    read = message(carrying(attachment))
    assert (read.body, read.attachments) == (body, files)
    assert message(carrying(attachment, text="Words")).body == "Words"


def test_a_sticker_that_comes_twice_is_one_file() -> None:
    payload = {"url": "https://s.example/1.png", "sticker_id": 7}
    both = [{"type": kind, "payload": payload} for kind in ("image", "sticker")]
    read = message(messaging(message={"mid": "m_1", "attachments": both}))
    assert read.body == "[sticker]"
    assert read.attachments == (Attachment("https://s.example/1.png", "image"),)


def test_a_location() -> None:
    read = found("message-location")
    assert read.body == "[location]"
    assert read.location == Location(latitude=30.44, longitude=-84.28)
    assert read.attachments == ()
    for odd in ({"lat": 91, "long": 0}, {"lat": "x", "long": 1}, {"lat": 1}, None, "NaN"):
        place = {"type": "location", "payload": {"coordinates": odd}}
        assert message(carrying(place)).location is None
    strings = {"type": "location", "payload": {"coordinates": {"lat": "30.4", "long": "-84.2"}}}
    assert message(carrying(strings)).location == Location(30.4, -84.2)


def test_a_quick_reply_and_a_postback_name_what_was_chosen() -> None:
    pressed = found("message-quick-reply")
    assert (pressed.body, pressed.context) == ("Start new service", {"choice": "start-service"})
    pressed = found("postback")
    assert (pressed.body, pressed.context) == ("Report a problem", {"choice": "report-problem"})
    assert pressed.external_id == "m_AbC-6"
    old = message(messaging(postback={"payload": "start"}))
    assert old.external_id == f"postback:{AMIR}:{MS}"


def test_what_facebook_does_not_pass_on_is_still_a_message() -> None:
    read = message(messaging(message={"mid": "m_1", "is_unsupported": True}))
    assert "open it on Facebook" in read.body
    assert message(messaging(message={"mid": "m_1", "text": None})).body == "[no text]"


def test_an_edited_message_is_the_whole_of_it() -> None:
    item = recorded("message-edit")
    assert isinstance(item, MessageEdited)
    assert item.at == AT
    assert (item.message.external_id, item.message.body) == ("m_AbC-1", "changed")
    assert item.message.conversation == KEY
    assert not item.message.by_staff
    staff = one(messaging(by_page=True, message_edit={"mid": "m_7", "text": "We did."}))
    assert isinstance(staff, MessageEdited)
    assert staff.message.by_staff
    assert (staff.message.conversation, staff.message.author.address) == (KEY, PAGE)


@pytest.mark.parametrize("by_page", [False, True])
def test_an_unsent_message_is_gone(by_page: bool) -> None:
    gone = messaging(by_page=by_page, message={"mid": "m_AbC-1", "is_deleted": True})
    assert one(gone) == MessageDeleted("m_AbC-1", AT)
    assert recorded("message-deleted") == MessageDeleted("m_AbC-1", AT)
    # Also where the page's own message was taken back, and nobody is named.
    echo = messaging(message={"mid": "m_9", "is_deleted": True, "is_echo": True}, sender=None)
    assert one(echo) == MessageDeleted("m_9", AT)


def test_receipts() -> None:
    assert recorded("read") == ConversationSeen(KEY, AT, read=True)
    assert recorded("delivery") == ConversationSeen(KEY, AT, read=False)
    assert one(messaging(read={"seq": 3})) == ConversationSeen(KEY, AT, read=True)
    assert one(messaging(read={"watermark": str(MS)})) == ConversationSeen(KEY, AT, read=True)
    assert one(messaging(by_page=True, read={})) == Ignored("the page itself read it")
    assert one(messaging(sender=..., read={})) == Ignored("a receipt of nobody named")


def test_reactions() -> None:
    assert recorded("reaction-message") == MessageReaction("m_AbC-9", AMIR, "👍", AT)
    named = {"mid": "m_9", "action": "react", "reaction": "sad"}
    assert one(messaging(reaction=named)) == MessageReaction("m_9", AMIR, "sad", AT)
    gone = {"mid": "m_9", "action": "unreact"}
    assert one(messaging(reaction=gone)) == MessageReaction("m_9", AMIR, None, AT)
    own = one(messaging(by_page=True, reaction=named))
    assert own == Ignored("a reaction of the page itself")
    nothing = one(messaging(reaction={"mid": "m_9", "action": "react"}))
    assert nothing == Ignored("a reaction that says nothing")


@pytest.mark.parametrize("name", ["echo-staff", "echo-other-app"])
def test_what_staff_wrote_in_facebooks_app_is_their_answer(name: str) -> None:
    read = found(name)
    assert read.by_staff
    assert read.conversation == KEY
    assert read.author.address == PAGE
    assert read.context == {"customer_id": AMIR}


@pytest.mark.parametrize("name", ["echo-ours", "echo-marked"])
def test_what_we_sent_is_not_taken_for_staffs(name: str) -> None:
    assert recorded(name) == Ignored("an echo of what we sent")


def test_without_an_app_id_our_own_mark_tells_echoes_apart() -> None:
    assert recorded("echo-marked", app_id="") == Ignored("an echo of what we sent")
    assert found("echo-ours", app_id="").by_staff


def test_in_standby_another_app_has_the_conversation() -> None:
    item = recorded("standby")
    assert isinstance(item, InboundMessage)
    assert item.held_by == "another app"
    assert not item.by_staff
    said = {"mid": "m_9", "text": "From the inbox", "is_echo": True, "app_id": int(INBOX)}
    echo = message(messaging(where="standby", by_page=True, message=said))
    assert (echo.held_by, echo.by_staff, echo.conversation) == (INBOX, True, KEY)
    own = messaging(where="standby", by_page=True, message=said | {"app_id": int(OURS)})
    assert one(own) == Ignored("an echo of what we sent")
    pressed = message(messaging(where="standby", postback={"title": "Pay"}))
    assert (pressed.held_by, pressed.body) == ("another app", "Pay")
    assert one(messaging(where="standby", postback={})) == Ignored("a button of another app's")
    seen = one(messaging(where="standby", read={"watermark": MS}))
    assert seen == ConversationSeen(KEY, AT, read=True)
    edit = one(messaging(where="standby", message_edit={"mid": "m_1", "text": "x"}))
    assert isinstance(edit, MessageEdited)
    assert edit.message.held_by == "another app"


@pytest.mark.parametrize(
    ("event", "app_id", "held_by"),
    [
        ({"pass_thread_control": {"new_owner_app_id": OURS}}, OURS, None),
        ({"pass_thread_control": {"new_owner_app_id": int(OURS)}}, OURS, None),
        ({"pass_thread_control": {"new_owner_app_id": INBOX, "metadata": None}}, OURS, INBOX),
        ({"pass_thread_control": {"metadata": "x"}}, OURS, None),
        ({"pass_thread_control": {"new_owner_app_id": "5"}}, "", None),
        ({"pass_thread_control": {"new_owner_app_id": INBOX}}, "", INBOX),
        ({"take_thread_control": {"previous_owner_app_id": OURS}}, OURS, "another app"),
        ({"take_thread_control": {"previous_owner_app_id": None}}, OURS, "another app"),
        ({"take_thread_control": {"previous_owner_app_id": OURS, "new_owner_app_id": INBOX}},
         OURS, INBOX),
        ({"take_thread_control": {"previous_owner_app_id": INBOX, "new_owner_app_id": OURS}},
         OURS, None),
        ({"take_thread_control": {"new_owner_app_id": "5"}}, "", "5"),
    ],
)  # fmt: skip
def test_who_has_the_conversation(event: dict[str, Any], app_id: str, held_by: str | None) -> None:
    assert one(messaging(**event), app_id=app_id) == ControlChanged(KEY, held_by, AT)
    assert one(messaging(**event, sender=...), app_id=app_id) == Ignored(
        "control of a conversation of nobody named"
    )
    # Some events name the page as the sender.
    turned = one(messaging(**event, by_page=True), app_id=app_id)
    assert turned == ControlChanged(KEY, held_by, AT)


@pytest.mark.parametrize("key", ["policy-enforcement", "policy_enforcement"])
def test_a_block_by_facebook_is_said_in_words(key: str) -> None:
    told = {"action": "block", "reason": "Too many\nmessages."}
    item = one(messaging(sender=..., **{key: told}))
    expected = "Facebook has blocked this page's messages: Too many messages."
    assert item == AccountNotice(expected, AT, stops=False)
    item = one(messaging(sender=..., **{key: {"action": "unblock"}}))
    assert item == AccountNotice(
        "Facebook has lifted its block of this page's messages.", AT, False
    )
    item = one(messaging(sender=..., **{key: {}}))
    assert isinstance(item, AccountNotice)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"referral": {"ref": "a", "source": "SHORTLINK"}}, "a referral: nothing was said yet"),
        ({"optin": {"ref": "a"}}, "an opt-in"),
        ({"request_thread_control": {"requested_owner_app_id": 5}},
         "another app asks for a conversation"),
        ({"app_roles": {"5": ["primary_receiver"]}}, "roles of apps changed"),
        ({"brand_new": 1, "account_linking": {}}, "an account linked"),
        ({"brand_new": 1}, "a Messenger event not for us: brand_new"),
    ],
)  # fmt: skip
def test_what_is_not_for_us(event: dict[str, Any], why: str) -> None:
    assert one(messaging(**event)) == Ignored(why)


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": str(MS)},
        {"timestamp": None},
        {"sender": {"id": int(AMIR), "user_ref": "x"}},
        {"recipient": {"id": int(PAGE)}, "priority": {"a": 1}},
        {"message": {"mid": 7, "text": "Hi", "seq": 1, "nlp": {"a": []}, "is_echo": None,
                     "attachments": None, "quick_reply": None, "reply_to": None, "tags": []}},
        {"message": {"mid": "7", "text": "Hi", "quick_reply": "odd", "reply_to": [],
                     "attachments": {"type": "image"}, "app_id": None, "metadata": 5}},
    ],
)  # fmt: skip
def test_odd_values_do_not_lose_the_message(changes: dict[str, Any]) -> None:
    read = message(messaging(**{"message": {"mid": "7", "text": "Hi"}, **changes}))
    assert (read.external_id, read.body, read.conversation) == ("7", "Hi", KEY)
    assert read.sent_at.year == 2025
