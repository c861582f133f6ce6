"""Typing errors and phone spelling: one spelling for each word that the rules hang on."""

from __future__ import annotations

from functools import lru_cache

_VOCABULARY = """
smells smelling leaking sewage manhole hydrant carbon monoxide detector transformer outlet
sparking sparks smoking burning shocked electrocuted oxygen ventilator dialysis nebulizer
concentrator generator powerline powerlines overflowing overflow backing rotten propane hissing
downed fallen hanging dangling broken gushing flooding street electric electrical electricity
outage breaker natural explosion exploded basement headache medical machine cables toilet geyser
shower bathtub bubbling hydrants evacuate furnace electrocute flames sidewalk pavement driveway
insulin breathing battery wheelchair garage dizzy lights plastic
tuberia alcantarilla medidor enchufe chispas chispeando oxigeno electricidad respirador hidrante
transformador monoxido generador drenaje desague inodoro poste corriente concentrador
"""
VOCABULARY = frozenset(_VOCABULARY.split())
"""Words that rules hang on: a word one typing error away is read as the word."""

_WORDS_OF_THEIR_OWN = """
leaving leasing leaning leading spelling selling baking banking barking handing parking sells
spells shells outrage banging missing kissing dining stocked broker sewerage tangling soaking
calles carbono generadores propano electrico electrica medico medica electricos electricas
machined machines outlets breakers medial posted posten postes posters toilets geysers smocking
showers showed showered blaming flavors oxigenos stroking smacking sparkling speaking sharking
garages corrientes flowing plastics lighter tights fights rights nights sights blights drenajes
heading backings basements bathtubs broke bundling rattling rotting shacked stocking choking
swelling dwelling telling joking poking burying turning buying bunting
"""
WORDS_OF_THEIR_OWN = frozenset(_WORDS_OF_THEIR_OWN.split())
"""One letter from a word of VOCABULARY, and no typing errors."""

SHORTEST_CORRECTED = 6
"""Letters. Shorter words have too many neighbours ("gas", "small"): they are listed below."""

_SPOKEN_AS = {
    "gas": "gass gasss gaz gss gsa agas",
    "smell": "smel smeel smll semll smellin smeling smelly smelll",
    "smells": "smels smlls smellz",
    "leak": "leek leack laek lek leakage leke",
    "leaking": "leeking leakin leking",
    "power": "powr pwer pwr poer pover powet powe pwoer",
    "monoxide": "moxide monxide monixide monoxied monoxid monoxcide manoxide",
    "wire": "wier wrie wyer",
    "wires": "wiers wries wyers",
    "sewer": "swer sewr suer sewar soor",
    "sewage": "sewege swage sewadge sweage",
    "water": "watr wter watter wader watar",
    "eggs": "egss eegs",
    "sparks": "sparx",
    "through": "thru",
    "it is": "its",
    "there is": "theres",
    "that is": "thats",
    "he is": "hes",
    "she is": "shes",
    "you": "u",
    "are": "r",
    "because": "cuz cus bc",
    "and": "n",
    "the": "tha teh",
    "that": "dat",
    "huele": "huelle uele guele vuele wele",
    "hay": "ay",
    "luz": "lus",
    "que": "q k ke",
    "para": "pa",
    "agua": "awa agwa",
    "rebosado": "revosado rebozado",
    "rebosando": "revosando rebozando",
    "fuga": "fuja",
    "heces": "eses ezes",
    "toilet": "toliet tiolet toilit terlet",
    "oxygen": "oxigen oxygin oxegen",
    "cpap": "cepap seepap",
    "dizzy": "dizy dizzie",
    "fire": "fier fyre",
    "ground": "grond groud",
}
SPOKEN_AS = {wrong: right for right, wrongs in _SPOKEN_AS.items() for wrong in wrongs.split()}


@lru_cache(maxsize=4096)
def corrected(word: str) -> str:
    """`word`, or the word that it was probably meant to be."""
    if word in SPOKEN_AS:
        return SPOKEN_AS[word]
    if word.startswith("alkant"):
        return "alcantarilla"
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
