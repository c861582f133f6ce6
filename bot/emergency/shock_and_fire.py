"""Electricity where it must not be: equipment that burns, and people it went through."""

from __future__ import annotations

from functools import partial

from bot.emergency.context import BILL
from bot.emergency.reading import concept
from bot.emergency.rule import rule
from bot.emergency.senses import FIRE, NO_REAL_FIRE, SMELL, SPARK, VICTIM

SLUG = "electrical-fire-or-shock"

EQUIPMENT = concept(
    """
    outlets? sockets? plugs? plugged breakers? breaker_box panel panels fuse_?box fuses? meters?
    wiring light_switch switch switches transformers? light_fixture substation junction_box
    power_strip surge_protector charger power_button meter_(box|can|base|panel) thermostat
    (green|electrical|electric|underground|utility|power|grey|gray|metal|big)_(box|can|cabinet|thing)
    receptacles? drywall light_socket doorbell air_handler handler alternator conduit
    extension_cord cord ceiling_(light|fan) light_bulb manhole breaker_cabinet cabinet
    where_the_(plug|power|electric)_(is|comes) where_the_(power|electricity)_comes where_you_plug*
    donde_se_enchufa* box_on_the_side
    box~(side|outside|back|wall)~(house|home|building|apartment|trailer) can_on_the_pole enchufes?
    toma_?corrientes? el_toma toma_de_corriente contacto(s)? panel
    caja_(\\w+_)?(breakers?|luz|electrica) caja medidor contador breakers? transformador* apagador*
    interruptor* fusibles? cableado extension subestacion centro_de_carga pastillas cuchillas
    switch
    """
)
POLES = concept(
    "(power|utility|light|electric|telephone)_?poles? poles? postes? palos?_de_(la_)?(luz|esquina)"
)
APPLIANCE = concept(
    "dryer washer dishwasher fridge refrigerator microwave heater ac_unit "
    "air_conditioner tv stove hvac light lights foco techo pared lavadora "
    "secadora nevera estufa abanico ventilador aire_acondicionado lamp "
    "lampara appliance"
)
LIVE = concept(
    EQUIPMENT,
    """
    wires? wiring cables? electrical electric electricity electrico* electrica* cable* alambre*
    lights? lamp wall attic ceiling appliance* dryer washer dishwasher fridge refrigerator microwave
    lavadora secadora nevera pared techo foco bombillo lampara luz ac air_conditioner heater
    """,
)
BURNT_SMELL = concept(
    """
    (burning|burnt|burned|smoky|smoke|electrical|hot_plastic|melting)_(\\w+_)?(smell|odor|stench)
    (smell|smells|smelling|smelled|stinks|odor)~(burn*|smoke|melting|hot_plastic|singed|electrical)
    burning_(plastic|rubber|wires?|wiring) burnt_plastic electrical_smell fishy_smell
    (huele|olor|oler|huelo|apesta)~(quemad*|quemando|humo|chamuscad*)
    """
)
COOKED = concept(
    "food toast cooking dinner oven_clean* trash neighbors?_burn* leaf "
    "leaves wood bbq_smoke exhaust"
)
HOT = concept(
    """
    hot_(to|and|around|when|right|as) (is|are|was|gets?|feels?|getting|super|really|so|very|too)_hot
    (is|are|gets?|feels?|be|getting)_warm warm_to red_hot buzzing humming_and hot_spot growl* rumbl*
    (is|are)_brown brown_and and_warm and_it_is_hot crackl* sizzl* frying friendo friega popping
    zapping_(noise|sound) charred blackened turned_(black|brown) scorch* caliente* rojo_vivo zumba*
    truena tronando negro
    """
)
HOT_ELSEWHERE = concept(
    "water_heater hot_water streetlights? street_light streetlamp "
    "hot_(day|outside|weather) stove ac tankless air_conditioner "
    "(room|house)_is_(so_|too_)?hot meter_readers? summer popping_up "
    "humming_normal"
)
DEATH = concept(
    "electrocut* corrientazo* (dio|da|dan)_(la_)?corriente "
    "pegad[oa]_a(_la_corriente|l_cable|_un_cable) "
    "(recibio|recibi|dio)_(una_)?descarga electrical_shocks? "
    "electric_shocks? descarga_electrica shock_electrico"
)
SHOCK = concept(
    """
    shock shocks shocked shocking zap zapped zaps zapping tingles? tingling tingly jolt jolted
    buzzed electrified electricity_in volts_in (a|little|small)_(buzz|bite|tickle)_(when|from|every)
    bit_me bites_me (getting|got|gets|get)_bit(ten)? live_current
    (current|electricity)_(in|on|through) went_numb goes_numb numb_when
    knocked_(\\w+_){0,3}(back|across|butt|ass|off|feet) me_patea patea
    (get|gets|got)_(a_)?(\\w+_)?(bite|kick)
    (dio|da|dan|dieron|agarro|paso|pego|pega|pasa|recibio|recibi|sentir|siento)~(corriente|toques?)
    (dio|da|dan|dieron|agarro|paso|pego|pega|recibio|recibi|sentir|siento)~(descarga|calambres?)
    tiene_(corriente|electricidad) (dio|da|dan|dieron|pega|pego)~toques? siento_corriente
    me_sacudio paso_corriente agarro_la_corriente
    (dio|da|dan|dieron|paso|pega|pasa)~(electricidad|corrientazo|chispazo|electrico) pasa_corriente
    corrientazo* toques_(electric\\w+|cuando) electricidad_en_el_agua energizad[oa]
    """
)
TOUCHED = concept(
    LIVE,
    """
    touch* grab* pole faucet tap sink shower tub bathtub bath pool water fence washing_machine stove
    metal door doorknob sidewalk manhole machine pump hose ground puddle railing gate handle hot_tub
    spa dock dog cat screwdriver fork knife plug* well_pump plate toc[oa]* toque agarr* llave agua
    ducha regadera bano grifo estufa puerta poste mailbox refrigerador* cerca verja refri porton
    piscina alberca pileta banarme bano bane manija reja bulb bulbs fixture foco
    """,
)
FIGURATIVE = concept(
    BILL,
    """
    hear hearing learn see_how find_out found_out service_was rep agent news meter_readers?
    bit_by~dogs? surprised team no_one how_(much|high|bad|rude|slow) (shocked|surprised)_that
    culture_shock shock_absorber* shock_treatment shock_(therapy|value|chlorine|the_pool|wave)
    nobody that_you thank no_tengo_nada corriente_de_aire static seen no_contest hoa
    """,
)
HARMED = concept(
    """
    not_(talking|moving|breathing|responding|waking)
    (isnt|wont|doesnt)_(moving|talk|wake|move|respond\\w*) unresponsive unconscious
    cant_(get_up|move|let_go) fell_over went_stiff (is|was)_stiff yelped wont_answer not_answering
    thrown_(back|off|across) threw_(me|him|her) tieso inconsciente
    no_(responde|respira|reacciona|habla) no_se_(mueve|puede_levantar|levanta)
    """
)
POKED = concept(
    "(stuck|put|poked|shoved|jammed|stick|metio|mete)~"
    "(something|algo|screwdriver|fork|knife|key|finger|pin|tenedor) "
    "(stuck|put|poked|shoved|jammed|metio)~(clavo|dedo|destornillador|llave|hairpin|paperclip)"
)
BUILDING = concept(
    "house home apartment building kitchen garage attic roof room shed barn trailer unit bedroom"
)
BURNS_DOWN = concept(
    "on_fire is_burning caught_fire in_flames is_smoking full_of_smoke catching_fire"
)
BANG = concept(
    "loud_(boom|bang|pop) big_(boom|bang) boom bang exploded blew explosion exploto trono"
)
LIGHT_GONE_ODD = concept(
    "(every_)?lights?~(bright|brighter|dim|dimmed|flicker*|surge*|flashing|blinking) "
    "surge power_surge "
    "(luces|luz|focos?)~(parpadea*|bajan|suben|baja|sube)"
)
PLUGGED = concept(
    "plug(ged|ging)?(_\\w+){0,4}_in plugged conect[oea]* enchuf[oeé]* unplug* turn_on prend[oí]"
)
TREES_OR_SKY = concept("(power|electric)_?lines? lines tree branch limb street_?lamp overhead")
DARK_LAMP = concept("(foco|bombillo|bombilla|lampara|luz)~(quemo|fundio|fundido) bulb")
ON_HOLD = concept(
    "meter_(maid|fee|read*) otherline hold plugs?_away joy interest solar panel_discussion"
)
FLAMES = concept(
    "fire flames? burning burned smoking smoke explosion exploded fuego "
    "incendi* llamas humo candela ardiendo quemando"
)
NOT_HERE = (NO_REAL_FIRE, ON_HOLD)

