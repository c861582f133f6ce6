"""Talk of a danger that is over, elsewhere, owned or owed for, and what makes it present again."""

from __future__ import annotations

from bot.emergency.reading import concept

_MONTH = "(january|february|march|april|may|june|july|august|september|october|november|december)"
_WEEKDAY = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_MADE_GOOD = "(fixed|repaired|replaced|resolved|fine|clear|settled|sealed|restored|capped)"
_KIN = (
    "(he|she|dad|daddy|father|mom|mama|mother|mommy|granny|grandma|grandmother|grandpa|grandfather"
    "|husband|wife|brother|sister|uncle|aunt|papa|pop|papi|mami|abuel[oa]|espos[oa]|padre|madre"
    "|ti[oa]|suegr[oa]|hermano|hermana)"
)
_AFAR = (
    "(miami|orlando|atlanta|jacksonville|tampa|georgia|alabama|texas|maryland|ohio|california"
    "|new_york|pensacola|chicago|houston|mexico|cuba|puerto_rico|north_carolina|louisiana)"
)
_SPOILT = "(fence|carpet|shed|yard|lawn|sod|floors?|fridge|food|tv|mailbox|furniture|rug|roof)"
_HOLE = "(holes?|dips?|bumps?|ruts?|mess|trench|potholes?|hoyos?|huecos?|baches?|zanja|scar|scrape)"

