"""Applications for the story: generated, whole, and typed into forms as a person would."""

import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.onebox.processes import StepError

SEED: Final = 7
CANDIDATES: Final = 400
LOOKED_BACK: Final = timedelta(days=10)
_FORM_PREFIX: Final = "v-"


@cache
def _generated(matter: str) -> tuple[dict[str, Any], ...]:
    # The nodes go by this machine's clock, so the applications are of these days.
    today = date.today()  # noqa: DTZ011, TID251
    done = subprocess.run(  # noqa: S603 - our own generator
        [
            *(sys.executable, "-m", "deploy.onebox.generators.make_cases", str(CANDIDATES)),
            *("--seed", str(SEED), "--matter", matter),
            *("--from", str(today - LOOKED_BACK), "--to", str(today)),
        ],
        check=True,
        capture_output=True,
    )
    return tuple(msgspec.json.decode(line) for line in done.stdout.splitlines())


def an_application(
    matter: str, *, village: str | None = None, passed_over: int = 0, **form: Any
) -> dict[str, Any]:
    """One with every paper in hand; `form` names answers that it must have, or a bound on one.

    The generator makes few of each kind; `passed_over` of them are left to others.
    """
    for case in _generated(matter)[passed_over:]:
        states = {material["state"] for material in case["materials"]}
        whole = states <= {"present", "not_applicable"}
        sound = not case["expected"]["failed_conditions"] and not case["expected"]["failed_checks"]
        simple = case["agent"] is None and case["applicant"]["kind"] == "1"
        if whole and sound and simple and _fits(case["form"], form):
            return case if village is None else {**case, "home": village}
    raise StepError(f"the generator made no whole application for {matter}")


def typed(case: dict[str, Any]) -> dict[str, list[str]]:
    """What a person types and ticks in the intake form."""
    applicant = case["applicant"]
    fields = {
        **{key: [applicant[key]] for key in ("kind", "name", "id_number", "phone", "address")},
        "home": [case["home"]],
    }
    for key, value in case["form"].items():
        fields |= _field(key, value)
    for one in case["materials"]:
        material = one["material"]
        fields[f"m-{material}"] = [one["state"]]
        fields[f"o-{material}"] = [str(one["originals"])]
        fields[f"k-{material}"] = [str(one["copies"])]
    return fields


def scans_of(case: dict[str, Any], folder: Path) -> list[Path]:
    """Draw a scan of every paper of an application."""
    subprocess.run(  # noqa: S603 - our own generator
        [sys.executable, "-m", "deploy.onebox.generators.make_scans", str(folder)],
        input=msgspec.json.encode(case) + b"\n",
        check=True,
        capture_output=True,
    )
    return sorted((folder / case["case"]).iterdir())


def materials_in_hand(case: dict[str, Any]) -> list[str]:
    return [each["material"] for each in case["materials"] if each["state"] == "present"]


def _fits(form: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for key, value in wanted.items():
        if key.endswith("_at_most"):
            if form.get(key.removesuffix("_at_most"), value + 1) > value:
                return False
        elif form.get(key) != value:
            return False
    return True


def _field(key: str, value: Any) -> dict[str, list[str]]:
    name = _FORM_PREFIX + key
    if isinstance(value, list) and value and isinstance(value[0], dict):
        cells = {
            f"{name}-{row}-{column}": [str(cell)]
            for row, each in enumerate(value)
            for column, cell in each.items()
        }
        return {f"{name}-row": [str(row) for row in range(len(value))], **cells}
    return {name: [str(each) for each in value] if isinstance(value, list) else [_text(value)]}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)
