"""Webhooks are read, and capabilities shown, without the platform's library."""

import subprocess
import sys

from channels.facebook.connector import FacebookConnector
from hub.ports import Capabilities

PROGRAM = """
import sys
from channels.facebook.connector import FacebookConnector
from hub.ports import Account
connector = FacebookConnector(Account(1, "facebook", "City", "1001"))
connector.parse(b'{"object": "page", "entry": [{"id": 1, "time": 1}]}')
print(sorted({"pyfacebook", "requests", "urllib3"} & set(sys.modules)))
"""


def test_the_library_is_not_loaded_before_the_first_call() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_what_the_console_must_know_is_an_attribute_of_the_class() -> None:
    found = FacebookConnector.capabilities
    assert isinstance(found, Capabilities)
    assert found.platform == "Facebook"
    assert (found.public_limit, found.private_limit) == (8_000, 2_000)
    hours = [
        window.total_seconds() / 3600
        for window in (found.reply_window, found.human_window, found.private_reply_window)
        if window is not None
    ]
    assert hours == [24, 168, 168]
    assert found.hides
    assert found.controls_threads
    assert found.names_people
    assert found.private_replies
    assert found.splits_long_replies
