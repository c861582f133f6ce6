"""A peer on the same PostgreSQL server: django-helpdesk creates tickets from its public form.

It is installed into an environment of its own when it is first measured. What only costs it time
here (sessions, CSRF tokens, e-mail) is left out: its figure is the best that it can do.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.hub_process import free_port
from bench.machine import cpu_seconds

VERSION = "2.6.1"
WORKERS = 2
_CONNECTIONS = 8
_PINS = (
    f"django-helpdesk=={VERSION}", "django==5.2.19", "psycopg[binary]==3.3.9", "gunicorn==27.0.1",
)  # fmt: skip
_ROOT = Path(__file__).resolve().parents[1]
_VENV = _ROOT / ".data" / "bench" / f"django-helpdesk-{VERSION}"
_INSTALLS = 180.0
_STARTS = 60.0

_SETTINGS = """\
import os
from urllib.parse import urlsplit, unquote

_at = urlsplit(os.environ["PEER_DATABASE"])
SECRET_KEY = "of a bench that lives for seconds"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "peer_urls"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.messages", "django.contrib.sites",
    "django.contrib.humanize", "django.contrib.staticfiles", "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": _at.path.lstrip("/"), "USER": unquote(_at.username or ""),
    "PASSWORD": unquote(_at.password or ""), "HOST": _at.hostname, "PORT": _at.port or "",
    "CONN_MAX_AGE": None,
}}
SITE_ID = 1
USE_TZ = True
STATIC_URL = "/static/"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
HELPDESK_TEAMS_MODE_ENABLED = False
LOGGING_CONFIG = None
"""
_URLS = """\
from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
_WSGI = """\
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""
_QUEUE = (
    "from helpdesk.models import Queue; "
    "Queue.objects.create(title='Bench', slug='bench', allow_public_submission=True)"
)


class NoPeer(Exception):
    """It could not be installed or started here; the message says why."""


@dataclass(frozen=True, slots=True)
class Created:
    """How many tickets it created."""

    per_second: float
    cpu_micros: float
    """Processor time a ticket, microseconds, of its workers."""


def tickets_created(database_url: str, folder: Path, seconds: float) -> Created:
    """Tickets its form takes in `seconds`, from as many senders as keep it busy.

    It gets a database of its own on the server of `database_url`. Raises NoPeer.
    """
    python = _install()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peer_settings.py").write_text(_SETTINGS)
    (folder / "peer_urls.py").write_text(_URLS)
    (folder / "peer_wsgi.py").write_text(_WSGI)
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "PYTHON"))}
    environ |= {
        "PEER_DATABASE": asyncio.run(_own_database(database_url)),
        "DJANGO_SETTINGS_MODULE": "peer_settings",
        "PYTHONPATH": str(folder),
    }
    run([python, "-m", "django", "migrate", "-v", "0"], environ)
    run([python, "-m", "django", "shell", "-c", _QUEUE], environ)
    with _serving(python, folder, environ) as (port, pids):
        _post(port, 1.0)  # the first requests import what is imported late
        before = sum(map(cpu_seconds, pids()))
        count, elapsed = _post(port, seconds)
        cpu = sum(map(cpu_seconds, pids())) - before
    if count == 0:
        raise NoPeer("its form took no ticket")
    return Created(count / elapsed, cpu / count * 1e6)


async def _own_database(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP DATABASE IF EXISTS peer")
        await connection.execute("CREATE DATABASE peer")
    finally:
        await connection.close()
    return urllib.parse.urlsplit(url)._replace(path="/peer").geturl()


def _install() -> str:
    python = _VENV / "bin" / "python"
    done = _VENV / "installed"
    if not done.exists():
        uv = str(_ROOT / ".uv" / "bin" / "uv")
        run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(_VENV)])
        run([uv, "pip", "install", "-q", "--python", str(python), *_PINS])
        done.touch()
    return str(python)


def run(command: list[str], environ: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(  # noqa: S603 - pinned above
            command, env=environ, check=True, timeout=_INSTALLS, capture_output=True, text=True
        )
    except subprocess.CalledProcessError as error:
        raise NoPeer(f"{' '.join(command[:4])}: {error.stderr.strip()[-300:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPeer(str(error)) from error


@contextlib.contextmanager
def _serving(
    python: str, folder: Path, environ: dict[str, str]
) -> Iterator[tuple[int, Callable[[], list[int]]]]:
    """Its port, and what tells its processes; ended with the block."""
    port = free_port()
    command = [python, "-m", "gunicorn", "--no-control-socket", "-w", str(WORKERS)]
    command += ["-b", f"127.0.0.1:{port}"]
    with (folder / "peer.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - installed by us
            [*command, "peer_wsgi:application"], env=environ, cwd=folder, stdout=log, stderr=log
        )

    def processes() -> list[int]:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return [process.pid, *map(int, children.split())]

    try:
        began = time.monotonic()
        while not _takes(port, 0):
            if process.poll() is not None or time.monotonic() - began > _STARTS:
                raise NoPeer((folder / "peer.log").read_text(errors="replace")[-300:])
            time.sleep(0.2)
        yield port, processes
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _post(port: int, seconds: float) -> tuple[int, float]:
    """How many tickets were created, in how many seconds. Raises NoPeer for a refused one."""
    began = time.perf_counter()

    def sender(first: int) -> int:
        number = first
        while time.perf_counter() - began < seconds:
            if not _takes(port, number):
                raise NoPeer("its form refused a ticket")
            number += _CONNECTIONS
        return (number - first) // _CONNECTIONS

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        count = sum(pool.map(sender, range(_CONNECTIONS)))
    return count, time.perf_counter() - began


def _takes(port: int, number: int) -> bool:
    """Whether a ticket was created: then the form leads on to it."""
    fields = {
        "queue": 1,
        "title": f"Bench {number}",
        "body": "Hello, my bill is higher than last month, can you look at it?",
        "priority": 3,
        "submitter_email": f"somebody{number}@example.org",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(
            "POST",
            "/tickets/submit/",
            urllib.parse.urlencode(fields),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        return connection.getresponse().status == 302
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