here = partial(rule, SLUG)

RULES = (
    here(DEATH, unless=(FIGURATIVE,)),
    here(
        concept("electric(al)?_fires? incendio_electrico fuego_electrico"),
        unless=(concept("cause_of fire_code"),),
    ),
    # Equipment that burns. What hangs or lies in the street is a fallen line.
    here(
        EQUIPMENT,
        FIRE,
        within=9,
        across=True,
        unless=(*NOT_HERE, TREES_OR_SKY, COOKED, DARK_LAMP, concept("transformers?~popping")),
    ),
    here(
        concept("transformers? transformador"),
        FIRE,
        within=16,
        across=True,
        unless=(*NOT_HERE, concept("transformers?~popping")),
    ),
    here(POLES, FLAMES, within=7, across=True, unless=(*NOT_HERE, DARK_LAMP)),
    here(
        APPLIANCE,
        concept("on_fire caught_fire dripping_fire smoking flames catching_fire humo se_prendio"),
        within=6,
        unless=(NO_REAL_FIRE, COOKED),
    ),
    here(SMELL, concept("electrical electric electrico"), concept("burn* burnt quemado"), within=6),
    here(
        concept("wires? wiring cables? cord cables? alambres?"),
        FIRE,
        concept(
            "wall walls inside attic outlet ceiling plastic house box pared casa "
            "enchufe washer dryer fridge lavadora secadora nevera estufa "
            "appliance"
        ),
        within=9,
        unless=NOT_HERE,
    ),
    here(
        SPARK,
        concept(
            PLUGGED,
            "appliance dryer washer microwave lavadora secadora nevera fan light stove lamp",
        ),
        within=9,
        unless=NOT_HERE,
    ),
    here(BURNT_SMELL, LIVE, within=14, across=True, unless=(COOKED,)),
    here(
        concept("smoke smoking burn* humo flames?"),
        LIGHT_GONE_ODD,
        within=14,
        across=True,
        unless=(NO_REAL_FIRE, concept("bulb")),
    ),
    here(BURNT_SMELL, LIGHT_GONE_ODD, within=16, across=True),
    here(concept("burning smoking"), concept("wall attic breaker ceiling"), SMELL, within=10),
    here(
        EQUIPMENT,
        HOT,
        within=8,
        unless=(
            HOT_ELSEWHERE,
            concept("transformers? pole meters?_(is_)?(reading|high) thermostat"),
        ),
    ),
    here(concept("wall pared"), HOT, LIVE, within=8, unless=(HOT_ELSEWHERE,)),
    here(concept("hum* buzz* loud_hum"), concept("smok* burn* humo"), within=6),
    # People and animals it went through.
    here(SHOCK, TOUCHED, within=9, across=True, unless=(FIGURATIVE,)),
    here(
        VICTIM,
        concept(
            "shocks?_(me|us|you|him|her|people|my) "
            "zaps?_(me|us|you|him|her|people|my) "
            "(got|was|were|been|gets?|getting|keeps?)_(\\w+_)?(shocked|zapped|a_shock) "
            "shocked_(me|us|him|her)"
        ),
        within=8,
        unless=(
            FIGURATIVE,
            concept("to_(see|hear|learn|find) by_how at_how when_i_(got|saw|opened)"),
        ),
    ),
    here(
        concept(
            "(got|get|gets|getting|keeps?)_(\\w+_)?(zapped|shocked|electrified) "
            "zapped_(me|him|her|my|us)"
        ),
        unless=(FIGURATIVE,),
    ),
    here(
        concept("wires? wiring"),
        concept("walls? drywall attic ceiling"),
        concept(HOT, "hot smell"),
        within=9,
    ),
    here(
        concept("feel feels felt feeling siento sentimos"),
        concept(
            "a_(buzz|tingle|zap|jolt) "
            "(little|small|slight|weird|tiny|faint)_(buzz|tingle|zap|jolt|prickle|bite|shock)"
        ),
        TOUCHED,
        within=12,
        unless=(FIGURATIVE,),
    ),
    here(
        SHOCK,
        VICTIM,
        concept("washer machine metal water electric electricity volts 220 240 120"),
        within=10,
        unless=(FIGURATIVE,),
    ),
    here(
        concept("electricity current volts? voltage corriente"),
        concept("feel feeling felt tingl* bit_me in_it siento sentir"),
        TOUCHED,
        within=8,
        unless=(FIGURATIVE,),
    ),
    here(
        POKED,
        concept(EQUIPMENT, "wall pared"),
        within=8,
        unless=(concept("how_do_i new_(outlet|panel)"),),
    ),
    here(
        concept("wires? cables? metal plate tapa lid fence cerca", LIVE),
        HARMED,
        within=14,
        across=True,
        unless=(concept("dead_(tree|battery|phone|line) lamp lights?_(is|are)_out"),),
    ),
    here(
        concept("touch* grab* toco agarro"),
        concept(
            "not_moving isnt_moving not_breathing unresponsive wont_wake "
            "not_responding no_responde no_respira no_se_mueve inconsciente "
            "unconscious passed_out on_the_(floor|ground)"
        ),
        within=14,
        across=True,
    ),
    # A building that burns.
    here(BUILDING, BURNS_DOWN, within=3, unless=(concept("hot rent burn"),)),
    here(
        concept(
            "fire_(in|inside|on|at)_(top_of_)?(my|our|the|a|this)_(\\w+_){0,2}(house|home|apartment|wall|garage|attic|kitchen|pole|transformer|meter|box)"
        )
    ),
    here(
        concept(
            "casa_se_(quema|esta_quemando|incendia) incendio_en "
            "fuego_en_(mi|la|el) se_esta_(quemando|incendiando)_(la|mi|el|una)"
        ),
        unless=(concept("dinero factura"),),
    ),
    here(
        BANG,
        concept("flames? smoke smoking on_fire fuego humo llamas"),
        concept(EQUIPMENT, "grey_can pole"),
        within=14,
        across=True,
        unless=(NO_REAL_FIRE,),
    ),
)
