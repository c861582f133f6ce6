"""The seams of the hub, in its own words: no vendor type or id scheme appears here.

`channels`, `bot` and `kb` import these and nothing else of the hub; the composition root
(`hub.app`, `hub.run`, `hub.cli`) brings the two sides together.
"""

from hub.ports.connector import (
    Account,
    Capabilities,
    Connector,
    FindsSent,
    Handshake,
    PollBatch,
    Polls,
    Receipt,
    ReceivesWebhooks,
    Reply,
    SavePart,
)
from hub.ports.conversations import Conversations, Line
from hub.ports.errors import (
    AuthFailed,
    BadSignature,
    ConnectorError,
    MalformedPayload,
    Rejected,
    TemporarilyUnavailable,
    UnsupportedEvent,
)
from hub.ports.inbox import Accepted, Inbox, ReceivedBody
from hub.ports.knowledge import ArticleView, Confidence, Knowledge
from hub.ports.messages import (
    Attachment,
    Author,
    ChannelKind,
    Choice,
    Ignored,
    InboundItem,
    InboundMessage,
    Location,
    Visibility,
)
from hub.ports.responder import (
    Answer,
    AskBack,
    Decision,
    Guess,
    Handoff,
    PartHealth,
    PartState,
    Responder,
    Turn,
)
from hub.ports.service_requests import (
    ServiceRequest,
    ServiceRequestFilter,
    ServiceRequests,
)

__all__ = [
    "Accepted",
    "Account",
    "Answer",
    "ArticleView",
    "AskBack",
    "Attachment",
    "AuthFailed",
    "Author",
    "BadSignature",
    "Capabilities",
    "ChannelKind",
    "Choice",
    "Confidence",
    "Connector",
    "ConnectorError",
    "Conversations",
    "Decision",
    "FindsSent",
    "Guess",
    "Handoff",
    "Handshake",
    "Ignored",
    "InboundItem",
    "InboundMessage",
    "Inbox",
    "Knowledge",
    "Line",
    "Location",
    "MalformedPayload",
    "PartHealth",
    "PartState",
    "PollBatch",
    "Polls",
    "Receipt",
    "ReceivedBody",
    "ReceivesWebhooks",
    "Rejected",
    "Reply",
    "Responder",
    "SavePart",
    "ServiceRequest",
    "ServiceRequestFilter",
    "ServiceRequests",
    "TemporarilyUnavailable",
    "Turn",
    "UnsupportedEvent",
    "Visibility",
]
