"""Words that say nothing about which matter a message is about, in English and Spanish.

Plain forms: lower case, without accents and apostrophes.
"""

from __future__ import annotations

_ENGLISH = """
a able about above after again against ago ain all almost alone along already also although always
am amp an and another any anybody anymore anyone anything anyway are arent around as asap ask
asked asking at away back bad be became because been before began being below best better between
big both bring but by bye call called calling came can cannot cant check city come comes coming
could couldnt day days dear did didnt do does doesnt doing done dont down due during each either
else email else's end enough especially etc even ever every everybody everyone everything
everywhere far few find fine first fix fixed for found from full fully get gets getting give given
go goes going gone good got great guys had happen happened happening happens hard has hasnt have
havent having he hear hell hello help her here heres hers hey hi him his hope hour hours how
however i id if ill im in info inquiry inside instead into is isnt issue issues it its ive just
keep keeps kind knew know knows last late later least left less let lets like line little live
lived living ll lol long longer look looking looks lot lots lt made make makes making man many
matter may maybe me mean means message might min mine minute minutes miss moment month months more
morning most move much must my myself name near nearly need needs never new news next nice night
no nobody none nor not nothing now number of off often oh ok okay old on once one ones only onto
open or other others our ours out outside over own part past people per person phone place please
plz pls post probably problem problems question quick quite ran rather re read real really reason
report reported reporting reports response right rt run said same saw say saying says second
seconds see seem seems seen send sent service several shall she should shouldnt show side since
sir situation small so some somebody someone something sometimes somewhere soon sorry start
started still stop stopped stuff such sure take taken takes taking talk team tell than thank
thanks that thats the their theirs them then there theres these they theyre thing things think
this those though thought three through till time times to today together told tomorrow tonight
too took total toward towards tried try trying turn turned twice two u under until up update
updates upon ur us use used using usual very via wait waiting want wanted wants was wasnt way we
week weekend weeks well went were werent weve what whatever whats when where wheres whether which
while who whole whos whose why will with within without woke won wont word work worked working
works worse worst would wouldnt wow write wrong yall yeah year years yes yesterday yet you youre
your yours yourself youve
"""
_SPANISH = """
ahi ahora al algo alguien algun alguna algunos alli antes aqui asi aun aunque ayer ayuda ayudar
bien bueno buenas buenos cada casi como con contra cosa cual cuales cualquier cuando cuanto cuanta
cuantas cuantos da dan de decir del desde despues dia dias dice dicen digan donde dos el ella
ellas ellos en entre era es esa ese eso esos esta estaba estado estamos estan estar estas este
esto estos estoy favor fue fueron gracias ha hace hacer hacia haciendo han hasta hay haya hecho
hemos hola hora horas hoy igual ir la las le les lo los luego mal manana mas me media menos mes mi
mientras minutos mis mismo mucha muchas mucho muchos muy nada nadie necesito ni ningun ninguna no
noche nos nosotros nuestra nuestro o otra otras otro otros para pero poco podria por porque
pregunta problema problemas pronto puede pueden puedo pues que quien quiero quisiera reportar
saber sabe saben se sea segun ser si sido siempre sigue siguen sin sino sobre solo son su sus tal
tambien tan tanto tarde te tenemos tener tengo ti tiempo tiene tienen toda todas todavia todo
todos tres tu un una uno unos usted ustedes va vamos van varias varios ver vez veces voy vuelve
vuelva y ya yo
"""
_EVERYWHERE = """
area areas avenue avenida ave barrio block blocks boulevard blvd building calle casa casas city
ciudad community county court ct dr drive edificio ended entire entera entero entrance estates fl
florida hogar home homes house houses intersection lane ln local location neighbor neighborhood
neighborhoods neighbors neighbour neighbourhood neighbours north northeast northwest office east
side south southeast southwest tallahassee tally talgov west pueblo rd region residents road
school sector section st state store street streets subdivision sur norte este oeste town trabajo
vecindad vecindario vecinos vecino whole yard zona zone zip apartment apartments apartamento
complex hospital monday tuesday wednesday thursday friday saturday sunday january february march
april june july august september october november december lunes martes miercoles jueves viernes
sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre am pm est edt noon midnight afternoon evening breaking update alert urgent urgente aviso
"""
_BEFORE_PLACES = "in at near around on by off along en cerca por throughout across"

STOP_WORDS = frozenset((_ENGLISH + _SPANISH).split())
NOT_DISTINCTIVE = frozenset(_EVERYWHERE.split())
"""Said of every place. Inside a phrase of the customer's they may stand."""
BEFORE_PLACES = frozenset(_BEFORE_PLACES.split())
