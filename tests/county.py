"""The example county, decoded once: what tests of rules lean on."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from casework.calendar import Calendar, decode_calendar
from casework.catalogue import Catalogue, decode_catalogue
from casework.condition import Facts
from casework.delegation_file import DelegationList, decode_delegations
from casework.matter import MatterVersion
from casework.names import NodeId, OfficerId
from casework.organisation import Organisation, decode_organisation
from casework.standing import LeaseHeld, Standing
from tests.builders import NOON

FOLDER = Path(__file__).parent.parent / "deploy" / "onebox" / "county"


@cache
def catalogue() -> Catalogue:
    return decode_catalogue((FOLDER / "catalogue.json").read_bytes())


@cache
def delegations() -> DelegationList:
    return decode_delegations((FOLDER / "delegations.json").read_bytes())


@cache
def organisation() -> Organisation:
    return decode_organisation((FOLDER / "organisation.json").read_bytes())


@cache
def calendar() -> Calendar:
    return decode_calendar((FOLDER / "calendar.json").read_bytes())


def matter(name: str, version: int | None = None) -> MatterVersion:
    """A matter of the catalogue, in the version in force at noon unless one is named."""
    wanted = [each for each in catalogue().matters if each.id == name]
    if version is not None:
        return next(each for each in wanted if each.version == version)
    return next(each for each in wanted if each.effective_from <= calendar().day_of(NOON))


def a_standing(  # noqa: PLR0913
    node: NodeId,
    officer: OfficerId,
    matter_version: MatterVersion,
    *,
    facts: Facts | None = None,
    now: datetime = NOON,
    lease: LeaseHeld | None = None,
    time_suspect: bool = False,
) -> Standing:
    found = organisation().officer(officer)
    assert found is not None
    listed = delegations()
    return Standing(
        node=node,
        officer=found,
        matter=matter_version,
        delegations=tuple(listed.records),
        revocations=tuple(listed.revocations),
        calendar=calendar(),
        facts=facts or {},
        now=now,
        time_suspect=time_suspect,
        lease=lease or LeaseHeld(now - timedelta(hours=1), now + timedelta(hours=71)),
        officers={each.id: each for each in organisation().officers},
        ab_pairs=organisation().ab_pairs,
    )
