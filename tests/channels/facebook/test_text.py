"""Long answers in parts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.facebook.text import comparable, length, split

NUMBER = re.compile(r" \(\d+/\d+\)$")


def test_what_fits_is_one_part_as_it_is() -> None:
    assert split("  Hello.\n\nThere.  ", 30) == ("Hello.\n\nThere.",)
    assert split(" \n ", 30) == ()
    assert split("x" * 30, 30) == ("x" * 30,)


def test_breaks_after_sentences() -> None:
    text = "One sentence here. Another one there! And is this the third?"
    assert split(text, 36) == (
        "One sentence here. (1/3)",
        "Another one there! (2/3)",
        "And is this the third? (3/3)",
    )


def test_breaks_at_lines_and_between_words() -> None:
    assert split("a line\nthe other line of words", 16) == (
        "a line (1/4)",
        "the other (2/4)",
        "line of (3/4)",
        "words (4/4)",
    )


def test_a_word_too_long_is_cut() -> None:
    parts = split("w" * 50, 20)
    assert "".join(NUMBER.sub("", part) for part in parts) == "w" * 50
    assert all(len(part) <= 20 for part in parts)


def test_more_than_nine_parts_still_fit() -> None:
    parts = split("word " * 400, 40)
    assert len(parts) > 50
    assert all(len(part) <= 40 for part in parts)
    assert parts[-1].endswith(f"({len(parts)}/{len(parts)})")


@pytest.mark.parametrize(("text", "expected"), [("abc", 3), ("a😀", 3), ("é", 1)])
def test_an_emoji_counts_two(text: str, expected: int) -> None:
    assert length(text) == expected


@given(
    st.text(st.sampled_from("ab .!?\n😀。é\t"), max_size=300),
    st.integers(min_value=14, max_value=60),
)
def test_no_word_is_lost_and_every_part_fits(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(length(part) <= limit for part in parts)
    assert split(text, limit) == parts
    whole = [NUMBER.sub("", part) for part in parts] if len(parts) > 1 else list(parts)
    assert all(whole)
    assert "".join("".join(whole).split()) == "".join(text.split())


def test_white_space_does_not_matter_when_comparing() -> None:
    assert comparable("a  b\n c ") == comparable("a b c")
