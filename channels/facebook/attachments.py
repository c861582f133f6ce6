"""What a Messenger message carries beside its words."""

from __future__ import annotations

from collections.abc import Iterable

from channels.facebook.payloads import AttachmentPayload, MessageAttachment, TemplateElement
from channels.payload import read_as
from hub.ports import Attachment, Location, MalformedPayload

_NOT_FILES = frozenset({"location", "fallback", "template"})
"""A place, a page that was shared, buttons: their links lead to no file."""
_KINDS = {"reel": "video", "ig_reel": "video", "sticker": "image"} | {
    kind: kind for kind in ("image", "video", "audio")
}
"""What the file of an attachment's type is; any other may be anything."""
_SHARED = frozenset({"fallback", "post", "ig_post", "share"})


def files(attachments: Iterable[MessageAttachment]) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}  # a sticker may come as an image as well
    for each in attachments:
        url = (each.payload.url if each.payload else None) or each.url
        if url and each.type not in _NOT_FILES:
            name = (each.payload.title if each.payload else None) or each.title
            kind = _KINDS.get(each.type or "", "file")
            found.setdefault(url, Attachment(url=url, media_type=kind, name=name))
    return tuple(found.values())


def location(attachments: Iterable[MessageAttachment]) -> Location | None:
    """The first place; None where its degrees are none."""
    for each in attachments:
        place = each.payload.coordinates if each.payload is not None else None
        if place is not None and place.lat is not None and place.long is not None:
            if not (abs(place.lat) <= 90 and abs(place.long) <= 180):  # false for NaN, too
                return None
            return Location(latitude=place.lat, longitude=place.long)
    return None


def in_words(attachments: Iterable[MessageAttachment]) -> str | None:
    """What the thread shows of attachments that came without words."""
    words = dict.fromkeys(_named(each) for each in attachments)
    return " ".join(words) or None


def _named(attachment: MessageAttachment) -> str:
    payload = attachment.payload or AttachmentPayload()
    if attachment.type == "template":
        return _template(attachment, payload)
    if attachment.type in _SHARED:
        # A link that was shared: its title and its address.
        shared = (attachment.title or payload.title, payload.url or attachment.url)
        nothing = "[link]" if attachment.type == "fallback" else f"[{attachment.type}]"
        return " ".join(part for part in shared if part) or nothing
    return "[sticker]" if payload.sticker_id is not None else f"[{attachment.type or 'file'}]"


def _template(attachment: MessageAttachment, payload: AttachmentPayload) -> str:
    said = [payload.text or attachment.title or payload.title]
    products = payload.product.elements if payload.product else None
    for element in payload.elements or products or ():
        try:
            card = read_as(TemplateElement, element)
        except MalformedPayload:
            continue
        said += [card.title, card.subtitle]
    return "\n".join(part for part in said if part) or "[template]"
