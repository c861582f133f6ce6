"""The citizens a person can be in the sandbox. All invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """One invented citizen, with an identity on every platform."""

    key: str
    name: str
    about: str
    x_id: int
    x_handle: str
    facebook_id: str
    """Page-scoped: the sender of their comments and of their Messenger messages."""
    email: str
    phone: str
    address: str

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2])

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def last_name(self) -> str:
        return self.name.split()[-1]


PERSONAS: tuple[Persona, ...] = (
    Persona(
        key="dolores",
        name="Dolores Whitcomb",
        about="Retired teacher, on a fixed income",
        x_id=1461000000000000101,
        x_handle="dolores_reads",
        facebook_id="7100000000000101",
        email="dolores.whitcomb@example.org",
        phone="850-555-0101",
        address="1200 Magnolia Loop",
    ),
    Persona(
        key="marcus",
        name="Marcus Adeyemi",
        about="Runs a small bakery, up at four",
        x_id=1461000000000000102,
        x_handle="adeyemi_bakes",
        facebook_id="7100000000000102",
        email="marcus.adeyemi@example.org",
        phone="850-555-0102",
        address="48 Flour Mill Row",
    ),
    Persona(
        key="lucia",
        name="Lucía Bermúdez",
        about="Nurse on nights, writes in Spanish too",
        x_id=1461000000000000103,
        x_handle="lucia_nocturna",
        facebook_id="7100000000000103",
        email="lucia.bermudez@example.org",
        phone="850-555-0103",
        address="310 Heron Street, Apt 5",
    ),
    Persona(
        key="wes",
        name="Wes Tillery",
        about="Student, never without an opinion",
        x_id=1461000000000000104,
        x_handle="westillery",
        facebook_id="7100000000000104",
        email="wes.tillery@example.org",
        phone="850-555-0104",
        address="77 Campus View, Room 12",
    ),
)

BY_KEY = {persona.key: persona for persona in PERSONAS}
BY_X_ID = {persona.x_id: persona for persona in PERSONAS}
BY_FACEBOOK_ID = {persona.facebook_id: persona for persona in PERSONAS}
