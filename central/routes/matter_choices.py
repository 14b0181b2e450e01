"""What the elements of a matter are chosen from in this county."""

from casework.inheriting import UpperCatalogue
from casework.matter import MatterVersion
from casework.regions import NodeKind
from central.routes.matter_form import Choices, Pairs
from central.store.loaded import CountyData
from webui import labels


def choices_of(
    data: CountyData, draft: MatterVersion, upper: UpperCatalogue | None = None
) -> Choices:
    kinds = {
        need.licence_type: need.licence_type
        for matter in (*data.catalogue.matters, draft)
        for need in matter.materials
        if need.licence_type
    }
    kinds.update({code: f"{text}（{code}）" for code, text in labels.choices("licence_type")})
    nodes = [one for one in data.regions.nodes if one.kind is NodeKind.SUBCENTRE]
    return Choices(
        {
            "department": departments_of(data),
            "node": tuple((one.id, one.name) for one in nodes),
            "licence_type": tuple(sorted(kinds.items())),
        },
        draft,
        upper,
    )


def departments_of(data: CountyData) -> Pairs:
    return tuple((one.id, one.name) for one in data.organisation.departments)
