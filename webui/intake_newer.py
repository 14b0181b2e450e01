"""A version of the matter that came into force while a draft was open, and what it changes."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from casework.matter import MatterVersion
from webui.intake_form import written_ref


class Change(Struct, frozen=True):
    """One difference between two versions of a matter; `kind` is worded by the template."""

    kind: str
    name: str


class Newer(Struct, frozen=True, kw_only=True):
    """A version that came into force while the draft was open."""

    ref: str
    version: int
    effective_from: date
    changes: tuple[Change, ...]


def newer_version(old: MatterVersion, new: MatterVersion | None) -> Newer | None:
    """What the version now in force changes, if it is not the draft's own."""
    if new is None or new.ref == old.ref:
        return None
    return Newer(
        ref=written_ref(new.ref),
        version=new.version,
        effective_from=new.effective_from,
        changes=tuple(_changes(old, new)),
    )


def _changes(old: MatterVersion, new: MatterVersion) -> list[Change]:
    papers = _differences(
        {one.name: (one.necessity, one.when, one.originals, one.copies) for one in old.materials},
        {one.name: (one.necessity, one.when, one.originals, one.copies) for one in new.materials},
    )
    fields = _differences(
        {
            one.label: (one.type, one.required, one.options, one.validation)
            for one in old.form_fields
        },
        {
            one.label: (one.type, one.required, one.options, one.validation)
            for one in new.form_fields
        },
    )
    changes = [Change(f"material_{kind}", name) for kind, name in papers]
    changes += [Change(f"field_{kind}", name) for kind, name in fields]
    if old.limits.promised != new.limits.promised:
        changes.append(Change("promised", ""))
    if old.acceptance != new.acceptance:
        changes.append(Change("acceptance", ""))
    if old.fees != new.fees:
        changes.append(Change("fees", ""))
    return changes


def _differences(old: Mapping[str, object], new: Mapping[str, object]) -> list[tuple[str, str]]:
    added = [("added", name) for name in new if name not in old]
    removed = [("removed", name) for name in old if name not in new]
    changed = [("changed", name) for name in new if name in old and new[name] != old[name]]
    return [*removed, *added, *changed]
