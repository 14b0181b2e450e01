"""The intake form: what was posted, as the sheets, facts and verdicts that acts are made of.

Read once by `read_intake`, it holds every error and note by field. The same decoding serves the
draft that saves itself, the decision panel and the act in the end, so they cannot disagree.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.act import Intake
from casework.assessment import NATURAL_PERSON, Assessment, assess, failed_conditions, materials_for
from casework.calendar import Calendar
from casework.condition import (
    AGENT_FACT,
    APPLICANT_AGE_FACT,
    APPLICANT_KIND_FACT,
    CHANNEL_FACT,
    COMMITMENT_FACT,
    Facts,
    FactValue,
)
from casework.delegation import Delegation
from casework.facts import facts_on_wire, fields_read
from casework.identity import age_counted, age_on
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import AcceptanceCondition, MatterRef, MatterVersion
from casework.names import MatterId, NodeId, RegionCode
from casework.party import ApplicantSheet, Wishes
from casework.regions import Regions
from webui import labels, labels_intake
from webui.documents import missing_glyphs
from webui.forms import Form, FormErrors
from webui.grounds import checks_failed, conditions_unmet
from webui.intake_commitment import offer_of, read_commitment
from webui.intake_fees import FeeAnswer, read_fees
from webui.intake_parties import Parties, party_errors, read_parties
from webui.intake_reader import Note, Reader
from webui.intake_values import Asking, Values, read_values, region_codes, wire_values
from webui.intake_wishes import read_wishes

SHEETS_MAX: Final = 99
REASON_CHARS_MAX: Final = 1_000
SAVE: Final = "save"
REFUSE: Final = "refuse_acceptance"
# What says of an application that it fulfils the conditions.
AVOWALS: Final = frozenset({"accept", "accept_deferred", "instant", "collect"})
# What is taken in now and answered another time.
_ANSWERED_LATER: Final = frozenset({"receive", "submit_online"})
# What the page posts beside the fields, and a draft need not keep.
NOT_KEPT: Final = frozenset({"csrf_token", "act", "revision", "choose", "q", "at", "matter"})


class IntakePlace(Struct, frozen=True, kw_only=True):
    """Where the form is filled in, and what is known there."""

    node: NodeId
    regions: Regions
    calendar: Calendar
    channels: tuple[str, ...]  # codes.json, table `channel`; the first is the usual one
    counters: Mapping[NodeId, str] = {}  # where a result can be collected, here first
    delegations: tuple[Delegation, ...] = ()
    departments: Mapping[str, str] = {}  # short names by id
    village: bool = False
    home: RegionCode | None = None


class IntakeForm(Struct, frozen=True, kw_only=True):
    """One intake as it was typed, with what it amounts to."""

    form: Form
    place: IntakePlace
    on: date
    matter: MatterVersion | None
    parties: Parties
    channel: str
    delivery: str
    pickup: NodeId
    wishes: Wishes
    values: Values
    commitment: bool | None  # None: not on offer, or nobody asked
    fees: tuple[FeeAnswer, ...]
    papers: tuple[MaterialVerdict, ...]
    denied: tuple[str, ...]  # acceptance conditions that the officer found not to hold
    notes: Mapping[str, Note]
    empty: frozenset[str]
    act: str
    grounds: tuple[str, ...]
    reason: str

    @property
    def errors(self) -> FormErrors:
        return self.form.errors

    @property
    def applicant_name(self) -> str:
        return self.parties.applicant.name

    @property
    def kind(self) -> str:
        return self.parties.kind

    @property
    def has_agent(self) -> bool:
        return self.parties.agent is not None

    @property
    def unprintable(self) -> dict[str, str]:
        """The characters that papers cannot show, by the field of the name they stand in."""
        agent = self.parties.agent.name if self.parties.agent is not None else ""
        names = {"name": self.applicant_name, "agent_name": agent}
        return {
            field: "".join(lost) for field, name in names.items() if (lost := missing_glyphs(name))
        }

    @property
    def age_counted(self) -> int | None:
        """The age by which the matter judges, some days ahead where it takes in early."""
        ahead = self.matter.supports.apply_ahead_days if self.matter is not None else None
        born_on = self.parties.born_on
        return None if born_on is None else age_counted(born_on, self.on, ahead)

    def applicant_sheet(self) -> ApplicantSheet:
        return replace(self.parties.sheet(), wishes=self.wishes)

    def form_values(self) -> dict[str, object]:
        return wire_values(self.values.of)

    def facts(self) -> Facts:
        known = case_facts(self.parties, self.channel, self.on)
        return {**known, **self.values.facts(), COMMITMENT_FACT: self.commitment}

    def intake(self) -> Intake:
        """What is signed of it: only the facts that conditions read, and no name or number.

        The age on the wire is the one the matter judges by, since an entry has no date of birth.
        """
        assert self.matter is not None, "an act is of a matter"
        facts = {**self.facts(), APPLICANT_AGE_FACT: self.age_counted}
        stated = {CHANNEL_FACT, APPLICANT_KIND_FACT, AGENT_FACT}
        return Intake(
            channel=self.channel,
            applicant_kind=self.kind,
            has_agent=self.has_agent,
            home=self.parties.home,
            pickup=self.pickup,
            delivery=self.delivery,
            facts=facts_on_wire(facts, fields_read(self.matter, self.place.delegations) - stated),
        )

    def verdicts(self) -> tuple[MaterialVerdict, ...]:
        return self.papers

    def verdicts_at_receipt(self) -> tuple[MaterialVerdict, ...]:
        """What the receipt states: of a paper that is yet to be looked at, nothing.

        An answer in the same sitting has to know: there, what nobody found is missing.
        """
        if self.act not in _ANSWERED_LATER:
            return self.papers
        return tuple(
            one
            for one in self.papers
            if one.state is not MaterialState.MISSING
            or self.form.typed(material_name(one.material))
        )

    def assessment(self) -> Assessment:
        assert self.matter is not None, "only a matter asks for materials"
        return assess(self.matter, self.facts(), self.papers)

    def failed_conditions(self) -> tuple[str, ...]:
        """The acceptance conditions that a machine or the officer found not to hold."""
        if self.matter is None:
            return ()
        # Without an identity number there is no age yet: that is a gap, not a failure.
        unknown = self.kind == NATURAL_PERSON and self.parties.born_on is None
        tested = failed_conditions(self.matter, self.facts(), age_counted=self.age_counted)
        skipped = _conditions_unread(self.matter, self.facts(), age_unknown=unknown)
        failed = {*tested, *self.denied} - skipped
        return tuple(one.id for one in self.matter.acceptance.conditions if one.id in failed)

    def open_conditions(self) -> tuple[str, ...]:
        """The acceptance conditions that a person is to look at, and nobody has."""
        if self.matter is None:
            return ()
        return tuple(one.id for one in _unanswered(self.form, self.matter))

    def draft_fields(self) -> dict[str, list[str]]:
        """What a draft keeps: everything typed, as it was typed."""
        names = (name for name in self.form.names() if name not in NOT_KEPT)
        return {name: self.form.typed_all(name) for name in names}


def matter_ref_of(form: Form, field: str = "matter") -> MatterRef | None:
    """The matter version that a form names, as `id@version`."""
    name, _, version = form.typed(field).partition("@")
    if not name or not (version.isascii() and version.isdigit()):
        return None
    return MatterRef(MatterId(name), int(version))


def written_ref(ref: MatterRef) -> str:
    return f"{ref.matter}@{ref.version}"


def read_intake(
    form: Form, matter: MatterVersion | None, place: IntakePlace, on: date
) -> IntakeForm:
    """Decode a posted form; whatever is wrong stands in `form.errors`."""
    reader = Reader(form)
    if matter is None:
        text = labels.FIELD_CHOOSE.format(label=labels.label("intake_field", "matter"))
        reader.lack("matter", text)
    channel = _one_of(form, "channel", place.channels)
    parties = read_parties(reader, matter, place.regions, on)
    known = case_facts(parties, channel, on)
    asking = Asking(reader, region_codes(place.regions), on)
    values = read_values(matter.form_fields if matter is not None else (), known, asking)
    stated: Facts = {**known, **values.facts()}
    commitment = read_commitment(reader, offer_of(matter, stated))
    facts: Facts = {**stated, COMMITMENT_FACT: commitment}
    act = form.typed("act")
    delivery = _one_of(form, "delivery", tuple(labels.DELIVERY))
    grounds, reason = _refusal(reader, matter, refused=act == REFUSE)
    if matter is not None and act in AVOWALS:
        for one in _unanswered(form, matter):
            text = labels_intake.CONDITION_UNANSWERED.format(text=one.text)
            reader.lack(condition_name(one.id), text)
    party_errors(reader, parties)
    return IntakeForm(
        form=form,
        place=place,
        on=on,
        matter=matter,
        parties=parties,
        channel=channel,
        delivery=delivery,
        pickup=NodeId(_one_of(form, "pickup", tuple(place.counters) or (place.node,))),
        wishes=read_wishes(reader, matter, parties.applicant, delivery),
        values=values,
        commitment=commitment,
        fees=read_fees(reader, matter, act) if matter is not None and not place.village else (),
        papers=_papers(form, matter, facts) if matter is not None else (),
        denied=_denied(form, matter) if matter is not None else (),
        notes=reader.notes(),
        empty=frozenset(reader.empty),
        act=act,
        grounds=grounds,
        reason=reason,
    )


def case_facts(parties: Parties, channel: str, on: date) -> dict[str, FactValue]:
    """The facts that every case has, whatever its matter asks."""
    born_on = parties.born_on
    return {
        CHANNEL_FACT: channel,
        APPLICANT_KIND_FACT: parties.kind,
        AGENT_FACT: parties.agent is not None,
        APPLICANT_AGE_FACT: None if born_on is None else age_on(born_on, on),
    }


def material_name(material: str) -> str:
    return f"m-{material}"


def default_state(need: MaterialRequirement) -> str:
    """What is chosen before anybody has: only what the hall fetches by itself."""
    return MaterialState.CITED.value if need.is_fetched else ""


def known_grounds(matter: MatterVersion) -> tuple[tuple[str, str], ...]:
    """What a refusal of acceptance may cite, with its words."""
    refusals = tuple((one.id, one.text) for one in matter.acceptance.refusals)
    return (*refusals, *conditions_unmet(matter).items(), *checks_failed(matter).items())


def _one_of(form: Form, name: str, allowed: tuple[str, ...]) -> str:
    """A choice that has a usual answer; what is not on offer counts as not chosen."""
    typed = form.typed(name)
    return typed if typed in allowed else allowed[0]


def _papers(form: Form, matter: MatterVersion, facts: Facts) -> tuple[MaterialVerdict, ...]:
    needed = {need.requirement.id for need in materials_for(matter, facts)}
    return tuple(_paper(form, one, needed=one.id in needed) for one in matter.materials)


def _paper(form: Form, need: MaterialRequirement, *, needed: bool) -> MaterialVerdict:
    if not needed:
        return MaterialVerdict(need.id, MaterialState.NOT_APPLICABLE, 0, 0, ())
    chosen = form.typed(material_name(need.id)) or default_state(need)
    # Nothing that is needed can be waived here: only its condition can make it unneeded.
    waived = chosen == MaterialState.NOT_APPLICABLE or chosen not in set(MaterialState)
    state = MaterialState.MISSING if waived else MaterialState(chosen)
    at_hand = state is MaterialState.PRESENT
    failed = _failed_checks(form, need)
    return MaterialVerdict(
        material=need.id,
        state=state,
        originals=_sheets(form, f"o-{need.id}", need.originals) if at_hand else 0,
        copies=_sheets(form, f"k-{need.id}", need.copies) if at_hand else 0,
        failed_checks=failed if at_hand or state is MaterialState.CITED else (),
    )


def check_name(material: str, check: str) -> str:
    return f"y-{material}-{check}"


def _failed_checks(form: Form, need: MaterialRequirement) -> tuple[str, ...]:
    """The questions answered with no; `x-` lists those of a form that is filled in anew."""
    listed = form.typed_all(f"x-{need.id}")
    answers = {
        each.id: form.typed(check_name(need.id, each.id)) for each in need.acceptance_standard
    }
    return tuple(
        one for one, said in answers.items() if said == "0" or (not said and one in listed)
    )


def _sheets(form: Form, name: str, usual: int) -> int:
    typed = form.typed(name).strip()
    if not (typed.isascii() and typed.isdigit()):
        return usual
    return min(int(typed[:3]), SHEETS_MAX)


def condition_name(condition: str) -> str:
    return f"q-{condition}"


def _unanswered(form: Form, matter: MatterVersion) -> tuple[AcceptanceCondition, ...]:
    """The conditions that a person is to look at, and nobody has; a machine tests the others."""
    return tuple(
        one
        for one in matter.acceptance.conditions
        if one.rule is None and form.typed(condition_name(one.id)) not in {"0", "1"}
    )


def _denied(form: Form, matter: MatterVersion) -> tuple[str, ...]:
    """The conditions answered with no; where a machine tests one, nobody is asked."""
    asked = (one.id for one in matter.acceptance.conditions if one.rule is None)
    return tuple(one for one in asked if form.typed(condition_name(one)) == "0")


def _conditions_unread(matter: MatterVersion, facts: Facts, *, age_unknown: bool) -> set[str]:
    """Conditions on something that has not been filled in yet: missing, but not failed."""
    blank = {
        one.rule.field
        for one in matter.acceptance.conditions
        if one.rule is not None and facts.get(one.rule.field) is None
    }
    if not age_unknown:
        blank.discard(APPLICANT_AGE_FACT)
    rules = ((one.id, one.rule) for one in matter.acceptance.conditions)
    return {condition for condition, rule in rules if rule is not None and rule.field in blank}


def _refusal(
    reader: Reader, matter: MatterVersion | None, *, refused: bool
) -> tuple[tuple[str, ...], str]:
    """The grounds of a refusal, asked for only if that is the button that was pressed."""
    known = [ground for ground, _ in known_grounds(matter)] if matter is not None else []
    chosen = tuple(one for one in reader.form.typed_all("grounds") if one in known)
    label = labels.label("intake_field", "reason")
    reason = reader.form.long_text("reason", label=label, length_max=REASON_CHARS_MAX)
    if refused and not chosen:
        words = labels.label("intake_field", "grounds")
        reader.errors.add("grounds", labels.FIELD_CHOOSE.format(label=words))
    if refused and not reason:
        reader.errors.add("reason", labels.FIELD_REQUIRED.format(label=label))
    return chosen, reason
