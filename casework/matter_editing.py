"""Editing the catalogue: what a new version may say, how one ends, and what two of them differ in.

A version that was published is what cases were begun under, so it is never rewritten: only the
day on which it ends may still move, and never into the past. What is to change is said by another
version with a day of its own, up to which the one before it applies.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import count
from typing import Any, Final

from msgspec import UNSET, Struct
from msgspec.structs import asdict, replace

from casework.condition import Condition
from casework.fact import Fact
from casework.inheriting import (
    INHERITED,
    UPPER_SCHEMES,
    UpperCatalogue,
    UpperMatter,
    altered,
    inheriting,
    promises_too_long,
)
from casework.limits import Limit, workdays
from casework.matter import (
    Acceptance,
    CaseKind,
    Delegable,
    Hall,
    HallMode,
    LegalReceipt,
    Limits,
    MatterStatus,
    MatterType,
    MatterVersion,
    ReceiptRule,
    Supports,
    Validity,
)
from casework.names import DepartmentId, MatterId, OfficerId
from casework.proposal import MatterChange, MatterChanges

_DAY: Final = timedelta(days=1)
_MATTER_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MATTER_ID_CHARS_MAX: Final = 60
# What is nobody's to write: it follows from who does what when.
KEPT: Final = ("id", "version", "status", "published_on", "drafted_by", "reviewed_by")


class MatterEditFault(StrEnum):
    """Why a change of a matter is not made. The values are permanent."""

    MATTER_ID = "E_MATTER_ID"
    MATTER_TAKEN = "E_MATTER_TAKEN"
    MATTER_UNKNOWN = "E_MATTER_UNKNOWN"
    BEGINS_EARLY = "E_MATTER_BEGINS_EARLY"
    BEGINS_BEFORE_LAST = "E_MATTER_BEGINS_BEFORE_LAST"
    ENDS_EARLY = "E_MATTER_ENDS_EARLY"
    ENDED = "E_MATTER_ENDED"
    INHERITED = "E_MATTER_INHERITED"
    PROMISED_LONGER = "E_MATTER_PROMISED_LONGER"
    PUBLISHED = "E_MATTER_PUBLISHED"


class MatterEditError(Exception):
    """A change that the rules do not allow; `field` is the element, `matter` what it is of."""

    def __init__(self, fault: MatterEditFault, matter: str = "", field: str = "") -> None:
        self.fault: Final = fault
        self.matter: Final = matter
        self.field: Final = field
        super().__init__(f"{fault}: {matter} {field}".rstrip())


def versions_of(matters: Iterable[MatterVersion], matter: MatterId) -> tuple[MatterVersion, ...]:
    """All versions of a matter, the newest last."""
    return tuple(sorted((one for one in matters if one.id == matter), key=lambda one: one.version))


def next_version(
    held: Iterable[MatterVersion], matter: MatterId, *, by: OfficerId, begins: date, today: date
) -> MatterChanges:
    """A draft of a matter's next version, and the end of the one that it follows."""
    versions = versions_of(held, matter)
    if not versions:
        raise MatterEditError(MatterEditFault.MATTER_UNKNOWN, matter)
    newest = versions[-1]
    draft = replace(
        newest,
        version=newest.version + 1,
        status=MatterStatus.DRAFT,
        effective_from=begins,
        effective_until=None,
        published_on=None,
        drafted_by=by,
        reviewed_by=None,
    )
    return with_version(MatterChanges(), versions, draft, today=today)


def with_version(
    changes: MatterChanges,
    held: Iterable[MatterVersion],
    draft: MatterVersion,
    *,
    today: date,
    upper: UpperCatalogue | None = None,
) -> MatterChanges:
    """The changes with this draft in them; what it follows ends on the day before it begins."""
    before = versions_of(held, draft.id)
    _check_begins(draft, before, today)
    last = before[-1] if before else None
    for saved in (one for one in drafts_of(changes) if one.id == draft.id):
        _check_claim(saved, draft, upper)
    _check_inherited(last, draft, upper)
    of_others = [one for one in changes.matters if one.after.id != draft.id]
    mine = [MatterChange(None, draft)]
    until = draft.effective_from - _DAY
    if last is not None and (last.effective_until is None or last.effective_until > until):
        mine.insert(0, MatterChange(last, replace(last, effective_until=until)))
    return MatterChanges((*of_others, *mine))


