"""How those who were not heard try again: after growing pauses, each a little different."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

LONGEST = 4.0


def pauses(chance: Random) -> Iterator[float]:
    """Seconds to wait before the next try, and the next."""
    for tries in count():
        yield min(LONGEST, 0.2 * 2**tries) * chance.uniform(0.5, 1.5)
