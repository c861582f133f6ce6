"""Counting, splitting and comparing X's text."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.x.text import POST_LIMIT, _twitter_text, comparable, split, tidy, unescape, weight

NUMBER = re.compile(r" \((\d+)/(\d+)\)\Z")
ANSWER = (
    "Bulky items are collected once a month. Put them at the kerb by 7 a.m. on your day, away "
    "from cars and trees. See talgov.com/solid-waste for the calendar of your street. "
)


def bare(part: str) -> str:
    return NUMBER.sub("", part)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a b", 3),
        ("talgov.com", 23),
        ("see https://example.org/a/very/long/way?to=a&thing=or+two now", 31),
        ("…", 2),
        ("日本", 4),
        ("👩‍👩‍👧", 2),
        ("e\u0301", 1),
        ("ends here.Then", 14),
    ],
)
def test_weight(text: str, expected: int) -> None:
    assert weight(text) == expected


@given(st.text(alphabet=string.printable, max_size=120))
def test_the_quick_count_is_twitter_texts(text: str) -> None:
    parse_tweet, _ = _twitter_text()
    assert weight(text) == parse_tweet(text).weightedLength


def test_a_short_answer_stays_whole_and_unnumbered() -> None:
    assert split("  Your bin is emptied on Monday. ") == ("Your bin is emptied on Monday.",)


def test_blank_text_is_no_post() -> None:
    assert split(" \n\ufeff") == ()


def test_a_long_answer_breaks_after_sentences_and_is_numbered() -> None:
    parts = split(ANSWER * 3)
    assert [NUMBER.search(part).groups() for part in parts] == [  # type: ignore[union-attr]
        (str(n), str(len(parts))) for n in range(1, len(parts) + 1)
    ]
    assert all(bare(part).endswith((".", "a.m.")) for part in parts)
    assert " ".join(" ".join(map(bare, parts)).split()) == (ANSWER * 3).strip()


def test_paragraphs_within_a_part_are_kept() -> None:
    text = "First line.\n\nSecond line.\n" + "And a good deal more to say about it. " * 10
    assert "First line.\n\nSecond line." in split(text)[0]


def test_ten_and_more_parts_leave_room_for_their_numbers() -> None:
    parts = split("word " * 800)
    assert len(parts) > 10
    assert max(map(weight, parts)) <= POST_LIMIT


TEXTS = st.one_of(
    st.text(max_size=900),
    st.lists(
        st.sampled_from(
            ["Yes.", "talgov.com/x", "water", "https://example.org/" + "a" * 300, "日本語日本語",
             "👩‍👩‍👧‍👦", "🇪🇸🇺🇸", "(850)", "…", "e\u0301" * 30, "x" * 500, "\n\n", "!?", "a.b"]
        ),
        max_size=120,
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_no_part_is_too_long(text: str) -> None:
    for part in split(text):
        assert 0 < weight(part) <= POST_LIMIT


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_no_character_is_lost(text: str) -> None:
    parts = split(text)
    joined = "".join(map(bare, parts)) if len(parts) > 1 else "".join(parts)
    assert "".join(joined.split()) == "".join(tidy(text).split())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet=string.ascii_letters + ",.!?-", min_size=1, max_size=30)))
def test_no_word_is_lost_or_cut(words: list[str]) -> None:
    parts = split(" ".join(words))
    joined = [bare(part) for part in parts] if len(parts) > 1 else list(parts)
    assert " ".join(joined).split() == " ".join(words).split()


def test_unescapes_once() -> None:
    assert unescape("fish &amp; chips &amp;lt; &lt;b&gt; &quot;") == "fish & chips &lt; <b> &quot;"


@pytest.mark.parametrize(
    "returned",
    [
        "@rosa Fish & chips: see talgov.com/x now",
        "@rosa @luis Fish &amp; chips: see https://t.co/abc123 now",
        "Fish &amp; chips:  see https://t.co/abc123\nnow",
    ],
)
def test_what_x_gives_back_compares_equal(returned: str) -> None:
    assert comparable(returned) == comparable("Fish & chips: see talgov.com/x now")


def test_other_words_do_not_compare_equal() -> None:
    assert comparable("Monday (1/2)") != comparable("Monday (2/2)")
