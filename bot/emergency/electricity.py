"""Electricity where it must not be: equipment that burns or shocks, and lines that fell."""

from __future__ import annotations

from bot.emergency.rule import ASKING, near, rule, words

FIRE = "electrical-fire-or-shock"
LINE = "downed-power-line"

EQUIPMENT = (
    r"outlets?|sockets?|plugs?|breakers?|breaker box|panel|panels|fuse ?box|meters?|wiring"
    r"|(?:light )?switch|transformers?|light fixture|substation|junction box|power strip"
    r"|(?:green|electrical|electric|underground|utility) box|(?:power|utility|light)? ?poles?"
    r"|extension cord|ceiling light|wires?|where the plug is|box on the side of (?:my|the|our) \w+"
)
BURNS = (
    r"spark|sparks|sparking|sparked|smoking|smoke|smokes|burning|burnt|burned|on fire|caught fire"
    r"|catching fire|flames?|fire|melting|melted|arcing|crackling|sizzling|scorched|exploded"
    r"|glowing"
)
TOUCHED = (
    r"outlet|socket|plug|pole|meter|switch|faucet|tap|sink|shower|tub|pool|water|fence|wires?"
    r"|line|box|light|lamp|washer|washing machine|dryer|stove|fridge|refrigerator|metal|door"
    r"|sidewalk|manhole|appliance|touch|touched|touching|panel|breaker|machine|pump|hose|ground"
)
SHOCK = r"shock|shocks|shocked|shocking|zapped|zaps|zapping|tingles?|tingling|jolt|jolted"
FIGURATIVE = (
    r"\b(?:bills?|prices?|rates?|costs?|fees?|charges?|hear|learn|see how|find out|service was"
    r"|rep|agent|sticker|news|amount|balance)\b"
)
NO_DANGER = rf"{ASKING}|\b(?:smoke|fire) (?:detectors?|alarms?|hydrants?)\b|\b(?:joy|interest)\b"
EQUIPMENT_ES = (
    r"enchufes?|tomacorrientes?|toma de corriente|contacto|panel|caja|medidor|contador|breakers?"
    r"|transformador|apagador|interruptor|fusibles|cableado|lavadora"
)
BURNS_ES = (
    r"chispas?|chispea|chispeando|humo|humeando|quema|quemando|quemado|fuego|incendio|llamas"
    r"|arde|ardiendo|exploto|corto ?circuito|derritiendo|se prendio"
)

FIRE_RULES = (
    rule(FIRE, words("(?:electrical|electric) fires?"), unless=rf"{ASKING}|\bcause of\b"),
    # Wires that spark on the ground or above the street are a fallen line.
    rule(
        FIRE,
        near(EQUIPMENT, BURNS, 5),
        unless=rf"{NO_DANGER}|\bwires?\b(?!.*\b(?:wall|house|inside|attic|outlet|plastic)\b)"
        r"|\blines\b|\btransformer\b(?=.*\bpopping\b)",
    ),
    rule(FIRE, near("smells?|smelling|odor|olor|huele", "burning|burnt|quemado", 3),
         also=words(rf"{EQUIPMENT}|plastic|rubber|wall|electrical|electric|attic|cable")),
    rule(FIRE, near(rf"{EQUIPMENT}|wall|attic|electrical",
                    r"burning smell|smells? (?:like )?(?:\w+ )?(?:burning|burnt|smoke)"
                    r"|buzzing|hot to (?:the )?touch|buzzing and hot|hot and buzzing", 6)),
    rule(FIRE, words(r"electrocut\w+")),
    rule(FIRE, words("electric(?:al)? shocks?"), unless=FIGURATIVE),
    rule(FIRE, near(SHOCK, TOUCHED, 8), unless=FIGURATIVE),
    rule(FIRE, near("electricity|current|volts?", r"feel|feeling|felt|tingl\w+|bit me|in it", 4),
         also=words(TOUCHED), unless=FIGURATIVE),
    rule(FIRE, near("house|home|apartment|building|kitchen|garage|attic|roof|room",
                    "on fire|is burning|caught fire|in flames", 3), unless=r"\bhot\b"),
    rule(FIRE, r"\bfire (?:in|inside|on|at) (?:top of )?(?:my|our|the|a|this) (?:\w+ ){0,2}"
               r"(?:house|home|apartment|wall|garage|attic|kitchen|pole|transformer|substation"
               r"|meter|box)"),
    rule(FIRE, near(EQUIPMENT_ES, BURNS_ES, 6)),
    rule(FIRE, r"\belectrocut\w+|\b(?:me|le|nos|les) (?:dio|da|agarro|paso) (?:la |una? |un )?"
               r"(?:corriente|toque|descarga|electricidad|calambre)|\bdescarga electrica"
               r"|\bincendio electrico"),
    rule(FIRE, r"\b(?:mi|la) casa se (?:quema|esta quemando|incendia)"
               r"|\bincendio en (?:mi|la) casa"),
)  # fmt: skip

