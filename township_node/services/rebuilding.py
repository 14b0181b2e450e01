"""补建: a case begun anew from the receipt a resident holds, when its own is lost or far away."""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from casework import act as acts
from casework.act import Intake
from casework.errors import MatterVersionError
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import MatterVersion
from casework.names import CaseId
from casework.organisation import Officer
from casework.rebuilding import materials_behind, verdict_on
from casework.voucher import Attested, Voucher, split_voucher, voucher_digits
from sync.desk import Attachment, Sitting
from sync.engine import Work
from township_node.services.office import Office
from township_node.services.vouchers import read_voucher
from township_node.words import word
from webui import labels
from webui.forms import Form
from webui.intake_parties import Parties, kinds_of, party_errors, read_parties
from webui.intake_reader import Reader

COUNT_MAX: Final = 999
_COUNT_CHARS_MAX: Final = 3
_CHANNEL: Final = "window"
_JSON: Final = "application/json"


class PaperAsked(Struct, frozen=True, kw_only=True):
    """A paper of the matter, as the form asks whether the receipt names it."""

    id: str
    name: str
    is_held: bool
    originals: int
    copies: int


class Rebuilding(Struct, frozen=True, kw_only=True):
    """What is begun from a receipt that holds."""

    voucher: Voucher
    digits: str
    matter: MatterVersion
    papers: tuple[PaperAsked, ...]
    are_found: bool  # the papers are known from their digest


def begin(office: Office, typed: str, form: Form | None = None) -> Rebuilding:
    """What the receipt says; the EnvelopeError or CaseworkError that forbids to go by it.

    `form` holds what somebody ticked already.
    """
    voucher = read_voucher(office, typed).voucher
    split = split_voucher(typed)
    assert split is not None, "what was read has two halves"
    matter = office.holdings.matter(voucher.matter)
    if matter is None:
        raise MatterVersionError(f"{voucher.matter} is not in the catalogue")
    found = materials_behind(voucher.materials, matter.materials)
    known = {each.material: each for each in found or ()}
    return Rebuilding(
        voucher=voucher,
        digits=voucher_digits(*split),
        matter=matter,
        papers=tuple(_asked(need, known.get(need.id), form) for need in matter.materials),
        are_found=found is not None,
    )


async def case_of(office: Office, voucher: Voucher) -> CaseId | None:
    """The case of the receipt, or the one that was begun from it here."""

    def look(work: Work) -> CaseId | None:
        row = work.execute(
            "SELECT id FROM case_row WHERE id = ? UNION ALL"
            " SELECT id FROM case_row WHERE rebuilt_from = ? LIMIT 1",
            (voucher.case, voucher.case),
        ).fetchone()
        return CaseId(row[0]) if row is not None else None

    return await office.desk.node.database.read(look)


async def rebuild(
    office: Office, who: tuple[Officer, Officer | None], begun: Rebuilding, form: Form
) -> CaseId | None:
    """The case that was begun; None if `form.errors` says what is to be put right."""
    reader = Reader(form)
    parties = read_parties(reader, begun.matter, office.holdings.regions, office.today())
    party_errors(reader, parties)
    verdicts = tuple(_read_papers(begun.matter, form))
    if form.errors:
        return None
    intake = _intake(office, parties)
    received = begun.voucher.attests is Attested.RECEIVED
    restated = acts.Receive(intake, verdicts) if received else acts.Collect(intake, verdicts)
    sheet = Attachment("applicant", _JSON, msgspec.json.encode(parties.sheet()))
    act = acts.Rebuild(begun.digits, restated)
    sitting = Sitting(officer=who[0], acting_for=who[1], matter=begun.matter.ref)
    async with office.desk.node.database.transaction():
        # A second press of the button finds the case that the first one made.
        made = await case_of(office, begun.voucher)
        if made is not None:
            return made
        return (await office.desk.perform(act, sitting, (sheet,))).id


def _intake(office: Office, parties: Parties) -> Intake:
    return Intake(
        channel=_CHANNEL,
        applicant_kind=parties.kind,
        has_agent=parties.agent is not None,
        home=parties.home,
        pickup=office.me,
        delivery="counter",
        facts=(),
    )


def kinds(begun: Rebuilding) -> tuple[tuple[str, str], ...]:
    """Who may apply for the matter, by code and word."""
    return tuple((kind, labels.label("service_object", kind)) for kind in kinds_of(begun.matter))


def _read_papers(matter: MatterVersion, form: Form) -> Iterator[MaterialVerdict]:
    for need in matter.materials:
        is_held = form.flag(f"have-{need.id}")
        counts = [
            form.integer(f"{kind}-{need.id}", label=word("rebuild", kind), low=0, high=COUNT_MAX)
            if is_held
            else 0
            for kind in ("originals", "copies")
        ]
        yield verdict_on(need, is_held=is_held, originals=counts[0] or 0, copies=counts[1] or 0)


def _asked(
    need: MaterialRequirement, known: MaterialVerdict | None, form: Form | None
) -> PaperAsked:
    if form is not None:
        return PaperAsked(
            id=need.id,
            name=need.name,
            is_held=form.flag(f"have-{need.id}"),
            originals=_typed_count(form, f"originals-{need.id}"),
            copies=_typed_count(form, f"copies-{need.id}"),
        )
    return PaperAsked(
        id=need.id,
        name=need.name,
        is_held=known is not None and known.state is MaterialState.PRESENT,
        originals=need.originals,
        copies=need.copies,
    )


def _typed_count(form: Form, name: str) -> int:
    typed = form.typed(name).strip()
    is_count = typed.isascii() and typed.isdigit() and len(typed) <= _COUNT_CHARS_MAX
    return int(typed) if is_count else 0
