"""Gas: its smell, the eggs it smells of, its hiss, a leak by name, a pipe that was hit."""

from __future__ import annotations

from functools import partial

from bot.emergency.reading import concept
from bot.emergency.rule import rule
from bot.emergency.senses import HISS, HOME, SMELL

SLUG = "gas-leak"

GAS = concept("gas gassy gases butane lpg? propane propano natural_gas gas_natural")
LEAK = concept(
    """
    leak leaks leaking leaked escap[ei]* coming_(out|from|through|into|up) seeping venting
    in_the_air en_el_aire blowing pouring_out spewing left_on filling full_of filled_with fills_with
    fug(a|as|uita) escap[ao]* fugando perdida se_sale sale salen saliendo goteando yendo botando
    tirando soltando se_esta_saliendo regando se_riega llen[oa]_de
    """
)
PIPE = concept(
    """
    yellow_(pipe|line) gas_(\\w+_)?(lines?|mains?|pipes?|meters?|valve|tank|riser|regulator|hose)
    propane_tank
    (linea|tuberia|tubo|medidor|metro|llave|cano|contador|tanque|manguera|toma|cilindro|tambo|bombona|pipa|balon|regulador)~gas
    """
)
DAMAGED = concept(
    """
    hit hits cut struck ruptur* broke broken burst bust* sever* punctur* damag* exploded hole_in
    apart bubbling loose collapsed snapped crack* ran_(over|into) run_over slammed knocked dug nick*
    rip ripped crush* clip* torn leaning backed_into drove_(into|over) crashed smashed bent hissing
    whistling blowing whoosh* rot[oa]s? romp\\w+ golp\\w+ danad[oa]* choc\\w+
    le_(dio|dieron|dimos|di|pego|pegaron|pegamos) quebr* perfor* aplast* arranc* picaron cortaron
    """
)
DAMAGED_THE_GAS = concept(
    """
    (hit|cut|struck|ruptured|severed|broke|nicked|clipped|busted)_(the_|a_|our_|my_)?(gas|propane)
    (rompi\\w+|rot[oa]|golpe\\w+|picaron|pegaron_a)_(el_|la_|un_|una_)?(\\w+_del?_)?gas
    """
)
EGGS = concept(
    """
    (rotten|bad|spoiled|boiled|old|dead|nasty)_eggs? cabbage huevo_pasado eggs? eggy sulfur sulphur
    sulfuric mercaptan rotten_(smell|odor|stench) smell_they_put skunk* huevos? azufre podrido
    """
)
EGGS_ELSEWHERE = concept(
    """
    (tap|hot(?!_water_(tank|heater))|cold|drinking|city|sink|shower|well|the|our|my|faucet)_water(?!_heater)
    agua trash garbage cart bin landfill dump pond lake refrigerator fridge breakfast eggs_for
    why_does basura nevera sewer sewage poop dead_(animal|rat) skunk(s)?_(in|under|lives|family)
    (dog|cat|baby|breath)_(\\w+_)?(smells?|farts?)
    """
)
DIGGING = concept(
    """
    backhoe excavator digging dug digger escarb* cavando cave zanja post_hole trencher shovel drill*
    auger contractors? crew workers construction fiber guys excavadora retroexcavadora excavando
    obra trabajadores cuadrilla mower
    """
)
STRUCK = concept(
    "pegue pegamos pego hit nicked cut struck clipped busted broke something_hit pegaron rompieron"
)
METER = concept("(pipe|thing|box)~dial meters? medidor contador")
BURNER = concept(
    """
    stove stovetop oven furnace burners? pilot_?(light)? range cooktop knobs? water_heater heater
    dryer fireplace boiler appliances? estufa horno hornillas? hornilla calentador piloto
    calefaccion perilla cocina_de_gas
    """
)
OUT = concept(
    """
    wont_light not_lit unlit didnt_light wouldnt_light doesnt_light blew_out went_out left_on
    on_all_(night|day) turned~on by_accident accidentally was_on se_apago prendida abierta no_prende
    quedo_abierta dejo_abierta deje_abierta se_me_olvido
    """
)
BAD_SMELL = concept(
    """
    (bad|weird|funny|strange|strong|horrible|awful|terrible|chemical|odd|nasty)_(smell|odor) tufo
    huela_feo
    smells?_(funny|weird|bad|terrible|awful|strange|strong|horrible|off|like_gas|something|really)
    (i|we|can|still)_smell_(it|something) it_stinks stinks? reeks stink now_it_smells
    (house|apartment|place|trailer|room|home|building|kitchen)_(now_)?(smells|stinks|reeks)
    (smells|stinks)_now now_\\w+_(\\w+_)?smells apesta* hiede huele_(feo|mal|raro|horrible|fuerte)
    olor_(feo|raro|fuerte|extrano) and_(it_)?smells
    """
)
KITCHEN = concept("food cooking cook clean delicious burning burnt burned plastic quemado comida")
ASKED = concept(
    "gets?_put_in(to)? le_ponen (un|como_un)_horno what_does why_(does|do|is) odorless "
    "gas_(powered|grill_allowed|can_go) lawn_?mower smell_of_money"
)
FIGURE = concept(
    "yall you_(all|are|guys|people)? he_is they_are mayor commission city_hall politicians?"
)
SICK_THERE = concept(
    "passed_out dizzy headaches? nauseous faint fainted sick cant_breathe mareo maread[oa]s?"
)
NO_FLAME = concept("(without|no|sin)_(the_|a_|any_)?(flame|fire|fuego|llama) unlit not_lit left_on")
RELIGHT = concept("relight how_do_i (can|could)_(you|someone) food cook* burned")
KNOB = concept("knobs? burners? stove range oven perilla hornilla")
FLEE = concept(
    """
    go_(back_)?in(side)? get_out evacuate leave_the_(house|building|apartment)
    is_it_(safe|dangerous) should_(we|i)_(leave|get|go) nos_salimos salimos salir es_peligroso
    """
)
SURVEY = concept(
    "leak_(detector|detection|survey|history|statistics|insurance) checks?_for detecting"
)
BUILDERS_WATER = concept("water_(pipe|line|main|hose) toilet snake cat sewer")

