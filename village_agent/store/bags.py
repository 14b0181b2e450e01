"""Which bags of papers have left the village: kept by this laptop only.

The case itself says what paper was taken in; that the agent carried it up is remembered here, so
that the list of what is still to be carried is true.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from casework.names import CaseId
from village_agent.tables import Bag

CARRIED_SHOWN_MAX = 50


class CarriedBag(Struct, frozen=True):
    case: CaseId
    carried_at: datetime
    officer: str


class Bags:
    def __init__(self, bag: type[Bag]) -> None:
        self._bag = bag

    async def count(self) -> int:
        return int(await self._bag.count())

    async def latest(self) -> list[CarriedBag]:
        """Those that left last."""
        bag = self._bag
        rows = await bag.select().order_by(bag.carried_at, ascending=False).limit(CARRIED_SHOWN_MAX)
        return [_bag(row) for row in rows]

    async def carry(self, cases: Iterable[CaseId], officer: str, now: datetime) -> None:
        """Note that these bags, which lay here, left."""
        new = [self._bag(case_id=case, carried_at=now, officer=officer) for case in cases]
        if new:
            await self._bag.insert(*new)

    async def take_back(self, case: CaseId) -> None:
        """It did not leave after all."""
        await self._bag.delete().where(self._bag.case_id == case)


def _bag(row: dict[str, object]) -> CarriedBag:
    at = row["carried_at"]
    assert isinstance(at, datetime), "a column of times"
    return CarriedBag(CaseId(str(row["case_id"])), at, str(row["officer"]))
