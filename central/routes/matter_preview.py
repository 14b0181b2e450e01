"""A draft's intake form as the clerk at a window will see it, with nothing filled in.

The page's own templates lay it out, so that it cannot look otherwise; what is asked only under a
condition is shown as well.
"""

from datetime import date

from msgspec import Struct

from casework.form_field import FormField
from casework.matter import MatterVersion
from casework.names import NodeId
from casework.regions import Township
from central.store.loaded import CountyData
from webui.forms import Form
from webui.intake_form import IntakeForm, IntakePlace, read_intake
from webui.intake_reader import Note
from webui.intake_values import cell_name, input_name, row_ids, rows_name


class Preview(Struct, frozen=True):
    """What `kit/intake/_fields.html` asks of its view."""

    intake: IntakeForm
    matter: MatterVersion
    hidden: tuple[str, ...] = ()

    @property
    def towns(self) -> tuple[Township, ...]:
        return self.intake.place.regions.townships

    def note_of(self, name: str) -> Note | None:
        """Nothing is complained of: nobody filled anything in."""
        return self.intake.notes.get(name) if self.intake.form.names() else None

    def table_rows(self, field: FormField) -> list[str]:
        return row_ids([], field.validation.min_rows or 1)

    def options_of(self, field: FormField) -> tuple[tuple[str, str], ...]:
        return tuple((option.value, option.label) for option in field.options)

    def input_name(self, key: str) -> str:
        return input_name(key)

    def rows_name(self, key: str) -> str:
        return rows_name(key)

    def cell_name(self, key: str, row: str, column: str) -> str:
        return cell_name(key, row, column)


def preview_of(draft: MatterVersion, data: CountyData, node: NodeId, on: date) -> Preview:
    place = IntakePlace(
        node=node,
        regions=data.regions,
        calendar=data.calendar,
        channels=("window",),
        counters={each.id: each.name for each in data.regions.counters},
    )
    return Preview(read_intake(Form(), draft, place, on), draft)
