"""The elements of a matter as forms know them: described by their types, so that none is missing.

What a type cannot say stands in two small tables: which codes an element is chosen from, and which
texts are long.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from msgspec import Struct

from casework.condition import Condition
from casework.fact import Fact
from casework.form_field import FieldType
from casework.limits import Limit
from casework.material import (
    Check,
    MaterialForm,
    MaterialRequirement,
    MaterialSource,
    Necessity,
    Retention,
)
from casework.matter import (
    Acceptance,
    AcceptanceCondition,
    CaseKind,
    CommitmentOffer,
    Deemed,
    DeemedEffect,
    DeemedWhen,
    Deferral,
    Delegable,
    ExtensionRule,
    Fee,
    Hall,
    HallMode,
    Intermediary,
    LegalBasis,
    LegalReceipt,
    MatterStatus,
    MatterType,
    MatterVersion,
    ReceiptRule,
    Refusal,
    Result,
    Scenario,
    SpecialKind,
    SpecialProcedure,
    Step,
    StepAct,
    Validity,
)


class ElementKind(StrEnum):
    """How an element is filled in."""

    TEXT = "text"
    LONG = "long"
    INTEGER = "integer"
    NUMBER = "number"
    DAY = "day"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    LINES = "lines"
    LIMIT = "limit"
    CONDITION = "condition"
    RECORD = "record"
    ROWS = "rows"


class Element(Struct, frozen=True):
    """A member of a type; `of` is what a row or a record is, `source` where choices come from."""

    owner: type[Fact]
    name: str
    kind: ElementKind
    is_optional: bool
    of: Any = None
    source: str = ""
    is_whole: bool = False  # chosen codes that are numbers

    @property
    def is_automatic(self) -> bool:
        """An id that nobody has to think of."""
        return (self.owner, self.name) in _AUTOMATIC


# The parts of the editor, each with the members of a version that it holds.
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "basics": (
        *("name", "short_name", "matter_type", "case_kind", "department", "implementing_body"),
        *("exercise_level", "code_scheme", "catalog_code", "implementation_code"),
        *("handling_item_code", "reference", "service_objects", "service_scope"),
        *("handling_forms", "online_depth", "max_visits", "effective_from", "theme_bundles"),
        *("intermediaries", "post_decision"),
    ),
    "basis": ("legal_basis",),
    "acceptance": ("acceptance",),
    "materials": ("materials",),
    "scenarios": ("scenarios",),
    "fields": ("form_fields",),
    "steps": ("steps",),
    "limits": ("limits",),
    "specials": ("special_procedures",),
    "fees": ("fees",),
    "results": ("results",),
    "supports": ("supports",),
    "delegable": ("delegable",),
    "places": ("hall", "window_category", "legal_receipt"),
}

_ENUM_TABLES: Final[dict[type[StrEnum], str]] = {
    MatterStatus: "matter_status",
    MatterType: "matter_type",
    CaseKind: "case_kind",
    HallMode: "hall_mode",
    ReceiptRule: "receipt_rule",
    StepAct: "step_act",
    SpecialKind: "special_kind",
    DeemedWhen: "deemed_when",
    DeemedEffect: "deemed_effect",
    Necessity: "necessity",
    MaterialForm: "material_form",
    MaterialSource: "material_source",
    Retention: "retention",
    FieldType: "field_type",
}
# Where choices come from: a table of `webui.labels`, or (with a dot) the draft or the county.
_SOURCES: Final[dict[tuple[type[Fact], str], str]] = {
    (MatterVersion, "department"): "county.department",
    (MatterVersion, "implementing_body"): "implementing_body",
    (MatterVersion, "exercise_level"): "exercise_level",
    (MatterVersion, "code_scheme"): "code_scheme",
    (MatterVersion, "service_objects"): "service_object",
    (MatterVersion, "service_scope"): "service_scope",
    (MatterVersion, "handling_forms"): "handling_form",
    (MatterVersion, "online_depth"): "online_depth",
    (MatterVersion, "window_category"): "window_category",
    (Hall, "subcentre"): "county.node",
    (LegalBasis, "certainty"): "certainty",
    (MaterialRequirement, "legal_basis"): "draft.legal_basis",
    (MaterialRequirement, "licence_type"): "county.licence_type",
    (Scenario, "materials"): "draft.material",
    (Step, "tier"): "tier",
    (Step, "unit"): "county.department",
    (Step, "position"): "position_kind",
    (Step, "special"): "draft.special",
    (SpecialProcedure, "type_code"): "special_type",
    (SpecialProcedure, "legal_basis"): "draft.legal_basis",
    (SpecialProcedure, "approver"): "position_kind",
    (Fee, "collect"): "fee_collect",
    (Result, "kind"): "result_kind",
    (Result, "states"): "draft.field",
    (Validity, "kind"): "validity_kind",
    (Deferral, "if_overdue"): "if_overdue",
    (CommitmentOffer, "scenario"): "draft.scenario",
    (ExtensionRule, "approver"): "position_kind",
    (Delegable, "county_hall"): "level",
    (Delegable, "subcentre"): "level",
    (Delegable, "township"): "level",
    (Delegable, "village"): "level",
    (Intermediary, "material"): "draft.material",
}
_LONG: Final = frozenset(
    {
        *((MatterVersion, "post_decision"), (LegalReceipt, "text"), (Acceptance, "scope")),
        *((AcceptanceCondition, "text"), (AcceptanceCondition, "check"), (Refusal, "text")),
        *((LegalBasis, "gist"), (SpecialProcedure, "reason"), (Fee, "standard")),
        *((CommitmentOffer, "text"), (CommitmentOffer, "excluded_if"), (Deemed, "text")),
        (Check, "check"),
    }
)
_AUTOMATIC: Final = frozenset(
    {
        *((kind, "id") for kind in (LegalBasis, AcceptanceCondition, Refusal, Scenario, Check)),
        *((kind, "id") for kind in (SpecialProcedure, Result, MaterialRequirement)),
        (Step, "seq"),
    }
)
_PLAIN: Final = {
    str: ElementKind.TEXT,
    int: ElementKind.INTEGER,
    bool: ElementKind.FLAG,
    date: ElementKind.DAY,
    Limit: ElementKind.LIMIT,
    Condition: ElementKind.CONDITION,
}


@cache
def elements_of(kind: type[Fact]) -> tuple[Element, ...]:
    hints = get_type_hints(kind)
    return tuple(_element(kind, name, hints[name]) for name in kind.__struct_fields__)


@cache
def elements_in(part: str) -> tuple[Element, ...]:
    """The elements on one page of the editor, in the page's order."""
    known = {each.name: each for each in elements_of(MatterVersion)}
    return tuple(known[name] for name in PARTS[part])


