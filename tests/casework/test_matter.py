"""The catalogue as it is read: everything the file says, and nothing it does not."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from casework.catalogue import Catalogue, decode_catalogue, decode_matter
from casework.condition import FactValue
from casework.matter import (
    MatterRef,
    MatterStatus,
    effective_on,
    goes_by_commitment,
    in_force,
    promised_limit,
    version_on,
)
from casework.names import MatterId

FILE = Path(__file__).parents[2] / "deploy/onebox/county/catalogue.json"
RAW = json.loads(FILE.read_text("utf-8"))
BIRTH = MatterId("birth-registration")


def test_every_version_is_read_and_survives_its_own_encoding(catalogue: Catalogue) -> None:
    assert len(catalogue.matters) == 60
    assert len({matter.ref for matter in catalogue.matters}) == 60
    for matter in catalogue.matters:
        assert decode_matter(msgspec.json.encode(matter)) == matter


@pytest.mark.parametrize(
    "place", [(), ("limits",), ("materials", 0), ("form_fields", 0), ("steps", 0)]
)
def test_an_unknown_key_is_an_error_at_any_depth(place: tuple[str | int, ...]) -> None:
    raw = json.loads(FILE.read_text("utf-8"))
    node = raw["matters"][0]
    for key in place:
        node = node[key]
    node["surprise"] = 1
    with pytest.raises(msgspec.ValidationError):
        decode_catalogue(json.dumps(raw).encode())


def test_an_unknown_code_is_an_error() -> None:
    raw = json.loads(FILE.read_text("utf-8"))
    raw["matters"][0]["case_kind"] = "whenever"
    with pytest.raises(msgspec.ValidationError):
        decode_catalogue(json.dumps(raw).encode())


def test_fractions_are_exact(catalogue: Catalogue) -> None:
    bounds = [f.validation.min for m in catalogue.matters for f in m.form_fields]
    assert Decimal("0.01") in bounds
    assert not any(isinstance(bound, float) for bound in bounds)


def test_one_version_applies_on_a_day(catalogue: Catalogue) -> None:
    def version(on: date) -> int | None:
        found = version_on(catalogue.matters, BIRTH, on)
        return found.version if found else None

    assert version(date(2026, 6, 30)) == 1
    assert version(date(2026, 7, 1)) == 2
    assert version(date(1999, 1, 1)) is None
    effective = effective_on(catalogue.matters, date(2026, 11, 20))
    assert len({matter.id for matter in effective}) == len(effective)


def test_what_begins_next_year_does_not_apply_yet(catalogue: Catalogue) -> None:
    second = catalogue.find(MatterRef(MatterId("food-business-licence"), 2))
    assert second is not None
    assert not in_force(second, date(2026, 12, 31))
    assert in_force(second, date(2027, 1, 1))


def test_a_draft_never_applies(catalogue: Catalogue) -> None:
    draft = msgspec.structs.replace(catalogue.matters[0], status=MatterStatus.DRAFT)
    assert not in_force(draft, date(2026, 11, 20))


def test_a_reference_finds_its_version(catalogue: Catalogue) -> None:
    for matter in catalogue.matters:
        assert catalogue.find(matter.ref) is matter
    assert catalogue.find(MatterRef(BIRTH, 9)) is None


def test_a_scenario_without_a_limit_promises_what_the_matter_does(catalogue: Catalogue) -> None:
    for matter in catalogue.matters:
        if not matter.scenarios:
            assert promised_limit(matter, {}) == matter.limits.promised


def test_materials_steps_and_procedures_are_found_by_their_names(catalogue: Catalogue) -> None:
    for matter in catalogue.matters:
        for material in matter.materials:
            assert matter.material(material.id) is material
        for step in matter.steps:
            assert matter.step(step.seq) is step
            assert step.special is None or matter.special(step.special) is not None
    assert catalogue.matters[0].material("m99") is None


@pytest.mark.parametrize(
    ("matter", "facts", "signed"),
    [
        # A situation of its own, which nobody who declines is in.
        ("timber-felling-permit", {"volume_m3": 8}, True),
        ("timber-felling-permit", {"volume_m3": 8, "case.commitment": False}, False),
        ("timber-felling-permit", {"volume_m3": 20, "case.commitment": True}, False),
        # A commitment that stands in for papers: only whoever made it signs it.
        ("company-registration", {}, False),
        ("company-registration", {"case.commitment": True}, True),
        ("real-estate-mortgage", {"case.commitment": True}, False),
    ],
)
def test_a_commitment_is_signed_by_whom_it_concerns(
    catalogue: Catalogue, matter: str, facts: dict[str, FactValue], *, signed: bool
) -> None:
    version = catalogue.find(MatterRef(MatterId(matter), 1))
    assert version is not None
    assert goes_by_commitment(version, facts) is signed
