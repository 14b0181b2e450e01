"""The NATS subject grammar: the same few subjects in every account, and who may use them.

Each township (and the county hall's counter) has an account of its own, and an account sees
nothing of another; so no subject names a node. A subject routes and identifies nobody: who wrote a
frame is proven by its signatures alone (protocol.md section 10).
"""

from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

READER: Final = "reader"  # the one durable consumer of either stream


class Ask(StrEnum):
    """What one side asks the other over core request and reply."""

    HELLO = "hello"
    ALIVE = "alive"
    RANGES = "ranges"
    ENROL = "enrol"  # a node passes on what a machine below it asks of the county


class Side(Struct, frozen=True):
    """One end of an account: what it writes, what it reads, where it is asked and answered."""

    name: str
    sends_to: str  # the stream that it writes
    reads_from: str
    inbox: str

    @property
    def sends_on(self) -> str:
        return f"{self.sends_to.lower()}.frames"

    def asked_on(self, ask: Ask) -> str:
        return f"ask.{self.name}.{ask.value}"


COUNTY: Final = Side("county", sends_to="DOWN", reads_from="UP", inbox="_INBOX.county")
NODE: Final = Side("node", sends_to="UP", reads_from="DOWN", inbox="_INBOX.node")
STREAMS: Final = (COUNTY.sends_to, NODE.sends_to)

# A stream in an account that only the county uses, written once a minute to see that the broker
# still stores: after a full disk it answers nothing, and stays so until it is restarted.
CANARY_ACCOUNT: Final = "canary"
CANARY_STREAM: Final = "CANARY"
CANARY_SUBJECT: Final = "canary"

ANSWER_SECONDS_MAX: Final = 60


def other_side(side: Side) -> Side:
    return NODE if side is COUNTY else COUNTY


def node_permissions() -> dict[str, Any]:
    """All that a township's own user may do in its account; the county's user may do anything."""
    stream = NODE.reads_from
    return {
        "publish": {
            "allow": [
                NODE.sends_on,
                *(COUNTY.asked_on(ask) for ask in Ask),
                f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{READER}",
                f"$JS.ACK.{stream}.{READER}.>",
            ]
        },
        "subscribe": {"allow": [*(NODE.asked_on(ask) for ask in Ask), f"{NODE.inbox}.>"]},
        "allow_responses": {"max": 1, "expires": f"{ANSWER_SECONDS_MAX}s"},
    }
