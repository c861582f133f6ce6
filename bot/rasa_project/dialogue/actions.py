"""The forms' custom actions, run by rasa-sdk inside Rasa's own process.

Rasa calls whatever stands as its action endpoint; `LocalActions` answers there without a server, a
port and JSON over HTTP: the call takes well below a millisecond and cannot be cut off.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Dict, List, Mapping, Optional, Text, Tuple

from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction

from dialogue.call import current_call
from dialogue.day import spelled
from dialogue.form import CHANGE, CONFIRMATION, OFFER, Form, forms_of
from dialogue.reading import PERSON_SLUG
from dialogue.report import summary
from dialogue.state import MAX_TRIES
from dialogue.value import Problem, Value, read

DONE, DECLINED, STUCK = "done", "declined", "stuck"


class LocalActions(EndpointConfig):
    """rasa-sdk's executor where Rasa expects an action server."""

    def __init__(self, forms: Mapping[Text, Form]) -> None:
        super().__init__(url="local:", enable_selective_domain=True)
        self.forms = forms
        self._executor = ActionExecutor()
        by_name = {form.name: form for form in forms.values()}
        for action in (
            EndForm(by_name),
            Resume(by_name),
            AskConfirmation(by_name),
            AskChange(by_name),
        ):
            self._executor.register_action(action)
        for form in by_name.values():
            self._executor.register_action(ValidateForm(form))

    @classmethod
    def of(cls, domain: Domain) -> "LocalActions":
        """The actions of a model's forms, and Rasa told that it need not look for mistakes.

        Rasa checks each result of an action server against a JSON schema, and that schema against
        its own: 27 ms of a message's 42. These results are made by rasa-sdk in this very process.
        """
        RemoteAction._validate_action_result = lambda *_: True  # type: ignore[method-assign]
        return cls(forms_of(domain.as_dict()))

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """What an action server would answer. Rasa swallows an error: it is kept for `decide`."""
        try:
            return await self._executor.run(kwargs["json"])
        except Exception as error:
            call = current_call()
            if call is not None:
                call.failure = error
            raise


def values_of(tracker: Tracker, form: Form) -> Dict[Text, Value]:
    """The form's values as the tracker has them."""
    return {
        name: Value(**tracker.slots[name])
        for name in form.slots
        if tracker.slots.get(name) is not None
    }


