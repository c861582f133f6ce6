"""Medical equipment without power: what somebody lives by, and the power it lacks."""

from __future__ import annotations

from functools import partial

from bot.emergency.reading import concept
from bot.emergency.rule import rule

SLUG = "medical-equipment-no-power"

EQUIPMENT = concept(
    # Breathing.
    """
    oxygen o2_(machine|concentrator|tank) (on|uses?|needs?|has)_o2 concentrator ventilators?
    on_a_vent (his|her|my|the)_vent respirator c_?pap b_?i_?pap nebulizers? nebuliser trach
    breathing_(machine|treatments?|monitor|tube|device|equipment) (to|helps?~|him|her|me|us)_breathe
    aparato~respirar (sleeps?|duerm\\w+)_with_(a|my|his|her)_machine
    vent(?=_(is_)?(on|battery|alarm)) respir*_con_(una_|la_)?(maquina|aparato) tube_fed
    without_(her|his|my|the)_machine respirar (cant|cannot|couldnt|trouble|can_barely)_breathe
    me_falta_(el_)?aire maquina_de_terapias? short_of_breath on_(a_)?(breathing_)?machines?
    machine~(breath*|respirar) iron_lung sleep_(apnea|machine) apnea suction_machine
    (keep|keeps|keeping)~alive tracheo* asthma inhaler_machine cough_assist air_machine oxigeno
    concentrador ventilador_(mecanico|medico|pulmonar) un_ventilador respirador* asma nebuliza*
    maquina_(de|para|pa|que)~(respirar|oxigeno|respira) maquinita terapias?_respiratorias?
    """,
    # Heart, kidneys, feeding, medicine that must stay cold.
    """
    monitor_(cardiaco|de_apnea) (bebe|baby|nino)~monitor premat* incuba* preemie
    (heart|cardiac|baby_on_a|vitals?)_monitor heart_(pump|machine) lvad assist_device ventricular
    copd emphysema cystic_fibrosis medically_fragile enfisema seizure_monitor pulse_ox\\w+ inhalador
    oxigenador pacemaker_monitor dialyz* dialysis iv_(\\w+_)?pump home_iv
    feeding_(pump|tube|machine) g_?tube iv_pump infusion_pump wound_vac insulin
    (medicine|medication|meds)~(cold|refrigerat\\w+|fridge) insulin_pump dializ* traqueo*
    corazon_artificial maquina_de_succion maquina~vivir dialisis insulina
    bomba_de_(alimentacion|insulina|infusion) sonda marcapasos
    (medicina|medicamento)s?~(fri[ao]|nevera|refrigerador|heladera|refri)
    """,
    # Staying alive and moving.
    """
    life_support medical_(equipment|devices?|machines?|needs?|reasons?|condition|bed|supplies)
    hospital_bed ((air|ulcer|pressure|sore)_mattress) hospice
    (electric|power|motorized)_(wheel_?)?chair mobility_scooter wheelchair
    (chair|stair|hoyer|patient|bed)_?lift home_health quadriplegic paralyzed bedridden hospicio
    soporte_vital (equipos?|aparatos?|maquina)_medic[oa]s? cama_de_hospital
    (paciente|enfermo)_encamad[oa] silla_(de_ruedas_)?electrica silla_de_ruedas
    cama_(electrica|clinica) conectad[oa]_a
    """,
)
_POWER = "(power|powers|electric|electricity|electrical|lights?|current|juice|lectric)"
_LUZ = "(luz|electricidad|corriente|energia|luces)"
NO_POWER = concept(
    f"{_POWER}(_\\w+){{0,3}}?_(out|off|gone|cut|down|dead|died|quit|stopped|failed|failure|went|back)",
    f"(off|out|quit|died|stopped|down)(_\\w+){{0,2}}_{_POWER}",
    f"(no|without|lost|lose|losing|out_of|need|needs|wheres|have|any|w_o|zero)_(\\w+_)?{_POWER}",
    f"(cut|cuts|shut|took|killed)_(\\w+_){{0,2}}{_POWER} nothing_to_plug* plugged_in_and_there",
    f"(aint|dont|havent)~{_POWER} turn_(\\w+_){{0,3}}?on",
    """
    last_tank without_(his|her|my)_oxygen everything~died getting_warm days?_dark
    (horas|dias)_sin_(nevera|nada)
    (everything|todo|elevators?)~(is|are|esta)_(dead|out|off|muerto|apagado)
    (is|are|all|went|goes|todo)_dark still_dark (has|have)_no_current hurry~(lights?|power)
    (power|lights?|electricity)_(\\w+_)?(flicker*|blink*|on_and_off)
    service(_\\w+){0,3}?_(off|cut|down) power_failure in_the_dark went_dark pitch_black outages?
    blackout disconnect* (shut|turn|cut)(ting|ing|ed)?_(\\w+_){0,3}?off knocked_out we_are_out
    everybody_is_out everyone_is_out is_out nothing_is_on eta
    batter(y|ies)(_\\w+){0,5}_(low|dying|dead|gone|left|out|die|empty|beeping|last*|about)
    (dying|dead|low|backup)_batter(y|ies) on_batter(y|ies) running_(low|out)
    (left|minutes|hours?|mins)(_of|_on)(_\\w+){0,2}_batter(y|ies) \\d+_(percent|minutes)_left
    """,
    f"sin_{_LUZ} se_(\\w+_)?(fue|va|fueron|iria|ha_ido)_(la_|las_)?{_LUZ} {_LUZ}_se_(me_|nos_)?fue",
    f"(necesit|requier)\\w+~{_LUZ} (quit|cort|apag)\\w+_(la_)?{_LUZ} sin_su_aparato",
    "se_(me_|nos_)?apago(_todo)? todo_se_apago",
    f"no_(hay|tengo|tenemos|llega|viene|ha_llegado|regresa|vuelve)_(\\w+_)?{_LUZ} falta_de_{_LUZ}",
    f"(quit|cort)(o|aron|en|an|ar)_(la_)?{_LUZ} {_LUZ}~(cortad[ao]|cortaron|apagada)",
    "(power|lights?|electric*)_(\\w+_)?(restored|restoring|back) "
    "(llega|viene|regresa|vuelve|viene)_la_(luz|corriente)",
    "apagon cortaron corten cortan cortar bateria* nos_quedamos_a_oscuras a_oscuras",
)
FAILED = concept(
    """
    stopped died dead wont_work wont_turn_on not_working isnt_working doesnt_work keeps?_dying quit
    off on_batter(y|ies) shut_(off|down) cuts_out went_off is_off is_down useless alarming
    depend*_on_(power|electricity) needs?_(power|electric*|to_be_plugged) no_funciona se_apago
    no_prende dejo_de_funcionar no_sirve
    """
)
PROGRAMME = concept(
    """
    register registration registry sign_(\\w+_)?up enroll* programs? discounts? brochure programa
    registro inscrib* descuentos? insurance prepare preparing in_case_of emergency_plan
    if_(the_|my_|our_|we_)?(power|electricity|lights|lose|lost)(_power)?~(goes|went|were|should|fails?)
    (medical|priority|your)_list is_there_a_list charging_station necessity_form medical_necessity
    medical_priority get_their_power_back_first si_se_(va|fuera|llega) how_do_i_(apply|qualify)
    outage_list should_put seguro_medico lista_(medica|de_prioridad) formulario put_my_address
    shelter do_you_have if_(there_is|theres)_(an?_)?(outage|hurricane|storm|blackout)
    before_(the|a)_(storm|hurricane)
    """
)
"""Asked ahead of time: the article's person answers that, not an alarm."""
FAN = concept("(bathroom|ceiling|attic|exhaust)_ventilat* fan techo oxygen_sensor car warranty")

