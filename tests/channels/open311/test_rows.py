"""Reading answers of remote endpoints: the recorded samples, and worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.open311.pulled import read_request
from channels.open311.rows import NotRows, error_text, read_rows
from hub.ports import Ignored, InboundMessage, Unreadable, Visibility
from tests.channels.open311.fakes import NOW, account

SAMPLES = [
    "geo_report_v2_requests.normalised.json",
    "geo_report_v2_requests.spec.txt",
    "geo_report_v2_requests.xml",
]


@pytest.mark.parametrize("name", SAMPLES)
def test_recorded_requests(shared: Path, name: str) -> None:
    rows = read_rows((shared / "fixtures" / "open311" / name).read_bytes())
    assert [row["service_request_id"] for row in rows] == ["638344", "638349"]
    assert {row["service_code"] for row in rows} == {"006"}
    messages = [read_request(row, account(), NOW) for row in rows]
    first, second = messages
    assert isinstance(first, InboundMessage)
    assert isinstance(second, InboundMessage)
    assert first.external_id == "request:638344"
    assert first.sent_at.isoformat() == "2010-04-14T14:37:38+00:00"
    assert first.body == "Sidewalk and Curb Issues"
    assert first.location is not None
    assert first.location.latitude == 37.762221815
    assert first.location.address == "8TH AVE and JUDAH ST"
    assert first.attachments[0].url == "http://city.gov.s3.amazonaws.com/requests/media/638344.jpg"
    assert first.attachments[0].media_type == "image/jpeg"
    assert first.context["status"] == "closed"
    assert first.context["status_notes"] == "Duplicate request."
    assert first.context["zipcode"] == "94122"
    assert second.context["status"] == "open"


def test_the_recorded_samples_say_the_same(shared: Path) -> None:
    def items(name: str) -> list[object]:
        rows = read_rows((shared / "fixtures" / "open311" / name).read_bytes())
        return [read_request(row, account(), NOW) for row in rows]

    first, *others = [items(name) for name in SAMPLES]
    assert all(other == first for other in others)


def test_recorded_services(shared: Path) -> None:
    path = shared / "fixtures" / "open311" / "geo_report_v2_services.xml"
    rows = read_rows(path.read_bytes())
    assert [row["service_code"] for row in rows] == ["001", "002", "003"]


@pytest.mark.parametrize(
    "body",
    [
        b'[{"service_request_id": 12}]',
        b'\xef\xbb\xbf [{"service_request_id": "12"}]\n',
        b'{"service_request_id": "12"}',
        b'{"service_requests": [{"service_request_id": "12"}], "count": 1}',
        b'{"service_requests": {"request": [{"service_request_id": "12"}]}}',
        b'{"service_requests": {"request": {"service_request_id": "12"}}}',
        b'[{"service_request_id": "12", "service_code": 006, "lat": -030.5, "description": NaN}]',
        b'[{"service_request_id": "12", "description": "tab\there"}]',
        b"<service_requests><request><service_request_id> 12 </service_request_id></request>"
        b"</service_requests>",
        b'<s xmlns="urn:x"><request><service_request_id>12</service_request_id></request></s>',
        b'{"meta": {"total": 1}, "errors": [], "service_requests": [{"service_request_id": 12}]}',
        b'{"links": {"next": null}, "data": [{"service_request_id": 12}]}',
        b"<request><service_request_id>12</service_request_id></request>",
        b"<service_requests><service_request><service_request_id>12</service_request_id>"
        b"</service_request></service_requests>",
        b"<service_requests><request><service_request_id>12</service_request_id>"
        b"<service><service_code>6</service_code></service></request></service_requests>",
    ],
)
def test_spellings_of_one_request(body: bytes) -> None:
    (row,) = read_rows(body)
    assert (row["service_request_id"] or "").strip() == "12"


def test_zeros_are_only_repaired_outside_strings() -> None:
    (row,) = read_rows(b'[{"a": 007, "b": "is 007, said \\" 008 ]", "c": 0, "d": 0.5}]')
    assert row == {"a": "007", "b": 'is 007, said " 008 ]', "c": "0", "d": "0.5"}


def test_of_several_pictures_the_first_is_read() -> None:
    (row,) = read_rows(b'[{"service_request_id": 1, "media_url": [null, "https://a.example/1"]}]')
    assert row["media_url"] == "https://a.example/1"


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b"<service_requests/>", b"<errors/>",
                                  b'{"paging": {"page": 1}, "service_requests": []}'])  # fmt: skip
def test_empty_lists(body: bytes) -> None:
    assert read_rows(body) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Bad gateway",
        b"[{",
        b'"text"',
        b"<service_requests>",
        b"<html><body>Sign in</body></html>",
        b"<service_requests><row><service_request_id>1</service_request_id></row>"
        b"</service_requests>",
        b"[" * 100_000,
        b'<?xml version="1.0" encoding="nonsense"?><errors/>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><errors><error><code>&a;</code></error></errors>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><errors/>',
    ],
)
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(NotRows):
        read_rows(body)


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "replace"))))
def test_any_body_is_read_or_unreadable(body: bytes) -> None:
    try:
        rows = read_rows(body)
    except NotRows:
        return
    for row in rows:
        read_request(row, account(), NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
fields = st.dictionaries(
    st.sampled_from(
        [
            "service_request_id",
            "service_name",
            "service_code",
            "description",
            "requested_datetime",
            "updated_datetime",
            "address",
            "lat",
            "long",
            "media_url",
            "token",
        ]
    ),
    st.one_of(st.none(), st.text(st.characters(codec=None, categories=None))),
)


@settings(deadline=None)
@given(fields)
def test_any_row_is_a_message_or_ignored(row: dict[str, str | None]) -> None:
    item = read_request(row, account(), NOW)
    assert isinstance(item, InboundMessage | Ignored | Unreadable)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(), json_values)))
def test_any_json_objects_are_rows(value: list[object]) -> None:
    assert len(read_rows(json.dumps(value).encode())) == len(value)


def test_error_arrays() -> None:
    assert error_text(read_rows(b'[{"code": 403, "description": "no key"}]')) == "no key"
    body = b"<errors><error><code>400</code><description>bad</description></error></errors>"
    assert error_text(read_rows(body)) == "bad"
    assert error_text(read_rows(b'[{"service_request_id": "1", "description": "x"}]')) is None


def test_message_of_a_row() -> None:
    item = read_request(
        {
            "service_request_id": "A-1",
            "service_name": "Street Lights",
            "description": "Out since Friday",
            "requested_datetime": "2026-11-20T08:00:00",
            "address": "7 Invented Ct",
            "lat": "0",
            "long": "0",
            "media_url": "nonsense",
        },
        account(base_url="https://311.example"),
        NOW,
    )
    assert isinstance(item, InboundMessage)
    assert item.conversation == item.external_id == "request:A-1"
    assert (item.unit, item.topic) == ("call-center", "streetlight-out")
    assert item.skip_bot
    assert item.permalink is None
    assert item.visibility is Visibility.PUBLIC
    assert item.sent_at.isoformat() == "2026-11-20T08:00:00+00:00"
    assert item.location is not None
    assert item.location.latitude is None
    assert item.attachments == ()
    assert item.author.kind == "open311"


def test_an_unknown_service_goes_to_the_accounts_unit() -> None:
    item = read_request({"service_request_id": "1", "service_name": "Zoo"}, account(), NOW)
    assert isinstance(item, InboundMessage)
    assert (item.unit, item.topic, item.location) == ("call-center", None, None)
    assert item.sent_at == NOW


@pytest.mark.parametrize(
    "row", [{}, {"service_request_id": "  "}, {"service_request_id": "9" * 300}]
)
def test_rows_that_are_no_request(row: dict[str, str | None]) -> None:
    item = read_request(row, account(), NOW)
    assert isinstance(item, Unreadable)
    assert item.error.startswith("open311: ")
    assert json.loads(item.raw) == row


def test_a_row_that_has_only_a_token_yet_is_ignored() -> None:
    item = read_request({"token": "t-1"}, account(), NOW)
    assert isinstance(item, Ignored)
    assert "token" in item.reason


def test_what_no_database_takes_is_replaced() -> None:
    body = (
        b'[{"service_request_id": "1", "description": "a\\u0000b", "address": "\\ud800 St",'
        b' "status_notes": "\\u0000"}]'
    )
    (found,) = read_rows(body)
    item = read_request(found, account(), NOW)
    assert isinstance(item, InboundMessage)
    assert item.body == "a\ufffdb"
    assert item.location is not None
    assert item.location.address == "\ufffd St"
    assert item.context["status_notes"] == "\ufffd"


def test_overlong_facts_are_cut() -> None:
    row = {
        "service_request_id": "1",
        "address": "x" * 5_000,
        "media_url": "http://h/" + "x" * 3_000,
    }
    item = read_request(row, account(), NOW)
    assert isinstance(item, InboundMessage)
    assert item.location is not None
    assert len(item.location.address or "") == 1_000
    assert item.attachments == ()
