"""Two counters took the same application in: the county alone sees both, and tells both (row Z14).

What is told stands in the journal as a notice about the case, so it goes wherever the case goes,
and is told once. When one of two was merged into the other, the other's town hears of that too.
"""

from typing import Final

from casework.case import Case, Status
from casework.instants import instant_text
from casework.names import CaseId
from sync.batch import Batch
from sync.bodies import Notice
from sync.power import UNDER_WAY
from sync.stored import stored_body
from sync.writing import write

LINKED: Final = "E_DUPLICATE"
MERGED_HERE: Final = "E_MERGED_HERE"
_LOOKED_UPTO: Final = "linked-upto"
_MARKS: Final = ", ".join("?" * len(UNDER_WAY))
# What has moved since. CROSS JOIN keeps SQLite from going through all open cases instead.
_MOVED: Final = (
    " FROM message AS m CROSS JOIN case_row AS a{} WHERE m.arrival > ? AND m.kind = 'entry'"
    " AND a.id = m.case_id"
)
_MOVED_ALONE: Final = _MOVED.format("")
_MOVED_BESIDE: Final = _MOVED.format(" CROSS JOIN case_row AS b")
# Cases of one person and one matter, of which at least one has moved since.
_PAIRS: Final = (
    f"SELECT a.id, b.id{_MOVED_BESIDE} AND b.id_tail = a.id_tail AND b.applicant = a.applicant"
    " AND b.matter = a.matter AND b.id <> a.id"
    f" AND a.status IN ({_MARKS}) AND b.status IN ({_MARKS})"
    # Begun anew from a receipt, and the case of that very receipt, whichever of them came last.
    f" UNION SELECT a.id, b.id{_MOVED_BESIDE} AND b.rebuilt_from = a.id"
    f" UNION SELECT a.id, b.id{_MOVED_BESIDE} AND b.id = a.rebuilt_from"
)
_CLOSED: Final = f"SELECT DISTINCT a.id{_MOVED_ALONE} AND m.log LIKE ? AND a.status = ?"


def tell_linked(batch: Batch) -> None:
    """At the county: tell of what came in since it was last looked at."""
    newest = batch.work.execute("SELECT COALESCE(MAX(arrival), 0) FROM message").fetchone()[0]
    upto = int(batch.setting(_LOOKED_UPTO) or 0)
    if newest == upto:
        return
    for one, other in batch.work.execute(
        _PAIRS, (upto, *UNDER_WAY, *UNDER_WAY, upto, upto)
    ).fetchall():
        _tell_both(batch, CaseId(one), CaseId(other))
    own = f"{batch.node.id}/%"
    for (id_,) in batch.work.execute(_CLOSED, (upto, own, Status.CLOSED.value)).fetchall():
        merged = batch.case(CaseId(id_)).case
        if merged is not None and merged.merged_into is not None:
            _tell(batch, merged.merged_into, merged, MERGED_HERE)
    batch.set(_LOOKED_UPTO, str(newest).encode())


def _tell_both(batch: Batch, one: CaseId, other: CaseId) -> None:
    first, second = batch.case(one).case, batch.case(other).case
    if first is None or second is None:
        return
    both_received = first.moments("receive") and second.moments("receive")
    rebuilt = second.rebuilt_from == first.id or first.rebuilt_from == second.id
    if not (both_received or rebuilt) or not (first.is_open and second.is_open):
        return
    if first.id in second.apart_from or second.id in first.apart_from:
        return
    _tell(batch, first.id, second, LINKED)
    _tell(batch, second.id, first, LINKED)


def _tell(batch: Batch, case: CaseId, other: Case, code: str) -> None:
    told = (stored_body(each.message) for each in batch.messages_of(case))
    if any(
        isinstance(n, Notice) and (n.code, n.args.get("case")) == (code, other.id) for n in told
    ):
        return
    received = other.moments("receive")
    about = {
        "case": other.id,
        "number": other.number,
        "node": other.first_responsible,
        "at": instant_text(received[0].at if received else other.timeline[0].at),
    }
    write(batch, Notice(None, code, code, about), case=case)
