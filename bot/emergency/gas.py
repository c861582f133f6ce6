"""Gas: its smell, the eggs it smells of, a leak by name, a pipe that was hit, a hiss."""

from __future__ import annotations

from bot.emergency.rule import ASKING, near, rule, words

SLUG = "gas-leak"

SMELL = (
    r"smell\w*|odou?rs?|stinks?|stinking|stench|reeks?|reeking|whiff|fumes|scent"
    r"|huele|oler|olor|olores|apesta|hiede|peste"
)
GAS = r"gas|propane|propano"
DAMAGED = (
    r"hit|cut|struck|ruptur\w+|broke|broken|burst|sever\w*|punctur\w+|damag\w+|snapped|crack\w*"
    r"|hissing|blowing|ran over|run over|knocked|dug|nick\w*|rip\w*|crush\w*|bust\w*|whistling"
    r"|clip\w*|torn|leaning"
)
PIPE = r"gas (?:\w+ )?(?:lines?|mains?|pipes?|meters?|valve)"
EGGS = r"(?:rotten|bad|spoiled|boiled) eggs?|eggs?|eggy|sulfur|sulphur|huevos? (?:podridos?|malos?)"
EGGS_ELSEWHERE = (
    r"\b(?:tap|hot|cold|drinking|city|sink|shower|well|the|our|my|faucet) water\b(?! heater)"
    r"|\b(?:trash|garbage|cart|bin|landfill|trash can|pond|lake|refrigerator|fridge)\b"
    r"|\bwhy does\b|\bagua\b"
)
HISS = r"hiss|hisses|hissing|whistling|whoosh|whooshing"

RULES = (
    rule(SLUG, near(SMELL, GAS, 7), unless=r"\bwhat does\b|\bwhy (?:does|do|is)\b|\bodorless\b"),
    rule(SLUG, near(SMELL, EGGS, 6), unless=EGGS_ELSEWHERE),
    rule(
        SLUG,
        near(GAS, "leak|leaks|leaking|leaked|escaping|escape|escapes", 6),
        unless=rf"{ASKING}|\bleak (?:detector|detection|survey|history|statistics)\b"
        r"|\bchecks? for\b|\bdetecting\b",
    ),
    rule(SLUG, near(PIPE, DAMAGED, 6), unless=ASKING),
    rule(SLUG, near("hit|cut|struck|ruptured|severed", "(?:the |a )?gas", 1),
         unless=rf"{ASKING}|\bcut (?:off )?(?:my|the) gas\b"),
    rule(SLUG, near("backhoe|excavator|digging|dug|shovel", SMELL, 14),
         also=words(r"lines?|pipes?|hit|nicked|cut|struck")),
    rule(SLUG, near(HISS, r"gas|meter|stove|furnace|oven|water heater|smell\w*|stinks?|leak\w*", 8),
         unless=r"\bwater (?:pipe|line)|\btoilet\b"),
    rule(SLUG, near("full of|filled with|filling with|filling up with|fills? with|blowing|venting",
                    "gas|fumes", 2), unless=r"\btank\b|\bexhaust\b"),
    rule(SLUG, near("pilot|burner|stove|oven|furnace", SMELL, 10),
         unless=r"\b(?:food|cooking|clean|delicious|burning|burnt)\b"),
    rule(SLUG, near("fuga|fugas|escape|escapa|escapando|perdida|sale|saliendo", GAS, 4),
         unless=rf"\bcuenta|\bfactura|{ASKING}"),
    rule(SLUG, near("tuberia|linea|tubo|medidor|llave|cano", "gas", 2),
         also=words(r"rot[oa]|rompi\w+|fuga|golpe\w*|danad\w+|silba\w*|choc\w+")),
    rule(SLUG, near(r"rompi\w+|rot[oa]|golpe\w+", "gas", 3)),
)  # fmt: skip
