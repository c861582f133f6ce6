"""What a message is about, by its words alone: the same in English and Spanish, without the bot.

A handful of matters that come in waves. The bot knows topics far better; this is for when it is
off, for the two languages' words of one thing, and for topics that are about one thing (the outage
map, when the power is back).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hub.incidents.stop_words import STOP_WORDS
from hub.incidents.words import Said, plain


@dataclass(frozen=True, slots=True)
class Subject:
    key: str
    title: str
    topic: str
    """The topic an incident of it has, where the knowledge base knows that."""
    slugs: re.Pattern[str]
    """What its topics' slugs have."""
    said: re.Pattern[str]
    """What its messages say, in plain words."""


def _subject(key: str, title: str, topic: str, slugs: str, said: str) -> Subject:
    return Subject(key, title, topic, re.compile(slugs), re.compile(rf" (?:{said}) "))


_POWER = (
    "(?:the |our |my |all |la )?(?:power|electricity|electric|lights?|luz|electricidad|corriente)"
)
SUBJECTS = (
    _subject(
        "streetlight",
        "Street lights",
        "streetlight-out",
        r"streetlight",
        r"street ?lights?|lamp ?posts?|farolas?|alumbrado",
    ),
    _subject(
        "signals",
        "Traffic signals",
        "traffic-signal",
        r"traffic",
        r"traffic (?:lights?|signals?)|stop ?lights?|semaforos?",
    ),
    _subject(
        "outage",
        "Power outage",
        "report-outage",
        r"outage",
        r"outages?|blackouts?|apagon(?:es)?"
        rf"|(?:no|without|lost|losing|sin|restore|restored) {_POWER}"
        rf"|no (?:hay|tengo|tenemos|tienen) {_POWER}|(?:se fue|se nos fue|vuelve|volvio) {_POWER}"
        rf"|{_POWER} (?:(?:is|are|was|has|have|been|just|still|all|went|go|goes|gone|be|come)"
        r" )*(?:out|off|down|gone|back|restored)"
        r"|power ?loss|loss of power|pwr out|in the dark",
    ),
    _subject(
        "water",
        "Water supply",
        "low-pressure-or-no-water",
        r"no-water|water-main|boil-water|water-quality",
        r"(?:no|without|lost|sin|low|baja) (?:the )?(?:running )?(?:water|agua|presion)"
        r"|no (?:hay|tengo|tenemos) agua|water (?:main|outage|pressure|break)s?"
        r"|water (?:is|has been|was|went) (?:out|off|brown|cloudy|shut)|boil(?:ing)? (?:the )?water"
        r"|(?:brown|cloudy|dirty|rusty|discolored) water|agua (?:sucia|turbia|marron)"
        r"|hervir (?:el )?agua"
        r"|fuga de agua|tuberia rota",
    ),
    _subject(
        "gas",
        "Gas",
        "gas-leak",
        r"^gas-leak",
        r"(?:smells?|smelling|smelled) (?:of |like )?(?:natural )?gas|gas (?:leaks?|smells?|odor)"
        r"|odor of (?:natural )?gas|(?:olor a|huele a|fuga de) gas|no gas|sin gas",
    ),
    _subject(
        "sewage",
        "Sewage",
        "sewage-overflow",
        r"sewage|sewer",
        r"sewage|sewers?|manholes?|aguas negras|alcantarillas?|drenaje",
    ),
    _subject(
        "flooding",
        "Flooding",
        "storm-drain-or-flooding",
        r"flood",
        r"flood(?:s|ed|ing)?|storm drains?|inundad[oa]s?|inundacion(?:es)?|inundand[oa]",
    ),
    _subject(
        "collection",
        "Garbage collection",
        "missed-pickup",
        r"pickup|garbage|recycling|holiday-collection|yard-waste",
        r"garbage|trash|recycling|pick ?up|picked up|basura|reciclaje|recog(?:er|ieron|en)",
    ),
    _subject(
        "billing",
        "Bills and payments",
        "billing-error",
        r"bill|payment|autopay|due-date|pay-my",
        r"bill(?:s|ed|ing)?|overcharged?|charged|payments?|autopay|invoices?|facturas?|cobr\w+|pagos?"
        r"|rates?|rate (?:increase|hike)s?",
    ),
    _subject(
        "website",
        "Website and online account",
        "online-account-login",
        r"online|digitally|login",
        r"web ?sites?|web ?page|online account|log ?in|logging in|password|portal|sitio web"
        r"|pagina web|contrasena|the app|app is",
    ),
    _subject(
        "bus",
        "Buses",
        "bus-starmetro",
        r"bus-",
        r"bus|buses|starmetro|autobus(?:es)?",
    ),
    _subject(
        "road",
        "Roads",
        "pothole-or-road",
        r"pothole|road",
        r"potholes?|road (?:closed|closure|work)|sinkholes?|baches?|tree (?:down|fell)",
    ),
)
BY_KEY = {subject.key: subject for subject in SUBJECTS}
_PLAIN_WORDS = """
power electricity electric lights light luz electricidad corriente outage outages blackout apagon
apagones water agua gas sewage sewer flooding flooded garbage trash recycling pickup basura bill
bills billing charged payment payments pay paid pagar factura account cuenta website online
login app bus street streetlight traffic signal map restored restore crew crews lineman linemen
utility utilities utilitys main break broken leak leaking leaks pressure storm tormenta hurricane
huracan tornado weather rain wind lightning customers customer estimate eta restoration servicio
transformer pole lines wire wires tree trees hot cold heat kids baby food fridge freezer dark
oscuras fuga tuberia huele smell smells smelling loud boom noise brown dirty cloudy cut cortaron
corte cortes ninos comida calor frio lost losing perdimos flickering flicker hear electrica
"""
EVERYDAY = frozenset(_PLAIN_WORDS.split())
"""Words of these matters themselves: common to all of a kind, so that none tells two apart."""


def subjects_of(said: Said) -> tuple[str, ...]:
    """The keys of the subjects a message names; more particular ones hide the general."""
    line = said.line
    found: list[str] = []
    for subject in SUBJECTS:
        if subject.said.search(line):
            # `the street light is out` is no outage.
            if subject.key == "outage" and found and not re.search(r" (?:outage|power|luz) ", line):
                continue
            found.append(subject.key)
    return tuple(found)


@lru_cache(1024)
def subjects_of_topic(slug: str) -> frozenset[str]:
    return frozenset(subject.key for subject in SUBJECTS if subject.slugs.search(slug))


def related(topic: str, other: str) -> bool:
    """Whether two topics are about one thing: the same, or of one subject."""
    return topic == other or bool(subjects_of_topic(topic) & subjects_of_topic(other))


def is_about(said: Said, topic: str) -> bool:
    """Whether a message is about `topic`, by its words alone."""
    subjects = subjects_of_topic(topic)
    if subjects:
        return bool(subjects & set(subjects_of(said)))
    wanted = {part for part in plain(topic).split("-") if len(part) > 3 and part not in STOP_WORDS}
    return bool(wanted & {word.plain for word in said.words})
