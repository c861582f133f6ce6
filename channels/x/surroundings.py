"""What comes along with a post or a message: people, pictures, the posts it refers to."""

from __future__ import annotations

from dataclasses import dataclass, field

from channels.x.payloads import Includes, Media, MediaKeys, Person, Post
from hub.ports import Attachment


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All by id, or by media key."""

    people: dict[str, Person] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    @classmethod
    def of(cls, includes: Includes | None) -> Surroundings:
        if includes is None:
            return cls()
        return cls(
            people={person.id: person for person in includes.users or ()},
            media={media.media_key: media for media in includes.media or ()},
            posts={post.id: post for post in includes.tweets or ()},
        )

    def attachments(self, keys: MediaKeys | None) -> tuple[Attachment, ...]:
        """The files that go by `keys`, as far as X says where they are."""
        found = (self.media.get(key) for key in (keys.media_keys if keys else None) or ())
        return tuple(a for media in found if media and (a := _attachment(media)))


def placeholder(attachments: tuple[Attachment, ...]) -> str:
    """What stands for the words of a message that has none."""
    return f"[{attachments[0].media_type}]" if attachments else "[no text]"


def _attachment(media: Media) -> Attachment | None:
    if media.type in ("video", "animated_gif"):
        # A playlist names pieces of the video: it is no file.
        playable = [
            v
            for v in media.variants or ()
            if v.url and "mpegurl" not in (v.content_type or "").lower()
        ]
        best = max(playable, key=lambda variant: variant.bit_rate or 0, default=None)
        if best is not None and best.url:
            return Attachment(url=best.url, media_type="video")
    url = media.url or media.preview_image_url
    return Attachment(url=url, media_type="image") if url else None
