"""What the intake templates show: the matter, the fields, the material rows, the way ahead.

Everything is computed from one `IntakeForm`; a template only lays it out.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from casework.assessment import Need, may_defer, needs
from casework.clock import ClockName
from casework.clock_rules import limits_of
from casework.condition import COMMITMENT_FACT
from casework.delegation import levels_at
from casework.form_field import FormField
from casework.limits import Limit
from casework.material import MaterialState, MaterialVerdict
from casework.matter import Fee, MatterVersion, promised_limit
from casework.names import is_of_county, tier_of
from casework.regions import Township
from webui import labels
from webui.drafts import DraftRecord, FileRecord
from webui.intake_commitment import offer_of
from webui.intake_decision import DecisionView, last_day
from webui.intake_form import (
    IntakeForm,
    check_name,
    default_state,
    known_grounds,
    material_name,
    written_ref,
)
from webui.intake_newer import Newer
from webui.intake_parties import ID_RESIDENT, kinds_of
from webui.intake_reader import Note
from webui.intake_values import cell_name, input_name, row_ids, rows_name
from webui.intake_wishes import COUNTER

_STATIC: Final = Path(__file__).parent / "static"
# For `create_kit(static={**INTAKE_ASSETS, …})`.
INTAKE_ASSETS: Final[Mapping[str, Path]] = {
    name: _STATIC / name for name in ("intake.js", "uploads.js", "intake.css")
}


class IntakeUrls(Struct, frozen=True):
    """Where the page of one draft sends things: `webui.intake_routes` answers all of them."""

    submit: str
    search: str
    back: str

    @classmethod
    def at(cls, draft_url: str, *, search: str, back: str = "/") -> "IntakeUrls":
        return cls(draft_url, search, back)

    @property
    def decide(self) -> str:
        return f"{self.submit}/decide"

    @property
    def choose(self) -> str:
        return f"{self.submit}/matter"

    @property
    def upload(self) -> str:
        return f"{self.submit}/files"

    @property
    def again(self) -> str:
        return f"{self.submit}/again"

    @property
    def sheet(self) -> str:
        return f"{self.submit}/sheet"

    @property
    def commitment(self) -> str:
        return f"{self.submit}/commitment"

    @property
    def delete(self) -> str:
        return f"{self.submit}/delete"

    def file(self, file: str) -> str:
        return f"{self.upload}/{file}"

    def thumbnail(self, file: str) -> str:
        return f"{self.upload}/{file}/thumbnail"

    def remove(self, file: str) -> str:
        return f"{self.upload}/{file}/remove"


class MaterialRow(Struct, frozen=True, kw_only=True):
    """A material as the list shows it."""

    need: Need
    verdict: MaterialVerdict
    chosen: str
    closed: tuple[str, ...]  # choices that the matter does not allow
    files: tuple[FileRecord, ...] = ()

    @property
    def id(self) -> str:
        return self.need.requirement.id

    @property
    def name(self) -> str:
        return material_name(self.id)

    @property
    def pages(self) -> int:
        return sum(one.pages for one in self.files)

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices worth showing: citing only where there is something to cite."""
        cited = (MaterialState.CITED,) if self.need.requirement.may_be_cited else ()
        plain = (MaterialState.PRESENT, MaterialState.MISSING, MaterialState.DEFERRED)
        return (*plain, *cited, MaterialState.NOT_APPLICABLE)


class Ground(Struct, frozen=True):
    """Something that a refusal may cite."""

    id: str
    text: str
    shown: bool