SETTLED = concept(
    # Over, repaired, cleaned up.
    f"""
    (is|was|were|are|been|got|gets|all|its|passed)_(all_|now_|already_)?{_MADE_GOOD}(?!_(by|enough))
    ya_(lo_|la_|los_|las_)?(arreglaron|repararon|recogieron|limpi\\w+|quitaron|cambiaron|taparon)
    ya_(fue|esta|quedo)_(arreglad|reparad|resuelt|limpi)[oa]
    (cleaned|hauled|picked|dried|cleared|mopped)_(it|everything|them|that|all|the_\\w+)_(up|out|off|away)
    (cleaned|hauled|cleared|dried)_(up|off|out|away) all_clear todo_bien passed_(the_)?inspection
    paso_la_inspeccion (been|was|were)_put_back is_been_put
    (back|up)_when_(hurricane|the_hurricane|the_storm) ya_limpie ya_(lo|la|los|las)_recogieron
    rebuilding rewired dijeron_que_todo cleanup_(crew|company|bill)
    """,
    f"last_({_MONTH[1:-1]}|{_WEEKDAY[1:-1]}|night_was) (back|happened)_in_{_MONTH}",
    f"over_the_(holidays|summer|winter) (break|leak|spill|outage)_(from_|on_|last_)?{_WEEKDAY}",
    f"(from|on|del?)_(the_)?({_WEEKDAY[1:-1]}|lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
    "~(is|ya)_(all_)?(fixed|repaired|la_arreglaron|done|over)",
    # Paid for.
    f"""
    reimburs* claims? receipts? adjuster deductible compensat* reclamos? recibos reembols*
    indemniz* who_(replaces|rebuilds|repaves|pays|repairs)_(the|my|our|this|for)_(\\w+_)?{_SPOILT}
    who_pays_(for|the|to) (check|money|paid|payment)_(for|on)_the wants?_proof
    (owes?|paid|pay|paying)_(me|us|for) will_you_pay quien_(me_)?paga me_pag(uen|an|aran)
    (policy|insurance|seguro)~(cover*|cubre|says|pide|owes|wants) sewer_(line_)?insurance cubre_si
    (me_)?danaron (cerca|verja|alfombra)~paga line_coverage
    """,
    # Bought, put up, thrown out.
    """
    bought buying compre compramos comprar (best|right|good)_(spot|place|height)
    where_(can|do|does|should|would|must)_(i|we|you|it|they)_(put|place|hang|mount|install|go|buy|get|keep)
    where_(do|should|does|would)_(the|a|my)_\\w+~(go|be)
    donde_(se_)?(pongo|ponemos|pone|ponen|coloco|instalo|boto|tiro|va|van|cuelgo|consigo|botan)
    (up|high|upstairs|arriba)_or_(down|low|downstairs) arriba_o_abajo expired
    (throw|toss|throwing)_(\\w+_){0,3}?(out|away) get_rid_of (give|hand)s?_(out|away) regalan
    (is|are)_(\\w+)_years_old tiene_(\\w+)_anos how_long_do years_old hay_que_cambiarl[oa]
    (thinking|think)_(of|about)_(getting|buying) selling blue_cart hazardous_waste
    do_you_(take|accept)_(old|dead|used|carbon) basurero does_it_(need|have)_to get_another
    end_of_life ya_vencio vencid[oa] sirve_(tambien_)?para if_it_(breaks|leaks|bursts|fails|falls)
    """,
    # Gas as fuel, not as a leak.
    """
    (cook|cooking|cocinar|cocina)_(with|con)_gas cheaper costs?_less mas_barat[oa]
    (how|como)~(hook|conect*|connect)_(up)? hook_up_(my|a|the|to)
    (switch|convert|change)_(\\w+_){0,3}?(from|to)_(electric|gas|natural_gas) cambiar_de_electrico
    (turned|turn|turning)_(my_|the_)?gas_(back_)?on (poner|ponen|conectan)_el_gas
    """,
    # Roads after works.
    f"""
    left~{_HOLE} leaving_(a|us)_{_HOLE} dej(aron|o)_(un_|una_|mi_|la_)?{_HOLE} repav* pavimenta*
    (main|sewer|line|pipe|gas)_(job|project|work|works|replacement|upgrade) sod redid
    for_the_(new_)?(water_main|main|gas_line|sewer_line|water_line|pipe) torn_up put_in_the_main
    para_la_(nueva_)?tuberia calle_quedo (after|since)_the_(\\w+_)?(job|work|works|project)
    boil_(water_)?(notice|advisory|order) (quit|stop|still)~boiling (ok|okay|safe)_to_drink
    tomar_el_agua hervir hirviendo_el_agua find_out_why
    """,
    # Reported, requested, elsewhere, taught.
    f"""
    reporter journalist periodista reportero newspaper public_records? records?_request foia
    incident_(reports?|logs?) copy_of_(the|a|my) copias?_de(l)? the_report_(for|from) el_reporte
    requesting writing_(a|an)_(story|paper|article|piece) who_can_i_interview interview entrevista*
    (in|en|of|the|ano|del)_20[012]\\d tv_(says|said) (en|por)_la_tele(vision)? on_(the_)?tv saw_on
    read_that did_you_see_(that|the)_video viste_el_video police_report (the|a)_video_of_(a|the)
    i_read (on|over)_facebook {_AFAR}_(airport|sewage|gas|fire|explosion) happen_here pasa_aqui
    glad_we (teach|teaching|train|ensen*)~(kids|children|people|firefighters|us|me)
    firefighters_train troop safety_(talk|class|course|week|meeting) handouts folletos charla
    asking_for_a would_that_happen
    """,
)
"""Said anywhere in a message, it lifts a danger."""

OWN_PART = concept(
    """
    (pipe|tube|conduit|mast|riser)~(wires?|line|lines|power|meter|wall|bent|service) mast riser
    weather_?head service_(mast|pole|entrance) meter_(base|can|box|socket|pan|pipe)
    base_del_medidor (tubo|varilla|cano|mastil|base)~(entra|entran|medidor|cables?|luz|pared) mufa
    acometida varilla where_(the_)?(wires?|lines?|power|electric\\w*)_(go|goes|come|comes)
    donde_entran? (between|from)_the_(pole|transformer)_(and|to) entre_el_(poste|transformador)_y
    del_poste_a after_the_meter despues_del_medidor (if|when)_it_breaks my_property mi_terreno
    """
)
"""What stands between the city's line and the home: an owner's own to mend."""

