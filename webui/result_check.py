"""结果核验: what anybody who holds a result's paper may learn of who stands behind it.

Told only once the result was handed over: what it says is told at the counter first.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

from casework.case import Case, Decision, Status
from casework.delegation_file import Instrument
from casework.verdict import Judgement
from webui import labels_progress as words
from webui.filters import moment
from webui.names_known import Names

_HANDED_OVER: Final = frozenset({Status.DELIVERED, Status.CLOSED})
_HANDING_OVER: Final = frozenset({"deliver", "instant"})


class Signed(Protocol):
    @property
    def is_genuine(self) -> bool: ...


class Attested(Protocol):
    """What a node finds when it checks the entries behind a result once more."""

    @property
    def signatures(self) -> Sequence[Signed]: ...
    @property
    def is_entitled(self) -> bool: ...
    @property
    def county_right(self) -> bool: ...
    @property
    def instrument(self) -> Instrument | None: ...
    @property
    def power_ended(self) -> datetime | None: ...
    @property
    def verdict(self) -> Judgement | None: ...
    @property
    def is_ratified(self) -> bool: ...


class Standing(StrEnum):
    """How a result stands today, as far as is known here; styles key on it."""

    VALID = "valid"
    REPLACED = "replaced"  # corrected since: an earlier paper of it no longer counts
    TAKEN_BACK = "taken-back"
    UNDECIDED = "undecided"  # the county has not confirmed it, or has put it off
    BROKEN = "broken"


class ResultShown(Struct, frozen=True):
    standing: Standing
    title: str
    lines: tuple[tuple[str, str], ...]


def result_view(case: Case, attested: Attested, names: Names) -> ResultShown | None:
    """None while there is nothing to check, or it is not yet the resident's to show."""
    if not any(each.act in _HANDING_OVER for each in case.timeline):
        return None
    made = case.decision
    if made is None or (case.status not in _HANDED_OVER and not made.revoked):
        return ResultShown(Standing.TAKEN_BACK, words.RESULT_REOPENED, ())
    standing = _standing(made, attested)
    return ResultShown(standing, words.RESULT[standing], tuple(_lines(made, attested, names)))


def _standing(made: Decision, attested: Attested) -> Standing:
    if made.revoked:
        return Standing.TAKEN_BACK
    genuine = bool(attested.signatures) and all(each.is_genuine for each in attested.signatures)
    if not genuine or attested.verdict is Judgement.REJECTED:
        return Standing.BROKEN
    if not attested.is_entitled:
        return Standing.UNDECIDED
    return Standing.REPLACED if made.version > 1 else Standing.VALID


def _lines(made: Decision, attested: Attested, names: Names) -> list[tuple[str, str]]:
    outcome = words.GRANTED if made.granted else words.REFUSED
    lines = [
        ("文书", f"{made.document or words.NO_DOCUMENT}（{outcome}）"),
        ("作出决定", f"{names.node(made.node)}　{moment(made.at)}"),
        ("决定权限", _power(attested)),
    ]
    if made.version > 1:
        lines.append(("更正", words.CORRECTED.format(version=made.version)))
    if attested.verdict is not None:
        key = "ratified" if attested.is_ratified else attested.verdict.value
        lines.append(("县里核验", words.VERDICT[key]))
    return lines


def _power(attested: Attested) -> str:
    if attested.county_right:
        return words.COUNTY_RIGHT
    if attested.instrument is None:
        return words.POWER_UNKNOWN
    named = words.POWER.format(instrument=attested.instrument.number)
    if attested.power_ended is None:
        return named
    return named + words.POWER_ENDED.format(at=moment(attested.power_ended))
