"""The facts of a case that conditions read: few, impersonal, and signed with the intake.

Because they stand in the entry, every tier judges powers and computes dates alike, without the
applicant's form.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from casework.act import AnyAct, FactItem, FactOnWire, Intake
from casework.case import Case
from casework.condition import (
    AGENT_FACT,
    APPLICANT_KIND_FACT,
    CHANNEL_FACT,
    COMMITMENT_FACT,
    Facts,
    FactValue,
)
from casework.delegation import Delegation
from casework.errors import FactsError
from casework.matter import DeemedWhen, MatterVersion

# The form field that names the day on which the licence to be renewed expires.
EXPIRES_ON: Final = "expires_on"


def fields_read(matter: MatterVersion, delegations: Iterable[Delegation] = ()) -> frozenset[str]:
    """The fields that this matter's conditions or clocks, or powers over it, refer to."""
    return frozenset(_fields(matter)) | {
        condition.field
        for record in delegations
        if record.matter == matter.id
        for condition in record.conditions
    }


def facts_on_wire(facts: Facts, fields: Iterable[str]) -> tuple[FactItem, ...]:
    """The known ones of these facts, as an entry carries them."""
    return tuple(
        FactItem(field, _on_wire(facts[field]))
        for field in sorted(fields)
        if facts.get(field) is not None
    )


def facts_of_intake(intake: Intake) -> Facts:
    """What an intake states; of what has a member of its own, that member alone."""
    return {
        **{item.field: item.value for item in intake.facts},
        CHANNEL_FACT: intake.channel,
        APPLICANT_KIND_FACT: intake.applicant_kind,
        AGENT_FACT: intake.has_agent,
    }


def facts_of(case: Case | None) -> Facts:
    return facts_of_intake(case.intake) if case is not None and case.intake else {}


def check_facts(case: Case | None, act: AnyAct) -> None:
    """What was received stands: nobody states it otherwise in order to have a power over it.

    An act may repeat facts of the intake that it rests on; those of a case that is received cannot
    be stated again in another form, nor two of one name.
    """
    brought: Intake | None = getattr(act, "intake", None)
    if brought is not None:
        fields = [item.field for item in brought.facts]
        if len(fields) > len(set(fields)):
            raise FactsError(f"{fields} name one twice")
        received = case is not None and case.received_by is not None
        if received and facts_of_intake(brought) != facts_of(case):
            raise FactsError(f"{brought.facts} of a case received otherwise")
    known = brought or (case.intake if case is not None else None)
    stated = frozenset(known.facts) if known is not None else frozenset()
    repeated: tuple[FactItem, ...] = getattr(act, "facts", ())
    if not stated.issuperset(repeated):
        raise FactsError(f"{repeated} of {stated}")


def _fields(matter: MatterVersion) -> Iterator[str]:
    if matter.supports.commitment is not None:
        yield COMMITMENT_FACT
    for scenario in matter.scenarios:
        yield from (condition.field for condition in scenario.when)
    yield from (need.when.field for need in matter.materials if need.when)
    yield from (each.rule.field for each in matter.acceptance.conditions if each.rule)
    deemed = matter.supports.deemed
    if deemed is not None:
        yield from (condition.field for condition in deemed.only_if)
    if deemed is not None and deemed.when is DeemedWhen.LICENCE_EXPIRY:
        yield EXPIRES_ON


def _on_wire(value: FactValue) -> FactOnWire:
    return str(value) if isinstance(value, Decimal) else value
