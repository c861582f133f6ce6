"""What was lost, doubled or out of order. Pure: what was found goes in, figures come out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bench.storm.expected import Expected, Fate, edited_words, marks_in
from bench.storm.ledger import Ledger, Reply
from bench.storm.stored import Message

Json = dict[str, Any]
_MOST = 12
"""Of each kind of finding so many are told in full."""


@dataclass(slots=True)
class Verdict:
    """The figures, and what is behind each that is not as it should be."""

    figures: dict[str, dict[str, int]] = field(default_factory=dict)
    """By heading; those named in `MUST_BE_ZERO` say whether all is well."""
    findings: list[str] = field(default_factory=list)

    def find(self, heading: str, figure: str, what: str) -> None:
        self.figures[heading][figure] += 1
        self.findings.append(f"{heading}, {figure}: {what}")

    @property
    def wrong(self) -> dict[str, int]:
        """Every figure that is not zero and should be."""
        return {
            f"{heading}, {name}": count
            for heading, figures in self.figures.items()
            for name, count in figures.items()
            if count and name in MUST_BE_ZERO
        }

    def table(self) -> str:
        """For people."""
        lines = []
        for heading, figures in self.figures.items():
            total = f" ({sum(figures.values())})" if heading == "faults caused" else ""
            shown = ", ".join(f"{name} {count}" for name, count in figures.items())
            lines.append(f"{heading + total:<22} {shown or '-'}")
        told: Counter[str] = Counter()
        for finding in self.findings:
            kind = finding.partition(":")[0]
            told[kind] += 1
            if told[kind] <= _MOST:
                lines.append(f"  ! {finding}")
        return "\n".join(lines)


MUST_BE_ZERO = frozenset(
    {"lost", "doubled", "not as it reads now", "taken for an inquiry", "not settled",
     "not confirmed", "missing", "repeated", "out of order", "told to reload",
     "differs from a snapshot", "wrong answers", "jobs given up"}
)  # fmt: skip


def judge_inquiries(
    verdict: Verdict,
    ledger: Ledger,
    stored: Sequence[Message],
    shown: Mapping[int, Json],
) -> None:
    """Each expected message against those stored; `shown` is the API's view of them by id."""
    heading = "inquiries"
    verdict.figures[heading] = dict.fromkeys(
        ("deliveries", "confirmed", "sent again", "expected", "stored", "lost", "doubled",
         "taken for an inquiry", "not as it reads now"), 0,
    )  # fmt: skip
    figures = verdict.figures[heading]
    figures["deliveries"] = ledger.deliveries
    figures["confirmed"] = ledger.accepted
    figures["sent again"] = ledger.resent
    by_mark, by_external = _indexed(stored)
    for wanted in ledger.expected:
        found = {m.id: m for m in by_external[wanted.external]}
        found |= {m.id: m for m in by_mark[wanted.mark]} if wanted.mark else {}
        inbound = [m for m in found.values() if m.direction == "inbound"]
        told = f"{wanted.what} {wanted.external} {wanted.mark or ''}"
        if len(found) > 1:
            verdict.find(heading, "doubled", f"{told} as messages {sorted(found)}")
        if wanted.fate is Fate.INQUIRY:
            figures["expected"] += 1
            figures["stored"] += bool(inbound)
            if not inbound:
                verdict.find(heading, "lost", told)
            elif (wrong := _misread(wanted, shown.get(inbound[0].id))) is not None:
                verdict.find(heading, "not as it reads now", f"{told} {wrong}")
        elif inbound and wanted.fate in (Fate.ANSWER, Fate.NOTHING):
            verdict.find(heading, "taken for an inquiry", told)


def _indexed(
    stored: Sequence[Message],
) -> tuple[defaultdict[str, list[Message]], defaultdict[str, list[Message]]]:
    """Messages by the marks in their words, and by the platform's own id."""
    by_mark: defaultdict[str, list[Message]] = defaultdict(list)
    by_external: defaultdict[str, list[Message]] = defaultdict(list)
    for message in stored:
        for words in set(marks_in(message.body)):
            by_mark[words].append(message)
        # The hub may put a kind before the platform's id: `post:1460…`.
        parts = (message.external_id or "").split(":")
        for start in range(len(parts)):
            by_external[":".join(parts[start:])].append(message)
    return by_mark, by_external


def _misread(wanted: Expected, shown: Json | None) -> str | None:
    """How a message reads otherwise than its newest state says, None if it does not."""
    if shown is None:
        return "is not in the API"
    if wanted.deleted != (shown.get("deleted_at") is not None):
        return f"should {'' if wanted.deleted else 'not '}be deleted"
    if wanted.deleted:
        return "still shows what it said" if marks_in(shown["body"]) else None
    if wanted.hidden != bool(shown.get("hidden")):
        return f"should {'' if wanted.hidden else 'not '}be hidden"
    if wanted.mark and wanted.edited != (edited_words(wanted.mark) in shown["body"]):
        return f"reads {shown['body'][:80]!r}"
    return None


