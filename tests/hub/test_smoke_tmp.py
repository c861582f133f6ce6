import pytest
from tests.fixtures import *
from tests.fakes import *

@pytest.mark.anyio
@pytest.mark.parametrize("n", range(5))
async def test_smoke(n, hub, work, platforms):
    (t,) = await receive(hub, inbound())
    await work.all()
    ticket = await ticket_of(hub, t)
    assert ticket.status == "open"
