"""From a case to a printed paper: `paper_for` for every kind, `transfer_list` for many cases.

What no standing entry bears out is a preview, whoever asks; so is anything of a case that is
frozen or held, but for the record of the reclaim itself.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from casework.case import Case, Moment
from casework.matter import MatterVersion
from casework.names import MessageId
from webui.case_papers import PaperLink, papers_of
from webui.case_words import word
from webui.documents import Handover, Item, Paper, PaperKind, PaperParty
from webui.filters import local, mask_name
from webui.paper_builders import BUILDERS
from webui.paper_facts import common
from webui.paper_given import CountyWords, PaperGiven, Speaking, as_of

__all__ = [
    "CountyWords",
    "PaperGiven",
    "PaperLink",
    "TransferLine",
    "decision_behind",
    "paper_for",
    "papers_of",
    "transfer_list",
]

# What applicants sign themselves: nothing in the case need bear it out.
SIGNED_BY_PEOPLE = frozenset(
    {PaperKind.ENTRUSTMENT, PaperKind.DEFERRAL_COMMITMENT, PaperKind.COMMITMENT}
)
# What states a decision: final only where whoever prints has proven it.
_RESULTS = frozenset(
    {
        *(PaperKind.GRANT, PaperKind.REFUSAL),
        *(PaperKind.INSTANT_RESULT, PaperKind.CORRECTION),
    }
)
_PUBLIC_SERVICE = "20"


class TransferLine(Struct, frozen=True, kw_only=True):
    """A case on a list of cases handed over; the applicant is masked when printed."""

    number: str
    matter: str
    applicant: str
    originals: int = 0
    copies: int = 0
    note: str = ""


def paper_for(  # noqa: PLR0913 - which paper, of what, in force or not
    kind: PaperKind | str,
    given: PaperGiven,
    *,
    now: datetime,
    entry: MessageId | None = None,
    final: bool = False,
    reprint: int = 0,
) -> Paper:
    """A paper of the case: of one entry, or else of the last that brings this kind.

    `final` says that whoever signed was entitled to; without an entry it cannot hold.
    """
    kind = PaperKind(kind)
    moment = _moment(kind, given.case, given.matter, entry)
    borne_out = moment is not None or kind in SIGNED_BY_PEOPLE
    stopped = (given.case.is_frozen or given.case.held) and kind is not PaperKind.RECLAIM_RECORD
    in_force = final and borne_out and not stopped
    if not in_force:
        given = replace(given, voucher="")
    speaking = Speaking(
        given=given,
        kind=kind,
        case=as_of(given.case, moment) if moment else given.case,
        moment=moment,
        at=moment.at if moment else now,
    )
    paper = Paper(**{**common(speaking), **BUILDERS[kind](speaking)})
    return replace(paper, final=in_force, reprint=reprint)


def transfer_list(  # noqa: PLR0913 - who hands what to whom
    lines: Sequence[TransferLine],
    *,
    giver: str,
    taker: str,
    now: datetime,
    carrier: str = "",
    bag_number: str = "",
    seal_number: str = "",
    reprint: int = 0,
) -> Paper:
    """The list that goes along when several cases are handed over at once."""
    items = tuple(
        Item(
            name=word(
                "paper", "transfer_line", matter=line.matter, applicant=mask_name(line.applicant)
            ),
            originals=line.originals,
            copies=line.copies,
            number=line.number,
            note=line.note,
        )
        for line in lines
    )
    return Paper(
        kind=PaperKind.TRANSFER_SLIP,
        matter_type=_PUBLIC_SERVICE,
        matter_name=word("paper", "transfer_matter", count=len(items)),
        issuer=giver,
        applicant=PaperParty(name=""),
        case_number="",
        issued_at=local(now),
        office=giver,
        items=items,
        handover=Handover(
            giver=giver,
            taker=taker,
            carrier=carrier,
            bag_number=bag_number,
            seal_number=seal_number,
        ),
        final=True,
        reprint=reprint,
    )


def decision_behind(
    kind: PaperKind, case: Case, matter: MatterVersion, entry: MessageId | None
) -> MessageId | None:
    """The entry that must be proven before a paper is final; None where it states no decision."""
    moment = _moment(kind, case, matter, entry) if kind in _RESULTS else None
    return moment.entry if moment is not None else None


def _moment(
    kind: PaperKind, case: Case, matter: MatterVersion, entry: MessageId | None
) -> Moment | None:
    """The moment that brings a paper; KeyError for an entry that brings no such paper."""
    bringing = [link.entry for link in papers_of(case, matter) if link.kind is kind]
    if entry is not None and entry not in bringing:
        raise KeyError(entry)
    wanted = entry or (bringing[-1] if bringing else None)
    return next((each for each in case.timeline if each.entry == wanted), None)