class ValidateForm(FormValidationAction):
    """Reads the values of a message, keeps what can be, and says what to ask for next."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def name(self) -> Text:
        return f"validate_{self._form.name}"

    async def get_extraction_events(self, *_: Any) -> List[Dict[Text, Any]]:
        return []  # the values came as entities (dialogue/reading.py)

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> List[Dict[Text, Any]]:
        form, slots = self._form, tracker.slots
        asked, before = slots.get(REQUESTED_SLOT), values_of(tracker, form)
        filled, problem = self._take(tracker)
        if not filled and problem is None:
            # No value: the form steps back and a rule goes on (an aside, a farewell). Or it comes
            # back from there, and asks its open question again.
            slots[REQUESTED_SLOT] = self._wanted(tracker, filled, problem)
            if slots.get("idle") and slots.get("aside"):
                _resumed(dispatcher, tracker, form)
            return []
        changed = [name for name in filled if name in before and name != asked]
        wanted = self._wanted(tracker, filled, problem)
        tries = int(slots.get("tries") or 0)
        days = problem[1].days if problem is not None else ()
        if problem is not None and not days:
            tries = tries + 1 if problem[0] == asked else 1
        elif filled:
            tries = 0
        outcome = self._outcome(tracker)
        if outcome is None and tries > MAX_TRIES:
            outcome = STUCK
        if outcome is not None:
            slots["outcome"], wanted = {"as": outcome, "form": form.name}, None
        elif problem is not None:
            self._help(dispatcher, tracker, *problem)
        elif changed:
            dispatcher.utter_message(response="utter_form__changed")
        elif filled and slots.get("idle"):
            _resumed(dispatcher, tracker, form)
        if any(form.slots[name].kind == "danger" and _is_yes(slots[name]) for name in filled):
            dispatcher.utter_message(response="utter_form__danger")
        facts = [name for name in filled if name not in (OFFER, CONFIRMATION)]
        slots["tries"], slots["days"] = tries, [day.isoformat() for day in days]
        slots["last"] = facts[0] if facts else _still(slots, slots.get("last"))
        slots[REQUESTED_SLOT] = wanted
        kept = (*form.slots, "tries", "last", "days", "outcome")
        return [SlotSet(name, slots.get(name)) for name in kept]

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Dict[Text, Any]:
        return SlotSet(REQUESTED_SLOT, tracker.slots[REQUESTED_SLOT])

    def _take(self, tracker: Tracker) -> Tuple[List[Text], Optional[Tuple[Text, Problem]]]:
        """Put the message's values into the tracker's slots: which, and what could not be."""
        slots = tracker.slots
        asked, today = slots.get(REQUESTED_SLOT), date.fromisoformat(slots["today"])
        filled: List[Text] = []
        problem: Optional[Tuple[Text, Problem]] = None
        for entity in tracker.latest_message.get("entities") or []:
            role = entity.get("role")
            if role == CHANGE:
                problem = CHANGE, Problem()
                continue
            slot = self._form.slots.get(role)
            if slot is None:
                continue
            offered = [date.fromisoformat(day) for day in slots.get("days") or ()]
            outcome = read(slot.kind, entity["value"], today, slot.choices, offered)
            if isinstance(outcome, Value):
                slots[role] = outcome.as_json()
                filled.append(role)
            elif role == asked or slots.get(role) is not None:
                slots[role] = None
                problem = role, outcome
            # A fact that only seemed to be in the text is asked for in its turn.
        return filled, problem

    def _wanted(
        self, tracker: Tracker, filled: List[Text], problem: Optional[Tuple[Text, Problem]]
    ) -> Optional[Text]:
        slots = tracker.slots
        confirmed = slots.get(CONFIRMATION)
        if confirmed is not None and confirmed["normal"] == "no":
            slots[CONFIRMATION] = None
            return CHANGE
        missing = self._form.next_slot(slots)
        changing = slots.get(REQUESTED_SLOT) == CHANGE and not filled and missing == CONFIRMATION
        if changing or (problem is not None and problem[0] == CHANGE):
            return CHANGE
        return missing

    @staticmethod
    def _outcome(tracker: Tracker) -> Optional[Text]:
        for name, answer, outcome in ((OFFER, "no", DECLINED), (CONFIRMATION, "yes", DONE)):
            value = tracker.slots.get(name)
            if value is not None and value["normal"] == answer:
                return outcome
        return None

    def _help(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, name: Text, problem: Problem
    ) -> None:
        """Say why it cannot be; where there is nothing to say, how to answer the question."""
        if problem.name != "help":
            language = tracker.slots.get("language") or "en"
            days = [
                {"title": spelled(day, language), "payload": day.isoformat()}
                for day in problem.days
            ]
            dispatcher.utter_message(response=f"utter_problem__{problem.name}", buttons=days)
        elif name == CHANGE:
            _ask_change(dispatcher, tracker, self._form, help_first=True)
        else:
            dispatcher.utter_message(response=f"utter_help_{self._form.name}_{name}")


class _FormsAction(Action):
    """An action that must know the forms."""

    def __init__(self, forms: Mapping[Text, Form]) -> None:
        self._forms = forms

    def _open(self, tracker: Tracker) -> Form:
        return self._forms[tracker.active_loop["name"]]


class AskConfirmation(_FormsAction):
    """What was collected, to be confirmed or corrected."""

    def name(self) -> Text:
        return "action_ask_confirmation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> List[Dict[Text, Any]]:
        form, language = self._open(tracker), tracker.slots.get("language") or "en"
        # Not Rasa's own filling in: it reads braces and brackets in customers' words.
        said = summary(form, values_of(tracker, form), language)
        buttons = [
            {"title": choice.title(language), "payload": choice.value}
            for choice in form.slots[CONFIRMATION].choices
        ]
        text = (form.confirm.get(language) or form.confirm["en"]).replace("{summary}", said)
        dispatcher.utter_message(text=text, buttons=buttons)
        return []


class AskChange(_FormsAction):
    """Which fact is wrong."""

    def name(self) -> Text:
        return "action_ask_change"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> List[Dict[Text, Any]]:
        _ask_change(dispatcher, tracker, self._open(tracker))
        return []


class Resume(_FormsAction):
    """Says what was being done, before the open question is asked again."""

    def name(self) -> Text:
        return "action_resume"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> List[Dict[Text, Any]]:
        _resumed(dispatcher, tracker, self._open(tracker))
        return []


class EndForm(_FormsAction):
    """What is said when a form has ended by itself."""

    def name(self) -> Text:
        return "action_end_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> List[Dict[Text, Any]]:
        ended = tracker.slots["outcome"]
        if ended["as"] == DONE:
            said, act = f"utter_done_{ended['form']}", {"act": "form_done"}
        elif ended["as"] == DECLINED:
            said, act = "utter_form__declined", {"act": "form_left"}
        else:
            said, act = "utter_form__stuck", {"act": "answer", "slug": PERSON_SLUG}
        dispatcher.utter_message(response=said, json_message=act)
        return []


def _is_yes(value: Mapping[Text, Any]) -> bool:
    return bool(value["normal"] == "yes")


def _still(slots: Mapping[Text, Any], name: Optional[Text]) -> Optional[Text]:
    return name if name is not None and slots.get(name) is not None else None


def _resumed(dispatcher: CollectingDispatcher, tracker: Tracker, form: Form) -> None:
    language = tracker.slots.get("language") or "en"
    title = form.titles.get(language) or form.titles["en"]
    dispatcher.utter_message(response="utter_form__resumed", title=title)


def _ask_change(
    dispatcher: CollectingDispatcher, tracker: Tracker, form: Form, help_first: bool = False
) -> None:
    language = tracker.slots.get("language") or "en"
    given = values_of(tracker, form)
    labels = [
        slot.labels.get(language) or slot.labels["en"] for slot in form.facts if slot.name in given
    ]
    buttons = [{"title": label, "payload": label} for label in labels]
    if help_first:
        dispatcher.utter_message(response=f"utter_help_{form.name}_{CHANGE}", buttons=buttons)
    else:
        text = form.change.get(language) or form.change["en"]
        dispatcher.utter_message(text=text, buttons=buttons)
