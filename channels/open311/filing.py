"""Reading a filed request: the form of `POST requests` becomes an InboundMessage.

Every rule of GeoReport v2 about the fields is checked here; what breaks one is `Refused`
with the field's name.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote_to_bytes, urlsplit

from channels.open311.answered import read_answers
from channels.open311.answers import Refused
from channels.open311.services import BY_CODE, Service
from hub.ports import Attachment, Author, InboundMessage, Location, Visibility
from hub.ports.messages import clean_text

TEXT_FIELDS = frozenset(
    {"description", "address_string", "address", "status_notes", "service_notice"}
)
"""Names of fields that hold free text, in what is filed and in what is pulled."""

MAX_DESCRIPTION = 4_000
MAX_FIELDS = 200
MAX_MEDIA_URL = 2_000
MAX_MEDIA = 10
_MAX_LENGTHS = {
    "address_string": 1_000,
    "address_id": 200,
    "zipcode": 20,
    "media_url": MAX_MEDIA_URL,
    "email": 200,
    "phone": 64,
    "device_id": 200,
    "account_id": 200,
    "first_name": 120,
    "last_name": 120,
}

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_ATTRIBUTE = re.compile(r"attribute\[([^\]]{1,200})\](?:\[\])?")
_DEGREES = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d*)?|\.\d+)(?:[eE]-?\d{1,3})?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded form: text that every database takes, empty fields left out."""

    fields: Mapping[str, str]
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text_fields: frozenset[str] = TEXT_FIELDS
    """Names in the body that hold free text: an attribute's value may be anything, too."""
    media_urls: tuple[str, ...] = ()
    """The one field that may be given several times; `fields` has the first."""

    def get(self, name: str) -> str | None:
        return self.fields.get(name)


