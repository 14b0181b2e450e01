"""What the case page offers beside the acts of the procedure.

At a node with the pen: to receive what a village collected and answer it in one sitting. At any
other: to keep for the pen-holder what an applicant brings.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from casework.asking import may_be_brought
from casework.case import Status
from casework.errors import CaseworkError
from township_node.words import word
from webui import labels
from webui.act_dialogs import ActDialog, act_dialog
from webui.act_fields import TextField
from webui.case_given import CaseGiven

_SITTINGS = {
    "accept": ("circle-check", "primary"),
    "accept_deferred": ("hourglass", ""),
    "notify_deficiency": ("alert-triangle", ""),
    "refuse_acceptance": ("circle-x", "outline-danger"),
    "receive": ("inbox", ""),
    "return_pen": ("arrow-back-up", ""),
}
_DEPOSITS = {
    "supplement": "file-plus",
    "supplement_in_review": "file-plus",
    "deferred_satisfied": "file-check",
    "withdraw": "arrow-back",
    "change_pickup": "map-pin",
}


class Offer(Struct, frozen=True, kw_only=True):
    """A button with its dialog; `refusal` says why it is not open."""

    text: str
    mark: str
    kind: str
    dialog: ActDialog
    refusal: str = ""


def sittings_for(
    given: CaseGiven, why_not: Mapping[str, CaseworkError | None]
) -> tuple[Offer, ...]:
    case = given.case
    if case.status is not Status.COLLECTED or case.pen != given.node:
        return ()
    refusal = _words(why_not.get("receive"))
    return tuple(
        Offer(
            text=word("sitting", name),
            mark=mark,
            kind=kind,
            dialog=_sitting(name, given, mark, kind),
            refusal=_words(why_not.get("return_pen")) if name == "return_pen" else refusal,
        )
        for name, (mark, kind) in _SITTINGS.items()
        if name != "accept_deferred" or given.matter.supports.deferral is not None
    )


def deposits_for(given: CaseGiven) -> tuple[Offer, ...]:
    case = given.case
    if case.pen == given.node:
        return ()
    return tuple(
        Offer(
            text=word("deposit", name),
            mark=mark,
            kind="",
            dialog=_deposit(name, given, mark),
        )
        for name, mark in _DEPOSITS.items()
        if may_be_brought(name, case)
    )


def _sitting(name: str, given: CaseGiven, mark: str, kind: str) -> ActDialog:
    dialog = act_dialog(name, given, mark=mark, kind=kind)
    texts = dialog.texts
    if name == "return_pen":
        texts = (TextField(name="reason", label=word("field", "reason")),)
    return replace(
        dialog,
        title=word("sitting", name),
        url=f"{given.base_url}/sittings/{name}",
        texts=texts,
    )


def _deposit(name: str, given: CaseGiven, mark: str) -> ActDialog:
    return replace(
        act_dialog(name, given, mark=mark, kind=""),
        title=word("deposit", name),
        url=f"{given.base_url}/deposits/{name}",
        note=word("deposit", "note", node=given.names.node(given.case.pen)),
    )


def _words(refused: CaseworkError | None) -> str:
    return labels.error_text(refused.code) if refused is not None else ""
