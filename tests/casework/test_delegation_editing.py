"""Editing a draft of the delegations: whatever is done, what has been stays as it was."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.condition import Condition, Operator
from casework.delegation import Delegation, GrantSource, Level
from casework.delegation_editing import (
    EditError,
    EditFault,
    Editing,
    HeldList,
    Place,
    Wish,
    as_wish,
    changed_places,
    findings,
    shown_from,
)
from casework.delegation_file import DelegationList, Instrument
from casework.delegation_publishing import Fault, publishing_faults
from casework.matter import MatterRef, MatterVersion
from casework.names import DelegationId, MatterId, NodeId, RegionCode
from casework.proposal import DelegationChanges, change_delegations
from tests.county import catalogue

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
TOWN, OTHER, VILLAGE = (NodeId(one) for one in ("440229901-01", "440229902-01", "440229901001-01"))
ALLOWANCE, FELLING = MatterId("elderly-allowance"), MatterId("timber-felling-permit")
MATTERS: Mapping[MatterRef, MatterVersion] = {one.ref: one for one in catalogue().matters}
OWNERS = {one.id: one.department for one in MATTERS.values()}
CELL = Place(TOWN, ALLOWANCE)


def a_wish(matter: MatterId = ALLOWANCE, **members: object) -> Wish:
    wish = Wish(
        principal=OWNERS[matter],
        level=Level.ACCEPT,
        not_before=TODAY + DAY,
        not_after=None,
        instrument="i01",
        source=GrantSource.ENTRUSTED,
        offline_hours=24,
    )
    return replace(wish, **members)


def a_record(id_: str, place: Place = CELL, **members: object) -> Delegation:
    wish = replace(a_wish(place.matter, not_before=date(2026, 1, 1)), **members)
    listed = Editing(HeldList(a_list()), DelegationChanges(), date.min)
    return replace(listed_record(listed, place, wish), id=DelegationId(id_))


def listed_record(editing: Editing, place: Place, wish: Wish) -> Delegation:
    editing.put(place, wish)
    (record,) = editing.records_at(place)
    return record


def a_list(*records: Delegation) -> DelegationList:
    return DelegationList(
        county=RegionCode("440229"),
        version=1,
        as_of=TODAY,
        waves=(),
        instruments=(),
        records=records,
        remarks={},
        revocations=(),
        compromises=(),
    )


BEGUN = a_record("d0007")
COMING = a_record("d0009", not_before=date(2027, 1, 1), level=Level.FINAL)
OVER = a_record("d0003", not_after=TODAY - DAY, level=Level.ASSIST)
HELD = a_list(OVER, BEGUN, COMING)


def editing(draft: DelegationChanges | None = None) -> Editing:
    return Editing(HeldList(HELD), draft or DelegationChanges(), TODAY)


def after(draft: DelegationChanges) -> dict[str, Delegation]:
    return {one.id: one for one in change_delegations(HELD, draft).records}


def test_what_has_begun_is_ended_and_another_record_stands_in_its_place() -> None:
    desk = editing()

    new = desk.put(CELL, a_wish(level=Level.FINAL, not_before=date(2027, 2, 1)), [BEGUN.id])

    records = after(desk.draft)
    assert new == "d0010"
    assert records[BEGUN.id] == replace(BEGUN, not_after=date(2027, 1, 31))
    assert (records[new].level, records[new].not_before) == (Level.FINAL, date(2027, 2, 1))
    assert shown_from(desk.draft) == {CELL: date(2027, 2, 1)}


def test_it_ends_today_at_the_earliest() -> None:
    desk = editing()

    with pytest.raises(EditError, match=EditFault.BEGINS_EARLY):
        desk.put(CELL, a_wish(level=Level.FINAL, not_before=TODAY), [BEGUN.id])
    with pytest.raises(EditError, match=EditFault.ENDS_EARLY):
        desk.end(BEGUN.id, TODAY - DAY)
    assert desk.draft == DelegationChanges()

    desk.end(BEGUN.id, TODAY)
    assert after(desk.draft)[BEGUN.id].not_after == TODAY


def test_what_has_not_begun_keeps_its_id_or_goes() -> None:
    desk = editing()
    altered = desk.put(CELL, a_wish(not_before=TODAY + 5 * DAY), [COMING.id])
    assert altered == COMING.id
    assert len(after(desk.draft)) == len(HELD.records)

    desk.undo(CELL)
    desk.end(COMING.id, TODAY)
    assert COMING.id not in after(desk.draft)


def test_what_is_over_is_history() -> None:
    with pytest.raises(EditError, match=EditFault.OVER):
        editing().end(OVER.id, TODAY)
    with pytest.raises(EditError, match=EditFault.OVER):
        editing().put(CELL, a_wish(), [OVER.id])


def test_a_record_of_another_cell_or_of_none_is_not_replaced() -> None:
    with pytest.raises(EditError, match=EditFault.UNKNOWN):
        editing().put(Place(OTHER, ALLOWANCE), a_wish(), [BEGUN.id])
    with pytest.raises(EditError, match=EditFault.UNKNOWN):
        editing().end(DelegationId("d9999"), TODAY)


def test_a_change_that_changes_nothing_is_none() -> None:
    desk = editing()
    with pytest.raises(EditError, match=EditFault.NOTHING):
        desk.put(CELL, as_wish(COMING), [COMING.id])
    desk.end(BEGUN.id, TODAY)
    with pytest.raises(EditError, match=EditFault.NOTHING):
        desk.end(BEGUN.id, TODAY + DAY)


def test_an_id_that_another_draft_gave_is_not_given_again() -> None:
    desk = Editing(HeldList(HELD), DelegationChanges(), TODAY, taken=[DelegationId("d0041")])

    assert desk.put(Place(OTHER, ALLOWANCE), a_wish()) == "d0042"


def test_only_instruments_and_notes_that_are_cited_stay() -> None:
    desk = editing()
    for id_ in ("i20", "i21"):
        desk.add_instrument(Instrument(id_, id_, id_, "list", "翁源县人民政府", TODAY))
    new = desk.put(CELL, a_wish(level=Level.ASSIST, instrument="i21"), note="试点")

    assert [one.id for one in desk.draft.instruments] == ["i21"]
    assert [(one.record, one.text) for one in desk.draft.notes] == [(new, "试点")]
    assert change_delegations(HELD, desk.draft).remarks[new].note == "试点"
    desk.undo(CELL)
    assert desk.draft == DelegationChanges()


def test_a_column_is_copied_and_what_it_has_already_stays() -> None:
    desk, target, first = editing(), Place(OTHER, ALLOWANCE), TODAY + DAY
    desk.copy(CELL, target, OWNERS[ALLOWANCE], first)
    once = desk.draft
    desk.copy(CELL, target, OWNERS[ALLOWANCE], first)

    copied = desk.records_at(target)
    assert desk.draft == once
    assert sorted(one.level for one in copied) == [Level.ACCEPT, Level.FINAL]
    assert {one.not_before for one in copied} == {first, COMING.not_before}
    assert changed_places(once) == {target}


def test_copying_ends_what_the_target_had() -> None:
    held = a_list(BEGUN, a_record("d0100", Place(OTHER, ALLOWANCE), level=Level.FINAL))
    desk = Editing(HeldList(held), DelegationChanges(), TODAY)
    with pytest.raises(EditError, match=EditFault.BEGINS_EARLY):
        desk.copy(CELL, Place(OTHER, ALLOWANCE), OWNERS[ALLOWANCE], TODAY)

    desk.copy(CELL, Place(OTHER, ALLOWANCE), OWNERS[ALLOWANCE], TODAY + DAY)

    ended, new = desk.records_at(Place(OTHER, ALLOWANCE))
    assert (ended.id, ended.not_after) == ("d0100", TODAY)
    assert (new.level, new.not_before) == (Level.ACCEPT, TODAY + DAY)


def test_a_licence_in_a_village_is_named_before_it_is_submitted() -> None:
    desk = editing()
    place = Place(VILLAGE, FELLING)
    new = desk.put(place, a_wish(FELLING, level=Level.FINAL))

    found = findings(HELD, desk.draft, MATTERS)

    assert (new, Fault.LICENCE_TO_VILLAGE) in [(one.record, one.fault) for one in found]


# ---- whatever is done ---------------------------------------------------------------------------

DAYS = st.integers(-40, 90).map(lambda days: TODAY + days * DAY)
PLACES = st.builds(
    Place, st.sampled_from([TOWN, OTHER, VILLAGE]), st.sampled_from([ALLOWANCE, FELLING])
)
SMALL = Condition("volume_m3", Operator.LE, 15)


@st.composite
def wishes(draw: st.DrawFn, matter: MatterId) -> Wish:
    first = draw(DAYS)
    return a_wish(
        matter,
        level=draw(st.sampled_from(Level)),
        not_before=first,
        not_after=draw(st.none() | st.integers(-3, 60).map(lambda days: first + days * DAY)),
        conditions=draw(st.sampled_from([(), (SMALL,)])) if matter == FELLING else (),
    )


@st.composite
def lists(draw: st.DrawFn) -> DelegationList:
    records = []
    for number in range(draw(st.integers(0, 6))):
        place = draw(PLACES)
        wish = draw(wishes(place.matter))
        last = wish.not_after
        if last is not None and last < wish.not_before:
            wish = replace(wish, not_after=wish.not_before)
        records.append(a_record(f"d{number + 1:04d}", place, **_members(wish)))
    return a_list(*records)


def _members(wish: Wish) -> dict[str, object]:
    return {name: getattr(wish, name) for name in wish.__struct_fields__}


@given(data=st.data(), held=lists())
def test_whatever_is_edited_nothing_of_the_past_changes_and_every_fault_is_named(
    data: st.DataObject, held: DelegationList
) -> None:
    desk = Editing(HeldList(held), DelegationChanges(), TODAY)
    for _ in range(data.draw(st.integers(1, 6))):
        desk = Editing(HeldList(held), desk.draft, TODAY)
        with suppress(EditError):
            _edit(data, desk)

    draft = desk.draft
    records = change_delegations(held, draft).records  # no conflict, no id twice
    new = {one.id: one for one in records}
    for one in held.records:
        if one.not_before <= TODAY:
            kept = new[one.id]
            assert replace(kept, not_after=one.not_after) == one
            assert kept == one or (kept.not_after is not None and kept.not_after >= TODAY)
    assert _said(records, TODAY - DAY) == _said(held.records, TODAY - DAY)
    told = findings(held, draft, MATTERS)
    before = frozenset(publishing_faults(held.records, MATTERS))
    assert set(told) == set(publishing_faults(records, MATTERS)) - before


def _edit(data: st.DataObject, desk: Editing) -> None:
    place = data.draw(PLACES)
    there = [one.id for one in desk.records_at(place)]
    match data.draw(st.sampled_from(["put", "end", "copy", "undo"])):
        case "put":
            replaced = data.draw(st.sets(st.sampled_from(there))) if there else set()
            desk.put(place, data.draw(wishes(place.matter)), replaced)
        case "end" if there:
            desk.end(data.draw(st.sampled_from(there)), data.draw(DAYS))
        case "copy":
            target = replace(place, grantee=data.draw(st.sampled_from([TOWN, OTHER, VILLAGE])))
            desk.copy(place, target, OWNERS[place.matter], data.draw(DAYS))
        case _:
            desk.undo(place)


def _said(records: tuple[Delegation, ...], on: date) -> set[tuple[str, Level]]:
    """What held on a day, by record: who may do what."""
    return {
        (one.id, one.level)
        for one in records
        if one.not_before <= on and (one.not_after is None or on <= one.not_after)
    }
