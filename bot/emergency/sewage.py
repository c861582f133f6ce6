"""Sewage where people are: in the tub, in the yard, out of a manhole."""

from __future__ import annotations

from functools import partial

from bot.emergency.reading import concept
from bot.emergency.rule import rule
from bot.emergency.senses import HOME, SMELL, STREET

SLUG = "sewage-overflow"

SEWAGE = concept(
    """
    sewage sewerage raw_sewage sewer_(water|gas|line|main|pipe|drain|stuff) sewers? septic
    human_waste waste_?water fecal feces excrement lift_station pump_station
    aguas?_(negras?|residual(es)?|servidas?|sucias?|cloacal(es)?) alcantarilla* cloacas? drenajes?
    excremento* registro_(sanitario|de_aguas) registro fosas?_(septica|de_la_ciudad) fosa_septica
    pozo_septico
    """
)
FILTH = concept(
    """
    (brown|black|gray|grey)_and_(smelly|stinky|nasty) (smelly|stinky|foul)_(\\w+_)?(brown|black)
    filth muck sludge something_(disgusting|nasty|gross) cochinada human_mess waste(?!d) heces
    stuff_from_the_(bathroom|toilet) agua_gris aguas?_del?_(inodoro|bano|drenaje) poop poo poopy
    pooping doo_?doo dookie turds? shit shitty crap pee_water toilet_(paper|water|stuff)
    (brown|gray|grey|nasty|dirty|filthy|toilet|black|disgusting|stinky|stinking|gross|foul|smelly)_(\\w+_)?(water|stuff|liquid|sludge|mess|gunk|goo|muck)
    (nasty|gross|disgusting|filthy)_stuff sewer_water tampons popo caca mierda porqueria
    agua_(negra|sucia|apestosa|con_caca|con_popo|con_mierda|cochina|puerca|marron|hedionda|podrida)
    (water|agua)~(smells?|stinks?|reeks?|huele|apesta)_(\\w+_)?(like_)?(poop|sewage|sewer|shit|toilet|a?)
    """
)
RAW = concept(
    "sewage raw_sewage sewer_(water|leak|spill|overflow|back_?up) "
    "human_waste aguas_(negras|servidas|residuales) feces wastewater "
    "toilet_water poop_water"
)
MANHOLE = concept(
    """
    man_?holes?(_cover)? sewer_(lid|cover|cap|thing|clean_?out) cleanouts?
    (the|my|our|sewer|a)_clean_out (round|metal)_metal_cover pump_house
    (cover|lid|plate)~(street|road|sidewalk|yard) white_cap lift_station pump_station registro*
    tapa_de_(la_)?(alcantarilla|cloaca|calle) boca_de_tormenta coladeras? atarjeas? pozo_de_visita
    trampa_de_grasa
    """
)
DRAIN = concept(
    """
    (floor|shower|tub|bath|bathtub|kitchen|all|main|my|our|the)_drains? drains? toilets? commode
    tubs? bathtubs? shower sinks? plumbing pipes? bathroom_floor desagues? drenajes? inodoros?
    excusados? tazas? sanitarios? escusados? regaderas? duchas? baneras? tinas? coladeras? banos?
    lavamanos fregadero caneria*
    """
)
RISES = concept(
    """
    overflow* back(s|ed|ing)?_?up backups? backed backing backs
    coming_(up|out|from|into|through|thru|in|back|over) comes_(up|out|back|in|into|through)
    came_(up|out|back|through) come_(up|out|back) spill* flood* bubbl* gushing leak leaks leaking
    pouring flowing running_(down|out|across|in|into|through) burst everywhere all_over floating
    full_of into_(my|the|our) (happening|doing_it)_again popped lifted lifting shoots shooting
    seeping clogged rising spew* percolat*
    in_(my|our|the|her|his|a)_(house|home|yard|basement|tub|bathtub|shower|garage|kitchen|bathroom|lawn)
    in_(the|our|a|my)_(street|road|creek|lake|ditch|gutter|parking_lot|alley|river|pond|front_yard|backyard)
    stepping_in stepped_in hallway on_(my|our|the)_(floor|lawn|sidewalk|carpet|street) alarm gurgl*
    running spraying fountain fuente (lake|pool|river|puddle|puddles|pond|stream)_of blocked
    regurgitat* popping blew sitting standing revent* broke broken ruptur* busted collapsed burst
    desbord* rebos* sal(e|en|iendo|io|irse|e_por) sube* subiendo subio derram* regres* devuelv*
    devolv* inund* tapad[oa]s? tapo tapon brot* botando bota corriendo corre chorrea* flota*
    por_(la|el)_(regadera|inodoro|bano|tina|ducha|coladera|lavamanos|fregadero|banera|taza)
    en_(la|mi|el|nuestra|toda_la)_(calle|casa|patio|bano|banera|cocina|jardin|sala|yarda|tina)
    llen[oa]s?_de se_mete metio metiendo (rio|charco|laguna)_de alarma negocio
    """
)
COMES_BACK = concept(
    """
    (comes?|coming|came)_(back_)?(up|in|into|out) backs?_(back_)?up fills?_up filling_up gurgl*
    ends?_up spitting sale_en termina_en bubbl* ris(es|ing) overflow* backing_up
    (sale|sube|se_llena|regresa|se_devuelve|sale_todo|rebosa)
    """
)
USED = concept(
    """
    flush*
    (someone|anyone|anybody|somebody|neighbou?rs?|upstairs|we|i|they)~(shower*|laundry|bath|wash*)
    run_(the_)?(washer|dishwasher|water|laundry) every_time shower(s|ing)_upstairs
    (bajo|bajan|jalo|jalan|tiro|tiran|vacio)_(la_|el_)?(cadena|palanca|inodoro|bano|agua) cada_vez
    (flush|bajar)_the_(inodoro|toilet) lavo lavan
    """
)
FIXTURE = concept(
    """
    tubs? bathtubs? showers? sinks? toilets? floor_drain commode inodoros? tina banera ducha
    regadera lavamanos fregadero excusado taza lavadero
    """
)
TOILET_OVER = concept(
    """
    (toilets?|commode|inodoros?|excusados?|banos?|tazas?)_(\\w+_){0,3}?(overflow*|rebos*|desbord*|devolv*|regres*|back(s|ed|ing)_up)
    (overflowing|backed_up|backing_up)_(toilets?|commode)
    """
)
SMELLS_FOUL = concept(
    "(smell|smells|stinks|stink|smelling|reeks|odor)~"
    "(poop|sewage|sewer|toilets?|shit|feces|septic|crap|outhouse|potty) "
    "(huele|apesta|olor)~(caca|popo|drenaje|cloaca|mierda|aguas_negras|alcantarilla|bano)"
)
WET = concept(
    """
    creek ditch bubbling water liquid puddle* river flood* bubbl* wet stream flowing running
    overflow* pool* leak* agua charco* encharcad* liquido
    """
)
NO_SEWAGE = concept(
    """
    sewerbusiness how_(do|to)_(i_)?connect lateral low_flow call_center storm_?drains?
    (garbage|yard|bulky|recycling|hazardous)_waste waste_management garbage recycling trash
    waste_(pickup|collection|of|container|cart|bin) swimming_pool sewer_(bills?|rates?|tap)
    (storm|rain)_sewers? (de|por_la)_lluvia smoke_test* dog_(poop|poo|park|waste) dog_pooping
    poop_bag* goose geese birds? piece_of litter (planta|plant)_de_(aguas|tratamiento)
    treatment_plant conectar_al? charges? cargo tarifas? cuanto lluvia_(\\w+_)?(tapad|inund)* basura
    hojas full_of_(it|shit|crap) horses? bullshit service_is_crap crappy
    """
)
TAP = concept(
    """
    tap faucets? drinking (from|of)_(my|the|our)_(tap|faucet|sink_faucet|kitchen_faucet)
    water_pressure hot_water cold_water glass (del|de_la)_(grifo|llave|pluma) discolored rusty
    fill_the_tub water_is_brown brown_tap bath_water washing_clothes laundry_is
    """
)
SLOW = concept("slow* drains_slow low_pressure running_toilet toilet_(runs|keeps_running) leaky")