def _element(owner: type[Fact], name: str, hint: Any) -> Element:
    is_optional = False
    if get_origin(hint) is UnionType or str(get_origin(hint)) == "typing.Union":
        args = [each for each in get_args(hint) if each is not type(None)]
        is_optional = len(args) < len(get_args(hint))
        if Decimal in args:
            return Element(owner, name, ElementKind.NUMBER, is_optional)
        (hint,) = args
    hint = getattr(hint, "__supertype__", hint)  # a NewType
    source = _SOURCES.get((owner, name), "")
    if get_origin(hint) is tuple:
        return _list_element(owner, name, hint, source, is_optional=is_optional)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        table = _ENUM_TABLES[hint]
        return Element(owner, name, ElementKind.CHOICE, is_optional, hint, table)
    if source:
        return Element(
            owner, name, ElementKind.CHOICE, is_optional, str, source, is_whole=hint is int
        )
    if (owner, name) in _LONG:
        return Element(owner, name, ElementKind.LONG, is_optional)
    return Element(owner, name, _PLAIN.get(hint, ElementKind.RECORD), is_optional, hint)


def _list_element(
    owner: type[Fact], name: str, hint: Any, source: str, *, is_optional: bool
) -> Element:
    item = get_args(hint)[0]
    item = getattr(item, "__supertype__", item)
    if source:
        return Element(owner, name, ElementKind.CHOICES, is_optional, item, source)
    kind = ElementKind.LINES if item is str else ElementKind.ROWS
    return Element(owner, name, kind, is_optional, item)
