"""The demo county, read once for all tests of the rules."""

from pathlib import Path

import pytest

from casework.calendar import Calendar, decode_calendar
from casework.catalogue import Catalogue, decode_catalogue
from casework.delegation_file import DelegationList, decode_delegations
from casework.organisation import Organisation, decode_organisation
from casework.regions import Regions, decode_regions

COUNTY = Path(__file__).parents[2] / "deploy/onebox/county"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return decode_catalogue((COUNTY / "catalogue.json").read_bytes())


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return decode_calendar((COUNTY / "calendar.json").read_bytes())


@pytest.fixture(scope="session")
def delegations() -> DelegationList:
    return decode_delegations((COUNTY / "delegations.json").read_bytes())


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return decode_organisation((COUNTY / "organisation.json").read_bytes())


@pytest.fixture(scope="session")
def regions() -> Regions:
    return decode_regions((COUNTY / "regions.json").read_bytes())