here = partial(rule, SLUG)

RULES = (
    here(SMELL, GAS, within=18, unless=(ASKED,)),
    here(SMELL, EGGS, within=10, unless=(EGGS_ELSEWHERE,)),
    here(GAS, LEAK, within=4, unless=(SURVEY, FIGURE, concept("gas_tank exhaust tank"))),
    here(
        concept("gas_leak(s|ing)? leak(ing)?_(of_)?gas fug(a|uita)_de_gas escape_de_gas"),
        unless=(SURVEY,),
    ),
    here(GAS, concept("fugas? leak leaking leaks escap*"), within=8, unless=(SURVEY,)),
    here(PIPE, DAMAGED, within=7),
    here(
        PIPE,
        concept("left_on left_open abiert[oa] open wide_open"),
        within=4,
        unless=(concept("open_an_account office"),),
    ),
    here(GAS, SMELL, within=12, across=True, unless=(ASKED, concept("exhaust trash garbage"))),
    here(
        BURNER,
        concept("leak leaking leaks fuga"),
        within=8,
        unless=(BUILDERS_WATER, concept("water ac_unit roof refrigerant oil")),
    ),
    here(concept("burners? stove oven hornillas? estufa"), NO_FLAME, within=9, unless=(RELIGHT,)),
    here(
        concept("dug digging digger excavando backhoe"),
        SMELL,
        within=14,
        unless=(EGGS_ELSEWHERE, concept("dogs? grave animal")),
    ),
    here(DAMAGED_THE_GAS, within=0, unless=(concept("cut_(off_)?(my|the|our)_gas"),)),
    here(DIGGING, SMELL, STRUCK, within=14),
    here(DIGGING, HISS, STRUCK, within=14),
    here(
        HISS,
        concept(GAS, METER, BURNER, SMELL, LEAK, "pipe tubo tuberia"),
        within=12,
        unless=(BUILDERS_WATER,),
    ),
    here(METER, LEAK, SMELL, within=12),
    here(PIPE, HISS, within=14, across=True, unless=(BUILDERS_WATER,)),
    here(
        concept("tuberia tubo pipes? tank tanque"),
        concept("nois(e|es|y) sounds? ruid(o|ito)s? sonido hiss*"),
        BAD_SMELL,
        within=12,
        unless=(BUILDERS_WATER, EGGS_ELSEWHERE, concept("drains? toilets? inodoro")),
    ),
    here(
        BAD_SMELL,
        concept("(people|someone|guys?|gente|alguien)~(smoking|fumando) lighter cigarettes?"),
        within=14,
        across=True,
        unless=(KITCHEN, EGGS_ELSEWHERE, concept("smell* weed smell* cigarettes? of_smoke")),
    ),
    here(
        BAD_SMELL,
        concept("(eyes|throat)~(burn*|water*|sting*) arden_los_ojos", SICK_THERE),
        concept(BURNER, HOME),
        within=14,
        across=True,
        unless=(EGGS_ELSEWHERE, concept("sewage sewer toilet drenaje paint* mold bleach")),
    ),
    here(METER, BAD_SMELL, within=10, across=True),
    here(
        GAS,
        concept("hear i_hear escucho se_oye se_escucha sound noise ruido sonido"),
        within=7,
        unless=(concept("truck car mower generator station"),),
    ),
    here(BURNER, BAD_SMELL, within=14, across=True, unless=(KITCHEN, EGGS_ELSEWHERE)),
    here(BURNER, OUT, SICK_THERE, within=14, across=True),
    here(
        GAS,
        SICK_THERE,
        concept(BURNER, "house apartment casa"),
        within=14,
        unless=(concept("bill price rate"),),
    ),
    here(
        concept("gas"),
        OUT,
        concept("stove burner oven knob estufa hornilla perilla"),
        within=8,
        unless=(concept("relight how_do_i"),),
    ),
    here(
        concept(
            "gas_?emergency smell*_(\\w+_)?like_an?_gasbusiness emergencia_de_gas "
            "olor_a_gas gas_smell gas_odor"
        ),
        unless=(ASKED,),
    ),
    here(SMELL, BURNER, within=7, unless=(KITCHEN, EGGS_ELSEWHERE, ASKED)),
    here(KNOB, LEAK, within=9, unless=(BUILDERS_WATER, concept("water bill"))),
    here(
        concept(
            "(whole|entire|toda_la|todo_el)_(block|street|building|hallway|house|cuadra|edificio)_(stinks|smells|reeks|apesta|huele)"
        ),
        unless=(EGGS_ELSEWHERE, KITCHEN),
    ),
    here(
        concept(KNOB, "stove estufa pilot"),
        concept("(cant|cannot|can_barely|hard_to|no_puedo|no_se_puede)_(breathe|respirar)"),
        within=16,
        across=True,
        unless=(KITCHEN,),
    ),
    here(concept("gas_(is_)?(still_)?on"), NO_FLAME, within=8),
    here(concept("fugas? escape"), SMELL, within=9, unless=(concept("agua water"),)),
    here(
        concept("(gas|propane)_(alarm|detector|sensor)s? (alarma|detector)_de_gas"),
        concept("going went goes beep* sounding suena* sonando says red pita*"),
        within=6,
    ),
    here(BAD_SMELL, FLEE, within=12, across=True, unless=(EGGS_ELSEWHERE,)),
)
