"""A message as plain sentences: one spelling for each word, and no words that mislead.

Lower case, without accents and apostrophes: `don't` is `dont` and `tubería` is `tuberia`. Of the
punctuation only the comma is kept, as a word of its own: phrases do not reach over it.
"""

from __future__ import annotations

import re
import unicodedata

from bot.emergency.spelling import corrected

NOTHING = "nothing"

_REWRITES = (
    # Written as one word or two.
    (r"\bwater ?main ?(?:brake|brk)\b", "water main break"),
    (r"\b(?:mane|main) (?:brake|brk|break)\b", "main break"),
    (r"\bwatermain", "water main"),
    (r"\b(quem|tap|moj|peg|tir|rebos|cort|apag|pel|met)ao\b", r"\1ado"),
    # Not what it might have been.
    (
        r"\b(?:no es|isnt|is not|aint|not) (?:the|my|our|la|el|mi) "
        r"(?:trash|garbage|basura|sewer|dog|food|cooking|comida|perro|skunk)\b",
        "",
    ),
    (r"\btuvo de (?=agua|gas)", "tubo de "),
    (r"\bgas(leak|line|smell|meter|main)", r"gas \1"),
    (r"\bpower(line|pole)", r"power \1"),
    (r"\bgeneratr\w*", "generator"),
    (r"\bse (?:me )?(?:callo|calleron)\b", "se cayo"),
    (r"\bmain (?:st|street)\b", "mainstreet"),
    (r"\bis a live wire$", "is lively"),
    # A dry day: the water in the street comes from a pipe.
    (
        r"\b(?:no rain|it is not raining|is not raining|isnt raining|not raining|didnt rain"
        r"|(?:hasnt|has not|havent|have not)(?: \w+)? rain(?:ed)?|not rained|no storm|dry day"
        r"|(?:no|not a|without a) clouds?|sin nubes|ni una nube"
        r"|no (?:esta lloviendo|ha llovido|llueve|llovio|es lluvia)|sin (?:lluvia|llover)"
        r"|ni lluvia|no hay lluvia|blue sky"
        r"|(?:sun|suns|sun is) (?:is )?(?:shining|out)|not rain)\b",
        "dryday",
    ),
    # What is said not to be there.
    (
        r"\b(?:no|not a|no longer any) (?:gas|leaks?|smell|odor|wires?|lines?|sparks?|fire|smoke"
        r"|sewage|power lines?)"
        r"(?: (?:leaks?|smell|odor|lines?|involved|down))?\b(?! (?:alarm|detector))",
        NOTHING,
    ),
    (
        r"\b(?:do not|dont|does not|doesnt|did not|didnt|no longer|never)(?: (?:really|actually))?"
        r" (?:smell|see|notice)(?: (?:any|a|the))? (?:gas|leaks?|smoke|sparks?|wires?|fire)\b",
        NOTHING,
    ),
    (r"\bno (?:huele|hay olor|hay ningun olor)(?: a)?(?: nada| gas)\b", NOTHING),
    (r"\bno huele\b(?! a| bien)", NOTHING),
    (r"\bno (?:hay|huele a|huelo)(?: \w+)? (?:gas|fuga|humo|cables?)\b", NOTHING),
    (r"\bsin (?:cables|gas|humo|chispas)\b", NOTHING),
    # Words that mean something else together than apart.
    (
        r"\bgas (?:station|price|bill|rate|tax|card|mileage|money|guzzler|credit|account|compan"
        r"|dept|department|usage|budget|customer|rebate|program|charge|fee|deposit|cost|pump"
        r"|explosion|hookup|conversion)\w*",
        "gasbusiness",
    ),
    (r"\bgas service (?!line|pipe)", "gasbusiness "),
    (
        r"\b(?:sewer|sewage) (?:bill|charge|fee|rate|insurance|warranty|service|cost|tax)\w*",
        "sewerbusiness",
    ),
    (r"\bmeter (?:read|reader|reading|readings|fee|deposit|charge)\b", "meterbusiness"),
    (
        r"\b(?:bus|waiting|payment|checkout|fishing|clothes|dead|bottom|property"
        r"|time|finish|help|hot|front|wait|paint|painted|yellow|white|parking|lane|credit)"
        r" lines?\b",
        "otherline",
    ),
    (r"\b(?:phone|telephone) lines?\b", "phoneline"),
    (r"\b(?:smoke|fire) (?:detector|alarm)s?\b|\bdetector(?:es)? de humo\b", "smokedetector"),
    (r"\bfire hydrant", "hydrant"),
    (r"\b(?:stop|street|road)? ?sign ?poles?\b|\bpoles? with the stop sign\b", "signpost"),
    (r"\bflag ?poles?\b", "flagpole"),
    (r"\b(?:fire|smoke) (?:departments?|dept|services?|fees?|stations?|insurance)\b",
     "firebusiness"),
    (r"\bburn(?:ed|t) out\b", "failed"),
)  # fmt: skip
REWRITES = tuple((re.compile(pattern), replacement) for pattern, replacement in _REWRITES)

_SIGNS = {"’": "'", "🔥": " fire ", "💩": " poop ", "⚡": " spark ", "c.o.": "co", "C.O.": "co"}


def sentences(text: str) -> list[str]:
    """The sentences of `text` in plain words, without the empty ones."""
    for sign, meaning in _SIGNS.items():
        text = text.replace(sign, meaning)
    text = unicodedata.normalize("NFKD", _split_hashtags(text).casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = re.sub(r"([a-z])\1{2,}", r"\1", text)
    text = re.sub(r"(?<=\w)'s\b", " is", text).replace("'", "")
    found = []
    for sentence in re.split(r"[.!?;\n¡¿]+", text):
        plain = " ".join(corrected(word) for word in re.findall(r"[a-z0-9]+|,", sentence))
        for pattern, replacement in REWRITES:
            plain = pattern.sub(replacement, plain)
        if plain.strip(", "):
            found.append(plain)
    return found


def _split_hashtags(text: str) -> str:
    """#GasLeak is two words."""
    return re.sub(
        r"#(\w{1,60})", lambda tag: " " + re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag[1]), text
    )
