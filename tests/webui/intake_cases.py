"""Generated applications as a browser would post them, and the counters they are posted at."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from casework.matter import MatterVersion
from casework.names import NodeId, RegionCode
from casework.regions import Regions, decode_regions
from tests.builders import TOWN, VILLAGE
from tests.county import FOLDER, calendar, delegations, organisation
from webui.forms import Form
from webui.intake_form import IntakeForm, IntakePlace, read_intake
from webui.intake_values import cell_name, input_name, rows_name

GOLDEN = Path(__file__).parents[1] / "golden" / "cases.jsonl"
TODAY = date(2026, 11, 20)
CHEN_XIULAN = {
    "kind": "1",
    "name": "陈秀兰",
    "id_type": "111",
    "id_number": "440229195806170024",
    "phone": "13922345678",
    "home": "440229901002",
}


@cache
def regions() -> Regions:
    return decode_regions((FOLDER / "regions.json").read_bytes())


@cache
def golden_cases() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines())


def a_counter(node: NodeId = TOWN, *channels: str, village: bool = False) -> IntakePlace:
    here = regions().node(node)
    assert here is not None
    return IntakePlace(
        node=node,
        counters={node: here.name, **{each.id: each.name for each in regions().counters}},
        regions=regions(),
        calendar=calendar(),
        channels=channels or ("window", "home_visit"),
        delegations=tuple(one for one in delegations().records if one.grantee == node),
        departments={one.id: one.short_name for one in organisation().departments},
        village=village,
        home=RegionCode("440229901002") if village else None,
    )


def a_village() -> IntakePlace:
    return a_counter(VILLAGE, "village_agent", village=True)


def typed(matter: MatterVersion | None = None, **fields: object) -> IntakeForm:
    """What Chen Xiulan's application amounts to with these fields typed or changed."""
    form = Form.of({**CHEN_XIULAN, **fields})
    return read_intake(form, matter, a_counter(), TODAY)


def posted(case: dict[str, Any]) -> dict[str, list[str]]:
    """A generated case as the fields of the form."""
    applicant, agent = case["applicant"], case["agent"]
    fields = {
        **{key: [applicant[key]] for key in ("kind", "name", "id_number", "phone", "address")},
        "home": [case["home"]],
        "channel": [case["channel"]],
    }
    if representative := applicant.get("representative"):
        fields["representative"] = [representative["name"]]
    if agent is not None:
        fields["has_agent"] = ["1"]
        for key in ("name", "id_number", "phone", "relation"):
            fields[f"agent_{key}"] = [agent[key]]
    for key, value in case["form"].items():
        fields |= _field(key, value)
    for one in case["materials"]:
        material = one["material"]
        fields[f"m-{material}"] = [one["state"]]
        fields[f"o-{material}"] = [str(one["originals"])]
        fields[f"k-{material}"] = [str(one["copies"])]
        fields[f"x-{material}"] = one["failed_checks"]
    return fields


def _field(key: str, value: Any) -> dict[str, list[str]]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        cells = {
            cell_name(key, str(row), column): [str(cell)]
            for row, each in enumerate(value)
            for column, cell in each.items()
        }
        return {rows_name(key): [str(row) for row in range(len(value))], **cells}
    return {input_name(key): value if isinstance(value, list) else [_text(value)]}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)
