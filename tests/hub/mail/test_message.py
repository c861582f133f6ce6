"""A letter's headers and parts."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.mail.message import Attachment, Letter, compose, one_line

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _letter(**more: Any) -> Letter:
    plain: dict[str, Any] = {
        "sender": "reports@city.example",
        "sender_name": "City of Tallahassee Utilities",
        "recipients": ("ana@city.example", "bo@city.example"),
        "subject": "Service report",
        "text": "Hello",
        "message_id": "<report-1@city.example>",
    }
    return Letter(**{**plain, **more})


def _read(letter: Letter) -> EmailMessage:
    found = message_from_bytes(compose(letter, AT).as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_text_and_files_arrive_as_they_were() -> None:
    pdf = Attachment("report.pdf", "application/pdf", bytes(range(256)))
    csv = Attachment("report.csv", "text/csv; charset=utf-8", "año\r\n".encode())
    found = _read(_letter(text="Año 2026: ¿qué tal?\n" + "long " * 400, attachments=(pdf, csv)))
    assert found["From"] == "City of Tallahassee Utilities <reports@city.example>"
    assert found["To"] == "ana@city.example, bo@city.example"
    assert found["Message-ID"] == "<report-1@city.example>"
    assert found["Date"].datetime == AT
    assert found["Auto-Submitted"] == "auto-generated"
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Año 2026: ¿qué tal?")
    parts = list(found.iter_attachments())
    assert [(one.get_content_type(), one.get_filename()) for one in parts] == [
        ("application/pdf", "report.pdf"),
        ("text/csv", "report.csv"),
    ]
    assert parts[0].get_content() == pdf.content
    assert parts[1].get_payload(decode=True) == csv.content


def test_only_ascii_and_short_lines_go_over_the_wire() -> None:
    raw = compose(_letter(text="ñ" * 3000, subject="Informe de año"), AT).as_bytes()
    assert max(raw) < 128
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_words_make_another_header(subject: str, name: str) -> None:
    found = _read(_letter(subject=subject, sender_name=name))
    assert {key.lower() for key in found.keys()} == {  # noqa: SIM118 - a message is no mapping
        "from", "to", "subject", "date", "message-id", "auto-submitted", "content-type",
        "content-transfer-encoding", "mime-version",
    }  # fmt: skip
    assert len(found["From"].addresses) == 1
    assert found["From"].addresses[0].addr_spec == "reports@city.example"


def test_line_breaks_end_no_header() -> None:
    found = _read(_letter(subject="Report\r\nBcc: evil@evil.example\n\nHello"))
    assert found["Subject"] == "Report Bcc: evil@evil.example Hello"
    assert found["Bcc"] is None
    assert one_line("a\u2028b\x00c\td") == "a b c d"
