"""Whatever is posted or asked: never a 500."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.channels.open311.fakes import API_KEY

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# A line end in a path is not even routed to a mounted app.
path_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12)
FIELD_NAMES = [
    "api_key",
    "service_code",
    "lat",
    "long",
    "address_string",
    "address_id",
    "email",
    "device_id",
    "account_id",
    "first_name",
    "phone",
    "description",
    "media_url",
    "attribute[A]",
    "attribute[A][]",
    "attribute[size]",
    "attribute[lane][]",
    "jurisdiction_id",
]
values = st.one_of(
    st.text(st.characters(categories=None, codec=None), max_size=40),
    st.sampled_from([API_KEY, "pothole", "30.4", "-84.2", "1e-9", "a@b", "http://h/x", "\x00"]),
    st.floats().map(str),
)
forms = st.lists(st.tuples(st.sampled_from(FIELD_NAMES), values), max_size=20).map(
    lambda pairs: urlencode(
        [("api_key", API_KEY), ("service_code", "pothole"), ("address_string", "1 A St"), *pairs],
        errors="surrogatepass",
    ).encode()
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.one_of(forms, st.binary(max_size=200)), fmt=st.sampled_from(["json", "xml"]))
def test_no_form_is_a_server_error(city: TestClient, body: bytes, fmt: str) -> None:
    response = city.post(f"requests.{fmt}", content=body, headers=FORM)
    assert response.status_code in (200, 400, 403, 404)
    if fmt == "json":
        entries = response.json()
        assert len(entries) == 1 or response.status_code == 400
        assert all(
            ("service_request_id" in entry) == (response.status_code == 200) for entry in entries
        )
    else:
        root = fromstring(response.content)
        assert root.tag == ("service_requests" if response.status_code == 200 else "errors")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    query=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "service_request_id",
                    "service_code",
                    "start_date",
                    "end_date",
                    "status",
                    "updated_after",
                    "updated_before",
                    "page",
                    "page_size",
                ]
            ),
            st.one_of(
                st.text(max_size=20),
                st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
                st.sampled_from(["open", "closed", "pothole", "1", "2,3"]),
            ),
        ),
        max_size=6,
    ),
    path=st.one_of(
        st.just("requests.json"),
        path_texts.map(lambda text: f"requests/{quote(text, safe='')}.json"),
    ),
)
def test_no_query_is_a_server_error(
    city: TestClient, query: list[tuple[str, str]], path: str
) -> None:
    response = city.get(path, params=urlencode(query))
    assert response.status_code in (200, 400, 404)
    assert isinstance(response.json(), list)
