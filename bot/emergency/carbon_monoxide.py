"""Carbon monoxide: an alarm that sounds, people who feel ill, something burning indoors."""

from __future__ import annotations

from functools import partial

from bot.emergency.reading import concept
from bot.emergency.rule import rule
from bot.emergency.senses import HOME

SLUG = "carbon-monoxide"

MONOXIDE = concept("monoxide carbon_m\\w{3,10}ide carbon_dioxide monoxido carbono")
CO = concept("co2? carbon")
CO_ALARM = concept(
    "co2?_(beeper|alarm|detector|monitor|sensor|meter|thing|machine|reading"
    "|poison*|leak*|levels?|fumes) "
    "(alarm|detector|aparato|alarma)(_de)?_co2? "
    "(says|dice|marca|pone)_co2? co_says carbon_(alarm|detector|thing)"
)
ALARM = concept(
    "smokedetector alarms? detectors? monitor sensor alarma detector the_\\w+_thing_on_the_wall"
)
WALL_ALARM = concept(
    ALARM, "(thing|box|one|machine)~(wall|ceiling|plugs?) aparato cosa_(blanca|en_la_pared)"
)
SOUNDS = concept(
    """
    going goes_off went_off go_off beep* chirp* sounding sounded sounds screaming ringing blaring
    stop stops says reading reads shows high triggered keeps? red set_off evacuate loud ppm woke
    yelling buzzing alerting activated tripped on suena* sono sonando sonar pita* pito pitando
    marca* disparo disparada activo chilla*
    """
)
GET_OUT = concept(
    "evacuate fresh_air get_out leave_(the_)?(house|now|or) evacuen? salgan aire_fresco"
)
READS = concept("(shows?|reads?|reading|says|at|marca|dice)_(a_)?\\d{2,3} \\d{2,3}_(ppm|partes)")
ONLY_ASKED = concept(
    """
    tie_in hook_up hookup transfer_switch connect (isnt|not|hasnt)_(going|gone)_off
    can_(i|you|we)_(run|use|put|have|keep|place|bring|get|buy|plug|safely)
    should_i_(run|put|get|use|buy|install) is_it_(ok|okay|legal|allowed)
    (esta|es)_bien_(si|poner|usar)? esta_bien is_(that|it|this)_(ok|okay|fine|safe) allowed may_i
    what_size how_far never install* how_(do|to)_(i_)?(test|know|change|replace)
    safe_(to|distance|way) rules? legal puedo se_puede permitido rebates? new quieter
    battery_(low|program) low_battery change_the_batter* is_it_safe_to test_(my|the|it|a)
    """
)
EMISSIONS = concept(
    """
    emissions? footprint dioxide_(level|emission)s climate live_in moved? colorado greenhouse tax
    denver carbon_(copy|fiber|neutral|credits?) copia_al_carbon de_bono bonos?
    """
)
ILL = concept(
    """
    dizzy dizziness headaches? head_(hurts?|ache|is_pounding|pounding|aches) heads_(hurt|pounding)
    nauseous nauseated nausea (feels?|feeling|felt|are|got)_(\\w+_)?faint fainted fainting
    me_siento*_mal sick passed_out passing_out vomit* puking throwing_up threw_up light_?headed
    drowsy sleepy confused unconscious weak collapsed woozy pounding_heads?
    acting_(funny|weird|strange) wont_wake wake_up_tired cant_wake loopy groggy feel_funny out_of_it
    como_id[oa] no_reacciona feel_(weird|bad|off|strange|awful) limp unresponsive flu(?!_shot)
    cant_think migraines? slurr* cherry_red borrach[oa]s? intoxic* envenen* maread[oa]s? mareos?
    dol(or|ores)_de_cabeza duele*_la_cabeza nauseas? vomit* desmay* cabeza~explota enferm[oa]s?
    sueno debil* atontad* se_siente*_mal nos_sentimos_mal
    """
)
NOT_ILL = concept(
    "sick_(of|and_tired) is_a_(\\w+_)?headache such_a_headache "
    "headache_(of|with|dealing) gives_me_a_headache "
    "sick_(about|leave|day) sick_to_(my|your) "
    "water_heater_(is_)?(out|cold|broken) rebates?"
)
GENERATOR = concept(
    "generators? genny planta_electrica generador* exhaust motor forklift "
    "planta_de_luz (la|una|su|tiene)_planta planta~(prendida|encendida)"
)
FLAME = concept(
    """
    carbon(?!_(mon|diox|foot|neut|copy|fiber|emis|cred|tax)) propane_(stove|oven|burner) charcoal
    grill* bbq barbecue* hibachi camp_?stove kerosene gas_heat propane_heater smoker fire_?place
    carbon_(prendido|encendido|vegetal) anafres? braseros? parrilla asador fogon lena
    """
)
HEATING = concept(
    """
    gas_logs? furnace heater heat heating boiler gas_stove oven chimney flue wood_?stove
    space_heater calefaccion calentador estufa caldera horno calenton chimenea
    """
)
ENGINE = concept(
    """
    (car|truck|suv|engine|van)_(was_|is_)?(left_)?(running|on|idling)
    (left|leaves?|had|has)~(car|truck|engine)~(running|on)
    (ran|run|running|warm\\w*|start\\w*|idl\\w+)_(up_)?(the|my|a|our|his|her)_(car|truck|suv|engine|mower|motorcycle)
    (car|truck)_in_the_garage running_(car|engine) left_running idling
    (carro|auto|troca|camioneta)_(quedo_|esta_|estaba_|se_quedo_)?(prendid[oa]|encendid[oa])
    motor_encendido
    """
)
INDOORS = concept(
    """
    (in|inside|into|within)(_\\w+){0,2}_(garage|house|home|apartment|apt|bedroom|basement|kitchen)
    (in|inside|into|within)(_\\w+){0,2}_(living_room|room|hallway|hall|closet|unit|trailer|condo)
    (in|inside|into|within)(_\\w+){0,2}_(stairwell|stairway|lobby|office|store|balcony|crawl_?space|shed|van|warehouse|cellar|dorm|church)
    (in|inside|into|within)(_\\w+){0,2}_(motel|hotel|breezeway|attic|camper|rv|cabin|mudroom|den|bathroom|carport|tent|porch|sunroom|laundry)
    indoors inside (garage|porch)_door filling under(_\\w+){0,2}_window
    (outside|by|near|next_to)~window
    (at|by|near|under|next_to|below|pegado|junto|debajo|cerca)~(window|ventana)
    al_(cuarto|apartamento|sotano|garaje) a_la_(casa|sala|cocina) adentro dentro
    (en|a)_(la|el|su|mi|nuestra)_(sala|casa|cocina|cuarto|garaje|apartamento|sotano)
    (en|a)_(la|el|su|mi|nuestra)_(pasillo|recamara|bano|marquesina|garage|comedor|balcon)
    """
)
TOGETHER = concept(
    """
    (we|us)_(are_)?(all|both) all_of_us every(one|body) (all|both)_(\\w+_)?of_us
    whole_(family|house) both_of_us (my|the)_kids family me_and_my andamos todos toda_la_familia
    los_ninos nosotros
    """
)

