"""Supervision samples: which decisions are looked at again, chosen so that nobody can steer it.

Before a week begins the county signs the digest of a secret seed, and after it has ended the seed
(row Z10). A decision belongs to the week in which the county received it, so neither can it be
dated into another, nor could whoever drew the seed know the decisions, nor whoever made them the
seed. From then on anybody computes the same samples.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.names import DelegationId, MessageId

SEED_BYTES: Final = 32
SAMPLED_PER_THOUSAND: Final = 100
# A record whose reviewed decisions are wrong so often is to be suspended.
WRONG_PER_THOUSAND_MAX: Final = 200
# Before so many were reviewed, a rate says nothing.
REVIEWED_MIN: Final = 5

REASON_CHARS_MIN: Final = 6
REASON_CHARS_MAX: Final = 500

_SEED_TAG: Final = b"tongban-sample-seed-v1"
_DRAW_TAG: Final = b"tongban-sample-v1"
_DRAW_BYTES: Final = 8
_DRAWS: Final = 1 << (8 * _DRAW_BYTES)


class SampleParty(StrEnum):
    """Whose sample it is: each of the three draws its own (row D2)."""

    DEPARTMENT = "department"
    CENTRE = "centre"
    TOWNSHIP = "township"


class Finding(StrEnum):
    """What a reviewer found of a decision; stored, never change one."""

    RIGHT = "right"
    WRONG = "wrong"


def is_reasoned(finding: Finding, reason: str) -> bool:
    """Whether enough is said, and not too much: what is wrong has to be said."""
    least = REASON_CHARS_MIN if finding is Finding.WRONG else 0
    return least <= len(reason) <= REASON_CHARS_MAX


class Eligible(Struct, frozen=True):
    """A decision that stands; one that the verdict flagged is looked at in any case."""

    id: MessageId
    delegation: DelegationId
    is_flagged: bool = False


class Rate(Struct, frozen=True):
    """How the reviewed decisions of one record fared."""

    reviewed: int
    wrong: int

    @property
    def per_thousand(self) -> int:
        return self.wrong * 1000 // self.reviewed if self.reviewed else 0

    @property
    def is_too_high(self) -> bool:
        return self.reviewed >= REVIEWED_MIN and self.per_thousand > WRONG_PER_THOUSAND_MAX


def week_of(day: date) -> str:
    """The name of the week of a day: `2026-W48`. As texts, weeks sort as they follow."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_ahead(day: date) -> tuple[str, str]:
    """The week of a day, and the one to come."""
    return week_of(day), week_of(day + timedelta(days=7))


def seed_digest(week: str, seed: bytes) -> str:
    """What the county signs of a seed before its week: the week is part of it."""
    return hashlib.sha256(_SEED_TAG + week.encode() + b"/" + seed).hexdigest()


def draw(seed: bytes, party: SampleParty, decision: MessageId) -> int:
    """A number below 2^64 that is as good as thrown for whoever does not know the seed."""
    digest = hashlib.sha256(_DRAW_TAG + seed + b"/" + party.encode() + b"/" + decision.encode())
    return int.from_bytes(digest.digest()[:_DRAW_BYTES], "big")


def sample(seed: bytes, party: SampleParty, decisions: Iterable[Eligible]) -> tuple[MessageId, ...]:
    """One party's sample of a week: by the draw, but one of each record at least, and all flagged.

    Whether one decision is drawn depends on no other, but where a record has only few.
    """
    listed = {each.id: each for each in decisions}
    draws = {each: draw(seed, party, each) for each in listed}
    chosen = {id_ for id_, number in draws.items() if number * 1000 < SAMPLED_PER_THOUSAND * _DRAWS}
    chosen |= {each.id for each in listed.values() if each.is_flagged}
    lowest: dict[DelegationId, MessageId] = {}
    for id_ in sorted(listed, key=lambda each: (draws[each], each)):
        lowest.setdefault(listed[id_].delegation, id_)
    having = {listed[each].delegation for each in chosen}
    chosen |= {id_ for record, id_ in lowest.items() if record not in having}
    return tuple(sorted(chosen))


def rates(
    records: Mapping[MessageId, DelegationId], found: Collection[tuple[MessageId, Finding]]
) -> dict[DelegationId, Rate]:
    """By record, the decisions that anybody reviewed and those that anybody found wrong."""
    wrong = {id_ for id_, finding in found if finding is Finding.WRONG}
    counted: dict[DelegationId, Rate] = {}
    for id_ in {id_ for id_, _ in found}:
        record = records.get(id_)
        if record is not None:
            before = counted.get(record, Rate(0, 0))
            counted[record] = Rate(before.reviewed + 1, before.wrong + (id_ in wrong))
    return counted
