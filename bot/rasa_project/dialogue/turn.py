"""A message's way: classified, read beside the open form, run through Rasa, put into one answer."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from dialogue.actions import LocalActions
from dialogue.call import calling, open_after, tracker_before, values_after
from dialogue.form import Form
from dialogue.reading import RESUMED_AFTER, Heard, Reading, read_message, sure_topic
from dialogue.report import report
from dialogue.request import Request
from dialogue.state import Open, read_state

RANKED = 5


class DialogueFailed(Exception):
    """Rasa ended a message without a decision."""


class Said(OutputChannel):
    """Keeps what the dialogue says, with the name of the response it comes from."""

    def __init__(self) -> None:
        self.messages: List[Dict[Text, Any]] = []

    @classmethod
    def name(cls) -> Text:
        return "switchboard"

    async def send_response(self, recipient_id: Text, message: Dict[Text, Any]) -> None:
        self.messages.append(message)

    def act(self) -> Optional[Mapping[Text, Any]]:
        """What the dialogue decided, where a response or an action says so."""
        for message in self.messages:
            custom = message.get("custom")
            if isinstance(custom, dict) and "act" in custom:
                return custom
        return None

    def words(self) -> "tuple[Optional[Text], List[Dict[Text, Text]]]":
        """All that is to be said as one text, and the choices of the last question in it.

        Where help is given, the question itself would only repeat it.
        """
        shown = [message for message in self.messages if message.get("text")]
        helped = any(_response(message).startswith("utter_help_") for message in shown) or any(
            _response(message).startswith("utter_problem__") and message.get("buttons")
            for message in shown
        )
        if helped:
            shown = [message for message in shown if not _asks(message)]
        buttons = next((each["buttons"] for each in reversed(shown) if each.get("buttons")), [])
        choices = [{"title": each["title"], "value": each["payload"]} for each in buttons]
        return "\n\n".join(message["text"] for message in shown) or None, choices


def _response(message: Mapping[Text, Any]) -> Text:
    return str(message.get("utter_action") or "")


def _asks(message: Mapping[Text, Any]) -> bool:
    """A form's question: a response of its own, or put together by an action and so nameless."""
    name = _response(message)
    return name.startswith("utter_ask_") or not name


async def decide(agent: Agent, request: Request) -> Dict[Text, Any]:
    """`{"act", "slug", "confidence", "ranking", "model", "language", "emergency", "text",
    "choices", "form", "state", "offers_form"}`.

    `act` is answer, ask_back, out_of_scope, ask, form_done or form_left. Raises DialogueFailed.
    """
    forms = forms_of_agent(agent)
    parsed = await _parse(agent, request)
    opened = read_state(request.state, forms)
    idle = opened is not None and request.idle_hours > RESUMED_AFTER
    emergency = _emergency(parsed)
    heard = Heard(
        text=request.message,
        topic=sure_topic(parsed),
        out_of_scope=bool(parsed.get("out_of_scope")),
        today=request.today,
        private=request.private,
        idle=idle,
        emergency=emergency["slug"] if emergency is not None else None,
    )
    reading = read_message(heard, forms, opened)
    before = tracker_before(
        agent.domain,
        opened,
        reading,
        language=request.language,
        today=request.today,
        idle=idle,
    )
    said = Said()
    with calling(before) as call:
        await agent.handle_message(
            UserMessage(
                request.message,
                said,
                call.conversation,
                parse_data=_as_read(parsed, reading),
                input_channel=Said.name(),
                metadata={"language": request.language},
            )
        )
        if call.failure is not None:
            raise DialogueFailed("an action of a form failed") from call.failure
        tracker = call.tracker
    was = opened if opened is not None and reading.within else None
    answer = {
        **_decision(said, tracker, forms, was),
        **_understood(agent, parsed),
        "language": request.language,
        "emergency": emergency,
    }
    if not request.private:
        answer["offers_form"] = answer["act"] == "answer" and answer["slug"] in forms
        answer["state"] = opened.as_json() if opened is not None else None
    return answer


async def rank(agent: Agent, request: Request) -> Dict[Text, Any]:
    """What a message may be about, and how sure that is: no dialogue."""
    return _understood(agent, await _parse(agent, request))


def forms_of_agent(agent: Agent) -> Mapping[Text, Form]:
    """The forms of its model. The first call lets their actions run in this process."""
    actions = agent.processor.action_endpoint
    if not isinstance(actions, LocalActions):
        actions = agent.processor.action_endpoint = LocalActions.of(agent.domain)
    return actions.forms


def model_of(agent: Agent) -> Text:
    """The model file's name: bot/training.py keeps what is known of it under that name."""
    return str(agent.model_name).removesuffix(".tar.gz")


async def _parse(agent: Agent, request: Request) -> Dict[Text, Any]:
    message = UserMessage(request.message, metadata={"language": request.language})
    parsed: Dict[Text, Any] = await agent.processor.parse_message(message)
    return parsed


def _as_read(parsed: Mapping[Text, Any], reading: Reading) -> Dict[Text, Any]:
    """What the classifier found, with the intent and the values that the dialogue works on."""
    confidence = (parsed.get("intent") or {}).get("confidence") or 0.0
    intent = {"name": reading.intent, "confidence": confidence}
    return {**parsed, "intent": intent, "entities": reading.entities()}


def _decision(
    said: Said, tracker: DialogueStateTracker, forms: Mapping[Text, Form], was: Optional[Open]
) -> Dict[Text, Any]:
    act = said.act()
    text, choices = said.words()
    by_name = {form.name: form for form in forms.values()}
    going = by_name.get(tracker.active_loop_name or "")
    form = going or (was.form if was is not None else None)
    if act is None and going is None:
        raise DialogueFailed("the dialogue said nothing")
    name = act["act"] if act is not None else "ask"
    if name in ("ask", "form_done", "form_left") and not text:
        raise DialogueFailed("the form said nothing")
    slug = act.get("slug") if act is not None else None
    return {
        "act": name,
        "slug": slug or (form.slug if form is not None else None),
        "text": text,
        "choices": choices,
        "form": report(form, values_after(tracker, form), name == "form_done") if form else None,
        "state": open_after(tracker, going).as_json() if going is not None else None,
        "offers_form": False,
    }


def _understood(agent: Agent, parsed: Mapping[Text, Any]) -> Dict[Text, Any]:
    ranking = parsed.get("intent_ranking") or []
    return {
        "confidence": (parsed.get("intent") or {}).get("confidence") or 0.0,
        "ranking": [
            # Intents are slugs with underscores (kb/export.py).
            {"slug": guess["name"].replace("_", "-"), "confidence": guess["confidence"]}
            for guess in ranking[:RANKED]
        ],
        "model": model_of(agent),
    }


def _emergency(parsed: Mapping[Text, Any]) -> Optional[Dict[Text, Any]]:
    found = parsed.get("emergency")
    if not isinstance(found, Mapping) or not found.get("name"):
        return None
    return {
        "slug": str(found["name"]).replace("_", "-"),
        "confidence": found.get("confidence", 0.0),
    }
