"""What people see, smell, hear and feel of more than one danger, and where."""

from __future__ import annotations

from bot.emergency.reading import concept

SMELL = concept(
    """
    smell* odou?r* stinks? air_in_(my|our|the) detect picking_up taste oliendo olemos siente siento
    percibo vapors? stinking stinky stank stunk stench reek* whiffs? fumes scent aroma huele* huela*
    huelo oler olor* olfatea apesta* hiede* peste tufo hedor
    """
)
HISS = concept(
    """
    hiss* whistl* roar roaring tea_kettle (sounds|sound)_like_(a_)?(jet|air|kettle|steam) whoosh*
    wooshing rushing_(sound|noise) blowing_(sound|noise) loud_air silbido* silba* silvido* chifl*
    siseo (hear|hears|heard)_(it|that)_blowing como_que_sopla soplando
    """
)
SPARK = concept(
    "spark* arcing arced arcs chispa* chispe* chisporrot* cortocircuito "
    "(en_)?corto(_circuito)? hizo_corto"
)
FIRE = concept(
    """
    fire flames? burn burns burning burnt burned glow smoke smokes smoking smokin smoldering
    scorched exploded explodes melt melts melted melting glowing orange_(glow|light|flicker*) blaze
    humito fuego incendi* llamas ardiendo arde quema queman quemand[ao]* quemad[ao]s? quemo humo
    humea* exploto explotado derriti* prendi[oe]_(fuego|solo) se_prendio candela
    """,
    SPARK,
)
NO_REAL_FIRE = concept(
    """
    fire_codes? fire_ants? (smoke|fire)_(testing|test|stations?|trucks?) joy interest fireworks
    fire_pit controlled_burn prescribed_burn burn_(leaves|trash|pile|ban|yard)
    burning_(leaves|trash|question|yard) fire_(up|away)
    smok(e|es|ing)_(crack|weed|dope|something|pot) on_crack smoke_and_mirrors dumpster_fire
    (smoking|fire)_,_bill_is bill_is_(on_fire|\\d+)
    (bill|bills|rates|recibo|factura)_(is|are|esta)_(que_)?(on_fire|arde|smoking) spark_plugs?
    la_cancion bonfire wildfire campfire calories cd fire_stick fired
    """
)
STREET = concept(
    """
    streets? st roads? rd ave blvd avenue roadway ground dirt earth sidewalks? pavement asphalt
    intersection curbs? corner highway hwy lane pkwy parkway cul_de_sac gutter parking_lot median
    right_of_way outside block neighborhood in_front_of hill uphill underground under_water bridge
    hillside embankment bank alley crosswalk blacktop front_yard lawn driveway out_front traffic
    calles? pavimento asfalto banqueta acera anden avenida carretera suelo esquina afuera cuadra
    camino estacionamiento parqueo barrio frente_a enfrente cuneta via_publica calles cuesta_abajo
    """
)
HOME = concept(
    """
    house home apartment apt condo trailer duplex townhouse basement kitchen bathroom bedroom
    living_room hallway attic garage laundry_room room indoors inside building unit porch closet
    casa apartamento cocina bano sala cuarto pasillo edificio garaje sotano departamento
    """
)
VICTIM = concept(
    """
    (my|our|the|a|an|his|her|this|that)_\\w+ i me we us someone somebody people everybody everyone
    he she him her mi_\\w+ nuestr[ao] me nos le les
    """
)
