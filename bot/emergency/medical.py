"""Medical equipment without power: what somebody lives by, and the power it lacks."""

from __future__ import annotations

from bot.emergency.rule import near, rule

SLUG = "medical-equipment-no-power"

EQUIPMENT = (
    r"oxygen|o2 (?:machine|concentrator|tank)|concentrator|ventilators?|on a vent|respirator"
    r"|c ?pap|bi ?pap|dialysis|nebulizer|feeding (?:pump|tube)|life support"
    r"|medical (?:equipment|devices?|machines?|needs?|reasons?|condition)"
    r"|(?:heart|apnea|cardiac|baby on a) monitor|suction machine|heart pump|lvad|hospital bed"
    r"|breathing (?:machine|treatments?)|(?:electric|power) wheel ?chairs?|insulin|hospice|trach"
    r"|iron lung|medicine (?:cold|refrigerat\w+)"
    r"|oxigeno|concentrador|ventilador (?:mecanico|medico|pulmonar)|un ventilador|respirador"
    r"|dialisis|nebulizador|equipos? medicos?|insulina|soporte vital|aparato medico"
    r"|maquina (?:de|para) respirar|cama de hospital|silla (?:de ruedas )?electrica"
)
POWER = r"power|powers|electric|electricity|electrical|lights?|current|juice"
POWER_ES = r"luz|electricidad|corriente|energia"
NO_POWER = (
    rf"(?:{POWER}|service)(?: \w+){{0,3}}? (?:out|off|gone|cut|down|dead|died|quit|stopped|failed"
    r"|failure|went|back)"
    rf"|(?:off|out) with the (?:{POWER})"
    r"|(?:no|without|lost|lose|losing|out of|need|needs|wheres my) (?:\w+ )?"
    rf"(?:{POWER})|power failure|in the dark|went dark"
    r"|outages?|blackout|disconnect\w*|(?:shut|turn|cut)(?:ting|ing|ed)? (?:\w+ ){0,3}?off"
    r"|we are out|whole block is out"
    r"|battery(?: \w+){0,4} (?:low|dying|dead|gone|left|out|die|empty)|(?:dying|dead|low) battery"
    r"|(?:left|minutes|hours?)(?: of| on)(?: \w+){0,2} battery|running (?:low|out)"
    rf"|sin (?:{POWER_ES})|se (?:me |nos )?(?:fue|va) la (?:{POWER_ES})"
    rf"|no (?:hay|tengo|tenemos|llega) (?:\w+ )?(?:{POWER_ES})"
    r"|apagon|cortaron|corten|cortan|cortar|bateria"
)
PROGRAMME = (
    r"\b(?:register|registration|registry|sign (?:me |us |him |her )?up|enroll|programs?|discounts?"
    r"|programa|registro|inscribir\w*|descuento|insurance|prepare|preparing|in case of"
    r"|if (?:the |my |our )?(?:power|electricity|lights) (?:goes|went|were|should|fails?)"
    r"|(?:medical|priority|your) list|is there a list|charging station|necessity form"
    r"|medical priority|get their power back first)\b"
)
"""Asked ahead of time: the article's person answers that, not an alarm."""

RULES = (
    rule(SLUG, near(EQUIPMENT, NO_POWER, 18), unless=PROGRAMME, across=True),
    rule(
        SLUG,
        near(
            EQUIPMENT,
            r"stopped|died|dead|wont work|not working|keeps? dying"
            r"|depends? on (?:power|electricity)",
            3,
        ),
        unless=rf"{PROGRAMME}|\bfan\b",
    ),
)
