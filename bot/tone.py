"""How a customer sounds: angry, or not helped by what the bot said.

Anger is what is said to or about people, a threat, or how often somebody had to ask; that the
power has been out for six hours again is none. A bot that took every complaint for anger would
hand over what it could have answered.
"""

from __future__ import annotations

import re
import unicodedata

MAX_TEXT = 5000
"""Characters that are read."""

_MANY = r"(?:three|four|five|six|seven|ten|\d+|several|multiple|many|a dozen|a million)"
_MUCHAS = r"(?:tres|cuatro|cinco|diez|varias|muchas|mil|\d+)"

ANGRY_PATTERNS = (
    # Swearing, also where letters are starred out.
    r"f+[u*@#]+c*k\w*|f\*\*\w*|wtf|stfu",
    r"bull ?s[h*]+[i*]+t|s[h*][i*]t+y|piece of (?:s[h*][i*]t|crap)",
    r"ass ?holes?|a\*\*holes?|bastards?",
    r"mierda|carajo|pendej[oa]s?|cabron(?:es)?|puta|chingad[oa]s?|maldit[oa]s?",
    # Insults, and judgement of the service.
    r"(?:full of|bunch of) (?:s[h*][i*]t|crap|bs|crooks|clowns|liars|thieves)",
    r"idiots?|idiotic|morons?|imbeciles?|incompeten(?:t|ce)|clowns|useless|screw (?:you|yall)",
    r"go to hell|(?:yall|you|you guys|you people|you all|this city) sucks?|how dare you",
    r"(?:you|yall|you guys|you people|they) are (?:\w+ )?(?:crooks|thieves|liars|a joke|the worst)",
    r"(?:you|yall|you guys|you people|they) are (?:\w+ )?(?:terrible|awful|horrible)",
    r"(?:crooks|thieves|liars|scammers) (?:at|in|running) (?:the )?city",
    r"(?:ripping|robbing) (?:us|me|people|everyone) (?:off|blind)",
    r"ridiculous|outrageous|disgrace(?:ful)?|pathetic|unacceptable|shame on you",
    r"(?:what )?a (?:total |complete |absolute |damn )?joke|(?:horrible|terrible) service",
    r"(?:the|your|absolute) worst(?! case)",
    r"worst (?:\w+ ){0,2}(?:service|city|company|department|ever)",
    r"idiotas?|estupid[oa]s?|imbecil(?:es)?|inutil(?:es)?|incompetentes?|ladrones|sinverguenzas?",
    r"(?:es|son|que) (?:una )?(?:verguenza|porqueria|burla|ridiculos?|estafa)|falta de respeto",
    r"ridicul[oa]|inaceptable|indignante|pesimo servicio|no sirven (?:para|de) nada",
    r"peor (?:servicio|ciudad|empresa|compania)|basura de (?:servicio|ciudad|empresa)",
    # The end of patience.
    r"(?:sick|tired) (?:and tired )?of (?:this|you|your|these|waiting|calling|being|the)",
    r"fed up|had enough|last straw|pissed off|do your (?:damn )?jobs?|done being polite",
    r"im (?:\w+ )?(?:pissed|furious|livid|done with you)",
    r"(?:no one|nobody|anyone) (?:there )?(?:even )?(?:cares?|gives a)",
    r"hart[oa]s? de|estoy hart[oa]|cansad[oa]s? de (?:llamar|esperar|esto|ustedes|que)",
    # Threats.
    r"(?:i will|ill|im going to|im gonna|gonna|we will|going to) sue|suing (?:you|the city)",
    r"sue (?:you|the city|yall|your)|lawsuit against|(?:hear|hearing) from my (?:lawyer|attorney)",
    r"(?:call|calling|contacting|getting|hiring) (?:my|a|an) (?:lawyer|attorney)",
    r"(?:going|go|calling|contacting|talking) (?:to )?(?:the )?(?:news|media|press)",
    r"(?:los|las|les) voy a demandar|voy a demandar(?:los|las|les)?|mi abogad[oa]",
    # How often somebody had to ask.
    r"(?:third|3rd|fourth|4th|fifth|5th|sixth|tenth|\d+th|hundredth|millionth) (?:damn )?time",
    r"(?:third|3rd|fourth|4th|fifth|5th|tenth|\d+th) (?:call|message|email|complaint|report)",
    r"how many (?:more )?times (?:do|must|have|will)",
    rf"(?:called|emailed|complained|reported|asked|messaged|told)(?: \w+){{0,4}} {_MANY} times",
    rf"{_MANY} (?:calls|complaints|emails|reports) (?:and|later|already)",
    r"(?:tercera|cuarta|quinta|decima|enesima) vez",
    rf"{_MUCHAS} veces (?:que )?(?:he llamado|llamo|les? (?:digo|escribo|he)|ya)",
    rf"(?:llame|llamo|llamado|escrito|reportado|quejado)(?: \w+){{0,3}} {_MUCHAS} veces",
)
MILD_PATTERNS = (
    r"damn|dammit|hell|crap|shit|sucks?|bs|ass|smh|wth|stupid|awful|terrible|horrible|hate|worst",
    r"angry|mad|joke|scam|again|still|nobody|never|enough|every (?:single )?time",
    r"peor|odio|otra vez|siempre|nadie|nunca",
)
"""Anger only where it is shouted."""
NOT_HELPED_PATTERNS = (
    r"(?:thats|that is|this is) not (?:what i|my question|an? answer|helpful|right)",
    r"not what i (?:asked|meant|said|want(?:ed)?)|wrong (?:answer|topic)|no help at all",
    r"you (?:didnt|did not|dont|do not) (?:even )?(?:answer|read|listen|understand)",
    r"(?:that|it|this) (?:didnt|did not|doesnt|does not) (?:help|answer)|not helpful",
    r"(?:youre|you are) not (?:listening|helping|understanding)",
    r"eso no (?:es lo que|fue lo que|me (?:ayuda|sirve)|responde|contesta)|respuesta equivocada",
    r"no es lo que (?:pregunte|dije)|no (?:entiende|escucha) lo que",
    r"no me (?:ayuda|ayudo|sirve|sirvio|entiende|entendio|respondio|contesto)",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


ANGRY, MILD, NOT_HELPED = _any(ANGRY_PATTERNS), _any(MILD_PATTERNS), _any(NOT_HELPED_PATTERNS)

SHOUTED = 0.7
"""Share of capital letters from which a message of some words is shouted."""
SHOUTED_LETTERS = 20


def is_angry(text: str) -> bool:
    """Whether the customer is angry with the city, and not only in trouble."""
    text = text[:MAX_TEXT]
    plain = _plain(text)
    if ANGRY.search(plain):
        return True
    return _is_shouted(text) and "!" in text and MILD.search(plain) is not None


def is_not_helped(text: str) -> bool:
    """Whether the customer says that the bot's last message was no answer."""
    return NOT_HELPED.search(_plain(text[:MAX_TEXT])) is not None


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    shouted = sum(sign.isupper() for sign in letters)
    return len(letters) >= SHOUTED_LETTERS and shouted / len(letters) >= SHOUTED


def _plain(text: str) -> str:
    """Lower case, no accents, no apostrophes, single spaces."""
    bare = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign) and sign not in "'’`")
    return " ".join(kept.split())