here = partial(rule, SLUG)

RULES = (
    here(SEWAGE, RISES, within=8, business=True, across=True, unless=(NO_SEWAGE,)),
    here(
        RAW,
        concept(HOME, STREET, RISES, WET, "tub yard creek lake park playground beach"),
        within=10,
        business=True,
        across=True,
        unless=(concept("sewerbusiness plant planta bills? rates? connect"),),
    ),
    here(
        concept(
            "raw_sewage "
            "sewage_(spill|leak|overflow|emergency|back_?up|flood|everywhere|issue) "
            "sewer_(overflow|back_?up|emergency|is_backed) "
            "aguas_(negras|servidas)"
        ),
        business=True,
        unless=(NO_SEWAGE,),
    ),
    here(FILTH, concept(RISES, DRAIN), within=8, across=True, unless=(NO_SEWAGE, TAP)),
    here(
        FILTH,
        concept(HOME, STREET, "yard", "tub tina"),
        concept(WET, "floating"),
        within=10,
        unless=(NO_SEWAGE, TAP),
    ),
    here(
        MANHOLE,
        concept(RISES, FILTH, WET, SMELL),
        within=10,
        across=True,
        business=True,
        unless=(NO_SEWAGE, concept("rain_?water missing_manhole rattl* bangs? sunken")),
    ),
    here(
        USED,
        COMES_BACK,
        concept(FIXTURE, "(kitchen|bathroom)_floor"),
        within=12,
        across=True,
        unless=(SLOW, TAP),
    ),
    here(
        concept("(cant|cannot|wont|no_puedo|every_time)~(flush|bajar) flush*"),
        concept("comes?_back coming_back all_comes se_regresa regresa se_devuelve"),
        within=10,
        across=True,
        unless=(SLOW,),
    ),
    here(
        concept(
            "coming_back_up comes_back_up "
            "(sale|regresa|devuelve)(_todo)?_por_(la|el)_(ducha|tina|regadera|banera|lavamanos|bano|inodoro)"
        ),
        concept(DRAIN, "not_water drain toilet tapo"),
        within=12,
        unless=(SLOW, TAP),
    ),
    here(
        concept("bano inodoro excusado"),
        concept("regresando regresa devolviendo"),
        concept("vecinos todos todo"),
        within=9,
        across=True,
    ),
    here(
        concept("plumber plomero"),
        concept("clog* back* tapon tapad* tapo sewer"),
        concept("city ciudad"),
        within=10,
        unless=(SLOW,),
    ),
    here(
        FIXTURE,
        COMES_BACK,
        concept(
            SEWAGE,
            FILTH,
            SMELLS_FOUL,
            SMELL,
            "shower tub bathtub neighbou?rs? drain drains brown tina ducha "
            "apartments? units? building every_time banera plumber_says",
        ),
        within=10,
        across=True,
        unless=(SLOW, TAP),
    ),
    here(
        concept("(all|every|both|whole_house)_(\\w+_){0,3}?(drains?|toilets?) drains toilets"),
        concept("back(ed|ing|s)?_?up overflow* gurgl* bubbl* coming_up regres* tapados"),
        within=8,
        unless=(NO_SEWAGE,),
    ),
    here(
        concept("water agua"),
        concept("back(s|ed|ing)?_up coming_up comes_up comes_back regresa*"),
        concept(
            "(floor_|shower_|tub_|bath\\w*_|laundry_)?drains? tub bathtub shower "
            "tina ducha regadera toilet"
        ),
        within=9,
        unless=(NO_SEWAGE, SLOW, TAP),
    ),
    here(
        SMELL,
        concept("bubbling oozing gushing coming_(up|out) brotando saliendo"),
        concept("ground yard manhole lid pipe_in_the suelo patio"),
        within=12,
        unless=(NO_SEWAGE, concept("gas chlorine")),
    ),
    here(TOILET_OVER, unless=(concept("how_do_i_(stop|fix) running_toilet rebate"),)),
    here(
        SMELLS_FOUL,
        WET,
        concept(STREET, HOME, "yard"),
        within=16,
        across=True,
        unless=(NO_SEWAGE, TAP),
    ),
    here(
        SMELLS_FOUL,
        concept("creek lake yard street ditch river pond outside playground calle patio rio"),
        within=8,
        unless=(NO_SEWAGE, TAP),
    ),
    here(
        FILTH,
        concept("yard lawn street floor sidewalk creek ditch patio calle"),
        within=6,
        unless=(NO_SEWAGE, TAP, concept("my_water brown_(lawn|grass)")),
    ),
)
