"""A message as plain sentences: one spelling for each word, and no words that mislead."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_VOCABULARY = """
smells smelling leaking sewage manhole hydrant carbon monoxide detector transformer outlet
sparking sparks smoking burning shocked electrocuted oxygen ventilator dialysis nebulizer
concentrator generator powerline powerlines overflowing overflow backing rotten propane hissing
downed fallen hanging dangling broken gushing flooding street electric electrical electricity
outage breaker natural explosion exploded basement headache medical machine cables
tuberia alcantarilla medidor enchufe chispas oxigeno electricidad respirador
"""
VOCABULARY = frozenset(_VOCABULARY.split())
"""Words that rules hang on: a word one typing error away is read as the word."""

_WORDS_OF_THEIR_OWN = """
leaving leasing leaning leading spelling selling baking banking barking handing parking sells
spells shells outrage banging missing kissing dining stocked broker
calles monoxido generador propano electrico electrica medico medica
"""
WORDS_OF_THEIR_OWN = frozenset(_WORDS_OF_THEIR_OWN.split())
"""One letter from a word of VOCABULARY, and no typing errors."""

SHORTEST_CORRECTED = 6
"""Letters. Shorter words have too many neighbours ("gas", "small"): REWRITES lists their typos."""

NOTHING = "nothing"

_REWRITES = (
    # Typing errors of short words.
    (r"\b(?:gass+|gaz|gss)\b", "gas"),
    (r"\b(?:smel|smeel|smll|semll|smellin|smeling|smelly)\b", "smell"),
    (r"\b(?:leek|leack|laek|lek|leakage)\b", "leak"),
    (r"\b(?:leeking|leakin|leking)\b", "leaking"),
    (r"\b(?:powr|pwer|pwr|poer|pover|powet)\b", "power"),
    (r"\b(?:moxide|monxide|monixide|monoxied|monoxid)\b", "monoxide"),
    (r"\b(?:wier|wrie)(s?)\b", r"wire\1"),
    (r"\b(?:swer|sewr|suer)\b", "sewer"),
    (r"\bsewege\b", "sewage"),
    (r"\b(?:huelle|uele|guele)\b", "huele"),
    # Written as one word or two.
    (r"\bwater ?main ?(?:brake|brk)\b", "water main break"),
    (r"\bwatermain", "water main"),
    (r"\bgas(leak|line|smell|meter|main)", r"gas \1"),
    (r"\bpower(line|pole)", r"power \1"),
    (r"\bgeneratr\w*", "generator"),
    # What is said not to be there.
    (
        r"\b(?:no|not a|no longer any) (?:gas|leaks?|smell|odor|wires?|lines?|sparks?|fire|smoke"
        r"|sewage|power lines?)"
        r"(?: (?:leaks?|smell|odor|lines?|involved|down))?\b",
        NOTHING,
    ),
    (
        r"\b(?:do not|dont|does not|doesnt|did not|didnt|no longer|never)(?: (?:really|actually))?"
        r" (?:smell|see|notice)(?: (?:any|a|the))? (?:gas|leaks?|smoke|sparks?|wires?|fire)\b",
        NOTHING,
    ),
    (r"\bno (?:hay|huele a|huelo)(?: \w+)? (?:gas|fuga|humo)\b", NOTHING),
    # Words that mean something else together than apart.
    (
        r"\bgas (?:station|price|bill|rate|tax|card|mileage|money|guzzler|credit|account|compan"
        r"|dept|department|usage|budget|customer|rebate|program|charge|fee|deposit|cost|pump"
        r"|explosion)\w*",
        "gasbusiness",
    ),
    (r"\bgas service (?!line|pipe)", "gasbusiness "),
    (
        r"\b(?:sewer|sewage) (?:bill|charge|fee|rate|insurance|warranty|service|cost|tax)\w*",
        "sewerbusiness",
    ),
    (r"\bmeter (?:read|reader|reading|readings|fee|deposit|charge)\b", "meterbusiness"),
    (
        r"\b(?:phone|telephone|bus|waiting|payment|checkout|fishing|clothes|dead|bottom|property"
        r"|time|finish|help|hot|front|wait) lines?\b",
        "otherline",
    ),
    (r"\bflag ?poles?\b", "flagpole"),
    (r"\b(?:fire|smoke) (?:departments?|services?|fees?|stations?|insurance)\b", "firebusiness"),
    (r"\bburned out\b", "failed"),
)  # fmt: skip
REWRITES = tuple((re.compile(pattern), replacement) for pattern, replacement in _REWRITES)


def sentences(text: str) -> list[str]:
    """The sentences of `text` in plain words, without the empty ones."""
    text = _split_hashtags(text.replace("’", "'").replace("🔥", " fire ").replace("💩", " poop "))
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = text.replace("c.o.", "co")
    text = re.sub(r"(?<=\w)'s\b", " is", text).replace("'", "")
    found = []
    for sentence in re.split(r"[.!?;\n¡¿]+", text):
        plain = " ".join(_corrected(word) for word in re.findall(r"[a-z0-9]+", sentence))
        for pattern, replacement in REWRITES:
            plain = pattern.sub(replacement, plain)
        if plain:
            found.append(plain)
    return found


def _split_hashtags(text: str) -> str:
    """#GasLeak is two words."""
    return re.sub(
        r"#(\w{1,60})", lambda tag: " " + re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag[1]), text
    )


@lru_cache(maxsize=4096)
def _corrected(word: str) -> str:
    if not SHORTEST_CORRECTED <= len(word) <= 14 or word in VOCABULARY | WORDS_OF_THEIR_OWN:
        return word
    for wanted in VOCABULARY:
        if word[0] == wanted[0] and _one_apart(word, wanted):
            return wanted
    return word


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter was changed, left out, added, or swapped with the next."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, wanted = one[start:], other[start:]
    return (
        rest[1:] == wanted[1:]
        or rest[1:] == wanted
        or rest == wanted[1:]
        or (rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:])
    )
