"""Water: sewage where people are, and mains that burst. A home's own pipes are neither."""

from __future__ import annotations

from bot.emergency.rule import ASKING, near, rule, words

SEWAGE = "sewage-overflow"
MAIN = "water-main-break"

FOUL = (
    r"sewage|sewers?|waste ?water|septic|man ?holes?|human waste|waste|poop|poo|feces|fecal"
    r"|lift station|pump station|clean ?out|floor drains?|(?:all )?(?:the |my |our )?drains"
    r"|toilets|toilet (?:water|paper)|shit|turds?"
)
RISES = (
    r"overflow\w*|backups?|back up|backing|backed|backs|coming up|comes up|came up|coming out"
    r"|coming from|coming into|coming through|spill|spills|spilling|spilled|flooding|flooded"
    r"|bubbling|gushing|leak|leaks|leaking|pouring|flowing|running down|burst|everywhere|all over"
    r"|into (?:my|the|our)|in (?:my|our) (?:house|home|yard|basement|tub|bathtub|shower|garage"
    r"|kitchen|bathroom)|in the (?:street|road|creek|lake|ditch|yard|gutter|parking lot)"
    r"|shoots|shooting|seeping|lifted|clog|clogged|alarm|gurgling|spewing|a (?:lake|pool|river) of"
    r"|lake of|pool of"
)
NOT_FOUL = (
    rf"{ASKING}|\b(?:sewerbusiness|how (?:do|to) (?:i )?connect|lateral|low flow|call center"
    r"|leaves|pool|storm drains?|(?:garbage|yard|bulky|recycling|hazardous) waste|waste management"
    r"|waste (?:pickup|collection|of|container|cart|bin))\b"
)
FOUL_ES = (
    r"aguas? (?:negras?|residual(?:es)?|sucias?|servidas?)|alcantarillas?|alcantarillado|cloacas?"
    r"|drenajes?|desague|excremento|popo|caca|registro sanitario|inodoros"
)
RISES_ES = (
    r"desbord\w*|rebos\w*|sale|saliendo|salen|sube|subiendo|derram\w+|regresa|regresando|devuelve"
    r"|devolviendo|inund\w*|tapad[oa]s?|por (?:la|el) (?:regadera|inodoro|bano|tina|ducha|coladera)"
    r"|en (?:la calle|mi casa|el patio|mi patio|la casa)|brota\w*"
)

SEWAGE_RULES = (
    rule(SEWAGE, near(FOUL, RISES, 6), unless=NOT_FOUL),
    rule(SEWAGE, words("raw sewage|sewage (?:spill|leak|overflow|emergency)"
                       "|sewer (?:overflow|backup|emergency)"), unless=NOT_FOUL),
    rule(SEWAGE, r"\btoilet (?:overflow\w*|back\w* up|is backing)",
         also=words("sewage|sewer|shower|tub|bathtub|neighbors?|every time|drain|brown")),
    rule(SEWAGE, near("brown|gray|grey|nasty|dirty|filthy|toilet|black", "water", 1),
         also=words("coming (?:up|out|from|through)|drain|cleanout|manhole|toilet|sewage|backing"),
         unless=r"\b(?:tap|faucet|drinking)\b"),
    rule(SEWAGE, near("toilet", "coming (?:out|up)", 4),
         also=words("tub|bathtub|shower|drain|sink")),
    rule(SEWAGE, r"\b(?:flush|toilets?|drains?)(?: \w+){0,6}? (?:comes?|coming|came) (?:back )?up"),
    rule(SEWAGE, near(FOUL_ES, RISES_ES, 6), unless=r"\bcargo|\btarifa|\bcuanto|\blluvia"),
)  # fmt: skip

