"""Consultation and advice before an application (B3, C9): noted, and no clock starts."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.matter import MatterVersion
from casework.names import MatterId, OfficerId
from casework.organisation import Officer
from sync.keys import random_bytes
from township_node.services.office import Office
from township_node.store.consultations import ConsultationRecord, Consultations
from township_node.words import sections, word
from webui import labels, labels_intake
from webui.documents import missing_glyphs
from webui.filters import mask_name
from webui.forms import Form
from webui.paper_sheets import scenario_choices

PERSON_CHARS_MAX: Final = 60
TEXT_CHARS_MAX: Final = 2_000
SHOWN_CHARS_MAX: Final = 60
_ID_BYTES: Final = 16
# Of a long number no more is shown than of an identity number in a list.
_LONG_NUMBER: Final = re.compile(r"\d{3}(\d{4,})([\dXx]{4})")


class ConsultationShown(Struct, frozen=True, kw_only=True):
    """A record in words; in a list masked and cut short."""

    url: str
    at: datetime
    kind: str
    person: str
    matter: str
    matter_url: str
    question: str
    answer: str
    officer: str
    draft_url: str
    scenarios: tuple[tuple[str, str], ...]  # the situations of the matter, to print what each asks


def kinds() -> tuple[tuple[str, str], ...]:
    return tuple(sections()["consultation"].items())


async def listed(
    office: Office, records: Consultations, text: str
) -> tuple[ConsultationShown, ...]:
    """What a list shows: names masked, long numbers too."""
    today = office.today()
    meant = [matter.id for matter in office.holdings.catalogue.search(text, today)] if text else []
    found = await records.search(text, meant)
    return tuple(shown(office, record, masked=True) for record in found)


def shown(office: Office, record: ConsultationRecord, *, masked: bool = False) -> ConsultationShown:
    matter = _matter(office, record)
    return ConsultationShown(
        url=f"/consultations/{record.id}",
        at=record.at,
        kind=word("consultation", record.kind),
        person=mask_name(record.person) if masked else record.person,
        matter=matter.name if matter is not None else "",
        matter_url=f"/matters?q={matter.catalog_code}" if matter is not None else "",
        question=_short(record.question) if masked else record.question,
        answer=_short(record.answer) if masked else record.answer,
        officer=office.names.officer(OfficerId(record.officer)),
        draft_url=f"/intake/{record.draft}" if record.draft else "",
        scenarios=scenario_choices(matter) if matter else (),
    )


async def note(
    office: Office, records: Consultations, officer: Officer, form: Form
) -> ConsultationRecord | None:
    """Keep what was asked and answered; None if `form.errors` says what is wrong."""
    label = sections()["consultation_field"]
    kind = form.choice("kind", sections()["consultation"], label=label["kind"], required=True)
    person = form.name("person", label=label["person"], length_max=PERSON_CHARS_MAX)
    matter = _matter_named(office, form)
    question = form.long_text(
        "question", label=label["question"], required=True, length_max=TEXT_CHARS_MAX
    )
    answer = form.long_text("answer", label=label["answer"], length_max=TEXT_CHARS_MAX)
    if form.errors:
        return None
    assert kind is not None, "a form without errors has a kind"
    record = ConsultationRecord(
        id=random_bytes(_ID_BYTES).hex(),
        at=office.now(),
        officer=officer.id,
        kind=kind,
        person=person,
        matter=matter.id if matter is not None else None,
        question=question,
        answer=answer,
    )
    await records.add(record)
    return record


def unprintable(person: str) -> str:
    """The warning about characters that no paper could show, or nothing."""
    lost = missing_glyphs(person)
    return labels_intake.GLYPHS_MISSING.format(characters="".join(lost)) if lost else ""


async def begin_intake(
    office: Office, records: Consultations, officer: Officer, record: ConsultationRecord
) -> str:
    """The draft of an intake that goes on with what was asked, begun once."""
    if record.draft is not None and await office.drafts.find(record.draft) is not None:
        return record.draft
    matter = _matter(office, record)
    draft = await office.drafts.create(
        officer=officer.id,
        now=office.now(),
        fields={"name": [record.person]} if record.person else {},
        matter=matter.ref if matter is not None else None,
        applicant=record.person,
    )
    await records.became(record.id, draft.id)
    return draft.id


def matter_names(office: Office, typed: str = "") -> Sequence[str]:
    """What may be meant by a name, pinyin or a code; all where nothing is typed."""
    catalogue, today = office.holdings.catalogue, office.today()
    found = catalogue.search(typed, today) if typed else catalogue.on(today)
    return [matter.name for matter in found]


def _matter(office: Office, record: ConsultationRecord) -> MatterVersion | None:
    """As it is in force today: who comes back applies under that."""
    if record.matter is None:
        return None
    return office.holdings.catalogue.current(MatterId(record.matter), office.today())


def _matter_named(office: Office, form: Form) -> MatterVersion | None:
    """By its name, its pinyin or its code; an error where nothing is called that."""
    label = labels.label("intake_field", "matter")
    typed = form.text("matter", label=label)
    if not typed:
        return None
    found = office.holdings.catalogue.search(typed, office.today())
    exact = next((matter for matter in found if matter.name == typed), None)
    if exact is None and len(found) != 1:
        form.errors.add("matter", word("consultation_field", "no_matter"))
        return None
    return exact or found[0]


def _short(text: str) -> str:
    line = _LONG_NUMBER.sub(lambda found: f"{found[0][:3]}****{found[2]}", " ".join(text.split()))
    return line if len(line) <= SHOWN_CHARS_MAX else line[:SHOWN_CHARS_MAX] + "…"
