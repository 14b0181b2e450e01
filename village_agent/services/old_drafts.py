"""Drafts that an earlier release left in the clear: closed once their officer signs in."""

from typing import Final

from sync.engine import Database
from village_agent.services.draft_safe import LaptopSafe

_OPEN: Final = (
    "SELECT id, officer, fields, applicant FROM draft WHERE submitted_case IS NULL"
    " AND id NOT IN (SELECT draft FROM draft_key)"
)
_OF_CASE: Final = "SELECT 1 FROM case_row WHERE id = ?"


async def close_old_drafts(database: Database, safe: LaptopSafe) -> int:
    """How many were closed; those of officers who are not here stay for their return."""
    count = 0
    for draft, officer, fields, applicant in await database.fetch(_OPEN):
        shared = bool(await database.fetch(_OF_CASE, (draft,)))
        if not safe.can_begin(officer, shared=shared):
            continue
        async with database.transaction():
            cipher = await safe.begin(draft, officer, shared=shared)
            await database.execute(
                "UPDATE draft SET fields = ?, applicant = ? WHERE id = ?",
                (
                    cipher.close_text("fields", draft, fields),
                    cipher.close_text("applicant", draft, applicant),
                    draft,
                ),
            )
            for file, name, content, thumbnail in await database.fetch(
                "SELECT id, name, content, thumbnail FROM draft_file WHERE draft = ?", (draft,)
            ):
                await database.execute(
                    "UPDATE draft_file SET name = ?, content = ?, thumbnail = ? WHERE id = ?",
                    (
                        cipher.close_text("name", file, name),
                        cipher.close("content", file, content),
                        cipher.close("thumbnail", file, thumbnail),
                        file,
                    ),
                )
        count += 1
    return count