WHOSE = concept(
    """
    who_(is|are)_(responsible|liable) whose_(\\w+_){0,2}?(is_(it|that|this)|job|responsib\\w+|side)
    (mine|me|my_job|my_responsibility|my_side)_or_(is_it_)?(yours?|you|the_(city|utility)|city|yall)
    (yours?|yall|the_city|city|you|theirs)_or_(is_it_)?(mine|me|my) is_(it|that|this)_mine
    my_responsibility its_mine know_whose (a_quien|me)_(le_)?toca me_corresponde
    (mi[oa]|yo|mi)_o_(de_|a_|es_de_)?(ustedes|la_ciudad|la_compania) (es|son)_mi[oa]s?_o
    (de_|a_)?(ustedes|la_ciudad)_o_(mi[oa]|yo|mi) de_quien_es quien_es_(el_)?responsable
    electrician_(said|says|told|needs|is)~(call|city|you|power|whose|that|meter|yall)
    (my|an|the)_electrician_(says|said|needs|told) hire_an_electrician
    (call|need)_an_electrician_or electricista_(dice|dijo|necesita|pide|o) llamo_a_un_electricista
    do_i_own
    """
)

GONE = concept(
    f"""
    {_KIN}_(\\w+_)?(died|passed(?!_out)) (ya_)?(fallecio|murio|fallecid[oa]) deceased funeral
    (we|i)_(just_)?lost_(her|him|them) (la|lo)_perdimos se_nos_(fue_(el|ayer|la_semana)|murio)
    my_late_\\w+ passed_away went_to_be_with ya_no_esta
    (dad|mom|daddy|mama|husband|wife|he|she|father|mother)_is_gone till_(he|she)_passed
    until_(he|she)_passed
    """
)
ACCOUNT = concept(
    """
    cancel* disconnect account cuenta close cierr[oa] (end|stop|kill)_(the|his|her|service)
    shut_(it_|off_)?off (cut|turn|take|shut)_(\\w+_){0,3}?off (in|to)_my_name a_mi_nombre de_baja
    avisar* cancelo (discount|rate|note|nota) (cortar|quitar|apagar)_(la_)?luz
    needs?_to_(go|be)_off service apart (estate|probate) quiten
    """
)

STORIES = ((SETTLED,), (OWN_PART, WHOSE), (GONE, ACCOUNT))
"""What is over, elsewhere, owned or asked about; all of one told together. PRESENT beats it."""

SAFE = concept(
    # Said outright: nothing is wrong now, nobody is in danger.
    """
    (all|its_all|everything_is)_(good|fine|ok|okay|quiet|clear)_(right_)?now
    (is|its|was|are)_quiet_now nothing_is_(down|wrong|leaking|burning|broken)_(right_)?now
    (power|electricity|lights?)_(is|are)_(fine|ok|okay|good) (power|lights?)_is_still_on
    luz_si_(tenemos|hay|tengo) si_(tenemos|hay|tengo)_luz (ahorita|ahora|por_ahora)_todo_bien
    todo_bien_(gracias|ahorita|por_ahora) si_algun_dia jk_i_mean
    (nobody|no_one|none_of_us)_(here_)?(is_)?on_(a_|any_)?(machines?|oxygen)
    nadie_(aqui_)?(usa|depende_de|esta_con)_(oxigeno|maquinas?) (no|ni)_cables?_caidos
    """,
    # Asked for another day: a list, a form, a newsletter.
    """
    (list|registry|registro|lista|registrar\\w{0,3})~(before|antes|next_(storm|hurricane)|temporada)
    before_the_next_(storm|hurricane) antes_de_la_temporada (hoa|church|our)_newsletter
    just_planning
    where_(do|can|should)_i_(send|mail|bring|fax|turn_in)_(it|this|the_(form|letter|note|paper))
    do_i_get_charged charged_for_(the|a|that)_visit
    """,
    # Other people's lines, alarms and goods.
    """
    phone_line_(is_)?(dead|down|out) burglar_alarm amazon (phone|tablet|laptop)_charger
    dumpster_fire o_line
    """,
)
"""Says that there is no danger now, or that it is not of these; no sign beats it."""

