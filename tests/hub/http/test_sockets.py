"""Frames that are built once: as RFC 6455 wants them, and only where they may be written."""

from collections.abc import Generator

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hub.http.sockets import protocol_of, text_frame


def _parsed(data: bytes) -> Frame:
    reader = StreamReader()
    reader.feed_data(data)
    parsing: Generator[None, None, Frame] = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    frame: Frame = done.value.value
    return frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_of_any_size(size: int) -> None:
    frame = _parsed(text_frame("x" * size))
    assert frame.opcode is Opcode.TEXT
    assert frame.fin
    assert bytes(frame.data) == b"x" * size


def test_a_frame_counts_bytes_and_not_characters() -> None:
    assert bytes(_parsed(text_frame("é" * 100)).data).decode() == "é" * 100


def test_another_server_offers_nothing() -> None:
    assert protocol_of({"type": "websocket"}) is None
    assert protocol_of({"type": "websocket", "extensions": {"other": {}}}) is None
