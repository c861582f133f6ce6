"""DigiTally and every other Open311 app: GeoReport v2, as a server and as a client.

`Open311Server` takes service requests in and answers their status; `Open311Connector` pulls
them from a remote endpoint and pushes our answers there.
"""

from channels.open311.connector import Open311Connector
from channels.open311.filing import TEXT_FIELDS
from channels.open311.server import Open311Server

__all__ = ["TEXT_FIELDS", "Open311Connector", "Open311Server"]
