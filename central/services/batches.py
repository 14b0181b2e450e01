"""Doing the same to many cases: archiving what was delivered, granting standardised matters.

Each case is an act of its own, judged and signed by itself: one that may not be done stops nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from casework import act as acts
from casework.case import Case, Status
from casework.errors import ActNotOpenError, CaseworkError, RoleMissingError, UnknownCaseError
from casework.matter import MatterVersion
from casework.names import CaseId
from central.services.reach import reach_of
from central.services.review import Acting
from sync.desk import Attachment, Desk, Sitting, Step
from webui.documents import PaperKind
from webui.paper_numbers import document_number

# A whole page of a list may be done at once.
AT_ONCE_MAX: Final = 20
OPINION_CHARS_MAX: Final = 2_000
_GRANTABLE: Final = frozenset({Status.ACCEPTED, Status.IN_REVIEW})


class BatchDone(Struct, frozen=True):
    """How many cases it was done to, and how many each code forbade."""

    done: int
    refused: Mapping[str, int]


class Batches:
    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk

    async def close(self, cases: Iterable[CaseId], who: Acting) -> BatchDone:
        """Archive what has been delivered."""

        async def close(case: Case, _: MatterVersion) -> None:
            await self._desk.perform(acts.Close(), self._sitting(case, who))

        return await self._each(cases, who, close)

    async def grant(self, cases: Iterable[CaseId], who: Acting, opinion: str) -> BatchDone:
        """Grant cases of a matter whose version provides for it, with one opinion for all."""
        written = Attachment("opinion", "text/plain", opinion.encode())

        async def grant(case: Case, matter: MatterVersion) -> None:
            if not matter.supports.batch or case.status not in _GRANTABLE:
                raise ActNotOpenError(f"{case.id} of {matter.id} is {case.status}")
            steps = [Step(acts.Take())] if case.status is Status.ACCEPTED else []
            if not case.materials_judged:
                steps.append(Step(acts.JudgeMaterials(case.materials)))
            number = document_number(case, PaperKind.GRANT)
            steps.append(Step(acts.DecideGrant((), number), (written,)))
            await self._desk.perform_all(steps, self._sitting(case, who))

        return await self._each(cases, who, grant)

    async def _each(
        self,
        cases: Iterable[CaseId],
        who: Acting,
        do: Callable[[Case, MatterVersion], Awaitable[None]],
    ) -> BatchDone:
        done, refused = 0, dict[str, int]()
        for case_id in dict.fromkeys(cases):
            try:
                await do(*await self._find(case_id, who))
                done += 1
            except CaseworkError as error:
                refused[error.code] = refused.get(error.code, 0) + 1
        return BatchDone(done, refused)

    async def _find(self, case_id: CaseId, who: Acting) -> tuple[Case, MatterVersion]:
        """The case, if this officer may see it and write in it."""
        case = await self._desk.get_case(case_id)
        matter = self._desk.holdings.matter(case.matter)
        reach = reach_of(who.officer)
        if matter is None or not reach.covers(case, matter):
            raise UnknownCaseError(f"{case_id} is not for {who.officer.id}")
        if not reach.writes:
            raise RoleMissingError(f"{who.officer.id} reads")
        return case, matter

    def _sitting(self, case: Case, who: Acting) -> Sitting:
        return Sitting(
            officer=who.officer, acting_for=who.acting_for, case_id=case.id, seen=case.head
        )
