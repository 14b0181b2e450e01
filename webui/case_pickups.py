"""Papers that the department comes for: what lies where, until when, and who took it along."""

from datetime import date, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.case import PaperPickup
from casework.errors import NotPenHolderError
from casework.party import CollectorSheet
from casework.pickups import open_pickups
from webui.act_dialogs import ActDialog, act_dialog, deposit_dialog
from webui.case_contacts import takes_up
from webui.case_given import CaseGiven, WaitingDeposit
from webui.case_words import word


class PickupView(Struct, frozen=True, kw_only=True):
    """Papers at a counter; `state` is a key of the words `pickup`, `dialog` the next step here."""

    counter: str
    department: str
    who: str
    at: datetime
    collect_by: date
    materials: tuple[str, ...]
    state: str
    state_text: str
    collector: str
    handed_out: str
    collected_at: datetime | None
    taken_up: bool  # whether the case holds that they were fetched, if they were
    dialog: ActDialog | None
    slip_url: str

    @property
    def step(self) -> str:
        return "collect" if self.collected_at is None else "take_up"


def pickups_of(given: CaseGiven) -> tuple[PickupView, ...]:
    return tuple(_pickup(each, given) for each in given.case.pickups)


def collector_of(text: str) -> CollectorSheet | None:
    """Who came, as the part says; None where it is not held here."""
    try:
        return msgspec.json.decode(text, type=CollectorSheet) if text else None
    except ValueError:
        return None


def _pickup(pickup: PaperPickup, given: CaseGiven) -> PickupView:
    names, deposit = given.names, _deposit(pickup, given)
    state = _state(pickup, deposit, given)
    done = pickup.collected
    text, officer, at = "", None, None
    if done is not None:
        text, officer, at = given.text_of(done.entry, "collector"), done.officer, done.at
    elif deposit is not None:
        hashes = [part.hash for part in deposit.parts if part.name == "collector"]
        text = "".join(given.texts.get(each, "") for each in hashes)
        officer, at = deposit.officer, deposit.at
    sheet = collector_of(text)
    return PickupView(
        counter=names.node(pickup.counter),
        department=names.department(given.case.department or given.matter.department),
        who=names.officer(pickup.officer),
        at=pickup.at,
        collect_by=date.fromisoformat(pickup.collect_by),
        materials=tuple(_title(each, given) for each in pickup.materials),
        state=state,
        state_text=word("pickup", state),
        collector=f"{sheet.name}（{sheet.staff_number}）" if sheet else "",
        handed_out=names.officer(officer),
        collected_at=at,
        taken_up=done is not None or deposit is None,
        dialog=_dialog(pickup, deposit, given),
        slip_url=f"{given.base_url}/papers/transfer-slip?entry={pickup.entry}",
    )


def _title(material: str, given: CaseGiven) -> str:
    need = given.matter.material(material)
    return need.name if need else material


def _deposit(pickup: PaperPickup, given: CaseGiven) -> WaitingDeposit | None:
    found = (
        each
        for each in given.deposits
        if isinstance(each.act, acts.CollectPapers)
        and each.act.call == pickup.id
        and each.node == pickup.counter
    )
    return next(found, None) if pickup.collected is None else None


def _state(pickup: PaperPickup, deposit: WaitingDeposit | None, given: CaseGiven) -> str:
    if pickup.collected is not None or deposit is not None:
        return "collected"
    if not given.case.is_open:
        return "over"
    today = given.calendar.day_of(given.now)
    return "overdue" if date.fromisoformat(pickup.collect_by) < today else "waiting"


def _dialog(
    pickup: PaperPickup, deposit: WaitingDeposit | None, given: CaseGiven
) -> ActDialog | None:
    """To record that they were fetched, where they lie; or to adopt the record."""
    if deposit is not None:
        return deposit_dialog(deposit, given) if takes_up(given) else None
    if pickup not in open_pickups(given.case) or not given.contacts:
        return None
    refused = given.why_not.get("collect_papers", True)
    here = isinstance(refused, NotPenHolderError) and given.node == pickup.counter
    if refused is not None and not here:
        return None
    dialog = act_dialog("collect_papers", given, mark="package", kind="primary")
    hidden = (*dialog.hidden, ("call", pickup.id))
    return replace(dialog, id=f"collect-{pickup.id[:16]}", hidden=hidden)
