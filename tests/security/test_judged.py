"""What the county does not let stand, though a key of the county's own directory signed it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.entry import Entry, PartRef
from casework.fold import fold
from casework.instants import instant_text, parse_instant
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef, MatterVersion
from casework.names import ZERO_ID, CaseNumber, DelegationId, MatterId, OfficerId, PartHash
from casework.numbering import NumberKind
from sync.batch import Batch
from sync.bodies import Deposit, DepositKind
from sync.case_lists import CaseFilter, CaseLists
from sync.node import Node
from sync.parts import make_part
from sync.payloads import Message
from sync.power import decisions_under
from tests.builders import INTAKE, NOON, OTHER_TOWN, TOWN, WU, ZHOU, Pad
from tests.centres import World, a_world
from tests.cluster import applicant, rows
from tests.wires import a_message, hand_frame

SOCIAL = "minimum-living-allowance"
SALT = b"s" * 16


@pytest.fixture
async def world(founded: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(founded, tmp_path) as made:
        yield made


class Liar:
    """A node's key in the hands of somebody who asks no rules before signing."""

    def __init__(self, world: World, node: Node, officer: OfficerId) -> None:
        self.world, self.node, self.officer = world, node, officer
        self.last: Message | None = None

    @property
    def county(self) -> Node:
        return self.world.county.node

    def delegation(self, matter: str, level: str) -> DelegationId | None:
        found = self.world.county_desk.holdings.delegations_over(self.node.id, MatterId(matter))
        return next((each.id for each in found if each.level.value == level), None)

    async def number(self) -> CaseNumber:
        return CaseNumber(await self.world.town.services.desk.draw_number(NumberKind.CASE))

    def verdicts(self, matter: str) -> tuple[MaterialVerdict, ...]:
        version = self.matter(matter)
        return tuple(
            MaterialVerdict(need.id, MaterialState.PRESENT, need.originals, need.copies, ())
            for need in version.materials
        )

    def matter(self, matter: str) -> MatterVersion:
        holdings = self.world.county_desk.holdings
        found = holdings.catalogue.current(MatterId(matter), holdings.calendar.day_of(NOON))
        assert found is not None
        return found

    def say(  # noqa: PLR0913
        self,
        act: AnyAct,
        *,
        after: Message | None = None,
        number: CaseNumber,
        matter: str = SOCIAL,
        delegation: str | None = None,
        officer: OfficerId | None = None,
        at: datetime = NOON,
        parts: tuple[PartRef, ...] = (),
        ref: MatterRef | None = None,
    ) -> Message:
        entry = Entry(
            number=number,
            previous=after.id if after else ZERO_ID,
            act=act,
            matter_version=ref or self.matter(matter).ref,
            delegation=DelegationId(delegation) if delegation else None,
            officer=officer or self.officer,
            acting_for=None,
            bundle=None,
            project=None,
            parts=parts,
        )
        made = a_message(
            self.node,
            entry,
            seq=self.last.header.seq + 1 if self.last else 1,
            prev=self.last,
            case=after.header.case if after else None,
            at=at,
            signer=self.node.signer,
        )
        self.last = made
        return made

    async def bring(self, *messages: Message, parts: dict[PartHash, bytes] | None = None) -> None:
        wires = [each.wire for each in messages]
        frame = await hand_frame(self.node, self.county, *wires, parts=parts or {})
        await self.county.exchange.receive(self.node.id, frame)

    async def code(self, message: Message) -> str | None:
        [(code,)] = await rows(self.county, "SELECT code FROM message WHERE id = ?", message.id)
        return str(code) if code else None


def sheet() -> tuple[tuple[PartRef, ...], dict[PartHash, bytes]]:
    hash_, data = make_part(applicant(), SALT)
    return (PartRef(hash_, len(data), "application/json", "applicant"),), {hash_: data}


async def received(
    liar: Liar, number: CaseNumber | None = None, **options: Any
) -> tuple[Message, dict[PartHash, bytes]]:
    refs, data = sheet()
    made = liar.say(
        acts.Receive(INTAKE, liar.verdicts(SOCIAL)),
        number=number or await liar.number(),
        parts=refs,
        delegation=liar.delegation(SOCIAL, "accept"),
        **options,
    )
    return made, data


@pytest.fixture
def town(world: World) -> Liar:
    return Liar(world, world.town.node, WU)


async def test_the_honest_way_of_the_liar_is_let_stand(town: Liar) -> None:
    made, data = await received(town)
    await town.bring(made, parts=data)
    assert await town.code(made) is None


async def test_one_number_is_not_given_to_two_cases(town: Liar) -> None:
    one, data = await received(town)
    number = await town.number()
    first, data = await received(town, number=number)
    again, _ = await received(town, number=number)
    await town.bring(one, first, again, parts=data)
    assert [await town.code(each) for each in (first, again)] == [None, "E_NUMBER"]


