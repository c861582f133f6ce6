"""`encode_json` writes what `json.dumps` writes, only sooner."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.db.base import encode_json

_SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
_VALUES = st.recursive(
    _SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4)
)


@given(_VALUES)
def test_it_reads_back_as_it_was(value: Any) -> None:
    assert json.loads(encode_json(value)) == value


def test_text_stays_and_nothing_is_padded() -> None:
    assert encode_json({"a": ["é", 1]}) == '{"a":["é",1]}'


def test_what_is_nested_deeply_or_cut_in_half_is_written_all_the_same() -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    assert json.loads(encode_json(deep)) == deep
    assert encode_json("\ud800") == '"\ud800"'


def test_what_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        encode_json({"n": object()})
