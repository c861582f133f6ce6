"""A customer's text made safe to read."""

from __future__ import annotations

import pytest

from bot.message import MAX_TEXT, is_pleased, readable


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("  my   lights\nare out ", "my lights are out"),
        ("/restart", "restart"),
        (" / //restart", "restart"),
        ("a\x00b", "a b"),
        ("x\ud83dy", "x y"),
        ("\u202eabc\u202c", "abc"),
        ("no\u200b light", "no light"),
        ("¿cuándo?", "¿cuándo?"),
        ("50% off 🔥", "50% off 🔥"),
        ("🔥😡‼️", ""),
        ("//", ""),
        ("…", ""),
        ("", ""),
    ],
)
def test_readable(text: str, read: str) -> None:
    assert readable(text) == read


@pytest.mark.parametrize("length", [MAX_TEXT - 1, MAX_TEXT, MAX_TEXT + 1, 50_000, 150_000])
def test_of_a_long_story_the_start_and_the_end_are_kept(length: int) -> None:
    story = "I begin. " + "x" * length + " So when is my pickup?"
    read = readable(story)
    assert len(read) <= MAX_TEXT
    assert read.startswith("I begin.")
    assert read.endswith("So when is my pickup?")


@pytest.mark.parametrize(
    ("text", "pleased"),
    [("👍", True), ("👍🏾", True), ("❤️ 🙏", True), ("👍" * 50, False), ("😡", False), ("", False),
     ("👍 thanks", False), (" ", False)],
)  # fmt: skip
def test_is_pleased(text: str, pleased: bool) -> None:
    assert is_pleased(text) is pleased
