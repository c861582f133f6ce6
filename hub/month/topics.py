"""What the citizens of the simulated month ask: topics, how often, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Bot(StrEnum):
    """What the assistant does with a topic."""

    ANSWERS = "answers"
    HANDS_OVER = "hands over"
    """No fact may be told: a person follows."""
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Topic:
    slug: str
    """Of an article of the knowledge base."""
    unit: str
    weight: float
    bot: Bot
    asks: tuple[str, ...]
    """In English; `{place}` is a part of town."""
    pide: tuple[str, ...] = ()
    """In Spanish."""
    answer: str = "Here is what we know about it. Call 850-891-4968 if this does not help."
    minutes: float = 5.0
    """What it takes a person of usual speed to answer, in the middle."""


_CALL = "call-center"
_BILL = "billing"
_ENERGY = "energy-services"

TOPICS = (
    Topic("report-outage", _CALL, 5, Bot.ANSWERS,
          ("Power is out in {place}", "No electricity at our house in {place} since this morning",
           "Lights flickered and died, {place} is dark", "Outage in {place}, anybody on it?"),
          ("No hay luz en {place}", "Se fue la luz en {place}"),
          "Please report it at Talgov.com/Outage, in DigiTally, or call 850-891-4968.", 3.0),
    Topic("outage-restoration-time", _CALL, 3, Bot.ANSWERS,
          ("When will the power be back in {place}?", "How much longer without lights in {place}?"),
          ("Cuando vuelve la luz en {place}?",),
          "Usually no exact time is known for one home. Plants, lines and emergency services come "
          "first, then the largest groups.", 3.0),
    Topic("outage-map", _CALL, 1.5, Bot.ANSWERS,
          ("Where is the outage map?", "Is there a map that shows outages near {place}?"),
          answer="The outage map is online at Talgov.com/Outage."),
    Topic("streetlight-out", _CALL, 2.5, Bot.ANSWERS,
          ("A street light is out in {place}", "Three street lights dark on our street in {place}"),
          answer="Please report it in DigiTally or at 850-891-4968."),
    Topic("tree-near-power-line", _CALL, 2, Bot.HANDS_OVER,
          ("A branch leans on the wire behind our house in {place}",
           "Who trims the trees around the lines in {place}?"), minutes=6),
    Topic("damage-claim", _CALL, 1, Bot.HANDS_OVER,
          ("The surge killed our fridge, who pays for it?", "How do I file a claim for damage?"),
          minutes=8),
    Topic("gas-service-start-or-pilot", _ENERGY, 1.2, Bot.HANDS_OVER,
          ("My pilot light went out", "How do I get gas turned on in {place}?"), minutes=6),
    Topic("water-quality", _CALL, 1.2, Bot.ANSWERS,
          ("Is the water in {place} safe to drink?", "Our water tastes odd, is it tested?"),
          answer="It comes from the Floridan Aquifer; the yearly report is online."),
    Topic("low-pressure-or-no-water", _CALL, 1.8, Bot.HANDS_OVER,
          ("Hardly any water pressure in {place}", "No water at all since an hour"),
          ("No tenemos agua en {place}",), minutes=6),
    Topic("water-leak-at-home", _BILL, 1.5, Bot.HANDS_OVER,
          ("We had a leak and the bill is huge, can it be adjusted?",), minutes=8),
    Topic("storm-drain-or-flooding", _CALL, 1.2, Bot.HANDS_OVER,
          ("The storm drain in {place} is clogged", "Water stands in the street in {place}"),
          minutes=5),
    Topic("pay-my-bill", _BILL, 8, Bot.ANSWERS,
          ("How can I pay my bill?", "Can I pay in person somewhere?", "Where do I pay online"),
          ("Como puedo pagar mi cuenta?",),
          "Online, by phone at 850-891-4968, in DigiTally, or at 435 N. Macomb St.", 4.0),
    Topic("due-date-and-late-fee", _BILL, 3, Bot.HANDS_OVER,
          ("When is my bill due?", "Why was I charged a late fee?"), minutes=5),
    Topic("high-bill", _ENERGY, 6, Bot.HANDS_OVER,
          ("My bill doubled and nothing changed", "Why is the bill so high this month??",
           "This bill cannot be right"), ("Mi factura subio mucho, por que?",), minutes=9),
    Topic("billing-error", _BILL, 2, Bot.HANDS_OVER,
          ("I was billed twice", "There is a mistake on my statement"), minutes=9),
    Topic("budget-billing", _BILL, 1.5, Bot.ANSWERS,
          ("What is budget billing?", "Can I pay the same amount every month?"),
          answer="The average of your last 12 months plus 10 %, reviewed every 12 months."),
    Topic("payment-plan", _BILL, 4.5, Bot.HANDS_OVER,
          ("I cannot pay it all at once, is there a plan?", "I need an extension until Friday"),
          ("Necesito mas tiempo para pagar",), minutes=8),
    Topic("help-paying", _BILL, 2, Bot.HANDS_OVER,
          ("Is there help for people who cannot pay?",), minutes=7),
    Topic("reconnect-after-nonpayment", _BILL, 2.5, Bot.HANDS_OVER,
          ("I paid, when is my power back on?", "You cut me off, what do I have to pay?"),
          minutes=7),
    Topic("deposit", _BILL, 1.2, Bot.HANDS_OVER, ("When do I get my deposit back?",), minutes=6),
    Topic("autopay-and-paperless", _BILL, 1.2, Bot.HANDS_OVER,
          ("How do I turn on autopay?",), minutes=4),
    Topic("start-service", _CALL, 4, Bot.HANDS_OVER,
          ("I am moving to {place}, how do I start service?", "Need power at a new apartment"),
          ("Como abro una cuenta nueva?",), minutes=9),
    Topic("stop-service", _CALL, 2, Bot.HANDS_OVER,
          ("Please stop service at my old place in {place}",), minutes=7),
    Topic("move-service", _CALL, 2, Bot.HANDS_OVER,
          ("We move from {place} across town, what about our account?",), minutes=8),
    Topic("online-account-login", _CALL, 2.5, Bot.HANDS_OVER,
          ("I cannot sign in to my account", "The reset mail never comes"), minutes=5),
    Topic("landlord-and-property-manager", "commercial", 1.2, Bot.HANDS_OVER,
          ("I manage twelve units in {place}, how do I get all bills in one?",), minutes=10),
    Topic("commercial-account", "commercial", 1.6, Bot.HANDS_OVER,
          ("We open a shop in {place}, whom do we talk to?",), minutes=11),
    Topic("rate-plans", _ENERGY, 1, Bot.ANSWERS,
          ("What rates do you have?",),
          answer="Standard, Nights & Weekends, and Tallahassee Solar."),
    Topic("solar-and-net-metering", _ENERGY, 1.2, Bot.HANDS_OVER,
          ("We want solar panels, how does net metering work?",), minutes=10),
    Topic("energy-audit", _ENERGY, 1.4, Bot.HANDS_OVER, ("How do I get an energy audit?",)),
    Topic("rebates", _ENERGY, 1.2, Bot.HANDS_OVER,
          ("Is there a rebate for a heat pump water heater?",)),
    Topic("garbage-day", _CALL, 3.5, Bot.ANSWERS,
          ("What day is garbage in {place}?", "When do you pick up recycling in {place}"),
          ("Que dia recogen la basura en {place}?",),
          "Look your address up at talgov.com/you/swslookup."),
    Topic("bulky-and-yard-waste", _CALL, 2.5, Bot.ANSWERS,
          ("Is it red or blue week?", "Can I put a sofa to the street in {place}?"),
          answer="Every other week, by the Red and Blue calendar."),
    Topic("missed-pickup", _CALL, 3, Bot.HANDS_OVER,
          ("You missed our street in {place} again", "Our trash was not picked up"), minutes=5),
    Topic("new-or-damaged-cart", _CALL, 1.5, Bot.HANDS_OVER, ("Our cart is broken",), minutes=4),
    Topic("digitally-help", "social-media", 1, Bot.ANSWERS,
          ("Does the DigiTally app work on a computer?",), answer="Yes, in any browser."),
    Topic("pothole-or-road", _CALL, 2, Bot.ANSWERS,
          ("Pothole as deep as a bathtub in {place}",),
          answer="Please report it in DigiTally or at 850-891-4968."),
    Topic("scam-call", _CALL, 1, Bot.HANDS_OVER,
          ("Somebody called and wants gift cards for my power bill",), minutes=4),
    Topic("complaint", "quality-control", 1.6, Bot.HANDS_OVER,
          ("I have been waiting for three weeks and nobody calls back",
           "Whoever answered me today was rude"), minutes=12),
    Topic("compliment", "quality-control", 0.8, Bot.HANDS_OVER,
          ("The crew in {place} was great today",), minutes=3),
    Topic("gas-leak", _CALL, 0.35, Bot.EMERGENCY,
          ("I smell gas in the house in {place}",), ("Huele a gas en {place}",),
          "Leave at once. From a safe place call 850-891-4968 or 911.", 6.0),
    Topic("downed-power-line", _CALL, 0.25, Bot.EMERGENCY,
          ("A power line is down across the road in {place}",),
          answer="Stay away from it. Call 911, then 850-891-4968.", minutes=6),
    Topic("medical-equipment-no-power", _CALL, 0.08, Bot.EMERGENCY,
          ("My mother is on oxygen and the power is out in {place}",),
          answer="A person is being told now. If she is in danger call 911.", minutes=7),
    Topic("sewage-overflow", _CALL, 0.12, Bot.EMERGENCY,
          ("Sewage is coming up in the street in {place}",),
          answer="A person is being told now. Keep away from it.", minutes=7),
)  # fmt: skip

BY_SLUG = {topic.slug: topic for topic in TOPICS}

SARCASM = (
    "Love paying for candles AND electricity, great job",
    "Another day, another outage. Shocking. Or not, there is no current",
    "Best utility in the world, said nobody in {place}",
    "Is it a power company or a darkness subscription?",
)
"""Said of nothing that could be answered: closed as `no_reply_needed`."""

PLACES = (
    "Killearn", "Southwood", "Frenchtown", "Betton Hills", "Levy Park", "Myers Park",
    "Indianhead Acres", "Midtown", "Old Town", "Lafayette Park", "Bond", "Centerville",
)  # fmt: skip

STORM_TOPICS = {
    "report-outage": 66.0,
    "outage-restoration-time": 16.0,
    "tree-near-power-line": 4.0,
    "downed-power-line": 3.0,
    "medical-equipment-no-power": 1.0,
    "outage-map": 3.0,
    "storm-drain-or-flooding": 3.0,
    "damage-claim": 2.0,
}
"""How often each is asked while the storm lasts."""

STORM_PLACES = {"Killearn": 48.0, "Betton Hills": 20.0, "Lafayette Park": 14.0, "Midtown": 10.0,
                "Southwood": 8.0}  # fmt: skip

MORE = (
    "Thank you, but that does not answer it. What about my case?",
    "Still the same here.",
    "Here is the account number you asked for.",
    "Any news?",
    "That did not help.",
)
MAS = ("Gracias, pero todavia sigue igual.", "Hay alguna novedad?")
THANKS = ("Thank you!", "Thanks, that helped.", "Great, thanks", "ok thx")
GRACIAS = ("Muchas gracias!", "Gracias, ya quedo.")
REPLIES = (
    "Thank you for writing. We have looked at your account and taken care of it.",
    "A crew has been told and is on its way to {place}.",
    "You can settle this online, or call us at 850-891-4968 and we will do it together.",
    "We have made a note of it and will let you know as soon as we hear more.",
    "That has been corrected; you will see it on the next statement.",
)
RESPUESTAS = (
    "Gracias por escribir. Ya lo revisamos y quedo resuelto.",
    "Una cuadrilla va en camino a {place}.",
)
QUESTIONS = (
    "Could you tell us the address or the account number, please?",
    "Which day did this happen, and is it still so?",
)
NOTES = (
    "Asked the field office, they call back.",
    "Account looks fine, probably the meter.",
    "Second time this month, see the earlier ticket.",
)
COMMENTS = {
    1: ("Nobody helped me.", "Waited forever."),
    2: ("Took too long.",),
    3: ("It was all right.",),
    4: ("Quick enough.", "Friendly."),
    5: ("Wonderful, thank you!", "Solved in minutes."),
}
"""What people add to their score in a survey."""
