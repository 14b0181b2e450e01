"""What was done with papers at this node: seals placed, papers printed again. Audit rows."""

from typing import Final

from casework.names import CaseId, MessageId, OfficerId
from sync.batch import Batch
from sync.engine import Work
from sync.node import Node

SEAL_USED: Final = "seal-used"
PRINTED_AGAIN: Final = "paper-printed-again"
_ENTRY_CHARS: Final = 16  # enough of an entry's id to tell it from the others of its case


class PaperLog:
    def __init__(self, node: Node) -> None:
        self._node: Final = node

    async def seal_used(self, case: CaseId, kind: str, officer: OfficerId) -> None:
        """Each use of a seal stands in the audit: on which paper, by whom."""

        def note(batch: Batch) -> None:
            batch.audit(SEAL_USED, case=case, code=f"{kind}:{officer}")

        await self._node.change(note)

    async def printed_again(self, case: CaseId, kind: str, entry: MessageId | None) -> int:
        """Count one more reprint of a paper here, and say how many that makes."""
        code = f"{kind}:{(entry or '')[:_ENTRY_CHARS]}"

        def note(batch: Batch) -> None:
            batch.audit(PRINTED_AGAIN, case=case, code=code)

        await self._node.change(note)

        def count(work: Work) -> int:
            row = work.execute(
                "SELECT COUNT(*) FROM audit WHERE event = ? AND case_id = ? AND code = ?",
                (PRINTED_AGAIN, case, code),
            ).fetchone()
            return int(row[0])

        return await self._node.database.read(count)