def retired(
    held: Iterable[MatterVersion], matter: MatterId, *, until: date, today: date
) -> MatterChanges:
    """The end of a matter: its newest version applies on `until` for the last time."""
    versions = versions_of(held, matter)
    if not versions:
        raise MatterEditError(MatterEditFault.MATTER_UNKNOWN, matter)
    newest = versions[-1]
    if newest.effective_until is not None and newest.effective_until < today:
        raise MatterEditError(MatterEditFault.ENDED, matter)
    if until < max(today, newest.effective_from):
        raise MatterEditError(MatterEditFault.ENDS_EARLY, matter, "effective_until")
    return MatterChanges((MatterChange(newest, replace(newest, effective_until=until)),))


def taken_over(  # noqa: PLR0913 - what is taken over, from where, by whom and when
    held: Iterable[MatterVersion],
    matter: MatterId,
    upper: UpperCatalogue,
    *,
    by: OfficerId,
    begins: date,
    today: date,
) -> MatterChanges:
    """A draft of a matter's next version, as the upper catalogue says by now."""
    matters = tuple(held)
    changes = next_version(matters, matter, by=by, begins=begins, today=today)
    (draft,) = drafts_of(changes)
    above = upper.above(draft)
    if above is None:
        raise MatterEditError(MatterEditFault.MATTER_UNKNOWN, matter)
    after = inheriting(draft, above)
    return with_version(changes, matters, after, today=today, upper=upper)


def new_matter(  # noqa: PLR0913 - what a matter begins with, each by its name
    held: Iterable[MatterVersion],
    matter: MatterId,
    *,
    name: str,
    department: DepartmentId,
    by: OfficerId,
    begins: date,
    today: date,
    upper: UpperMatter | None = None,
) -> MatterChanges:
    """A draft of a matter that there was not: what it asks for is still to be written.

    One that claims a matter of the upper catalogue begins with all that it inherits, and promises
    no less than the law does until the county writes a shorter limit.
    """
    if not _MATTER_ID.fullmatch(matter) or len(matter) > MATTER_ID_CHARS_MAX:
        raise MatterEditError(MatterEditFault.MATTER_ID, matter, "id")
    if versions_of(held, matter):
        raise MatterEditError(MatterEditFault.MATTER_TAKEN, matter, "id")
    draft = _blank(matter, name, department, by, begins)
    if upper is not None:
        promised = upper.limits.statutory or draft.limits.promised
        draft = replace(draft, limits=replace(draft.limits, promised=promised))
        draft = replace(inheriting(draft, upper), short_name=upper.name)
    return with_version(MatterChanges(), (), draft, today=today)


def check_changes(
    changes: MatterChanges,
    held: Iterable[MatterVersion],
    *,
    today: date,
    upper: UpperCatalogue | None = None,
) -> None:
    """MatterEditError for what no proposal may do, whoever made it and however."""
    matters = tuple(held)
    for change in changes.matters:
        before, after = change.before, change.after
        if before is None:
            earlier = versions_of(matters, after.id)
            _check_begins(after, earlier, today)
            _check_inherited(earlier[-1] if earlier else None, after, upper)
        elif before.status is not MatterStatus.DRAFT:
            if after != replace(before, effective_until=after.effective_until):
                raise MatterEditError(MatterEditFault.PUBLISHED, after.id)
            _check_end(before, after, today)