def _decode(encoded: bytes) -> str:
    decoded = unquote_to_bytes(encoded.replace(b"+", b" "))
    try:
        # A lone surrogate that a phone encoded is a mark in a text, not a broken body.
        return clean_text(decoded.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None


def read_form(body: bytes) -> Form:
    """Decode an application/x-www-form-urlencoded body. Raises Refused."""
    fields: dict[str, str] = {}
    attributes: dict[str, list[str]] = {}
    media_urls: list[str] = []
    text_fields = set(TEXT_FIELDS)
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > MAX_FIELDS:
        raise Refused(400, f"The form has more than {MAX_FIELDS} fields.")
    for pair in pairs:
        encoded_name, _, encoded_value = pair.partition(b"=")
        name, value = _decode(encoded_name).strip(), _decode(encoded_value)
        if not value.strip():
            continue
        if (attribute := _ATTRIBUTE.fullmatch(name)) is not None:
            attributes.setdefault(attribute[1], []).append(value)
            text_fields.add(name)
        elif name in ("media_url", "media_url[]"):
            media_urls.append(value)
            fields.setdefault("media_url", value)
        elif fields.setdefault(name, value) != value:
            raise Refused(400, f"{name[:100]} was given twice with different values.")
    return Form(
        fields,
        {name: tuple(values) for name, values in attributes.items()},
        frozenset(text_fields),
        tuple(media_urls),
    )


def without_key(body: bytes) -> bytes:
    """The body as received but for the api_key, which is a secret and no part of a request.

    Bytes beyond ASCII are percent-encoded: a form means the same either way, and not all of
    them are UTF-8 that a reader of the stored body would take.
    """
    kept = b"&".join(
        pair
        for pair in body.split(b"&")
        if unquote_to_bytes(pair.partition(b"=")[0].replace(b"+", b" ")).strip() != b"api_key"
    )
    return _BEYOND_ASCII.sub(lambda match: b"%%%02X" % match[0][0], kept)


def degrees(text: str, limit: float) -> float | None:
    """A WGS84 coordinate of at most `limit` degrees either way, or None."""
    text = text.strip()
    if _DEGREES.fullmatch(text) is None:
        return None
    value = float(text)
    return value if -limit <= value <= limit else None


def address_of_id(address_id: str) -> str:
    """What people are shown of a place that is known by its id alone."""
    return f"Address ID {address_id}"


def _location(form: Form) -> Location:
    latitude = longitude = None
    lat, long = form.get("lat"), form.get("long")
    if (lat is None) != (long is None):
        raise Refused(400, f"{'lat' if lat is None else 'long'} is missing: give both or neither.")
    if lat is not None and long is not None:
        latitude, longitude = degrees(lat, 90), degrees(long, 180)
        if latitude is None:
            raise Refused(400, "lat is not a number from -90 to 90.")
        if longitude is None:
            raise Refused(400, "long is not a number from -180 to 180.")
    address = form.get("address_string")
    address_id = form.get("address_id")
    if address is None and address_id is not None:
        address = address_of_id(address_id.strip())
    if latitude is None and address is None:
        raise Refused(
            400, "A location is missing: give lat and long, address_string or address_id."
        )
    return Location(latitude, longitude, address.strip() if address is not None else None)


def phone_address(phone: str) -> str | None:
    """`+18505550100`, or None where the digits are no complete North American or + number."""
    digits = "".join(character for character in phone if character in "0123456789")
    if phone.strip().startswith("+") and 8 <= len(digits) <= 15:
        return f"+{digits}"
    if len(digits) == 10:
        return f"+1{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return None


def author_of(form: Form, conversation: str) -> Author:
    """Whoever wrote it, by the best address given; without one nobody else ever is, but for
    who filed the same request without one. Raises Refused."""
    names = (form.get("first_name"), form.get("last_name"))
    display_name = " ".join(name.strip() for name in names if name) or None
    email, phone = form.get("email"), form.get("phone")
    if email is not None:
        if _EMAIL.fullmatch(email.strip()) is None:
            raise Refused(400, "email is not an e-mail address.")
        return Author("email", email.strip().lower(), display_name)
    if phone is not None and (number := phone_address(phone)) is not None:
        return Author("phone", number, display_name)
    for name in ("account_id", "device_id"):
        if (value := form.get(name)) is not None:
            return Author("open311", f"{name.removesuffix('_id')}:{value.strip()}", display_name)
    return Author("open311", f"anonymous:{conversation}", display_name)


def web_address(text: str) -> str | None:
    """`text` if it is an http or https address with a host, else None."""
    text = text.strip()
    if any(character.isspace() or not character.isprintable() for character in text):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and host else None


def media(url: str) -> Attachment:
    """The attachment at a media_url; GeoReport does not say its type, its name may."""
    path = urlsplit(url).path
    guessed, _ = mimetypes.guess_type(path)
    return Attachment(url, guessed or "image", path.rsplit("/", 1)[-1] or None)


def check_lengths(form: Form) -> None:
    """Raises Refused for a field that is too long."""
    for name, limit in (*_MAX_LENGTHS.items(), ("description", MAX_DESCRIPTION)):
        given = form.media_urls if name == "media_url" else (form.get(name) or "",)
        if any(len(value) > limit for value in given):
            raise Refused(400, f"{name} is longer than {limit:,} characters.")


def attachments_of(form: Form) -> tuple[Attachment, ...]:
    """What the media_urls name, in order, each once. Raises Refused."""
    urls = [web_address(given) for given in dict.fromkeys(form.media_urls)]
    if len(urls) > MAX_MEDIA:
        raise Refused(400, f"media_url was given more than {MAX_MEDIA} times.")
    if None in urls:
        raise Refused(400, "media_url is not an http or https address.")
    return tuple(media(url) for url in urls if url is not None)


def _service(form: Form) -> Service:
    code = form.get("service_code")
    if code is None:
        raise Refused(400, "service_code is missing.")
    service = BY_CODE.get(code.strip())
    if service is None:
        raise Refused(404, f"service_code {code.strip()[:100]!r} was not found.")
    return service


def read_filing(form: Form, external_id: str, now: datetime) -> tuple[Service, InboundMessage]:
    """The service requested and the message it becomes. Raises Refused.

    Each is its own conversation under `external_id`: two reports from one phone are two
    matters. It is public, since GeoReport lets everyone read requests.
    """
    service = _service(form)
    check_lengths(form)
    description = form.get("description") or ""
    location = _location(form)
    attachments = attachments_of(form)
    context: dict[str, object] = {"service_code": service.code, "service_name": service.name}
    for name in ("email", "phone", "address_id", "zipcode"):
        if (value := form.get(name)) is not None:
            context[name] = value.strip()
    answers, unasked = read_answers(service.code, form.attributes)
    if answers:
        context["attributes"] = answers
    if unasked:
        # What a citizen said is not thrown away, whoever asked for it.
        context["attributes_note"] = f"This service does not ask for: {', '.join(unasked)}"
    return service, InboundMessage(
        external_id=external_id,
        conversation=external_id,
        author=author_of(form, external_id),
        body=description.strip() or service.name,
        sent_at=now,
        visibility=Visibility.PUBLIC,
        subject=f"{service.name} – {location.address}" if location.address else service.name,
        unit=service.unit,
        topic=service.topic,
        skip_bot=True,
        attachments=attachments,
        location=location,
        context=context,
    )
