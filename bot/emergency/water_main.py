"""Water mains and hydrants that burst. A home's own pipes are none."""

from __future__ import annotations

from functools import partial

from bot.emergency.reading import concept
from bot.emergency.rule import rule
from bot.emergency.senses import STREET

SLUG = "water-main-break"

WATER = concept("water agua chorros? geyser fuente")
MAIN = concept(
    """
    water_?mains? (?<!my_)main_water_line mains? main_lines? water_(\\w+_)?(line|pipe|main)s?
    city_(water_)?(lines?|pipes?) valve_box big_pipe huge_pipe underground_pipe
    linea_(\\w+_)?de_agua tubo_del_agua matriz (tuberia|tubo|cano)_(principal|madre|maestra|de_agua)
    tubo_madre acueducto tubo_de_agua main_de_agua (public|street)_pipe (tuberia|tubo)_de_la_ciudad
    toma_de_agua
    """
)
PIPE = concept(MAIN, "pipes? tuberias? tubos? canos? caneria*")
HYDRANT = concept(
    "(fire_)?hydrants? fire_?plug hidrantes? boca_de_incendios? "
    "toma_de_bomberos red_thing cosa_roja"
)
BREAKS = concept(
    """
    clip* break breaks broke broken breaking brake burst* busted bust ruptur* exploded blew crack*
    hit let_go popped sheared collaps* opened_up split snapped severed cut dug_(into|up) struck
    fail* rotura rot[oa]s? averiad[oa] rompio romper rompieron revent* explot* estall* le_dieron
    dimos quebr* part(io|ida|ieron) pegaron
    """
)
GUSH = concept(
    """
    gush* shoot* spray* spewing spews pouring bubbl* geyser* flood*
    coming_(up|out|through|thru|from) comes_(up|out) running_(down|out|across|over|in|into) rushing
    flowing squirt* spout* fountain* wast(ed|ing) leak leaks leaking boiling erupt* like_a_river
    is_a_river blasting jetting blowing_out everywhere welling seeping streaming all_over stream_of
    river_of pooling running shoots spurting cascading a_(ton|lot)_of_water tons_of_water geiser
    salga chorr* brot* fuga* salid* saliendo sale salen a_presion inund* corre corriendo botando
    bota perdiendose derram* desperdici* salidero averia tirando tira riega* regand* escap* fuente
    como_rio es_un_rio borbote* jet_of waterfall springing rising bursting
    """
)
BIG_GUSH = concept(
    """
    old_faithful \\d+_feet into_the_air in_the_air jet_of_water (column|tower|wall)_of_water
    waterfall geyser* gush* shooting shoots shooting_(\\w+_)?up shooting_out fountain spewing
    sinkhole erupt* thousands_of_gallons geiser gallons_of(_\\w+)?_water
    """
)
DRY = concept(
    """
    (it_is|is_so|been)_dry dryday dry_day clean_water clear_water sunny not_rain* agua_limpia
    agua_potable (zero|no)_water_coming nobody_has_rained no_ha_llovido
    """
)
RIVER = concept(
    """
    creek rivers? (like|is|into)_a_(river|lake|creek|pool) lake pond flooded flooding underwater
    under_water (parece|es|como|hecha)(_\\w+)?_(rio|lago|laguna|alberca|piscina) rio inundad[ao]
    running stream soaking soaked bubbling standing_water
    """
)
CAVING = concept(
    """
    sinkhole* washing_away washed_out collaps* cav(ing|ed)_in buckl* lifting lifted sinking hole
    swell* gave_way undermin* heaving washing_out cayendo llevando blew_a_hole opened_up socavon
    hundiendo hundio hundimiento hoyo hueco levantando
    """
)
STREET_THING = concept(
    """
    streets? roads? sidewalks? roadbed lane block driveway intersection pavement asphalt hill calle
    carretera pavimento asfalto acera banqueta entrada
    """
)
INDOORS = concept(
    """
    sinks? kitchen bathroom bathtub faucets? attic ceiling toilets? showers? wall dishwasher
    water_heater washer sprinklers? irrigation pool bill valve_to shut_?off shut_off_my
    under_my_sink turn_off_my credit adjustment insurance flushing pressure_(is_)?low quality wells
    bills park_near rates? hot_tub laundry upstairs crawl_?space my_house_slab air_conditioner
    ac_unit bano cocina lavabo fregadero inodoro ducha regadera rociadores? calentador lavadora
    techo boil_(water|notice|advisory|our|my|the) to_boil
    """
)
RAIN = concept(
    """
    storms? rains? raining rained rainy flash whenever hurricane downpour storm_?drains? rainwater
    lluvias? llueve llovio tormenta huracan aguacero
    """
)
NOT_WATER = concept(
    """
    gas_(line|main|pipe|leak)s? sewer sewage power_?lines? otherline ditch car_wash
    (water|drinking)_fountain hose drenaje alcantarilla aguas_negras
    main_(office|library|number|reason|point|issue) water_?breaks_(and|for|during) lunch
    (heart|back|prison)_break break_down break_(room|even)
    """
)
ADVANCE = concept(
    """
    running_water nothing_comes nothing_is_coming no_(me_)?sale not_coming baja_de scheduled
    schedule replacement_project notices? carta cuando_van maintenance painted flow_test how_many
    fill_(a|my) hydrant_meter color
    """
)
MINE = concept(
    "my_(\\w+_)?(pipe|pipes|faucet|sprinkler|plumbing|line|hose|side) "
    "mi_(tuberia|llave|grifo|manguera)"
)
LIES = (INDOORS, NOT_WATER, ADVANCE)

