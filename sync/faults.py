"""Places where a test kills the process, to prove that nothing is lost there.

A fault point does nothing unless armed; a tier arms one from its settings, in test builds only.
SIGKILL leaves no chance to clean up, which is the point.
"""

import os
import signal
import sys
from typing import Final

FAULT_POINTS: Final = {
    "act.before_commit": "an act is signed and written, its transaction not committed",
    "act.after_commit": "an act is committed, nothing sent",
    "ingest.before_commit": "a frame is admitted and applied, its transaction not committed",
    "ingest.after_commit": "a frame is committed, no receipt sent",
    "receipt.before_send": "a receipt is signed, not handed to the carrier",
    "receipt.after_send": "a receipt is with the carrier",
    "receipt.before_commit": "a neighbour's receipt is believed, not yet committed",
    "outbox.before_send": "a frame is built, not handed to the carrier",
    "outbox.after_send": "a frame is with the carrier, its delivery not noted",
    "part.before_complete": "all ranges of a large part are on disk, not yet verified",
    "part.after_complete": "a large part is verified and stored, its row not yet held",
    "migration.before_commit": "a migration has run, its row not committed",
}

_armed: dict[str, int] = {}


def arm(name: str, *, hit: int = 1) -> None:
    """Kill the process at the n-th time it passes this point from here on."""
    if name not in FAULT_POINTS:
        raise ValueError(f"no fault point is named {name!r}")
    if hit < 1:
        raise ValueError(f"the first hit is 1, not {hit}")
    _armed[name] = hit


def arm_from(text: str) -> None:
    """Arm what a setting says: `name` or `name:hit`, with commas between."""
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, hit = item.partition(":")
        arm(name, hit=int(hit or "1"))


def disarm() -> None:
    _armed.clear()


def fault_point(name: str) -> None:
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0:
        sys.stdout.flush()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
