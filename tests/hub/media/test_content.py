"""A file is what its bytes are."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.content import (
    ENDINGS,
    MAX_NAME,
    media_type_of,
    name_to_save,
    plain_name,
)
from hub.ports import FileRefused
from hub.ports.files import MAX_FILE, MEDIA_TYPES
from tests.hub.media.samples import KEPT, REFUSED, png


def test_every_kept_type_is_known_by_its_content() -> None:
    assert set(KEPT) == set(MEDIA_TYPES) == set(ENDINGS)
    for media_type, samples in KEPT.items():
        for sample in samples:
            assert media_type_of(sample) == media_type


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_else_is_kept(name: str) -> None:
    with pytest.raises(FileRefused):
        media_type_of(REFUSED[name])


def test_the_size_is_capped() -> None:
    picture = png()
    assert media_type_of(picture + bytes(MAX_FILE - len(picture))) == "image/png"
    with pytest.raises(FileRefused, match="too large"):
        media_type_of(picture + bytes(MAX_FILE - len(picture) + 1))


@given(st.binary(max_size=400))
def test_any_bytes_are_of_a_kept_type_or_refused(content: bytes) -> None:
    with contextlib.suppress(FileRefused):
        assert media_type_of(content) in MEDIA_TYPES


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (None, None),
        ("", None),
        ("...", None),
        ("photo.jpg", "photo.jpg"),
        ("C:\\Users\\rosa\\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie_ x"),
        ('"; filename="evil.exe', "_; filename=_evil.exe"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("Straße 1 – Müll.png", "Straße 1 – Müll.png"),
        ("x" * 300 + ".png", "x" * (MAX_NAME - 4) + ".png"),
    ],
)
def test_names_lose_what_is_not_a_name(given: str | None, plain: str | None) -> None:
    assert plain_name(given) == plain


@pytest.mark.parametrize(
    ("name", "media_type", "saved"),
    [
        ("photo.jpg", "image/jpeg", "photo.jpg"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo.jpg.exe", "image/jpeg", "photo.jpg"),
        ("page.html", "application/pdf", "page.pdf"),
        ("lamp", "image/png", "lamp.png"),
        (None, "video/quicktime", "message-1-1.mov"),
        (".png", "image/png", "png.png"),
    ],
)
def test_a_saved_file_ends_as_its_content_does(
    name: str | None, media_type: str, saved: str
) -> None:
    assert name_to_save(name, media_type, "message-1-1") == saved


@given(st.text(max_size=200), st.sampled_from(sorted(MEDIA_TYPES)))
def test_any_name_can_be_saved(name: str, media_type: str) -> None:
    saved = name_to_save(name, media_type, "file")
    assert saved.lower().endswith((ENDINGS[media_type], ".jpeg", ".m4v"))
    assert len(saved) <= MAX_NAME + 5
    assert not set(saved) & set('<>:"/\\|?*%\r\n\x00')
    assert name_to_save(saved, media_type, "file") == saved