class IntakeView(Struct, frozen=True, kw_only=True, dict=True):
    """The one value that the intake templates take, as `view`."""

    intake: IntakeForm
    draft: DraftRecord
    files: tuple[FileRecord, ...]
    urls: IntakeUrls
    decision: DecisionView
    newer: Newer | None = None
    prints: Mapping[str, str] = {}  # addresses of papers that can be printed by now
    failure: str = ""  # a refusal of the rules, in words
    submitted: bool = False  # empty fields are only complained of once a button was pressed

    def note_of(self, name: str) -> Note | None:
        """What stands below a field now."""
        note = self.intake.notes.get(name)
        if self.submitted and name in self.intake.empty:
            return Note("error", self.intake.errors.of(name))
        return note

    @property
    def large(self) -> bool:
        return self.intake.place.village

    @property
    def matter(self) -> MatterVersion | None:
        return self.intake.matter

    @property
    def matter_ref(self) -> str:
        return written_ref(self.matter.ref) if self.matter is not None else ""

    @property
    def kinds(self) -> tuple[str, ...]:
        return kinds_of(self.matter)

    @property
    def kind_choices(self) -> tuple[tuple[str, str], ...]:
        return tuple((kind, labels.label("service_object", kind)) for kind in self.kinds)

    @property
    def channel_choices(self) -> tuple[tuple[str, str], ...]:
        channels = self.intake.place.channels
        return tuple((channel, labels.label("channel", channel)) for channel in channels)

    @property
    def hall_choices(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.intake.place.counters.items())

    @property
    def allows_agent(self) -> bool:
        return self.matter is None or self.matter.supports.agent

    @property
    def towns(self) -> tuple[Township, ...]:
        return self.intake.place.regions.townships

    @property
    def promised(self) -> Limit | None:
        return promised_limit(self.matter, self.intake.facts()) if self.matter is not None else None

    @property
    def promised_uncommitted(self) -> Limit | None:
        """What holds instead if the applicant, not asked yet, will not commit themselves."""
        if self.decision.commitment != "ask" or self.matter is None:
            return None
        declined = {**self.intake.facts(), COMMITMENT_FACT: False}
        otherwise = promised_limit(self.matter, declined)
        return otherwise if otherwise != self.promised else None

    @property
    def expected_on(self) -> date | None:
        """When it would be done if it were accepted today."""
        if self.matter is None:
            return None
        limit = limits_of(self.matter, self.intake.facts())[ClockName.PROMISED]
        return last_day(self.intake, limit)

    @property
    def route(self) -> tuple[str, str, str] | None:
        """Our tier, the most we may do here, and who decides otherwise."""
        if self.matter is None:
            return None
        place, matter = self.intake.place, self.matter
        department = place.departments.get(matter.department, "")
        if is_of_county(place.node):
            return "county", "", department
        levels = levels_at(
            place.delegations,
            node=place.node,
            matter=matter.id,
            version=matter.version,
            on=self.intake.on,
            facts=self.intake.facts(),
        )
        order = ("final", "accept", "assist")
        level = next((one for one in order if one in levels), "none")
        return tier_of(place.node).value, level, "" if level == "final" else department

    @property
    def rows(self) -> tuple[MaterialRow, ...]:
        return material_rows(self.intake, self.files)

    @property
    def needed(self) -> int:
        return sum(row.need.needed for row in self.rows)

    @property
    def received(self) -> int:
        at_hand = {MaterialState.PRESENT, MaterialState.CITED}
        return sum(row.need.needed and row.verdict.state in at_hand for row in self.rows)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What a refusal may cite; a question about a paper only once it was answered with no."""
        if self.matter is None:
            return ()
        questions = {one.id for need in self.matter.materials for one in need.acceptance_standard}
        shown = {*self.decision.failed, *self.intake.form.typed_all("grounds")}
        return tuple(
            Ground(one, text, shown=one not in questions or one in shown)
            for one, text in known_grounds(self.matter)
        )

    @property
    def hidden(self) -> tuple[str, ...]:
        """The fields that this application does not ask for, as things stand."""
        return hidden_fields(self.intake)

    @property
    def unneeded(self) -> tuple[str, ...]:
        return tuple(row.id for row in self.rows if not row.need.needed)

    @property
    def hints(self) -> tuple[str, ...]:
        """Every field that may carry a note."""
        return hint_names(self.intake)

    def table_rows(self, field: FormField) -> list[str]:
        typed = self.intake.form.typed_all(rows_name(field.key))
        return row_ids(typed, field.validation.min_rows or 1)

    def options_of(self, field: FormField) -> tuple[tuple[str, str], ...]:
        return tuple((option.value, option.label) for option in field.options)

    def exemptions_of(self, fee: Fee) -> tuple[tuple[str, str], ...]:
        return tuple((str(place), text) for place, text in enumerate(fee.exemptions))

    def check_name(self, material: str, check: str) -> str:
        return check_name(material, check)

    def input_name(self, key: str) -> str:
        return input_name(key)

    def rows_name(self, key: str) -> str:
        return rows_name(key)

    def cell_name(self, key: str, row: str, column: str) -> str:
        return cell_name(key, row, column)


def material_rows(intake: IntakeForm, files: Sequence[FileRecord] = ()) -> tuple[MaterialRow, ...]:
    if intake.matter is None:
        return ()
    verdicts = {one.material: one for one in intake.verdicts()}
    return tuple(
        MaterialRow(
            need=need,
            verdict=verdicts[need.requirement.id],
            chosen=intake.form.typed(material_name(need.requirement.id))
            or default_state(need.requirement),
            closed=_closed(intake.matter, need),
            files=tuple(one for one in files if one.material == need.requirement.id),
        )
        for need in needs(intake.matter, intake.facts())
    )


def hidden_fields(intake: IntakeForm) -> tuple[str, ...]:
    """Names of inputs the page keeps out of sight: not asked for in this application."""
    parties, form = intake.parties, intake.form
    hidden = []
    if not parties.is_person:
        hidden += ["id_type", "born_on"]
    else:
        hidden += ["representative"]
        if (form.typed("id_type") or ID_RESIDENT) == ID_RESIDENT:
            hidden.append("born_on")
    if not intake.has_agent:
        hidden.append("agent")
    hidden.append("pickup" if intake.delivery != COUNTER else "deliver_to")
    if offer_of(intake.matter, intake.facts()) is None:
        hidden.append("commitment-card")
    if intake.matter is not None:
        fields = intake.matter.form_fields
        hidden += [input_name(f.key) for f in fields if f.key not in intake.values.asked]
    return tuple(hidden)


def hint_names(intake: IntakeForm) -> tuple[str, ...]:
    names = ["name", "id_number", "born_on", "representative", "phone", "address"]
    names += ["agent_name", "agent_id_number", "agent_phone", "agent_relation"]
    names += ["deliver_to", "licence_copies", "tell", "not_excluded"]
    names += [f"{fee.name}{end}" for fee in intake.fees for end in ("", "-yuan", "-why")]
    for field in intake.matter.form_fields if intake.matter is not None else ():
        names.append(input_name(field.key))
        if field.columns:
            rows = row_ids(intake.form.typed_all(rows_name(field.key)))
            names += [cell_name(field.key, row, one.key) for row in rows for one in field.columns]
    return tuple(names)


def _closed(matter: MatterVersion, need: Need) -> tuple[str, ...]:
    """Choices that would not count. A needed paper cannot be waived, whoever asks."""
    waived = MaterialState.NOT_APPLICABLE.value
    if may_defer(matter, need.requirement):
        return (waived,)
    return MaterialState.DEFERRED.value, waived
