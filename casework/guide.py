"""A matter told to people: the public guide and the internal handbook, from one version.

Both are made of the version that cases follow and of the delegation list, and of nothing written
beside them, so that what is told and what is done cannot differ. Nothing here is worded: a section
is a code with the catalogue's own sentences and codes, and screens and papers set the same one.
The elements of the guide are those of GB/T 39554.1-2020 and of the national rules for the lists of
government services (check before relying on it).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.archive import DOCUMENT_STAGES, Stage
from casework.clock import ClockName
from casework.clock_rules import DEFAULTS, ClockDefaults, paused_by_special, paused_by_supplement
from casework.limits import Limit
from casework.material import MaterialRequirement, Necessity
from casework.matter import (
    LegalBasis,
    MatterRef,
    MatterStatus,
    MatterVersion,
    SpecialProcedure,
    Step,
    StepAct,
    in_force,
)
from casework.names import MatterId
from casework.offers import Grants, Offer, offers_of
from casework.procedure import ROWS
from casework.regions import Regions


class Section(StrEnum):
    """What may stand in a guide or handbook; worded and linked to by these values."""

    BASICS = "basics"
    WHO = "who"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    PLACES = "places"
    STEPS = "steps"
    LIMITS = "limits"
    FEES = "fees"
    RESULTS = "results"
    EASINGS = "easings"
    BASIS = "basis"
    HELP = "help"
    CHECKS = "checks"
    STANDARDS = "standards"
    REVIEW = "review"
    SPECIAL = "special"
    PAPERS = "papers"
    ARCHIVE = "archive"


PUBLIC: Final = (
    *(Section.WHO, Section.CONDITIONS, Section.MATERIALS, Section.PLACES, Section.STEPS),
    *(Section.LIMITS, Section.FEES, Section.RESULTS, Section.EASINGS, Section.HELP),
    *(Section.BASICS, Section.BASIS),
)
HANDBOOK: Final = (
    *(Section.BASICS, Section.CHECKS, Section.STANDARDS, Section.REVIEW, Section.STEPS),
    *(Section.LIMITS, Section.SPECIAL, Section.EASINGS, Section.FEES, Section.PAPERS),
    *(Section.ARCHIVE, Section.BASIS),
)


class Pause(Struct, frozen=True):
    """A special procedure, and whether its days are left out of the limits."""

    procedure: SpecialProcedure
    of_promised: bool
    of_statutory: bool


class Counting(Struct, frozen=True, kw_only=True):
    """How the days of a matter are counted, and what else has a limit of its own."""

    notice: Limit
    supplement: Limit
    delivery: Limit
    pauses: tuple[Pause, ...]
    supplement_pauses: bool  # the time until papers come that the review asked for


class Wanted(Struct, frozen=True):
    """A material with the bases in law that it rests on, and in which situations it is asked."""

    need: MaterialRequirement
    bases: tuple[LegalBasis, ...]
    scenarios: tuple[str, ...]  # by name; empty: in all of them

    @property
    def is_deferrable(self) -> bool:
        return self.need.necessity is Necessity.DEFERRABLE


class PaperDue(Struct, frozen=True):
    """A paper that a case of the matter may bring: by which act, and where it is filed."""

    document: str
    act: str
    stage: Stage


class Guide(Struct, frozen=True, kw_only=True):
    """A version of a matter, and what follows from it and from who was given which power."""

    matter: MatterVersion
    is_announced: bool  # in force later, from `matter.effective_from` on
    offers: tuple[Offer, ...]
    materials: tuple[Wanted, ...]
    counting: Counting
    stages: tuple[tuple[Step, ...], ...]  # steps that go on side by side stand together
    papers: tuple[PaperDue, ...]


def guide_of(
    matter: MatterVersion, grants: Grants, regions: Regions, now: datetime, on: date
) -> Guide:
    """What is told of a version on a day; of one to come, as of its first day."""
    day = max(on, matter.effective_from)
    return Guide(
        matter=matter,
        is_announced=on < matter.effective_from,
        offers=offers_of(matter, grants, regions, now, day),
        materials=tuple(_wanted(matter)),
        counting=counting_of(matter),
        stages=stages_of(matter),
        papers=papers_of(matter),
    )


def is_told(matter: MatterVersion, on: date) -> bool:
    """Whether a version is for the public: one in force, or published and still to come."""
    announced = matter.status is MatterStatus.PUBLISHED and on < matter.effective_from
    return announced or in_force(matter, on)


def told_on(matters: Iterable[MatterVersion], on: date) -> tuple[MatterVersion, ...]:
    """The versions for the public on a day, in the order given."""
    return tuple(matter for matter in matters if is_told(matter, on))


def told_version(
    matters: Iterable[MatterVersion], matter: MatterId, on: date, version: int | None = None
) -> MatterVersion | None:
    """The version asked for, else the one in force, else the first to come."""
    told = [one for one in told_on(matters, on) if one.id == matter]
    if version is not None:
        return next((one for one in told if one.ref == MatterRef(matter, version)), None)
    return next(iter(sorted(told, key=lambda one: one.effective_from)), None)


class Ended(Struct, frozen=True):
    """A matter that is no longer taken in: its last version, and what is there instead."""

    matter: MatterVersion
    instead: tuple[MatterVersion, ...]


def ended_on(matters: Iterable[MatterVersion], matter: MatterId, on: date) -> Ended | None:
    """The matter, if it ended before a day and no version of it is to come.

    What the catalogue above calls by the same basic code is there instead.
    """
    held = tuple(matters)
    own = [one for one in held if one.id == matter and one.status is not MatterStatus.DRAFT]
    if not own or told_version(own, matter, on) is not None:
        return None
    last = max(own, key=lambda one: one.version)
    code = (last.code_scheme, last.catalog_code)
    same = (one for one in told_on(held, on) if (one.code_scheme, one.catalog_code) == code)
    first: dict[MatterId, MatterVersion] = {}
    for one in sorted(same, key=lambda one: one.effective_from):
        first.setdefault(one.id, one)
    return Ended(last, tuple(first.values()) if last.catalog_code else ())


def counting_of(matter: MatterVersion, defaults: ClockDefaults = DEFAULTS) -> Counting:
    pauses = []
    for procedure in matter.special_procedures:
        stopped = paused_by_special(matter, procedure.id)
        pauses.append(
            Pause(procedure, ClockName.PROMISED in stopped, ClockName.STATUTORY in stopped)
        )
    return Counting(
        notice=defaults.notice,
        supplement=defaults.supplement,
        delivery=defaults.delivery,
        pauses=tuple(pauses),
        supplement_pauses=bool(paused_by_supplement(matter)),
    )


def stages_of(matter: MatterVersion) -> tuple[tuple[Step, ...], ...]:
    """The steps in their order; those of one parallel group that follow each other together."""
    stages: list[tuple[Step, ...]] = []
    for step in sorted(matter.steps, key=lambda one: one.seq):
        last = stages[-1][-1] if stages else None
        if last is not None and step.parallel is not None and step.parallel == last.parallel:
            stages[-1] = (*stages[-1], step)
        else:
            stages.append((step,))
    return tuple(stages)


# Documents of cases that went another way than most: by what the matter must have for them.
_CORRECTING: Final = frozenset(
    {"correction", "revocation", "renewed-acceptance", "reclaim-record", "merger-notice"}
)
_REVIEWING: Final = frozenset(
    {
        *("acceptance-notice", "deferred-acceptance-notice", "deemed-acceptance"),
        *("review-deficiency-notice", "review-supplement-receipt", "special-procedure-notice"),
        *("extension-notice", "grant", "refusal", "result-handover", "forwarding-slip"),
        *("deferral-satisfied", "deferral-lapsed", "transfer-slip"),
    }
)
_DEFERRING: Final = frozenset(
    {"deferred-acceptance-notice", "deferral-satisfied", "deferral-lapsed"}
)


def papers_of(matter: MatterVersion) -> tuple[PaperDue, ...]:
    """The papers that cases of a matter may bring, in the order of the procedure, each once."""
    lacking = frozenset(_lacking(matter))
    found: dict[str, PaperDue] = {}
    for row in ROWS:
        document = row.document
        if document is not None and document not in lacking and document not in found:
            found[document] = PaperDue(document, row.name, DOCUMENT_STAGES[document])
    return tuple(found.values())


def _lacking(matter: MatterVersion) -> Iterator[str]:
    """The documents that no case of the matter brings in its usual course."""
    yield from _CORRECTING
    supports, acts = matter.supports, {step.act for step in matter.steps}
    yield from _REVIEWING if matter.is_instant else {"instant-result"}
    if supports.deferral is None:
        yield from _DEFERRING
    if not matter.special_procedures:
        yield "special-procedure-notice"
    if supports.extension is None:
        yield "extension-notice"
    if StepAct.FORWARD not in acts:
        yield "forwarding-slip"
    if not matter.fees:
        yield "fee-notice"
    if "assist" not in matter.delegable.village:
        yield "collection-receipt"


def _wanted(matter: MatterVersion) -> Iterator[Wanted]:
    known = {basis.id: basis for basis in matter.legal_basis}
    for need in matter.materials:
        asking = [
            each.name
            for each in matter.scenarios
            if each.materials is None or need.id in each.materials
        ]
        bases = tuple(known[each] for each in need.legal_basis if each in known)
        everywhere = len(asking) == len(matter.scenarios)
        yield Wanted(need, bases, () if everywhere else tuple(asking))
