"""English or Spanish: in which of the two a customer wrote."""

from __future__ import annotations

from hub.incidents.words import Said

_SPANISH_WORDS = """
el la los las un una de del y que en por para con sin se me mi mis su sus es esta estan hay no
tengo tenemos cuando donde como porque pero ya muy hace desde todo toda nada luz agua hola gracias
favor ayuda buenos buenas dias tardes noches casa calle barrio apagon corriente electricidad sigue
siguen fue nos aqui quiero necesito basura factura vuelve
"""
_ENGLISH_WORDS = """
the a an of and that in on at by for with without is are was were be been it its my your our i we
you they this there has have had do does did not no when where what why how but still since power
water outage out please thanks hello hi help to from up just again back home street
"""
_SPANISH = frozenset(_SPANISH_WORDS.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())


def is_spanish(text: str) -> bool:
    """Whether `text` is rather Spanish than English; what cannot be told is English.

    >>> is_spanish("¿Cuándo vuelve la luz en Killearn?"), is_spanish("No power in Killearn")
    (True, False)
    """
    words = [word.plain for word in Said(text).words]
    spanish = sum(word in _SPANISH for word in words) + 2 * ("¿" in text or "¡" in text)
    return spanish > sum(word in _ENGLISH for word in words)
