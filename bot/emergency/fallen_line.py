"""Fallen, hanging and sparking lines, and the poles that carry them."""

from __future__ import annotations

from functools import partial

from bot.emergency.reading import concept
from bot.emergency.rule import rule
from bot.emergency.senses import SPARK

SLUG = "downed-power-line"

POWER_LINE = concept(
    """
    (power|electric|electrical|electricity|utility|transmission|live|high_voltage|overhead|hot)_?(lines?|wires?|wiring|cables?)
    the_drop drop_to_(the|my|our)_house energized_(lines?|wires?) service_(drop|line)
    (electric|electrical|power)_service(?=_(away|off|from|line|down)) power_cord_from
    palos?_de_(la_)?luz
    (cables?|lineas?|alambres?|tendido)_(de_(la_)?)?(luz|electric\\w+|alta_tension|corriente|alto)
    (cables?|lineas?)_electric[ao]s? (linea|cable)_de_(alto_)?voltaje tendido_electrico
    """
)
WIRE = concept(
    POWER_LINE,
    "lines?_(from|to|off)_(the|my|our)_(pole|house|home)",
    """
    wires? cables? lines? wire_thing something_electric(al)? cords? cables? lineas? alambres?
    tendido cableado
    """,
)
POLE = concept(
    """
    (power|utility|electric|electrical|light|telephone)_?poles? (?<!lamp_)(?<!flag_)poles? postes?
    """
)
STRICT_WIRE = concept(
    POWER_LINE, "lines?_(from|to|off)_(the|my|our)_(pole|house|home)", "wires? cables? alambres?"
)
DOWN = concept(
    """
    downed fell fallen snapped dangl* ripped torn tore came_(down|off|loose) come_down coming_down
    blocking (eye|neck|head|chest|waist)_(level|height|high) in_two se_vino*_abajo
    (muy|tan)_baj[oa]s? baj[io]t[oa]s? rozando atravesad[oa]s? rompio rot[oa]s? desprend* guind*
    tocando (is|are|was|got|wire|wires|cable|cables|lines?)_down knocked_down torn_off loose broke
    broken laying lying lays lies draped swinging caid[oa]s? cay[oe]* tirad[oa]s? arranc* tumb*
    reventad* revento solto suelt[oa]s? quebr*
    """
)
HOLDS_LINES = concept("(thing|pole|post|beam)~(holds?|carr(y|ies))~(lines?|wires?|cables?)")
FELL = concept(
    """
    down downed fell fall falling fallen fallin hanging hangin hangs? dangling dangles dangl*
    snapped ripped torn tore draped laying layin lying lays? lies came_(down|off|loose|apart)
    come_(down|off) coming_down comin_down knocked droop* leaning swinging swings tilt* tipping
    collaps* broke broken broke_off loose detached pulled took taken brought landed topple* tangled
    split sagg* drop dropped drops yanked dragg* wrapped blew_down crack* popped_off low_hanging
    hanging_low caid[oa]s? caer caerse caen cae cayo cayeron callo calleron tirad[oa]s? colgand[oa]*
    cuelgan? rot[oa]s? tumb* en_el_(suelo|piso) al_(suelo|piso) arranc* inclinad[oa] ladead[oa]
    derrib* solt[oa]* suelt[oa]s? pelad[oa]s? guind* enredad* baj[oi]to* muy_baj[oa]s?
    reventad[oa]s? revento por_tod[oa]s_(lados|partes) tan_baj* quedaron partid[oa] partio
    quebrad[oa] se_vino*_abajo desprend* atravesad[oa]s? doblad[oa]
    """
)
_WHERE = (
    "(road|street|st|yard|backyard|driveway|sidewalk|lawn|roof|car|truck|van|suv|fence|ground|grass"
    "|intersection|highway|path|puddle|water|ditch|lot|deck|porch|alley|trampoline|playground|pool"
    "|garden|bushes|patio|lane|parking|flower*|mailbox|pavement|asphalt|steps|stairs|bush|gutter|swing*|shed|bus|curb|front|mud)"
)
ON_THE_GROUND = concept(
    f"""
    (in|on|across|over|onto|into|touching|through|at|by|along|near)(_\\w+){{0,3}}?_{_WHERE}
    en_medio_de toc(ando|an|a)_(el|la)_(piso|suelo|calle|carro)
    en_(el|la)_(grama|zacate|cesped|monte) everywhere on_top_of all_over
    it_is_in_the_(street|road|yard)
    en_(el|la|mi|un|una)_(\\w+_)?(suelo|piso|calle|patio|charco|cuneta|agua|pavimento|asfalto|banqueta|escalera|escalones|carretera|camino|acera|techo|yarda|jardin)
    (sobre|encima)_(de_)?(\\w+_)?(carro|auto|techo|casa|cerca|calle|camioneta|acera|verja|coche)
    """
)
PLACE = concept(
    ON_THE_GROUND,
    f"""
    {_WHERE} house home
    trees? block corner park school bus_stop storm out_front dock block(ed|ing|s)
    rd ave crash wreck
    pole poles neighbou?r kids children behind live electrocut* dangerous
    calle patio casa carretera escuela poste ninos parque vecin[oa]s? arbol tormenta
    """,
)
SPARKS = concept(
    SPARK,
    """
    buzzing crackl* flames? burning burnt on_fire caught_fire smoking smoke fire explod* popping
    jumping_around glowing blew_up (blue|green|bright|white)_(\\w+_)?(flash*|light) flash flashes
    flashing popped candela ardiendo quemand[ao]* se_quema humo fuego explot* truena* tronando
    destello* zumba*
    """,
)
HIT = concept(
    """
    took_(out|down) takes_down hit hits knock* fell_on pull* brought_down snapp* snagg* caught
    ripped tore crash* ran_into clipp* plow* smash* yank* struck slammed wrapped laying lying
    derrib* tumb* choc\\w+ se_llevo le_(dio|pego) golpeo cayo callo arranco
    """
)
HITTER = concept(
    """
    tree limb branch(es)? car truck van crash storm driver bus wreck semi trailer crane wind tornado
    hurricane accident arbol rama carro camion auto coche viento tormenta huracan choque
    """
)
NOT_FALLEN = concept(
    """
    lines?_down_(the|our|my|this|that)_(street|road|block|hill)
    underground_(power_)?(lines?|wires?) spools? (wires?|lines?|cables?)_underground bury buried
    cable_box (cables?|lines?|wires?)_(for|de)_(my_|the_|mi_|el_)?(internet|tv|wifi|tele) trim*
    grow grows growing grown easement contractor_wants wire_(transfer|the_money|money) dance podar*
    poda fiber_(line|optic) fibra is_lively (es|eres|soy)_un_cable jaja shoes sneakers balloons?
    kite drone clothes_?line soterrar pipeline faded striping stripes paint* skyline deadline
    offline fishing decline phone_(company|service)
    (internet|tv|wifi)_(lines?|cables?|wires?|is|went|service|company|install)
    (comcast|xfinity|spectrum|at_t) (internet|telefono|tele)_por cable_(tv|company|guy|bill)
    (cables?|lineas?)_(de_|del_)(internet|telefono|tele) light_bulb picture_hangers linea_de_espera
    line_item in_line_(at|for|with) long_line lines?_(at_the|for_the)_(office|window)
    """
)
"""Lines that are no power lines, or that stand where they should."""
NOT_A_LINE = concept(
    NOT_FALLEN,
    """
    otherline irrigation sprinkler septic on_hold customer bill website light_is_out lights?_out
    gas_lines? sewer_lines? phone_is plumber hydrant water_(main|line|pipe)s? drain
    leaning_on_(the_)?fence call_center representative who_trims worth
    line_(crew|men|man|workers?|up)s? pole_lamp phoneline dropped_the_(call|ball) de_agua tuberia
    drenaje first_in_line waiting clerk
    """,
)
STREET_LAMP_POLE = concept("street_?light_pole alumbrado no_prende")
STANDS = concept(
    "limbs_are not_broken no_se_ha_caido si_viene still_up cortenlo pod(ar|en) toc(an|ando)_los"
)
LAMP_DARK = concept(
    "(street|parking|pole|lot)_?(lights?|lamps?)(?!_pole) "
    "(lights?|lamps?|bulb)~(is|are|went|has_been)_(out|off|dark|dead)"
)
UNSURE = concept(
    "(phone|cable|telephone|telefono)_(\\w+_){0,2}?(or|o|but|maybe|pero)_(\\w+_){0,3}?"
    "(electric|electrical|electrico|power|live|luz|not) "
    "(electric|electrical|power|live)_(\\w+_)?or_(\\w+_){0,2}(phone|cable|tv) "
    "(dont|not|cant)~(know|sure|tell)~(live|electric|power|hot)"
)
TREE_NEAR = concept(
    """
    (tree|trees|limb|limbs|branch|branches|oak|pine|sweetgum|palms?)~(near|rub*|grow*|touching|close)
    (tree|trees|limb|limbs|branch|branches|oak|pine|sweetgum)~(leaning|hanging|dead|in_the|over_the)
    dead_(tree|limb|branch|oak|pine|sweetgum) (about|going|ready|gonna)_to_fall_on (rub|rubbing)_on
    tree_company cut_it ese_arbol cortenlo recargad[oa] va_a_caer no_se_ha_caido not_broken yet
    still_up si_viene toc(an|ando)_los
    (arbol|ramas?|palmas?)~(cerca|tocan*|pegan*|rozan*|recargad*|seco) caer_sobre_los
    """
)
"""A tree that threatens a line: the foresters' work, not an alarm."""

