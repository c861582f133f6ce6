"""Carbon monoxide: an alarm that sounds, people who feel ill, something burning indoors."""

from __future__ import annotations

from bot.emergency.rule import ASKING, near, rule, words

SLUG = "carbon-monoxide"

MONOXIDE = r"carbon (?:monoxide|dioxide|m[a-z]{3,10}xide)|monoxide|co2?"
ALARM = r"alarms?|detectors?|monitor|sensor"
SOUNDS = (
    r"going off|goes off|went off|go off|beep|beeps|beeping|beeped|chirping|sounding|sounded"
    r"|screaming|ringing|blaring|stop|says|reading|reads|high|triggered|keeps|red|set off"
    r"|evacuate|loud|ppm|woke"
)
ILL = (
    r"dizzy|dizziness|headaches?|nauseous|nausea|faint|fainted|fainting|sick|passed out|vomiting"
    r"|throwing up|light ?headed|drowsy|sleepy|confused|unconscious|weak|collapsed|woozy"
    r"|pounding heads?"
)
BURNER = (
    r"generators?|furnace|heater|charcoal|grill|exhaust|fireplace|boiler|car running"
    r"|left running|bbq|barbecue|hibachi|gas heat"
)
INDOORS = (
    r"(?:in|inside|into)(?: \w+){0,2} (?:garage|house|home|apartment|bedroom|basement|kitchen"
    r"|living room|room)|indoors|inside (?:his|her|their|my|our)|filling"
)
ONLY_ASKED = (
    r"\b(?:can (?:i|you|we)|should (?:i|we)|is it (?:ok|okay|safe|legal|allowed)|allowed|may i"
    r"|what size|how far|never|install\w*)\b"
)
ILL_ES = r"maread[oa]s?|mareo|dolor de cabeza|nauseas?|vomitando|desmay\w+|enferm[oa]s?"
BURNER_ES = r"generador|planta electrica|calentador|carbon|estufa|parrilla|brasero|anafre"

RULES = (
    rule(SLUG, near(MONOXIDE, SOUNDS, 6), unless=rf"{ASKING}|\bhow (?:do|to) (?:i )?test\b"),
    rule(
        SLUG,
        near(MONOXIDE, "poison|poisoning|leak|leaking|in|inside|detected|levels|exposure", 2),
        unless=rf"{ASKING}|\b(?:in co|live in|emissions|moved?|footprint)\b",
    ),
    rule(
        SLUG,
        near(
            r"carbon m[a-z]{3,10}xide|monoxide",
            r"giving off|getting|fumes|call|breathing|furnace|making|sick|what (?:to|do|should)",
            8,
        ),
        unless=ASKING,
    ),
    rule(SLUG, near("co alarm|co detector", r"what (?:to|do|should)", 6), unless=ASKING),
    rule(SLUG, r"^(?:help |it is |a )?(?:carbon )?m[a-z]{3,10}xide(?: help| alarm)?$"),
    rule(SLUG, near(ALARM, "fresh air|evacuate", 7)),
    rule(SLUG, near(ILL, ALARM, 8), unless=rf"{ASKING}|\bsick (?:of|and tired)\b|\bclock\b"),
    rule(SLUG, near(ILL, BURNER, 12),
         unless=r"\b(?:rebate|is a headache|sick (?:of|and tired)|water heater)\b"),
    rule(SLUG, near("generator|exhaust|charcoal|grill|left running", ALARM, 12),
         unless=r"\bcar alarm\b"),
    rule(SLUG, near("generators?|exhaust|charcoal|grill", INDOORS, 4), unless=ONLY_ASKED),
    rule(SLUG, near("exhaust|fumes", r"(?:in|into|inside|filling)(?: \w+){0,3} (?:house|home|room"
         r"|bedroom|apartment)", 4), also=words("generator|exhaust|car|running")),
    rule(
        SLUG,
        near(
            "monoxido",
            r"alarma|suena|sonando|casa|intoxic\w+|envenen\w+|fuga|olor|hay|detector|cuarto"
            r"|apartamento|pita|pitando",
        ),
        unless=ASKING,
    ),
    rule(SLUG, near(ILL_ES, BURNER_ES, 10)),
    rule(SLUG, near("generador|planta electrica", "adentro|dentro", 5), unless=r"\bpuedo\b"),
)  # fmt: skip