def in_force_with(changes: MatterChanges, by: OfficerId, on: date) -> MatterChanges:
    """The changes as they are published: each new version with its reviewer and the day."""

    def published(one: MatterChange) -> MatterChange:
        if one.before is not None:
            return one
        after = replace(one.after, status=MatterStatus.PUBLISHED, reviewed_by=by, published_on=on)
        return MatterChange(None, after)

    return MatterChanges(tuple(published(one) for one in changes.matters))


_PREFIXES: Final = {
    "materials": "m",
    "legal_basis": "L",
    "scenarios": "s",
    "special_procedures": "P",
    "results": "r",
}


def numbered(matter: MatterVersion) -> MatterVersion:
    """The version with an id for every row that an editor added, and its steps in their order."""
    named = replace(
        matter,
        steps=tuple(replace(step, seq=at) for at, step in enumerate(matter.steps, start=1)),
        acceptance=replace(
            matter.acceptance,
            conditions=_with_ids(matter.acceptance.conditions, "c"),
            refusals=_with_ids(matter.acceptance.refusals, "x"),
        ),
        **{name: _with_ids(getattr(matter, name), prefix) for name, prefix in _PREFIXES.items()},
    )
    materials = tuple(
        replace(one, acceptance_standard=_with_ids(one.acceptance_standard, f"{one.id}."))
        for one in named.materials
    )
    return replace(named, materials=materials)


def _with_ids(rows: Sequence[Any], prefix: str) -> tuple[Any, ...]:
    taken = {row.id for row in rows}
    free = (name for at in count(1) if (name := f"{prefix}{at}") not in taken)
    return tuple(row if row.id else replace(row, id=next(free)) for row in rows)


def drafts_of(changes: MatterChanges) -> tuple[MatterVersion, ...]:
    """The new versions that the changes bring."""
    return tuple(one.after for one in changes.matters if one.before is None)


def _check_begins(draft: MatterVersion, before: Sequence[MatterVersion], today: date) -> None:
    if draft.effective_from <= today:
        raise MatterEditError(MatterEditFault.BEGINS_EARLY, draft.id, "effective_from")
    if draft.effective_until is not None and draft.effective_until < draft.effective_from:
        raise MatterEditError(MatterEditFault.ENDS_EARLY, draft.id, "effective_until")
    if before and draft.effective_from <= before[-1].effective_from:
        raise MatterEditError(MatterEditFault.BEGINS_BEFORE_LAST, draft.id, "effective_from")


def _check_end(before: MatterVersion, after: MatterVersion, today: date) -> None:
    if before.effective_until == after.effective_until:
        return
    if before.effective_until is not None and before.effective_until < today:
        raise MatterEditError(MatterEditFault.ENDED, after.id)
    first = max(today, after.effective_from)
    if after.effective_until is not None and after.effective_until < first:
        raise MatterEditError(MatterEditFault.ENDS_EARLY, after.id, "effective_until")


def _check_claim(before: MatterVersion, draft: MatterVersion, upper: UpperCatalogue | None) -> None:
    """What claimed a matter of the upper catalogue does not become another by another code."""
    above = upper.above(before) if upper else None
    if above is not None and upper is not None and upper.above(draft) != above:
        raise MatterEditError(MatterEditFault.INHERITED, draft.id, "catalog_code")


def _check_inherited(
    last: MatterVersion | None, draft: MatterVersion, upper: UpperCatalogue | None
) -> None:
    if last is not None:
        _check_claim(last, draft, upper)
    above = upper.above(draft) if upper else None
    if above is not None:
        if field := altered(draft, last, above):
            raise MatterEditError(MatterEditFault.INHERITED, draft.id, field)
        if field := promises_too_long(draft):
            raise MatterEditError(MatterEditFault.PROMISED_LONGER, draft.id, field)
    elif last is not None and last.code_scheme in UPPER_SCHEMES:
        for field in INHERITED:
            if getattr(last, field) != getattr(draft, field):
                raise MatterEditError(MatterEditFault.INHERITED, draft.id, field)