async def test_a_number_has_one_spelling_and_is_of_this_county(town: Liar) -> None:
    number = await town.number()
    spaced, data = await received(town, number=CaseNumber(f"{number[:4]} {number[4:]}"))
    await town.bring(spaced, parts=data)
    assert await town.code(spaced) == "E_NUMBER"


async def test_an_officer_of_another_town_signs_nothing_here(town: Liar) -> None:
    made, data = await received(town, officer=ZHOU)
    await town.bring(made, parts=data)
    assert await town.code(made) == "E_OFFICER_NOT_HERE"


async def test_another_record_than_the_governing_one_is_not_cited(town: Liar) -> None:
    refs, data = sheet()
    act = acts.Receive(INTAKE, town.verdicts(SOCIAL))
    number = await town.number()
    made = town.say(act, number=number, parts=refs, delegation="d-nobody")
    await town.bring(made, parts=data)
    assert await town.code(made) not in {None, "E_BODY"}


async def test_a_version_of_the_matter_that_is_not_in_effect_takes_nothing_in(town: Liar) -> None:
    ref = MatterRef(MatterId(SOCIAL), 99)
    made, data = await received(town, ref=ref)
    await town.bring(made, parts=data)
    assert await town.code(made) == "E_MATTER_VERSION"


async def test_what_a_deposit_asked_is_taken_up_and_nothing_else(town: Liar) -> None:
    """An early deposit lends its date to what it says, not to whatever one would like dated so."""
    world = town.world
    first, data = await received(town)
    await town.bring(first, parts=data)
    other = world.other.node
    deposit = a_message(
        other,
        Deposit(
            number=await number_of(town, first),
            kind=DepositKind.WITHDRAWAL,
            act=acts.Withdraw("applicant"),
            officer=ZHOU,
            acting_for=None,
            parts=(),
        ),
        case=first.header.case,
        signer=other.signer,
    )
    frame = await hand_frame(other, town.county, deposit.wire)
    await town.county.exchange.receive(OTHER_TOWN, frame)
    at = instant_text(NOON)
    number = await number_of(town, first)
    cites = town.delegation(SOCIAL, "accept")
    twisted = acts.TakeUpDeposit(deposit.id, at, acts.Accept(town.verdicts(SOCIAL)))
    bad = town.say(twisted, after=first, number=number, delegation=cites)
    await town.bring(bad)
    assert await town.code(bad) == "E_DEPOSIT_TAKEN"


async def number_of(liar: Liar, message: Message) -> CaseNumber:
    [(number,)] = await rows(
        liar.county, "SELECT number FROM case_row WHERE id = ?", message.header.case
    )
    return CaseNumber(number)


@pytest.mark.parametrize("days", [-30, 14_600, 2_000_000])
async def test_a_date_out_of_the_world_does_not_break_the_lists(town: Liar, days: int) -> None:
    at = NOON + timedelta(days=days)
    made, data = await received(town, at=at)
    await town.bring(made, parts=data)
    found = CaseLists(town.world.county_desk)
    await found.page(CaseFilter(open_only=False))


@pytest.mark.parametrize("last", ["9999-12-31", "0001-01-01"])
async def test_a_last_day_at_the_end_of_time_does_not_break_the_lists(
    town: Liar, last: str
) -> None:
    first, data = await received(town)
    await town.bring(first, parts=data)
    number = await number_of(town, first)
    lacking = tuple(
        replace(each, state=MaterialState.MISSING) for each in town.verdicts(SOCIAL)[:1]
    )
    cites = town.delegation(SOCIAL, "accept")
    bad = town.say(
        acts.NotifyDeficiency(lacking, last), after=first, number=number, delegation=cites
    )
    await town.bring(bad)
    found = CaseLists(town.world.county_desk)
    lines, _ = await found.page(CaseFilter(open_only=False))
    assert lines


async def test_the_quota_counts_what_came_in_the_same_frame(town: Liar) -> None:
    """Five hundred decisions of one frame are not five hundred times the first."""
    pad = Pad()
    made = [
        pad.chain((TOWN, acts.Receive(INTAKE, ())), (TOWN, acts.DecideGrant((), None)))
        for _ in range(3)
    ]

    def decide(batch: Batch) -> int:
        for chain in made:
            written = [
                replace(each, entry=replace(each.entry, delegation=DelegationId("d1")))
                for each in chain
            ]
            state = batch.case(written[0].case)
            state.case = fold(written).case
            batch.touch(state)
        holdings = town.world.county_desk.holdings
        # Their `at` may all be the same, or go backwards: the month is what counts.
        found = decisions_under(batch, DelegationId("d1"), holdings, NOON)
        batch.touched.clear()
        for chain in made:
            batch.case(chain[0].case).changed = False
        return found

    assert await town.county.change(decide) == len(made)


@pytest.mark.parametrize(
    "text",
    ["9999-12-31T20:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z"],
)
def test_an_instant_that_no_clock_shows_is_none(text: str) -> None:
    """It would be a day beyond all days in some zone, and two thousand years of working days."""
    with pytest.raises(ValueError, match="not an instant"):
        parse_instant(text)
