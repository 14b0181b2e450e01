"""Guides of the example county: what tests of guides, forms and charts lean on."""

from datetime import date, datetime
from functools import cache

from casework.guide import Guide, guide_of
from casework.matter import MatterVersion, in_force
from casework.offers import Grants
from casework.regions import Regions, decode_regions
from tests import county
from tests.builders import NOON
from webui.county_words import county_words
from webui.guide_words import Telling
from webui.names_known import Names

TODAY = NOON.date()
IN_FORCE = [each for each in county.catalogue().matters if in_force(each, TODAY)]


@cache
def regions() -> Regions:
    return decode_regions((county.FOLDER / "regions.json").read_bytes())


@cache
def grants() -> Grants:
    listed = county.delegations()
    return Grants.of(listed.records, listed.revocations)


@cache
def names() -> Names:
    listed = county.delegations()
    return Names.of(county.organisation(), regions(), listed.records, listed.instruments)


def guide(matter: MatterVersion, now: datetime = NOON, on: date = TODAY) -> Guide:
    return guide_of(matter, grants(), regions(), now, on)


def telling(matter: MatterVersion) -> Telling:
    return Telling(
        guide=guide(matter),
        names=names(),
        county=county_words(regions().county),
        calendar=county.calendar(),
        hall="翁源县公共服务中心",
    )