here = partial(rule, SLUG)

RULES = (
    here(
        concept(
            "water_?mains?_(\\w+_){0,2}?(break|broke|broken|burst|leak*|ruptur*|bust*|blew|flood*) "
            "main_break (hit|cut|broke)_(a|the)_(water_)?main "
            "water_break_(on|at|in|by|near|our) "
            "water_?mains?_(is_|has_|got_|was_)?(hit|gush*|crack*|explod*|brake|split|spew*) "
            "(?<!the_)main_(breaks?|bursts?) main_line_(break|broke|burst) "
            "(burst|broken|busted|ruptured|leaking|cracked)_(water_?)?main"
        ),
        unless=(
            concept("insurance valve shut_?off to_boil boil_(water|notice) after_the"),
            ADVANCE,
        ),
        business=True,
    ),
    here(concept(MAIN, "mains? pipe"), BREAKS, STREET, within=10, across=True, unless=LIES),
    here(
        concept(
            "water_(line|pipe|main)s? city_(water_)?(pipe|line)s? "
            "(public|street)_pipe matriz (tubo|cano)_principal "
            "tuberia_(principal|madre) (linea|tuberia|tubo|main)_del?_agua "
            "tubo_madre (tuberia|tubo)_de_la_ciudad rotura_de_tuberia"
        ),
        BREAKS,
        within=4,
        unless=(*LIES, MINE),
    ),
    here(
        PIPE,
        concept(BREAKS, "leak* gush* spray*"),
        concept(STREET, "city"),
        within=9,
        unless=(*LIES, MINE),
    ),
    here(PIPE, concept(GUSH), STREET, within=9, unless=(*LIES, MINE, RAIN)),
    here(
        HYDRANT,
        concept(
            GUSH,
            "hit hits gote* drip* damaged knock* broke* open opened ran_over "
            "run_over drove crash* bust* sheared smash* damaged choc\\w+ "
            "le_(dio|pego) abiert[oa] tumb*",
            BREAKS,
        ),
        within=9,
        across=True,
        unless=(INDOORS, ADVANCE),
    ),
    here(
        WATER,
        GUSH,
        STREET,
        within=9,
        across=True,
        unless=(*LIES, RAIN, MINE, concept("meter_(fee|read) tap drain")),
    ),
    here(
        WATER,
        concept("bubbl* brota* welling seeping"),
        concept("again otra_vez hole patch next_to"),
        within=9,
        unless=(*LIES, RAIN, MINE),
    ),
    here(MAIN, BIG_GUSH, within=10, unless=LIES),
    here(WATER, GUSH, concept("(out_of|through)_the_(patch|seam|crack)"), within=9, unless=LIES),
    here(WATER, BIG_GUSH, within=7, unless=(*LIES, RAIN)),
    here(
        concept(
            "(huge|massive|major|big|large|giant|serious|bad|enorme|gran)_(water_)?(leak|fuga) "
            "fuga_(de_agua_)?(enorme|grande|grandisima) leak_in_the_(street|road)"
        ),
        concept(STREET, "city"),
        within=9,
        unless=(*LIES, RAIN),
    ),
    here(concept("leak leaking fuga"), WATER, STREET, within=8, unless=(*LIES, RAIN, MINE)),
    here(
        CAVING,
        concept(WATER, PIPE, "geyser fountain fuente"),
        STREET_THING,
        within=10,
        across=True,
        unless=(RAIN, INDOORS, NOT_WATER),
    ),
    here(concept("geyser geiser spring_(just_)?(popped|opened)"), STREET_THING, within=8),
    here(STREET_THING, RIVER, DRY, within=14, across=True, unless=(INDOORS,)),
    here(
        concept(STREET_THING, "curb gutter ground sidewalk grass"),
        concept(RIVER, GUSH),
        DRY,
        within=14,
        across=True,
        unless=(INDOORS,),
    ),
    here(
        concept(
            "(street|road|calle)_(is_|parece_|es_|esta_)?(like_|como_)?(un_|a_|hecha_)?(river|rio)"
        ),
        unless=(RAIN,),
    ),
    here(
        concept(RIVER, GUSH), DRY, concept(STREET, WATER), within=14, across=True, unless=(INDOORS,)
    ),
    here(PIPE, BREAKS, DRY, within=12, across=True, unless=(INDOORS,)),
    here(
        concept(
            "rotura_de_tuberia \\._(fire_)?hydrant_\\. \\._water_main_\\. "
            "\\._hidrante_\\. (?<!the_)geysers? old_faithful like_yellowstone"
        )
    ),
    here(
        concept("backhoe* excavator* crew workers dug digging drilling taladrando contractors?"),
        BIG_GUSH,
        within=12,
        across=True,
        unless=LIES,
    ),
    here(
        concept("(drilling|digging|crew|backhoe|contractors?)~hit_the_main"),
    ),
    here(
        concept("pipe tubo tuberia"),
        BREAKS,
        concept(
            "digging feet_in_the_air in_the_air whoever crew workers contractors? "
            "construction construccion excavator"
        ),
        within=14,
        across=True,
        unless=LIES,
    ),
    here(GUSH, concept("city_side street_side"), within=8, unless=(concept("sewer"),)),
    here(
        concept("streets? roads? pavement asphalt pavimento asfalto"),
        concept("bubbl* burbuj* boiling looks_like_it_is_boiling"),
        within=6,
        unless=(*LIES, RAIN, concept("sewage poop gas")),
    ),
    here(
        concept("(creek|river|lake|pond|stream)_(in|on)_(my|the|our)_(street|road)"), unless=(RAIN,)
    ),
    here(
        concept("no_water no_tenemos_agua no_hay_agua"),
        concept("(outside_)?in_the_(road|street) flooded inundada"),
        within=14,
        across=True,
        unless=(RAIN, INDOORS),
    ),
    here(
        concept("fountain waterfall fuente geyser"),
        STREET_THING,
        within=6,
        unless=(INDOORS, concept("park turned_off")),
    ),
    here(
        concept("crew workers construction (hit|broke|busted)_(something|a|the)"),
        RIVER,
        STREET_THING,
        within=12,
        across=True,
        unless=(RAIN, INDOORS),
    ),
    here(
        concept("wet_spot (soft|mushy|soggy|wet)_(ground|grass|spot|patch)"),
        concept("bubbl* growing bigger gush*"),
        within=9,
        across=True,
        unless=(*LIES, RAIN),
    ),
    here(concept("not_my_(plumbing|pipe|property|water)"), STREET, within=8),
    here(
        concept("(thousands|gallons|miles|litros)_(of|de)_(\\w+_)?(gallons|water|galones|agua)"),
        STREET,
        within=9,
        unless=(*LIES, RAIN),
    ),
    here(CAVING, GUSH, STREET_THING, within=10, across=True, unless=(RAIN, INDOORS)),
    here(
        BREAKS,
        PIPE,
        concept("intersection under_water no_tenemos_agua streets? calle avenida"),
        within=14,
        across=True,
        unless=LIES,
    ),
)