PRESENT = concept(
    # The hour.
    """
    (?<!up_)(?<!off_)(?<!fixed_)(?<!dry_)(?<!fine_)(?<!gone_)(?<!done_)(?<!rebuilding_)(?<!drink_)now(?!_(but_who|what|who|right|were|cooking|the_(power|lights?)_needs?|can|how|that|the_road))
    (?<!_job)_?again tonight right_now currently this_(morning|minute|second|very) today
    at_this_moment as_we_speak happening it_is_back came_back is_back started_back hurry emergency
    still(?!_(no|not|wait\\w{0,9}|being_billed|need|needs|want|wants|owe|owes|pending|hasnt|havent|paying|on_(my|the)_(bill|account)|boil\\w{0,9}|got_the|use|good|open|unpaid|in_effect|dont|on_?$))(?!_on_\\.)(?!_on_\\w+_?\\.)
    just_(fell|hit|happened|started|came|broke|heard|blew|exploded|tore|ripped|knocked|saw|now|burst|popped)
    ahora(?!_(que|si|quien|como)) ahorita hoy (?<!gas_)otra_vez de_nuevo sigue siguen
    todavia(?!_(no|espero|esperando|estoy|me_deben)) ahi_(esta|sigue) esta_manana esta_noche
    aun_(sale|huele|esta) desde_entonces ayudenme urgente
    """,
    # What it does.
    """
    sparks? sparking arcing smoking(?!_(crack|weed|something|dope|that)) hissing hisses whistling
    buzzing(?!_is) crackl* popping gushing gushes shooting bubbling blowing spewing spraying
    leaking pouring flowing overflowing dripping laying lying hanging dangling swinging
    (is|are|its|was)_hot_ burning beeping chirping screaming going_off blaring sounding
    (reads?|says)_\\d+ coming_(up|out|in|down|through) (is|are)_down
    (it|that|this)_(smells|stinks|reeks) (i|we|can|still)_smell
    smells?_(like|burnt|hot|strong|bad|it)
    (everything|kitchen|house|room|hall|hallway|stairwell|apartment|place|yard)_(smells|stinks|reeks)
    (gas|egg|eggs|burn\\w{0,9}|sewage|sulfur)_(smell|odor)_(in|by|at|around|is|behind|near|under)
    there_is_(a_)?(\\w+_)?(smell|odor|gas|smoke|sewage|leak|fire)
    (wires?|lines?|cables?|poles?)_down_(in|across) (wires?|lines?|cables?)_(are_|is_)?across
    (wire|line|cable)_is_(on|across|in)
    (is|are|its|theyre)_(still_)?(on|in|across|over|by)_(the|my|our)_(\\w+_)?(ground|street|road|yard|driveway|sidewalk|grass|truck|car|tub|tubs|shower|hall|hallway|floor|house|basement|roof|fence)
    wont_stop cant_stop keeps?_\\w+ing dizzy headaches? unconscious cant_breathe passed_out
    (shocked|zapped)_(me|my|him|her|us)_(son|daughter|hand)?_?(today|tonight|now) hot_and
    smoke_(coming|is|in|from) all_over_(the|my|our)_(floor|street) running_(down|into|out)
    """,
    """
    chispas chispeando echando_(humo|chispas) huele(?!_feo_,) huelo apesta oliendo
    olor_(a|fuerte)_\\w+_(en|por|desde) silbando pitando pitan sonando suena
    esta_(tirad|caid|caliente|colgand|saliendo|brotand|rebosand|sonando|humea)\\w{0,9}
    estan_(tirad|caid|colgand|en_medio|en_el|en_la)\\w{0,9} esta_(en_el|en_la|en_medio) brota
    brotando saliendo se_salen (esta|estan)_(pegado|sobre|encima)_(de_)? parece_rio mareos?
    maread[oa]s? (nos|me)_duele humo_(sale|saliendo) no_para_de no_deja_de (en_el|al)_suelo
    se_esta_(saliendo|metiendo|quemando)
    """,
    # People who need power now.
    f"""
    (power|lights?|electric\\w{0, 9})_(is|are|was|went|been)_(out|off|cut|gone)
    (we|us|me)_(today|off) is_on_(\\w+_)?(oxygen|a) disconnected_us cut_(us|me)_off se_fue_la_luz
    (nos|me)_cortaron no_hay_luz sin_luz
    """,
)
"""Signs that the danger is here now."""
