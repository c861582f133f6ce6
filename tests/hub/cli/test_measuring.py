"""`hub bot evaluate` and `hub bot say`: the result alone on standard output."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app, measuring
from tests.bot.rasa_stub import answers, asks_back, out_of_scope

REPLIES = {
    "how do I pay": answers("pay-my-bill"),
    "deposit?": answers("deposit"),
    "no idea": asks_back(),
    "who won": out_of_scope(),
}


class _Rasa(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        message = json.loads(self.rfile.read(length))["message"]
        body = json.dumps(REPLIES.get(message, asks_back())).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Standard error is looked at."""


@dataclass
class _Runtime:
    base_url: str | None


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Runtime]:
    """A server with Rasa's replies in place of the installed and trained one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rasa)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    runtime = _Runtime(f"http://127.0.0.1:{server.server_port}")

    def started(
        data: Path | None,
        port: int | None,
        interface: str,
        then: Callable[[Any], Coroutine[Any, Any, None]],
    ) -> None:
        asyncio.run(then(runtime))

    monkeypatch.setattr(measuring, "with_rasa", started)
    yield runtime
    server.shutdown()
    thread.join()
    server.server_close()


def hub(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def file_of(folder: Path, *lines: dict[str, Any] | str) -> str:
    path = folder / "lines.jsonl"
    told = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(told), encoding="utf-8")
    return str(path)


def test_the_result_is_one_json_object(rasa: _Runtime, tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        {"text": "how do I pay", "slug": "pay-my-bill", "emergency": False, "lang": "en"},
        {"text": "deposit?", "slug": "deposit", "note": "the article has no fact"},
        "",
        {"text": "no idea", "slug": "rebates", "also": ["high-bill"]},
        {"text": "I smell gas in my kitchen", "slug": "gas-leak", "emergency": True},
        {"text": "huele a gas en la cocina", "slug": "gas-leak", "emergency": True, "lang": "es"},
        {"text": "who won", "slug": "out-of-scope"},
    )
    result = hub("bot", "evaluate", path)
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["n"] == 6
    assert told["with_article"] == {
        "n": 5,
        "answered_right": 4,
        "answered_wrong": 0,
        "asked_back_right": 1,
        "asked_back_wrong": 0,
        "handed_over": 0,
    }
    assert told["out_of_scope"] == {"n": 1, "answered": 0, "recall": 1.0, "precision": 1.0}
    assert (told["emergency"]["recall"], told["emergency"]["precision"]) == (1.0, 1.0)
    assert told["by_lang"]["es"]["emergency"]["n"] == 1
    assert told["p95_ms"] > 0
    assert set(told) == {
        "n", "with_article", "out_of_scope", "emergency", "by_lang", "confusions", "p95_ms"
    }  # fmt: skip


def test_an_unknown_slug_is_warned_of(rasa: _Runtime, tmp_path: Path) -> None:
    path = file_of(tmp_path, {"text": "how do I pay", "slug": "nowhere"})
    result = hub("bot", "evaluate", path)
    assert result.exit_code == 0
    assert "there is no article nowhere" in result.stderr
    assert json.loads(result.stdout)["with_article"]["answered_wrong"] == 1


def test_a_rasa_that_does_not_answer_is_told_of(rasa: _Runtime, tmp_path: Path) -> None:
    rasa.base_url = None
    path = file_of(tmp_path, {"text": "how do I pay", "slug": "pay-my-bill"})
    result = hub("bot", "evaluate", path)
    assert "did not answer 1 of 1 messages" in result.stderr
    assert json.loads(result.stdout)["with_article"]["handed_over"] == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"text": "a", "slug": "b"}', "{"], "lines.jsonl:2: is not JSON"),
        (["", {"text": "a"}], "lines.jsonl:2: needs 'slug', a text"),
        ([{"text": "a", "slug": "b", "also": 7}], "lines.jsonl:1: 'also' is not a list of slugs"),
    ],
)
def test_a_bad_line_starts_nothing(tmp_path: Path, lines: list[Any], said: str) -> None:
    result = hub("bot", "evaluate", file_of(tmp_path, *lines))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = hub("bot", "evaluate", str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(path) in result.stderr
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "\xe9", "slug": "a"}')
    assert hub("bot", "evaluate", str(tmp_path / "latin.jsonl")).exit_code == 2


def test_one_message_is_shown(rasa: _Runtime) -> None:
    shown = json.loads(hub("bot", "say", "how do I pay").stdout)
    assert (shown["decision"], shown["articles"]) == ("Answer", ["pay-my-bill"])
    assert shown["language"] == "en"
    shown = json.loads(hub("bot", "say", "--public", "who won").stdout)
    assert (shown["reason"], shown["text"]) == ("nothing-to-answer", None)
    shown = json.loads(hub("bot", "say", "Huele a gas en mi casa").stdout)
    assert shown == {"language": "es", "decision": "emergency rule", "article": "gas-leak"}
