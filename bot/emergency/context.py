"""Talk in which the words of a danger mean none: what is past, feared, bought or read about."""

from __future__ import annotations

from bot.emergency.reading import concept

NOT_NOW = concept(
    # Past.
    """
    (years?|months?|decades?)_ago last_(week|month|year|summer|winter|spring|fall) used_to
    when_i_was_(a_kid|little|young) back_in_(19|20)\\d\\d (from|in|back_in)_20[012]\\d
    the_other_(day|week) a_while_(ago|back) already_(fixed|repaired|replaced) false_alarm
    did_(great|a_great|good|a_good) (great|good|nice)_job
    thanks?~for_(fixing|repairing|coming|responding|handling|taking)
    (thanks?|gracias|appreciate)~(crew|fixed|repaired|arreglaron|lineman|linemen|workers|guys)
    (crews?|you|they|workers)_(fixed|repaired|replaced)
    (came|came_out|got_out_here)_and_(fix|fixed|repaired|replaced)
    (gracias|thanks?|thank_you)~(recogio|quito|arreglo|picked|removed|fixed) kudos felicidades
    felicit* science_fair scouts? teacher_here para_la_(escuela|tarea) (for|at)_school_project
    watched_(a|an|the)_(show|video|movie|documentary) why_do_(they|people)_say jk just_kidding
    es_broma (it_was|got|is_now|all)_(fixed|repaired|replaced|resolved)
    in_(january|february|march|april|june|july|august|september|october|november|december|spring|summer)
    en_(enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)
    el_(ano|mes)_pasado la_semana_pasada hace_\\w+_(anos?|mes(es)?) falsa_alarma
    ya_(lo|la|los|las)_(arreglaron|repararon) gracias_por_(arreglar|reparar|recoger|venir|haber)
    """,
    # Feared, supposed, or how to keep it away.
    """
    (how|ways?|steps?|tips)~(prevent|avoid) prevent prevention preventing to_avoid
    (how|what)~prepare prepare_for preparing in_case_of hurricane_season
    como~(prevenir|evitar|prevengo|evito) (para|de)_(prevenir|evitar) en_caso_de
    what_(would|will|happens?|should)~happens?_(if|when) what_(would|will)_happen
    afraid_(that_)?(the|a|that|this)_(\\w+_)?(tree|limb|branch|pole)
    (worries|concerned|worry)~(hurricane|storm|fall)
    (could|might|would|going_to|gonna)_(\\w+_)?(take_down|pull)
    """,
    # Learned, read, watched, claimed for.
    """
    (in|on|the|local)_news news_(about|said|story) movies? documentary on_tv tv_show novel
    podcast_about song lyrics video_game pelicula noticias?_(de|sobre|dijo|dijeron) drills? training
    a_class workshop brochure school_project homework for_(a|my)_(paper|class|project) school_report
    my_(kid|son|daughter)_(asked|wants_to_know) just_wondering just_curious hypothetical*
    would_(my|a|an|the)_\\w+ quieren_visitar visitar field_trip what_is_the_\\w+_in
    could_an?_(downed|power|gas|wire|line) curso taller simulacro folleto
    (claim|reimburse*|compensat*|credit|adjustment|damages?)_(for|from|after)
    want_(compensation|reimbursement|a_refund) will_the_city_pay in_(texas|atlanta|ohio)
    (my|the)_(ex|boss|marriage|mood)_(is|was)
    """,
)

AGAIN = concept(
    """
    now again currently tonight this_morning just_(started|happened|came|fell|hit|noticed) today
    came_back is_back still(?!_(not|no|hasnt|havent))
    still_(smell*|leak*|going|coming|down|spark*|smok*|there|on|hanging|laying)
    still_(beep*|flow*|run*|gush*|overflow*|out|have) right_now ahora otra_vez todavia sigue hoy
    de_nuevo ahorita
    """
)
"""Beats NOT_NOW: "you fixed it last week and I smell gas again"."""

BUSINESS = concept(
    """
    (do|does|can|will|would)_(you|the_city|yall|u)(_guys|_all)?~(sell|offer|give|provide|do|check)
    (do|does|can)_(you|the_city|yall|u)(_guys|_all)?~test which_is_better
    (do|does|can|will|would)_(you|the_city|yall|u)(_guys|_all)?~(install|supply|cover|inspect)
    (do|does)_(you|the_city|yall|u)(_guys|_all)?_have fee_(to|for)
    where_(can|do|should)_i_(buy|get|install|place|put|find|pay) how_(often|many|much|deep|tall)
    what_(size|brand) what_(kind|type)_of_(generator|detector|alarm|cord|panel|heater)
    which_(brand|one) rebates? insurance included coverage covered_by who_owns who_pays required
    detectors_for easement permit recommend* on_sale dispose* recycle throw_(it_|them_)?away
    looking_for (want|need|like|going|looking)_to_(buy|install|upgrade|order) schedule_an?
    appointment discounts? replace_my price* precios? donde_(compro|consigo|instalo|puedo_comprar)
    cuanto_(cuesta|cobran|vale|es) venden (re)?galan affects?_my free(?!_standing) gratis
    descuentos? permiso cada_cuanto
    """
)
"""Talk about a thing and not about a danger: bought, owned, priced, inspected."""

BILL = concept(
    """
    bills? prices? rates? costs? fees? charges? balance deposit amount sticker statement facturas?
    recibo cobro cuenta tarifas?
    """
)