MACHINE = concept(
    "(his|her|my|the|our|their|su)_(machines?|tank|pump|monitor|maquina|aparato|tanque|bomba) "
    "maquina_de_\\w+ tanque(?!_de_gas) (aparato|tanque)_de_(mi|la|el) "
    "patients? nurse_here home_health residents paciente enfermera"
)
"""Said of medical equipment by people who have no other in mind."""
OTHER_MACHINE = concept(
    "washing well_pump sump pool gas_tank fish ice coffee vending lavar "
    "lavadora pecera bomba_de_agua"
)
FIRST_IN_LINE = concept(
    """
    (medical|priority|your|the|a|special)_list special_needs medical_(priority|necessity)
    (power|lights?)_back_first first_priority prioriti[sz]e priority (doctor|dr)~(letter|note|wrote)
    must_keep (carta|nota)~(doctor|medico) lista prioridad primero dependen_de
    """
)
"""People who live by equipment and ask to be put first: a person answers them at once."""
DEPENDENT = concept(
    EQUIPMENT,
    "equipos?_medicos? maquinas?_medicas? medical_devices? life_depends",
)
PAPERWORK = concept(
    "regist* apunt[oa]* anot[oa]* sign_(\\w+_)?up enroll* inscrib* forms? formulario program* "
    "discounts? insurance brochure rebate voter parking tow surge job "
    "senior"
)

here = partial(rule, SLUG, business=True)

RULES = (
    here(EQUIPMENT, NO_POWER, within=24, unless=(PROGRAMME, FAN), across=True),
    here(EQUIPMENT, FAILED, within=5, unless=(PROGRAMME, FAN), across=True),
    here(
        EQUIPMENT,
        concept(_POWER, _LUZ),
        within=20,
        across=True,
        unless=(
            PROGRAMME,
            FAN,
            concept(
                "how_much bills? cost use(s|n)?~electric* uses_a_lot high usage gasta* consume*"
            ),
        ),
    ),
    here(MACHINE, NO_POWER, within=14, unless=(PROGRAMME, FAN, OTHER_MACHINE), across=True),
    here(DEPENDENT, FIRST_IN_LINE, within=14, unless=(PAPERWORK, FAN), across=True),
    here(concept("medical_priority"), unless=(PAPERWORK, FAN)),
    here(
        concept("special_needs doctor medico"),
        concept("list lista letter carta"),
        concept("electric* power outages? luz"),
        within=12,
        unless=(PAPERWORK,),
    ),
    here(concept("list lista"), concept("depend*"), concept("electric* power luz"), within=14),
    here(
        concept("(cant|cannot|couldnt|no_puede)~(breathe|respirar) life_depends"),
        concept(NO_POWER, "dead off stopped plug plugged apagad*"),
        within=14,
        across=True,
        unless=(concept("smoke smell* bill"),),
    ),
    here(concept("medical_emergency emergencia_medica"), NO_POWER, within=15, across=True),
)