def judge_replies(
    verdict: Verdict,
    replies: Sequence[Reply],
    stored: Sequence[Message],
    on_platform: Sequence[str],
) -> None:
    """Each reply on its platform exactly once, or visibly not delivered or unknown; those of
    one ticket in the order in which they were written."""
    heading = "replies"
    verdict.figures[heading] = dict.fromkeys(
        ("written", "sent", "failed", "unknown", "lost", "doubled", "not confirmed",
         "not settled", "out of order"), 0,
    )  # fmt: skip
    figures = verdict.figures[heading]
    shown = Counter(on_platform)
    in_order: defaultdict[int, list[tuple[int, list[str]]]] = defaultdict(list)
    rows: defaultdict[str, list[Message]] = defaultdict(list)
    for message in stored:
        if message.delivery is not None:
            for words in marks_in(message.body)[:1]:
                rows[words].append(message)
    for reply in replies:
        figures["written"] += 1
        found = rows[reply.marks[0]]
        counts = [shown[words] for words in reply.marks]
        told = f"reply {reply.number} to ticket {reply.ticket_id} on {reply.channel}, "
        told += f"on the platform {counts}"
        if not reply.posted:
            verdict.find(heading, "not confirmed", told)
            continue
        if len(found) != 1:
            verdict.find(heading, "lost" if not found else "doubled", f"{told}: {found}")
            continue
        state = found[0].delivery
        if state in ("sent", "failed", "unknown"):
            figures[state] += 1
        else:
            verdict.find(heading, "not settled", f"{told}, {state}")
        if max(counts) > 1:
            verdict.find(heading, "doubled", f"{told}, {state}")
        elif state == "sent" and min(counts) < 1:
            verdict.find(heading, "lost", told)
        elif state == "sent":
            in_order[reply.ticket_id].append((found[0].id, reply.marks))
    for ticket_id, sent in in_order.items():
        written = [words for _, marks in sorted(sent) for words in marks]
        read = [words for words in on_platform if words in set(written)]
        if read != written:
            told = f"ticket {ticket_id}: written {written}, read {read}"
            verdict.find(heading, "out of order", told)


def judge_events(
    verdict: Verdict, seen: Sequence[int], recorded: Sequence[int], resyncs: int
) -> None:
    """The numbers a console saw, in its order, against those in the log."""
    heading = "console's events"
    missing, extra = set(recorded) - set(seen), set(seen) - set(recorded)
    verdict.figures[heading] = {
        "recorded": len(recorded),
        "seen": len(set(seen)),
        "missing": len(missing),
        "repeated": len(seen) - len(set(seen)),
        "out of order": sum(b <= a for a, b in pairwise(seen)),
        "told to reload": resyncs,
    }
    gaps = [b for a, b in pairwise(recorded) if b != a + 1]
    for what, numbers in (("missing", missing), ("never recorded", extra), ("gap before", gaps)):
        if numbers:
            told = sorted(numbers)[:20]
            verdict.findings.append(f"{heading}, {what}: {told}")
    verdict.figures[heading]["missing"] += len(gaps) + len(extra)


def judge_replica(
    verdict: Verdict, kind: str, told: Mapping[int, Json], fresh: Mapping[int, Json]
) -> None:
    """What the events alone made of tickets or messages against a fresh snapshot."""
    figures = verdict.figures.setdefault(
        "console's replica", {"compared": 0, "differs from a snapshot": 0}
    )
    for number in sorted(told.keys() | fresh.keys()):
        figures["compared"] += 1
        one, other = told.get(number, {}), fresh.get(number, {})
        different = sorted(
            key for key in one.keys() | other.keys() if one.get(key) != other.get(key)
        )
        if different:
            said = {key: (one.get(key), other.get(key)) for key in different[:4]}
            verdict.find("console's replica", "differs from a snapshot", f"{kind} {number} {said}")


def judge_rest(verdict: Verdict, ledger: Ledger, failed_jobs: Sequence[str]) -> None:
    """What should not have been answered, and jobs nobody will do."""
    verdict.figures["hub"] = {
        "wrong answers": len(ledger.problems), "jobs given up": len(failed_jobs)
    }  # fmt: skip
    verdict.findings += [f"hub, wrong answers: {told}" for told in ledger.problems]
    verdict.findings += [f"hub, jobs given up: {told}" for told in failed_jobs]
    verdict.figures["faults caused"] = dict(sorted(ledger.faults.items()))
