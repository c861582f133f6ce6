"""This endpoint as an OpenAPI 3 document, for programs that read those.

GeoReport itself is the contract; this says the same in another way, with the bounds we keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from channels.open311.answered import MAX_STRING, MAX_TEXT
from channels.open311.answers import Value
from channels.open311.attributes import ASKED, Attribute, Datatype
from channels.open311.comments import MAX_UPDATE_ID
from channels.open311.filing import MAX_DESCRIPTION, MAX_MEDIA_URL
from channels.open311.services import SERVICES

_Object = Mapping[str, Value]

_REQUEST_FIELDS = (
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
)


def _text(**more: Value) -> _Object:
    return {"type": "string", **more}


_MOMENT = _text(format="date-time")


def _object(properties: _Object, *, required: tuple[str, ...] = ()) -> _Object:
    return {"type": "object", "properties": properties, "required": list(required)}


def _query(name: str, schema: _Object, description: str) -> _Object:
    return {"name": name, "in": "query", "schema": schema, "description": description}


_FORMAT: _Object = {
    "name": "format",
    "in": "path",
    "required": True,
    "schema": _text(enum=["json", "xml"]),
}
_JURISDICTION = _query("jurisdiction_id", _text(), "Not needed: there is one jurisdiction.")
_EXTENSIONS = _query("extensions", {"type": "boolean"}, "Adds extended_attributes.")
_PAGE = (
    _query("page", {"type": "integer", "minimum": 1, "maximum": 1_000_000}, "From 1."),
    _query("page_size", {"type": "integer", "minimum": 1}, "At most 1000 are answered."),
)
_SPAN = (
    _query("start_date", _MOMENT, "At most 90 days before end_date."),
    _query("end_date", _MOMENT, "Inclusive."),
)


def _known(name: str) -> _Object:
    return {"name": name, "in": "path", "required": True, "schema": _text()}


def _answers(rows: _Object, *refusals: int) -> _Object:
    array: _Object = {"type": "array", "items": rows}
    return {
        "200": _answer("As asked.", array),
        **{str(status): _refusal(status) for status in (400, *refusals)},
    }


def _answer(description: str, schema: _Object) -> _Object:
    # XML is described by the standard itself: here it is text.
    content: _Object = {
        "application/json": {"schema": schema},
        "text/xml": {"schema": _text()},
    }
    return {"description": description, "content": content}


def _refusal(status: int) -> _Object:
    error = _object({"code": {"type": "integer"}, "description": _text()}, required=("code",))
    return _answer(f"Errors, each with code {status}.", {"type": "array", "items": error})


def _reads(summary: str, parameters: tuple[_Object, ...], answers: _Object) -> _Object:
    return {
        "summary": summary,
        "parameters": [_FORMAT, _JURISDICTION, *parameters],
        "responses": answers,
    }


def _posts(summary: str, fields: _Object, required: tuple[str, ...], answers: _Object) -> _Object:
    form: _Object = {
        **_object({"api_key": _text(), **fields}, required=("api_key", *required)),
        # What else a form holds is left alone, but none of it may be given twice.
        "additionalProperties": _text(),
    }
    return {
        "summary": summary,
        "parameters": [_FORMAT],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": form}},
        },
        "responses": answers,
    }


def _people() -> dict[str, Value]:
    names = ("email", "phone", "first_name", "last_name", "account_id", "device_id")
    return {name: _text(maxLength=64 if name == "phone" else 120) for name in names}


def _row() -> _Object:
    numbers = ("lat", "long")
    return _object(
        {
            name: {"type": "number" if name in numbers else "string", "nullable": True}
            for name in _REQUEST_FIELDS
        },
        required=_REQUEST_FIELDS,
    )


def _update_row() -> _Object:
    names = ("update_id", "service_request_id", "status", "updated_datetime", "description")
    optional = ("media_url", "client_update_id")
    return _object(
        {**{name: _text() for name in names}, **{name: _text(nullable=True) for name in optional}},
        required=(*names, *optional),
    )


def _filing_form() -> _Object:
    return {
        "service_code": _text(enum=[service.code for service in SERVICES]),
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "long": {"type": "number", "minimum": -180, "maximum": 180},
        "address_string": _text(maxLength=1_000),
        "address_id": _text(maxLength=200),
        "zipcode": _text(maxLength=20),
        "description": _text(maxLength=MAX_DESCRIPTION),
        "media_url": _text(format="uri", maxLength=MAX_MEDIA_URL),
        **_people(),
        **_attribute_fields(),
    }


def _attribute_row() -> _Object:
    value = _object({"key": _text(), "name": _text()}, required=("key", "name"))
    needed: dict[str, Value] = {
        "variable": {"type": "boolean"},
        "code": _text(),
        "datatype": _text(enum=list(get_args(Datatype))),
        "required": {"type": "boolean"},
        "datatype_description": _text(nullable=True),
        "order": {"type": "integer", "minimum": 1},
        "description": _text(),
    }
    return _object({**needed, "values": {"type": "array", "items": value}}, required=tuple(needed))


def _attribute_fields() -> dict[str, Value]:
    """A field for each code; what its service does not ask for is kept, whatever it is."""
    fields: dict[str, Value] = {}
    askers: dict[str, list[str]] = {}
    for service, attributes in ASKED.items():
        for attribute in attributes:
            if attribute.variable:
                askers.setdefault(attribute.code, []).append(service)
                about = f"{attribute.description}. Asked by: {', '.join(askers[attribute.code])}."
                name, schema = _attribute_field(attribute)
                fields[name] = {**schema, "description": about}
    return fields


def _attribute_field(attribute: Attribute) -> tuple[str, _Object]:
    name = f"attribute[{attribute.code}]"
    keys = [one.key for one in attribute.values]
    match attribute.datatype:
        case "multivaluelist":
            return f"{name}[]", {"type": "array", "items": _text(enum=keys)}
        case "singlevaluelist":
            return name, _text(enum=keys)
        case "number":
            return name, {"type": "number"}
        case "datetime":
            return name, _MOMENT
        case "string":
            return name, _text(maxLength=MAX_STRING)
        case "text":
            return name, _text(maxLength=MAX_TEXT)


def _comment_form() -> _Object:
    return {
        "service_request_id": _text(),
        "update_id": _text(maxLength=MAX_UPDATE_ID),
        "status": _text(),
        "updated_datetime": _MOMENT,
        "description": _text(maxLength=MAX_DESCRIPTION),
        "media_url": _text(format="uri", maxLength=MAX_MEDIA_URL),
        **_people(),
    }


def document(address: str) -> _Object:
    """The document of the endpoint at `address`."""
    service = _object(
        {"service_code": _text(), "service_name": _text()}, required=("service_code",)
    )
    definition = _object(
        {"service_code": _text(), "attributes": {"type": "array", "items": _attribute_row()}},
        required=("service_code", "attributes"),
    )
    filed = _object({"service_request_id": _text()}, required=("service_request_id",))
    posted = _object({"update_id": _text()}, required=("update_id",))
    token = _object({"service_request_id": _text(), "token": _text()}, required=("token",))
    filters = (
        _query("service_request_id", _text(), "A comma list; overrides everything else."),
        _query("service_code", _text(), "A comma list."),
        _query("status", _text(enum=["open", "closed"]), "Without it both."),
        _query("updated_after", _MOMENT, "Of updated_datetime, inclusive."),
        _query("updated_before", _MOMENT, "Of updated_datetime, inclusive."),
    )
    paths: _Object = {
        "/discovery.{format}": {
            "get": {
                "summary": "Where the endpoint is",
                "parameters": [_FORMAT],
                "responses": {"200": _answer("The endpoint.", {"type": "object"})},
            }
        },
        "/services.{format}": {"get": _reads("What can be requested", (), _answers(service, 404))},
        "/services/{service_code}.{format}": {
            "get": _reads(
                "What a service asks for",
                (_known("service_code"),),
                {**_answers(definition, 404), "200": _answer("A definition.", definition)},
            )
        },
        "/requests.{format}": {
            "get": _reads(
                "Requests",
                (*filters, *_SPAN, *_PAGE, _EXTENSIONS),
                _answers(_row(), 404),
            ),
            "post": _posts(
                "File a request",
                _filing_form(),
                ("service_code",),
                _answers(filed, 403, 404, 429),
            ),
        },
        "/requests/{service_request_id}.{format}": {
            "get": _reads(
                "One request",
                (_known("service_request_id"), _EXTENSIONS),
                _answers(_row(), 404),
            )
        },
        "/tokens/{token}.{format}": {
            "get": _reads("A token's request", (_known("token"),), _answers(token, 404))
        },
        "/servicerequestupdates.{format}": {
            "get": _reads(
                "What became of requests",
                (filters[0], *_SPAN, *_PAGE),
                _answers(_update_row(), 404),
            ),
            "post": _posts(
                "Comment on a request",
                _comment_form(),
                ("service_request_id",),
                _answers(posted, 403, 404, 429),
            ),
        },
    }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "GeoReport",
            "version": "2",
            "description": "Open311 GeoReport v2 with service request updates.",
        },
        "servers": [{"url": address}],
        "paths": paths,
    }
