"""Loading a county's folder: all of it or nothing, and every fault with its place."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casework.names import RegionCode
from central.services.loading import FILES, LoadError, load_folder
from tests.county import FOLDER

COUNTY = RegionCode("440229")
SECRET = b"\x07" * 32
Change = Callable[[Any], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def change(folder: Path, name: str, how: Change) -> None:
    data = json.loads((folder / name).read_text())
    how(data)
    (folder / name).write_text(json.dumps(data, ensure_ascii=False))


def faults_of(folder: Path, county: RegionCode = COUNTY) -> list[str]:
    with pytest.raises(LoadError) as raised:
        load_folder(folder, county=county, person_secret=SECRET)
    return [str(fault) for fault in raised.value.faults]


def test_the_example_county_is_sound(folder: Path) -> None:
    data = load_folder(folder, county=COUNTY, person_secret=SECRET)

    assert len(data.catalogue.matters) == 60
    assert len(data.delegations.records) == 603
    assert len(data.regions.nodes) == 75


def test_no_personal_number_is_kept(folder: Path) -> None:
    rows = json.loads((folder / "organisation.json").read_text())["officers"]
    kept = repr(load_folder(folder, county=COUNTY, person_secret=SECRET).organisation)

    assert not any(row["id_number"] in kept or row["phone"] in kept for row in rows)


def test_a_step_of_the_review_cannot_come_after_the_decision(folder: Path) -> None:
    """Nobody could ever do it: a publicity too is held before what it is held for."""

    def shown_too_late(data: Any) -> None:
        [rental] = [each for each in data["matters"] if each["id"] == "public-rental-housing"]
        shown, decided = (step for step in rental["steps"] if step["seq"] in {5, 6})
        shown["seq"], decided["seq"] = decided["seq"], shown["seq"]

    change(folder, "catalogue.json", shown_too_late)
    (fault,) = faults_of(folder)
    assert "public-rental-housing v1].steps[6]" in fault
    assert "after the decision" in fault


def test_all_faults_of_all_files_are_named_at_once(folder: Path) -> None:
    def no_such_department(data: Any) -> None:
        data["officers"][0]["department"] = "space-travel"

    def no_such_node(data: Any) -> None:
        data["records"][0]["grantee"] = "440229999-01"

    change(folder, "organisation.json", no_such_department)
    change(folder, "delegations.json", no_such_node)

    assert faults_of(folder) == [
        "delegations.json: $.records[d0001]: no node is named 440229999-01",
        "organisation.json: $.ab_pairs[ab001]: they are not of one office",
        "organisation.json: $.officers[o0001]: no department is named space-travel",
    ]


def test_a_missing_file_and_a_broken_one_are_both_named(folder: Path) -> None:
    (folder / "calendar.json").unlink()
    (folder / "regions.json").write_text("{")

    assert [fault.split(":")[0] for fault in faults_of(folder)] == ["calendar.json", "regions.json"]


def test_a_misspelt_key_is_named_with_its_place(folder: Path) -> None:
    def misspell(data: Any) -> None:
        data["matters"][3]["limits"]["promissed"] = data["matters"][3]["limits"].pop("promised")

    change(folder, "catalogue.json", misspell)

    (fault,) = faults_of(folder)
    assert fault.startswith("catalogue.json: $.matters[3].limits: ")
    assert "promissed" in fault or "promised" in fault


def test_another_countys_folder_is_refused_here(folder: Path) -> None:
    faults = faults_of(folder, RegionCode("370403"))

    assert len(faults) == len(FILES)
    assert all("$.county" in fault for fault in faults)


def _licence_to_village(data: Any) -> None:
    record = next(one for one in data["records"] if one["level"] == "assist")
    record.update(level="final", matter="timber-felling-permit", principal="forestry")


def _redelegate(data: Any) -> None:
    data["records"][0]["redelegate"] = True


def _tie(data: Any) -> None:
    data["records"].append(data["records"][0] | {"id": "d9999"})


def _unknown_fact(data: Any) -> None:
    data["records"][0]["conditions"] = [{"field": "weather", "op": "eq", "value": "fine"}]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (_licence_to_village, "E_LICENCE_TO_VILLAGE"),
        (_redelegate, "E_REDELEGATION"),
        (_tie, "E_DELEGATION_TIE"),
        (_unknown_fact, "asks nothing named weather"),
    ],
)
def test_a_power_that_may_not_be_given_is_not_loaded(folder: Path, how: Change, said: str) -> None:
    change(folder, "delegations.json", how)

    assert any(said in fault for fault in faults_of(folder))


def _review_own_draft(data: Any) -> None:
    data["matters"][0]["reviewed_by"] = data["matters"][0]["drafted_by"]


def _overlap(data: Any) -> None:
    first = next(one for one in data["matters"] if one["id"] == "birth-registration")
    first["effective_until"] = None


def _unknown_material(data: Any) -> None:
    matter = next(one for one in data["matters"] if one["scenarios"])
    matter["scenarios"][0]["materials"] = ["m99"]


def _no_basis(data: Any) -> None:
    data["matters"][0]["legal_basis"] = []


def _no_expiry(data: Any) -> None:
    matter = next(one for one in data["matters"] if one["id"] == "small-workshop-renewal")
    matter["form_fields"] = [one for one in matter["form_fields"] if one["key"] != "expires_on"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (_no_expiry, "no date is asked for by the name of expires_on"),
        (_review_own_draft, "reviewed by the officer who drafted it"),
        (_overlap, "apply on one day"),
        (_unknown_material, "no material is named m99"),
        (_no_basis, "legal_basis"),
    ],
)
def test_a_matter_that_could_not_be_worked_by_is_not_loaded(
    folder: Path, how: Change, said: str
) -> None:
    change(folder, "catalogue.json", how)

    assert any(said in fault for fault in faults_of(folder))


def test_one_person_with_two_accounts_holds_no_exclusive_roles(folder: Path) -> None:
    def two_accounts(data: Any) -> None:
        admin = next(one for one in data["officers"] if "system_admin" in one["roles"])
        other = next(one for one in data["officers"] if "audit_admin" in one["roles"])
        other["id_number"] = admin["id_number"]

    change(folder, "organisation.json", two_accounts)

    assert any("one person holds roles" in fault for fault in faults_of(folder))


def test_a_holiday_is_not_made_up(folder: Path) -> None:
    def both(data: Any) -> None:
        data["makeup_workdays"].append({"date": data["holidays"][0]["date"], "for": "x"})

    change(folder, "calendar.json", both)

    assert any("is a holiday as well" in fault for fault in faults_of(folder))
