"""The procedure table, and the page that shows it to people who do not read Python."""

from pathlib import Path

import pytest

from casework.case import Status
from casework.procedure import BY_NAME, PROCEDURE, ROWS, Row
from tests.doc_pages import rows, section
from webui.documents import PaperKind

PAGE = Path(__file__).parents[2] / "docs" / "rules" / "procedure.md"

SHOWN = "docs/rules/procedure.md"
SUPPLIES = "deferred_satisfied"  # leads from a withheld result to a ready one, by the fold


def line_of(row: Row) -> str:
    """One row as `docs/rules/procedure.md` shows it."""
    opens = [status.value if status else "—" for status in (None, *Status) if status in row.opens]
    everything = len(row.opens) >= len(Status) - 1
    clocks = ", ".join(f"{kind.value} {name.value}" for name, kind in row.clocks)
    stops_all = len(row.clocks) > 5 and all(kind.value == "stop" for _, kind in row.clocks)
    cells = (
        row.number,
        f"`{row.name}`",
        "any" if everything else ", ".join(opens),
        row.leads_to.value if row.leads_to else "",
        row.power.value,
        ", ".join(sorted(row.roles)),
        "stop all" if stops_all else clocks,
        row.document or "",
    )
    return f"| {' | '.join(cells)} |".replace("  ", " ")


def test_the_page_shows_the_table_that_runs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [line_of(row) for row in ROWS if line_of(row) not in page]
    assert missing == []


def test_each_act_has_one_row() -> None:
    assert len(PROCEDURE) == len(BY_NAME) == len(ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.document], ids=lambda row: row.name)
def test_every_document_of_the_table_can_be_printed(row: Row) -> None:
    assert row.document in set(PaperKind)


def test_every_status_can_be_reached_and_left() -> None:
    reached = {row.leads_to for row in ROWS} | {Status.RESULT_HELD, Status.SUBMITTED}
    assert set(Status) <= reached
    for status in set(Status) - {Status.CLOSED}:
        assert any(status in row.opens and (row.leads_to or row.name == SUPPLIES) for row in ROWS)


def test_the_page_says_which_act_brings_which_part() -> None:
    told = {row["part"]: row["brought by"] for row in rows(SHOWN, "What an act must bring")}
    brought: dict[str, list[str]] = {}
    for row in ROWS:
        for part in row.parts:
            brought.setdefault(f"`{part}`", []).append(f"`{row.name}`")
    assert told == {part: ", ".join(names) for part, names in brought.items()}


def test_the_page_says_what_each_act_is_for() -> None:
    said = section(SHOWN, "What each act is for")
    assert [row.name for row in ROWS if f"`{row.name}`" not in said] == []