here = partial(rule, SLUG)

RULES = (
    here(
        concept(
            "\\._(help_|the_|a_)?(downed|fallen|live|sparking)_(lines?|wires?|cables?|poles?) "
            "\\._(help_|the_|a_)?(lines?|wires?|cables?|poles?|transformer)(_is|_are)?_(down|downed|fell|sparking|arcing)(_help|_please|_asap|_now|_down)*_\\."
        )
    ),
    here(
        POWER_LINE,
        FELL,
        within=7,
        across=True,
        unless=(NOT_FALLEN, TREE_NEAR, concept("who_trims gas sewer")),
    ),
    here(
        concept(
            "(downed|fallen)~(lines?|wires?|cables?|poles?) "
            "(?<!go_)(?<!going_)(?<!walk_)(?<!slow_)(?<!shut_)down_(\\w+_)?(wires?|cables?)"
        ),
        unless=(NOT_FALLEN,),
    ),
    here(STRICT_WIRE, DOWN, within=8, unless=(NOT_A_LINE, STANDS)),
    here(
        concept(
            "(tree|limb|branch|arbol|rama)~(on|sobre|encima)_(the_|de_los_|los_|our_)?(power_)?(wires?|lines?|cables?)"
        ),
        unless=(TREE_NEAR, NOT_A_LINE),
    ),
    here(
        concept("(live|hot|loose|bare|exposed|energized)_(\\w+_)?(wires?|cables?|power_?lines?)"),
        unless=(NOT_A_LINE,),
    ),
    here(
        concept("(from|off)_(the|a)_(\\w+_)?pole del_poste"),
        concept(WIRE, FELL, "something algo"),
        concept(ON_THE_GROUND, "(in|on|over|across)_(my|our|his|her|their)", DOWN),
        within=14,
        across=True,
        unless=(NOT_A_LINE, TREE_NEAR, concept("across_from underground")),
    ),
    here(
        STRICT_WIRE,
        concept(
            "(is|are|was|now|landed|ended_up|quedo|esta|came_down)_(on|in|across|over|under|en|sobre)_(my|our|the|his|her|a|mi|el|la|medio)"
        ),
        within=7,
        unless=(NOT_A_LINE, TREE_NEAR, concept("ugly bills? wall_?(outlet)?")),
    ),
    here(concept("lines"), concept("on_the_ground"), within=10, unless=(NOT_A_LINE,)),
    here(
        concept("(wires|cables|power_lines|lines)_down(?!_(the|our|this)_(street|road))"),
        unless=(NOT_A_LINE, STANDS),
    ),
    here(
        concept("sparks sparking chispas chispeando"),
        concept(ON_THE_GROUND, "trees? arbol sky road"),
        within=9,
        unless=(NOT_A_LINE, concept("fireworks grill debate")),
    ),
    here(concept("exposed bare pelado"), WIRE, within=3, unless=(NOT_A_LINE,)),
    here(WIRE, FELL, PLACE, within=11, across=True, unless=(NOT_A_LINE, TREE_NEAR)),
    here(
        WIRE,
        concept("hanging dangling split snapped low sparking live colgando caido caidos"),
        within=3,
        unless=(NOT_A_LINE, TREE_NEAR, concept("clothes low_(price|rate)")),
    ),
    here(
        WIRE,
        ON_THE_GROUND,
        within=3,
        unless=(
            NOT_A_LINE,
            concept("who_owns come_in ugly old trees_(are|in) tree_(is|in|branch*)"),
        ),
    ),
    here(
        WIRE,
        SPARKS,
        within=12,
        unless=(
            NOT_A_LINE,
            concept(
                "hum humming smok(e|ing)_test* internet joy who_owns wall attic "
                "gets_hot fire_(alarm|station|pit)"
            ),
        ),
    ),
    here(
        concept(POLE, "transformer transformador"),
        SPARKS,
        within=8,
        unless=(NOT_A_LINE, LAMP_DARK, concept("hum hums humming flicker* blink*")),
    ),
    here(
        POLE,
        concept(
            "fell fallen down snapped collaps* split_in leaning leans topple* "
            "split tilt* tipping knocked (about|going|ready)_to_fall came_down "
            "crack* broke* bent cay\\w+ callo caer caerse quebr* caid[oa]s? "
            "tirad[oa]s? inclinado ladeado tumb* derrib* part(io|ido) doblado "
            "roto"
        ),
        within=8,
        unless=(
            NOT_A_LINE,
            concept("how_tall flagpole street_?lights? streetlamp"),
            LAMP_DARK,
            STREET_LAMP_POLE,
        ),
    ),
    here(
        concept(
            "crash* wreck hit_(a|the|our|that|into) ran_into slammed choc(o|aron|a) choque plow*"
        ),
        POLE,
        within=5,
        unless=(NOT_A_LINE,),
    ),
    here(HOLDS_LINES, concept(FELL, SPARKS), within=8, across=True),
    here(
        HITTER,
        HIT,
        concept(POWER_LINE, POLE, "lines wires"),
        within=9,
        unless=(NOT_A_LINE, TREE_NEAR, concept("main")),
    ),
    here(
        concept("(blue|green|bright|white)_(\\w+_)?flash* sparks sparking arcing chispas"),
        concept(WIRE, POLE, "trees? sky branches arboles"),
        within=16,
        unless=(NOT_A_LINE,),
    ),
    here(
        concept("wires? cables?"),
        concept("fell fallen down downed hanging dangling came_(down|off) loose"),
        within=3,
        unless=(NOT_A_LINE, TREE_NEAR),
    ),
    here(
        concept("lineas?"),
        concept("caid[oa]s? cayo cayeron tirad[oa]s?"),
        within=2,
        unless=(NOT_A_LINE,),
    ),
    here(
        concept("cables? alambres? tendido lineas_de_luz"),
        concept(
            "caid[oa]s? cayo cayeron tirad[oa]s? tumb* colgand[oa]* tan_bajo "
            "arrancad[oa]s? en_el_suelo en_el_piso"
        ),
        within=5,
        unless=(NOT_A_LINE, TREE_NEAR),
    ),
    here(
        WIRE,
        concept(
            "(run|ran|running|move|moves|moved|moving|touch|touched|picked|pick|step|stepped|drove|driving|tripped)_(\\w+_)?(it|a|the|up|over|on|with)"
        ),
        within=5,
        unless=(
            NOT_A_LINE,
            TREE_NEAR,
            concept("want wants can_you please_move wont_touch squirrels? birds? ardillas?"),
        ),
    ),
    here(
        concept("humming buzzing crackling sizzling popping"),
        concept(
            "laying lying snaking throwing (blue|green)_light on_the_ground "
            "in_the_(grass|leaves|street|road)"
        ),
        within=9,
        unless=(NOT_A_LINE,),
    ),
    here(
        HITTER,
        concept("(brought|took|knocked|pulled|tore|ripped)_(it|them)_(down|off|loose)"),
        ON_THE_GROUND,
        within=12,
        across=True,
    ),
    here(
        concept("phoneline otherline"),
        concept("fell fallen hanging dangling laying lying down low"),
        ON_THE_GROUND,
        within=9,
        unless=(concept("property your office fence checkout"),),
    ),
    here(
        concept("transformer crossarm insulator transformador"),
        concept("fell fallen hanging dangling cayo colgando"),
        within=5,
    ),
    here(
        concept("(drag|pull|lift|kick|roll|haul)(s|ed|ing)?~(wires?|power_lines?|cables?)"),
        concept("off_(the|my|our) out_of_(the|my|our)"),
        within=6,
        unless=(NOT_A_LINE,),
    ),
    here(
        concept("lines? wires? cables? poles? lineas?"),
        concept("(down|fell|hanging|fallen)_again again_(down|fell)"),
        within=12,
        unless=(NOT_A_LINE,),
    ),
    here(UNSURE, concept(ON_THE_GROUND, FELL), within=14, across=True),
    here(
        concept("is_it_safe can_i (what|who)_(do|should)"),
        POWER_LINE,
        concept("down downed fallen fell"),
        within=9,
        unless=(NOT_FALLEN,),
    ),
)
