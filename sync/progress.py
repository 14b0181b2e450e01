"""What a node knows of a case, for whoever holds the paper with its number and code."""

import hmac

from msgspec import Struct
from msgspec.structs import replace

from casework.asking import Guest
from casework.case import Case
from casework.freshness import Heard
from casework.names import CaseId, CaseNumber
from casework.query_code import query_code
from sync.attesting import Attestation, attest
from sync.batch import Batch
from sync.desk import Desk
from sync.engine import Work
from sync.hearing import read_heard


class Known(Struct, frozen=True):
    """A case as it is known here, the applicant's name as the lists have it, and who was heard.

    `attested` is what was found behind its decision, where there is or was one.
    """

    case: Case
    applicant: str
    heard: Heard
    guests: tuple[Guest, ...] = ()
    attested: Attestation | None = None


async def find_by_paper(desk: Desk, number: CaseNumber, code: str) -> Known | None:
    """The case of this number whose code that is; None alike for either that is wrong."""
    node = desk.node

    def look(work: Work) -> Known | None:
        rows = work.execute("SELECT id FROM case_row WHERE number = ?", (number,)).fetchall()
        for (id_,) in rows:
            if not hmac.compare_digest(query_code(CaseId(id_)).encode(), code.encode()):
                continue
            batch = Batch(node, work)
            state = batch.case(CaseId(id_))
            if state.case is not None:
                applicant = batch.applicant_of(state) or ""
                return Known(state.case, applicant, read_heard(work, node.id), state.guests)
        return None

    known = await node.database.read(look)
    if known is None or not (known.case.decision or known.case.former_decisions):
        return known
    return replace(known, attested=await attest(desk, known.case))