POWER_LINE = (
    r"(?:power|electric|electrical|utility|transmission|live|high voltage|overhead|energized)"
    r" ?(?:lines?|wires?|wiring|cables?|poles?)|service drop"
)
ANY_LINE = rf"{POWER_LINE}|wires?|cables?|lines?|poles?|transformers?"
FELL = (
    r"down|downed|fell|fallen|falling|hanging|dangling|dangles|snapped|ripped|torn|draped|laying"
    r"|lying|lays|lies|came down|come down|knocked|drooping|leaning|swinging|tilting|collapsed"
    r"|broke|broken|loose|detached|pulled|took|taken|brought|landed|toppled|tangled|split|sagging"
    r"|on (?:my|the|a|our) (?:car|truck|roof|fence|ground|house|road)"
)
SPARKS = (
    r"spark|sparks|sparking|sparked|arcing|arced|arcs|buzzing|crackling|flames?|burning|burnt"
    r"|on fire|caught fire|smoking|smoke|fire|explod\w+|popping|jumping around|glowing|blew up"
)
PLACE = (
    r"road|street|st|ave|rd|yard|backyard|driveway|sidewalk|lawn|roof|house|home|car|truck|fence"
    r"|ground|grass|intersection|highway|path|puddle|water|trees?|block|corner|park|bus stop"
    r"|school|everywhere|lot|deck|porch|alley|ditch|storm|out front"
)
ON_THE_GROUND = (
    r"ground|road|street|yard|backyard|driveway|sidewalk|roof|car|truck|fence|grass|lawn|puddle"
    r"|everywhere"
)
CAUSE = "live|storm|crash|tree|limb|pole|hurricane|tornado|wind"
NOT_FALLEN = (
    r"\blines? down (?:the|our|my|this|that) (?:street|road|block|hill)\b"
    r"|\bunderground (?:power )?(?:lines?|wires?)\b|\bbury|\bburied\b|\btrim\w*|\bgrow(?:ing)?\b"
    r"|\b(?:internet|tv|wifi|comcast|xfinity|spectrum|phone)\b(?!.*\b(?:ground|road|street|yard)\b)"
    r"|\bwire (?:transfer|the money|money)\b|\bdance\b|\beasement\b|\bcontractor wants\b"
)
NOT_A_LINE = (
    rf"{NOT_FALLEN}|\b(?:otherline|hold|phone|customer|office|bill|website|light is out"
    r"|lights? out|gas|sewer|water (?:main|line|pipe)|plumber|hydrant)\b"
)
LINE_ES = r"lineas?|cables?|postes?|tendido|alambres?"
FELL_ES = (
    r"caid[oa]s?|cayo|cayeron|tirad[oa]s?|colgando|cuelgan?|rot[oa]s?|tumbo|tumbaron|suelo|piso"
    r"|chispas?|chispeando|quemando|arranco|inclinado|derribo|tumbado"
    r"|sobre (?:el|un|mi) (?:carro|auto|techo)"
)

LINE_RULES = (
    rule(LINE, rf"^(?:(?:{ANY_LINE})(?: is| are)? (?:down|downed|fell(?: down)?|sparking|arcing)"
               rf"|(?:downed|fallen|live|sparking|a) (?:{ANY_LINE})"
               rf"(?: (?:is|are|fell|has fallen)(?: down)?))(?: help| please| asap| now| fire)*$"),
    rule(LINE, near(POWER_LINE, FELL, 5), unless=NOT_FALLEN),
    rule(LINE, r"\b(?:down|downed|fallen)(?: \w+){0,2}? (?:lines?|wires?|cables?|poles?)\b",
         unless=rf"{NOT_FALLEN}|\b(?:go|going|walk|calm|slow|shut|come|get) down\b"),
    rule(LINE, near("wires?|cables?|lines?|(?<!lamp )poles?", FELL, 7), also=words(PLACE),
         unless=rf"{NOT_A_LINE}|\btree limb hanging over\b|\bpole lamp\b|\bleaning on\b"
         r"|\bresponsib\w+"),
    rule(LINE, near("wires?|cables?|lines?", "hanging|dangling|split|snapped", 3),
         also=words("poles?"), unless=NOT_A_LINE),
    rule(LINE, near("(?<!lamp )poles?", "fell|fallen|down|snapped|leaning|toppled|split|hit", 3),
         unless=rf"{NOT_A_LINE}|\b(?:light|lamp)s?\b(?=.*\b(?:out|off)\b)"),
    rule(LINE, near("wires?|cables?|electric lines?", "in|on|across|over|touching|everywhere", 4),
         also=words(ON_THE_GROUND),
         unless=rf"{NOT_A_LINE}|\b(?:who owns|trees? (?:are|is)|responsib\w+|come in|ugly)\b"
         r"|^(?:the |those )?(?:wires|cables) on (?:my|our|the) street\b"),
    rule(LINE, near("lines?", "on|in|across|over", 2),
         also=rf"{words(ON_THE_GROUND)}.*{words(CAUSE)}|{words(CAUSE)}.*{words(ON_THE_GROUND)}",
         unless=rf"{NOT_A_LINE}|\bhanging over\b|\btrees? (?:near|are|in|close)\b"),
    rule(LINE, near(ANY_LINE, SPARKS, 5), unless=rf"{NOT_A_LINE}|\bhumming\b|{ASKING}"),
    rule(LINE, near("low hanging|hanging low|sagging|drooping", "lines?|wires?|cables?", 3),
         unless=r"\b(?:clothes|trim)\b"),
    rule(LINE, near("tree|limb|branch|car|truck|crash|storm",
                    "took out|took down|hit|fell on|knocked|pulled|brought down|snapped|ripped"
                    "|tore|crashed", 4),
         also=words("(?:power|electric|utility|light) ?(?:lines?|poles?)|lines?|poles?|wires?"),
         unless=rf"{NOT_A_LINE}|\bmain\b"),
    rule(LINE, near(LINE_ES, FELL_ES, 5), unless=r"\b(?:internet|telefono|tele|gas|agua)\b"),
)  # fmt: skip
