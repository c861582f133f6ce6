"""Answers on Facebook, through the real python-facebook-api against a server on loopback."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import anyio
import pytest

from channels.facebook.connector import FacebookConnector
from hub.ports import (
    AuthFailed,
    Author,
    Choice,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.facebook.bodies import AMIR, POST
from tests.channels.facebook.conftest import page_account
from tests.channels.facebook.replies import (
    COMMENTS,
    MESSAGES,
    SENT,
    WRITTEN,
    Saved,
    comment,
    graph_error,
    message,
)
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio


async def test_a_public_answer_is_a_comment(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(COMMENTS, Answer({"id": "330_9100"}))
    saved = Saved()
    receipt = await connector.send(comment(), saved)
    assert receipt.external_ids == ("330_9100",) == tuple(saved)
    (call,) = platform.calls
    proof = hmac.new(b"app secret", b"page token", hashlib.sha256).hexdigest()
    assert call.form == {
        "message": "On Saturday, from 8 to 12.",
        "access_token": "page token",
        "appsecret_proof": proof,
    }


async def test_a_private_answer_goes_to_messenger(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    saved = Saved()
    choices = tuple(Choice(f"A question of many words, number {n}", f"slug-{n}") for n in range(15))
    receipt = await connector.send(message(choices=choices), saved)
    assert receipt.external_ids == ("m_sent",) == tuple(saved)
    form = platform.calls[0].form
    assert json.loads(form["recipient"]) == {"id": AMIR}
    assert form["messaging_type"] == "RESPONSE"
    assert "tag" not in form
    sent = json.loads(form["message"])
    assert sent["text"] == "On Saturday."
    assert sent["metadata"] == "switchboard:reply-1"
    assert len(sent["quick_replies"]) == 13
    assert all(len(quick["title"]) <= 20 for quick in sent["quick_replies"])
    assert sent["quick_replies"][0]["payload"] == "slug-0"


async def test_a_private_answer_to_a_comment_opens_a_conversation(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, Answer({"recipient_id": 7100000000000099, "message_id": "m_sent"}))
    wanted = comment(visibility=Visibility.PRIVATE, last_inbound_at=datetime.now(UTC))
    receipt = await connector.send(wanted, Saved())
    form = platform.calls[0].form
    assert json.loads(form["recipient"]) == {"comment_id": "330_9001"}
    assert "messaging_type" not in form
    assert "tag" not in form
    assert receipt.conversation == "psid:7100000000000099"
    assert receipt.recipient == Author("facebook", "7100000000000099")


async def test_a_private_answer_to_a_visitors_post(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    receipt = await connector.send(
        comment(visibility=Visibility.PRIVATE, in_reply_to=POST), Saved()
    )
    assert json.loads(platform.calls[0].form["recipient"]) == {"post_id": POST}
    assert receipt.conversation == f"psid:{AMIR}"


@pytest.mark.parametrize(
    ("answer", "conversation"),
    [
        (
            Answer({"to": {"data": [{"id": 7100000000000099}]}, "id": "m_1"}),
            "psid:7100000000000099",
        ),
        (Answer({"id": "m_1"}), f"psid:{AMIR}"),
        (graph_error(100), f"psid:{AMIR}"),
        (graph_error(2), f"psid:{AMIR}"),
        (graph_error(190), f"psid:{AMIR}"),
    ],
)
async def test_after_a_crash_the_message_says_whose_conversation_it_opened(
    connector: FacebookConnector, platform: Platform, answer: Answer, conversation: str
) -> None:
    platform.on("GET /v26.0/m_1", answer)
    wanted = comment(visibility=Visibility.PRIVATE, sent_parts=("m_1",))
    receipt = await connector.send(wanted, Saved())
    assert (receipt.external_ids, receipt.conversation) == (("m_1",), conversation)
    assert platform.called(MESSAGES) == []


async def test_a_second_private_answer_is_refused_in_words(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, graph_error(10900))
    with pytest.raises(
        Rejected, match="answered in private already, and Facebook allows that once"
    ):
        await connector.send(comment(visibility=Visibility.PRIVATE), Saved())


async def test_the_conversation_says_to_whom(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    receipt = await connector.send(message(recipient="comment:330_9001"), Saved())
    assert json.loads(platform.calls[0].form["recipient"]) == {"id": AMIR}
    assert receipt.conversation is None


async def test_after_a_day_a_person_answers_with_the_tag(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    await connector.send(message(age=25), Saved())
    form = platform.calls[0].form
    assert (form["messaging_type"], form["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


@pytest.mark.parametrize("age", [0.0, 23.9, 24.1, 100.0, 200.0])
@pytest.mark.parametrize("by_bot", [False, True])
async def test_the_bot_never_uses_the_tag(
    connector: FacebookConnector, platform: Platform, age: float, by_bot: bool
) -> None:
    platform.on(MESSAGES, SENT)
    try:
        await connector.send(message(age=age, by_bot=by_bot), Saved())
    except Rejected:
        assert age > (24 if by_bot else 24 * 7)
    tags = ["tag" in call.form for call in platform.calls]
    assert tags == ([] if age > (24 if by_bot else 168) else [age > 24])


async def test_a_long_message_goes_in_numbered_parts(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, *(Answer({"message_id": f"m_{n}"}) for n in range(9)))
    body = " ".join(f"Sentence {n} of the answer is about this long." for n in range(110))
    choice = (Choice("Yes", "yes"),)
    saved = Saved()
    receipt = await connector.send(message(body, choices=choice), saved)
    sent = [json.loads(call.form["message"]) for call in platform.calls]
    assert len(sent) == 3
    assert [part["text"][-6:] for part in sent] == [" (1/3)", " (2/3)", " (3/3)"]
    assert all(len(part["text"]) <= 2000 for part in sent)
    assert " ".join(part["text"][:-6] for part in sent) == body
    # The buttons are below the last one, and every echo is ours.
    assert ["quick_replies" in part for part in sent] == [False, False, True]
    assert {part["metadata"] for part in sent} == {"switchboard:reply-1"}
    assert receipt.external_ids == ("m_0", "m_1", "m_2") == tuple(saved)


async def test_a_long_message_goes_on_where_it_stopped(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, Answer({"message_id": "m_0"}), graph_error(32))
    body = " ".join(f"Sentence {n} of the answer is about this long." for n in range(110))
    saved = Saved()
    with pytest.raises(TemporarilyUnavailable):
        await connector.send(message(body), saved)
    assert saved == ["m_0"]
    platform.on(MESSAGES, Answer({"message_id": "m_1"}), Answer({"message_id": "m_2"}))
    receipt = await connector.send(message(body, sent_parts=("m_0",)), saved)
    texts = [json.loads(call.form["message"])["text"] for call in platform.calls]
    assert [text[-6:] for text in texts] == [" (1/3)", " (2/3)", " (2/3)", " (3/3)"]
    assert receipt.external_ids == ("m_0", "m_1", "m_2")


async def test_a_comment_too_long_for_one_is_several(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(COMMENTS, Answer({"id": "330_1"}), Answer({"id": "330_2"}))
    receipt = await connector.send(comment("word " * 2000), Saved())
    assert receipt.external_ids == ("330_1", "330_2")
    assert all(len(call.form["message"]) <= 8000 for call in platform.calls)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (message(age=25, by_bot=True), "bot may answer on Messenger only within 24 hours"),
        (message(age=24 * 7 + 1), "seven days"),
        (comment(visibility=Visibility.PRIVATE, last_inbound_at=WRITTEN), "seven days"),
        (message(" "), "empty"),
        (comment("x" * 2001, visibility=Visibility.PRIVATE), "takes 2,000 characters"),
        (comment(visibility=Visibility.PRIVATE, in_reply_to=None), "no comment to reply to"),
        (comment(in_reply_to=None), "no comment to reply to"),
        (message(visibility=Visibility.PUBLIC), "no comment to reply to"),
    ],
)
async def test_what_facebook_would_not_take_is_rejected_at_once(
    connector: FacebookConnector, platform: Platform, wanted: Reply, why: str
) -> None:
    with pytest.raises(Rejected, match=why):
        await connector.send(wanted, Saved())
    assert platform.calls == []


async def test_what_was_sent_is_not_sent_again(
    connector: FacebookConnector, platform: Platform
) -> None:
    receipt = await connector.send(comment(sent_parts=("330_9100",)), Saved())
    assert receipt.external_ids == ("330_9100",)
    assert platform.calls == []


async def test_nothing_is_sent_without_a_token(platform: Platform) -> None:
    connector = FacebookConnector(page_account(platform.url, access_token=""))
    with pytest.raises(AuthFailed):
        await connector.send(comment(), Saved())
    assert platform.calls == []


async def test_answers_at_the_same_time_keep_apart(
    connector: FacebookConnector, platform: Platform
) -> None:
    found: dict[str, str] = {}
    for n in range(8):
        platform.on(f"POST /v26.0/c{n}/comments", Answer({"id": f"c{n}_answer"}, wait=0.05))

    async def send(target: str) -> None:
        receipt = await connector.send(comment(in_reply_to=target), Saved())
        found[target] = receipt.external_ids[0]

    async with anyio.create_task_group() as group:
        for n in range(8):
            group.start_soon(send, f"c{n}")
    assert found == {f"c{n}": f"c{n}_answer" for n in range(8)}