PIPE = (
    r"water ?mains?|main water line|water (?:\w+ )?(?:line|pipe|main)s?|pipes?|(?:fire )?hydrants?"
    r"|main ?lines?|mains?|valve box|city (?:water )?(?:line|pipe)"
)
BREAKS = (
    r"break|breaks|broke|broken|breaking|burst|bursted|bursting|ruptured?|busted|bust|gushing"
    r"|geyser|shooting|spraying|spray|flooding|exploded|blew|cracked|hit|leak|leaking|leaks"
    r"|spewing|erupted|knocked|pouring|running|opened up|sheared|let go|popped"
)
STREET = (
    r"streets?|st|roads?|rd|roadway|ground|sidewalk|pavement|asphalt|intersection|curb|corner"
    r"|highway|lane|pkwy|parkway|ave|avenue|right of way|gutter|parking lot|median|outside|block"
    r"|neighborhood|in front of|hill|under water|underground"
)
GUSHES = (
    r"gushing|gushes|shooting|shoots|spraying|sprays|pouring|bubbling|bubbles|geyser|spewing"
    r"|flooding|coming up|coming out|coming through|coming thru|running (?:down|out)|rushing"
    r"|flowing|squirting|leaking|boiling|erupting|leak|is a river|like a river|everywhere"
    r"|blasting|jetting"
)
INDOORS = (
    r"\b(?:sink|kitchen|bathroom|bathtub|faucet|attic|ceiling|toilet|shower|wall|dishwasher"
    r"|water heater|washer|sprinklers?|irrigation|pool|bill|valve to|shut ?off|shut off my"
    r"|turn off my|credit|adjustment|insurance|boil|flushing|pressure|quality|wells"
    r"|park near|rates?|bano|cocina|lavabo|presion)\b"
)
RAIN = r"\b(?:storm|rains?|raining|flash|lluvia|llueve|whenever)\b"
NOT_WATER = r"\b(?:gas|sewer|power|otherline)\b"
PIPE_ES = r"tuberias?|tubos?|canos?|caneria|hidrantes?|matriz|linea (?:\w+ )?de agua|toma de agua"
BREAKS_ES = (
    r"rot[oa]s?|rompio|rompieron|revento|reventad[oa]|exploto|estallo|brota\w*|fuga|tira agua"
    r"|tirando|chorros?|saliendo|botando|quebr\w+"
)
STREET_ES = r"calles?|pavimento|asfalto|banqueta|acera|avenida|carretera|suelo|esquina|afuera"

MAIN_RULES = (
    rule(
        MAIN,
        r"\bwater mains? (?:break|broke|broken|burst|leak\w*|ruptur\w+|bust\w*|blew|flood\w*|hit"
        r"|(?:is|has) (?:broke|leak|burst|gush)\w*)"
        r"|\bmain (?:break|burst)s?\b|\bmain line (?:break|broke|burst)"
        r"|\b(?:burst|broken|busted|ruptured|leaking|cracked) (?:water )?main\b",
        unless=INDOORS,
    ),
    rule(MAIN, near(PIPE, BREAKS, 5), also=words(STREET),
         unless=rf"{INDOORS}|{ASKING}|{NOT_WATER}"),
    rule(MAIN, near("(?:fire )?hydrant|valve box",
                    r"hit|broken|broke|spray\w*|leak\w*|gushing|knocked|open|shooting|burst"
                    r"|flooding|ran over|running|busted|spewing|sheared", 6), unless=INDOORS),
    rule(MAIN, near("hit|cut|broke|busted|struck|blew|burst|ruptured|broken",
                    "(?:big |huge |large |city )?water (?:line|pipe|main)", 2),
         unless=rf"{INDOORS}|{ASKING}"),
    rule(MAIN, r"\b(?:water (?:line|pipe|main)|city (?:water )?(?:pipe|line))(?: \w+){0,3}?"
               r" (?:break|broke|burst|blew|exploded|ruptured|busted)",
         unless=rf"{INDOORS}|{ASKING}"),
    rule(MAIN, near("water", GUSHES, 5), also=words(STREET),
         unless=rf"{INDOORS}|{RAIN}|{ASKING}|{NOT_WATER}|\b(?:hose|ditch|creek|lake|drain)\b"),
    rule(MAIN, near("huge|massive|major|big|large|giant|serious", "(?:water )?leak", 1),
         also=words(STREET + "|city"), unless=rf"{INDOORS}|{NOT_WATER}"),
    rule(MAIN, near(r"geyser|sinkhole|washing away|collaps\w+|river",
                    "street|road|water|pipe|driveway|intersection", 8),
         also=words(r"street|road|pipe|driveway|hill|intersection|geyser|sinkhole"),
         unless=rf"{RAIN}|{INDOORS}|\bcreek\b|\bwater from a\b"),
    rule(MAIN, r"\bgallons of(?: \w+)? water\b", unless=rf"{INDOORS}|\bhow many\b"),
    rule(MAIN, r"\b(?:street|road) is (?:a|like a) river\b"),
    rule(MAIN, near(PIPE_ES, BREAKS_ES, 5), also=words(f"agua|hidrante|{STREET_ES}"),
         unless=r"\b(?:gas|bano|cocina|lavabo|drenaje|como reporto)\b"),
    rule(MAIN, near("agua", r"chorros?|brota\w*|fuga|saliendo|sale|a presion|inund\w*|corre", 5),
         also=words(STREET_ES),
         unless=r"\b(?:lluvia|llueve|bano|cocina|sucia|negras|alcantarilla|drenaje)\b"),
)  # fmt: skip
