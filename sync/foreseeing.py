"""The case as it would stand after an act that has not been signed yet.

Some papers are part of the act they speak of: the result of an instant matter is signed with the
decision. They are made from the case foreseen, which differs from the one that will stand only in
its last entry's name and, by moments, its time.
"""

from collections.abc import Iterable
from typing import Final

from casework.act import AnyAct
from casework.case import Case
from casework.delegation import Delegation
from casework.entry import Entry, PartRef, Written
from casework.fold import advance
from casework.judging import permit
from casework.names import Lane, MessageId, PartHash, log_name
from sync.desk import Desk, Sitting

FORESEEN: Final = MessageId("f" * 64)
_NO_PART: Final = PartHash("0" * 64)


async def check(
    desk: Desk, act: AnyAct, sitting: Sitting, parts: Iterable[str] = (), case: Case | None = None
) -> Delegation | None:
    """The power that an act with parts of these names would cite, or the CaseworkError."""
    standing = await desk.standing(sitting, case, act)
    refs = tuple(PartRef(_NO_PART, 0, "", name) for name in parts)
    return permit(case, act, refs, standing)


async def foresee(
    desk: Desk, case: Case, act: AnyAct, sitting: Sitting, parts: Iterable[str] = ()
) -> Case:
    """What an act with parts of these names would make of a case; the CaseworkError if nothing.

    The act's moment is the last of the timeline, and bears the id `FORESEEN`.
    """
    names = tuple(parts)
    grant = await check(desk, act, sitting, names, case)
    node = desk.node
    entry = Entry(
        number=case.number,
        previous=case.head,
        act=act,
        matter_version=case.matter,
        delegation=grant.id if grant else None,
        officer=sitting.officer.id,
        acting_for=sitting.acting_for.id if sitting.acting_for else None,
        bundle=None,
        project=None,
        parts=tuple(PartRef(_NO_PART, 0, "", name) for name in names),
    )
    log = log_name(node.id, node.incarnation, Lane.CASE)
    written = Written(FORESEEN, case.id, log, 1, desk.now(), suspect=False, entry=entry)
    return advance(case, written)
