"""What people say to a form besides answering it, in English and Spanish.

All patterns read `plain` text: small letters without accents.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Tuple

SHORT = 120
"""Characters: what says one thing alone is no longer, and patterns are tried on no more."""

EDGES = " \t\r\n.,;:!?¡¿\"'“”’()"


def plain(text: str) -> str:
    """Small letters, no accents, straight apostrophes, single spaces: as long words compare."""
    text = text.replace("’", "'").replace("‘", "'").casefold()
    letters = unicodedata.normalize("NFD", text)
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def clean(text: str) -> str:
    """As the customer wrote it, on one line and without what stands around it."""
    return " ".join(text.split()).strip(EDGES.replace("(", "").replace(")", ""))


_CANCEL = re.compile(
    r"(?:(?:oh|ok|okay|no|ah|wait|actually|sorry|bueno|ay|perdon|mejor|en realidad)[\s,.!]+){0,2}"
    r"(?:please )?(?:"
    r"never ?mind|nvm|cancel(?: (?:it|this|that|please|(?:the |this |my )?(?:form|request"
    r"|report)))?"
    r"|forget (?:it|about it|this|that)|stop(?: (?:it|this|please))?|quit|exit|abort"
    r"|i changed my mind|i (?:don't|dont|do not) want (?:to|this|that)(?: (?:do|continue|go on).*)?"
    r"|no longer needed|leave it"
    r"|olvid(?:alo|elo|a(?:te)? (?:de )?eso)|cancel(?:ar|alo|elo|a|e)(?: (?:eso|esto|todo))?"
    r"|dej(?:alo|elo|emoslo)(?: asi)?|no importa|ya no(?: quiero| hace falta)?|salir|parar?"
    r"|mejor no|cambie de opinion"
    r")(?:[\s,.!]+(?:please|thanks|thank you|por favor|gracias|entonces|then|ya)"
    r"|[,.;!-]+ ?.{0,60})?"
)

_PERSON = re.compile(
    r"\b(?:speak|talk|chat|connect me|get me|transfer me)\b.{0,15}"
    r"\b(?:person|human|agent|representative|rep|someone|somebody|operator|people|staff)\b"
    r"|\b(?:i )?(?:want|need|give me|prefer|get me)\b.{0,10}"
    r"\b(?:a |an )?(?:real |live |actual )?(?:person|human|agent|representative|operator)\b"
    r"|\b(?:real|live|actual) (?:person|human|agent)\b"
    r"|^(?:a )?(?:person|human|agent|representative|operator)(?: please)?[.!]*$"
    r"|\b(?:hablar|comunic\w+|pas\w+)\b.{0,15}"
    r"\b(?:persona|alguien|humano|agente|representante|operador\w*)\b"
    r"|\b(?:quiero|necesito|prefiero)\b.{0,10}\b(?:persona|humano|agente|representante|operador)\b"
    r"|\bpersona real\b|^(?:una )?(?:persona|agente|operador)(?: por favor)?[.!]*$"
)

_QUESTION = re.compile(
    r"(?:and |but |also |y |pero |hey |wait )?(?:"
    r"what|what's|how|when|where|who|why|which|can|could|do|does|did|is|are|am|will|would|should"
    r"|may"
    r"|que|como|cuando|donde|quien|por que|cual|cuanto|cuanta|puedo|puede|pueden|hay|es posible"
    r"|se puede|tengo que|debo)\b"
)

_COURTESY = re.compile(
    r"\b(?:hi|hello|hey|thanks?|thank you|thx|good (?:morning|afternoon|evening|day)|bye|goodbye"
    r"|hola|buen[oa]s(?: dias| tardes| noches)?|gracias|adios|hasta luego|saludos)\b"
)
_UNSURE = re.compile(
    r"(?:(?:well|um|hmm|pues|honestly|sorry)[\s,]+)?(?:i )?(?:"
    r"(?:really )?(?:don't|dont|do not) (?:know|have (?:it|one|that|the (?:number|ticket)).*"
    r"|remember.*)"
    r"|dunno|no idea|not sure|unsure|unknown|can't (?:say|tell|find it)|cannot (?:say|tell|find it)"
    r"|lost (?:it|the ticket)|no se|no lo se|ni idea|no estoy segur[oa]|no lo tengo|no (?:la"
    r"|lo) encuentro"
    r"|no recuerdo|no me acuerdo|lo perdi|la perdi)(?: (?:exactly|really|sorry|right now"
    r"|exactamente))?"
)

_YES = (
    "yes|yeah|yep|yup|ya|y|sure|ok|okay|k|please|please do|go ahead|go|correct|right|that's right|"
    "that is right|thats right|that's correct|that is correct|thats correct|it's correct|"
    "everything is correct|all right|alright|looks good|looks right|perfect|send|send it"
    "|confirm|"
    "of course|absolutely|definitely|sounds good|do it|fine|it's right|all correct|it is|yes it is|"
    "si|s|claro|claro que si|dale|correcto|esta bien|esta correcto|es correcto|por favor|adelante|"
    "de acuerdo|envielo|envialo|enviar|bueno|perfecto|asi es|hagamoslo|todo bien|vale"
)
_NO = (
    "no|nope|nah|n|not now|not yet|later|maybe later|not really|no thanks|no thank you|no need"
    "|don't|negative|"
    "no gracias|ahora no|mas tarde|luego|todavia no|para nada"
)
_TAIL = (
    r"(?:[\s,.!]+"
    r"(?:please|thanks|thank you|gracias|por favor|senor|senora|sir|ma'am|yes|si|it is))*"
)
_YES_ALL = re.compile(f"(?:{_YES})(?:[\\s,.!]+(?:{_YES}))*{_TAIL}")
_NO_ALL = re.compile(f"(?:{_NO})(?:[\\s,.!]+(?:{_NO}))*{_TAIL}")
_YES_FIRST = re.compile(r"(?:yes|yeah|yep|yup|sure|ok|okay|si|claro)(?:[\s,.!:;-]+)(.+)", re.DOTALL)
_NO_FIRST = re.compile(r"(?:no|nope|nah)(?:[\s,.!:;-]+)(.+)", re.DOTALL)

_SLIP = re.compile(
    r"(?:(?:no|oh|ah|ay|um|well|bueno|pues)[\s,.!-]+)*(?:"
    r"i meant(?: to say)?|i mean|actually|correction|no wait|wait|sorry|oops|hold on|my mistake"
    r"|i made a mistake|scratch that|let me correct that|quise decir|quiero decir|en realidad"
    r"|me equivoque|perdon|disculpe|espere?|un momento|corrijo|correccion|mejor dicho|digo"
    r")\b[\s,.:;!-]*"
)
_LEAD = re.compile(
    r"(?:(?:it|that)(?:'s| is| was| should be)|it(?:'|’)s|should be|make (?:it|that)"
    r"|i meant(?: to say)?"
    r"|i mean|change (?:it|that) to|no|es|era|fue|seria|debe ser|quise decir|que es|que era"
    r"|que fue)"
    r"\b[\s,:]+"
)


def wants_out(said: str) -> bool:
    """The customer gives the form up. `said` is plain; all of it must say so."""
    return len(said) <= SHORT and _CANCEL.fullmatch(said.strip(EDGES)) is not None


def wants_person(said: str) -> bool:
    return _PERSON.search(said) is not None


def asks(said: str) -> bool:
    """Whether it looks like a question."""
    return said.rstrip(" .!\"'").endswith("?") or _QUESTION.match(said.lstrip("¿ ")) is not None


def courteous(said: str) -> bool:
    """Whether words of greeting, thanks or farewell are in it."""
    return _COURTESY.search(said) is not None


def unsure(said: str) -> bool:
    """The customer cannot say it."""
    return len(said) <= SHORT and _UNSURE.fullmatch(said.strip(EDGES)) is not None


def consent(said: str) -> "str | None":
    """`yes` or `no` where that is all that is said, else None."""
    said = said.strip(EDGES)
    if len(said) > SHORT:
        return None
    if said.startswith("👍"):
        return "yes"
    if _NO_ALL.fullmatch(said):
        return "no"
    return "yes" if _YES_ALL.fullmatch(said) else None


def after_consent(text: str) -> Tuple["str | None", str]:
    """A leading yes or no, and what follows it; (None, text) where it begins otherwise."""
    said = text.strip()
    for answer, pattern in (("yes", _YES_FIRST), ("no", _NO_FIRST)):
        found = pattern.match(plain_keeping_length(said))
        if found:
            return answer, said[found.start(1) :]
    return None, text


def after_slip(text: str) -> "str | None":
    """What follows "no, I meant", "wait, it was", "perdón, es"…; None where none of it is said."""
    said = text.strip()
    found = _SLIP.match(plain_keeping_length(said))
    if not found:
        return None
    rest = said[found.end() :]
    # "wait, no, it was": peel what is left of the phrase.
    while True:
        again = _SLIP.match(plain_keeping_length(rest)) or _LEAD.match(plain_keeping_length(rest))
        if not again:
            return clean(rest)
        rest = rest[again.end() :]


def plain_keeping_length(text: str) -> str:
    """Small letters without accents, letter for letter, so that positions stay the same."""
    made = []
    for each in text:
        folded = unicodedata.normalize("NFD", each.lower())[:1]
        made.append("'" if folded in "’‘" and folded else folded or each)
    return "".join(made)