def _blank(
    matter: MatterId, name: str, department: DepartmentId, by: OfficerId, begins: date
) -> MatterVersion:
    return MatterVersion(
        id=matter,
        version=1,
        status=MatterStatus.DRAFT,
        effective_from=begins,
        effective_until=None,
        published_on=None,
        drafted_by=by,
        reviewed_by=None,
        reference=None,
        code_scheme="GB/T 39046-2020",
        catalog_code="",
        implementation_code="",
        handling_item_code=None,
        name=name,
        short_name=name,
        matter_type=MatterType.PUBLIC_SERVICE,
        department=department,
        implementing_body="1",
        window_category=7,
        hall=Hall(HallMode.RESIDENT, None),
        exercise_level="4",
        case_kind=CaseKind.PROMISED,
        service_objects=(),
        handling_forms=("1",),
        service_scope="county",
        online_depth=1,
        max_visits=1,
        limits=Limits(None, None, workdays(1)),
        legal_receipt=LegalReceipt(ReceiptRule.ANY_ACCEPTING_NODE, "", None),
        acceptance=Acceptance("", (), ()),
        legal_basis=(),
        scenarios=(),
        steps=(),
        special_procedures=(),
        fees=(),
        materials=(),
        form_fields=(),
        results=(),
        supports=Supports(
            deferral=None,
            commitment=None,
            extension=None,
            deemed=None,
            review_supplement_pauses=True,
            agent=True,
            batch=False,
            relative_declaration=False,
            home_visit=False,
            township_consultation=False,
            periodic_review_months=None,
            apply_ahead_days=None,
        ),
        delegable=Delegable((), (), (), (), redelegable=False),
        intermediaries=(),
        post_decision=None,
        theme_bundles=(),
    )


class Difference(Struct, frozen=True):
    """An element that two versions say differently; UNSET where one of them has none.

    `path` names its members, and its rows by what identifies them: `materials`, `m3`, `name`.
    """

    path: tuple[str, ...]
    before: object
    after: object


# Told as one: a limit is its number with its unit.
_WHOLE: Final = (Limit, Condition, Validity)
_ROW_NAMES: Final = ("id", "key", "seq", "value", "name")


def differences(
    before: MatterVersion | None, after: MatterVersion | None
) -> tuple[Difference, ...]:
    """All that two versions say differently, in the order of their elements."""
    found = _differences((), UNSET if before is None else before, UNSET if after is None else after)
    return tuple(one for one in found if one.path[0] not in KEPT)


def row_name(row: Fact, index: int) -> str:
    """What tells a row from the others of its list, in both versions."""
    return next((str(getattr(row, name)) for name in _ROW_NAMES if hasattr(row, name)), str(index))


def _differences(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if _is_record(before) or _is_record(after):
        members = asdict(before if _is_record(before) else after)
        for name in members:
            old, new = (getattr(each, name, UNSET) for each in (before, after))
            yield from _differences((*path, name), old, new)
    elif _is_list(before) or _is_list(after):
        yield from _row_differences(path, before or (), after or ())
    elif not (_says_nothing(before) and _says_nothing(after)):
        yield Difference(path, before, after)


def _row_differences(
    path: tuple[str, ...], before: Sequence[Fact], after: Sequence[Fact]
) -> Iterator[Difference]:
    old = {row_name(row, index): row for index, row in enumerate(before)}
    new = {row_name(row, index): row for index, row in enumerate(after)}
    for name in dict.fromkeys((*old, *new)):
        yield from _differences((*path, name), old.get(name, UNSET), new.get(name, UNSET))
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield Difference((*path, ""), tuple(kept), tuple(name for name in new if name in old))


def _says_nothing(value: object) -> bool:
    return value is UNSET or value is None or value == ()


def _is_record(value: object) -> bool:
    return isinstance(value, Fact) and not isinstance(value, _WHOLE)


def _is_list(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and bool(value)
        and isinstance(value[0], Fact)
        and (not isinstance(value[0], _WHOLE))
    )
