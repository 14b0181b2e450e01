"""Drafts that lie at the counter, as the first page lists them."""

from datetime import datetime

from msgspec import Struct

from casework.names import OfficerId
from casework.organisation import Officer
from township_node.services.office import Office
from webui.drafts import DraftLine
from webui.filters import mask_name


class DraftShown(Struct, frozen=True, kw_only=True):
    """A draft, with the applicant masked as in every list."""

    url: str
    matter: str
    applicant: str
    officer: str
    is_own: bool
    files: int
    updated_at: datetime


async def open_drafts(office: Office, officer: Officer) -> tuple[DraftShown, ...]:
    """This officer's own first; those of others may be taken over."""
    lines = [line for line in await office.drafts.list_all() if _has_something(line)]
    ordered = sorted(lines, key=lambda line: line.officer != officer.id)
    shown = []
    for line in ordered:
        matter = office.holdings.matter(line.matter) if line.matter is not None else None
        shown.append(
            DraftShown(
                url=f"/intake/{line.id}",
                matter=matter.short_name if matter is not None else "",
                applicant=mask_name(line.applicant),
                officer=office.names.officer(OfficerId(line.officer)),
                is_own=line.officer == officer.id,
                files=line.files,
                updated_at=line.updated_at,
            )
        )
    return tuple(shown)


def _has_something(line: DraftLine) -> bool:
    """A screen that was opened and left again is nothing to go on with."""
    return line.matter is not None or bool(line.applicant) or line.files > 0