here = partial(rule, SLUG)

RULES = (
    here(concept(MONOXIDE, CO_ALARM), unless=(ONLY_ASKED, EMISSIONS)),
    here(concept("co2?_(poison*|leak*|fumes|emergency) says_co2?"), unless=(ONLY_ASKED, EMISSIONS)),
    here(
        CO_ALARM,
        concept("going_off screaming blaring sounding wont_stop beeping suena* sonando pita*"),
        within=8,
        unless=(EMISSIONS, concept("chirp* (isnt|not)_going_off battery pilas?")),
    ),
    here(
        concept("ovens? stove horno estufa"),
        concept(
            "(to|for|para)_(heat|warm|calentar|calentarnos)_(\\w+_)?(house|home|apartment|place|casa|apartamento|us)"
        ),
        within=8,
        unless=(ONLY_ASKED,),
    ),
    here(CO, READS, within=4, unless=(EMISSIONS,)),
    here(CO, concept("high levels detected alarm"), within=3, unless=(ONLY_ASKED, EMISSIONS)),
    here(
        concept("detector (thing|box)~(ceiling|wall)"),
        SOUNDS,
        within=6,
        unless=(concept("smokedetector motion leak metal"), ONLY_ASKED),
    ),
    here(
        ILL,
        concept("beep* screaming chirp* pita* chilla*"),
        within=9,
        across=True,
        unless=(NOT_ILL, concept("clock car_alarm heart_monitor meter")),
    ),
    here(
        concept("(4|four|cuatro)_(beeps|pitidos|veces|times|chirps)"),
        concept("beep* chirp* pita* alarm", GET_OUT),
        within=12,
        unless=(concept("(?<!not_the_)smoke"),),
    ),
    here(WALL_ALARM, GET_OUT, within=16),
    here(
        concept("alarms? detectors? alarma"),
        concept("(shows?|reads?|says|dice|marca)_(a_)?(numbers?|\\d+)"),
        within=8,
        unless=(concept("clock price bill"),),
    ),
    here(
        concept("garage"),
        concept("cars? truck motor engine mower motorcycle"),
        concept("on_the_(floor|ground) passed_out unconscious wont_wake cant_wake collapsed"),
        within=18,
        across=True,
    ),
    here(
        concept("detector monitor (co_)?alarm (co_)?meter aparato"),
        READS,
        within=4,
        unless=(concept("electric water bill usage meter_number"),),
    ),
    here(
        ILL,
        ALARM,
        within=9,
        across=True,
        unless=(NOT_ILL, concept("clock car_alarm burglar baby_monitor heart_monitor")),
    ),
    here(
        ILL,
        concept(GENERATOR, FLAME, ENGINE),
        within=14,
        across=True,
        unless=(NOT_ILL, concept("food_poisoning")),
    ),
    here(
        ILL,
        HEATING,
        within=12,
        across=True,
        unless=(
            NOT_ILL,
            concept(
                "heat_(stroke|index|exhaustion|wave) hot_outside no_(ac|heat) bill "
                "smells?_(like_)?(gas|eggs?) in_this_heat the_heat"
            ),
        ),
    ),
    here(
        TOGETHER,
        ILL,
        concept(HEATING, HOME, "woke_up since"),
        within=12,
        unless=(NOT_ILL, concept("water drink* sewage sewer smell* flu stomach bill")),
    ),
    here(
        concept(GENERATOR, FLAME, ENGINE),
        concept("alarms? detector alarma"),
        within=12,
        across=True,
        unless=(concept("car_alarm security"),),
    ),
    here(GENERATOR, INDOORS, within=6, unless=(ONLY_ASKED,)),
    here(
        FLAME, INDOORS, within=6, unless=(ONLY_ASKED, concept("gas_grill lighter burger* cook_out"))
    ),
    here(ENGINE, INDOORS, within=9, unless=(ONLY_ASKED, concept("stolen theft warm_up_my"))),
    here(
        ILL,
        concept("(goes_away|better|fine|ok)_(when|once|if|outside)"),
        HOME,
        within=14,
        unless=(NOT_ILL,),
    ),
    here(
        concept("exhaust fumes humo"),
        INDOORS,
        concept("generators? exhaust car running generador"),
        within=8,
    ),
)
