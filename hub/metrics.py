"""What `/metrics` counts."""

from prometheus_client import Counter, Gauge, Histogram

INBOUND = Counter("switchboard_inbound_total", "Events read from channels", ["what"])
WEBHOOKS = Counter(
    "switchboard_webhooks_total", "Webhooks by channel and outcome", ["channel", "outcome"]
)
DELIVERIES = Counter("switchboard_deliveries_total", "Delivery attempts by outcome", ["outcome"])
BOT_TURNS = Counter("switchboard_bot_turns_total", "Bot decisions", ["decision"])
JOBS_FAILED = Counter("switchboard_jobs_failed_total", "Jobs given up", ["kind"])
SOCKETS = Gauge("switchboard_console_sockets", "Consoles connected")
TRIAGE_SECONDS = Histogram("switchboard_triage_seconds", "Message stored to bot decision stored")
BREACHES = Counter("switchboard_sla_breaches_total", "Targets missed", ["metric", "unit"])
