"""The note that says of which earlier case a paper was used again."""

from collections.abc import Sequence

from webui import labels_intake
from webui.drafts import FileContent
from webui.intake_form import IntakeForm


def used_again(intake: IntakeForm, files: Sequence[FileContent]) -> tuple[str, ...]:
    """One text of a line a paper, or none."""
    assert intake.matter is not None, "a paper is one of a matter"
    names = {need.id: need.name for need in intake.matter.materials}
    sources = dict.fromkeys((each.material, each.source) for each in files if each.source)
    lines = [
        labels_intake.REUSED_REMARK.format(material=names[material], number=source)
        for material, source in sources
    ]
    return ("\n".join(lines),) if lines else ()
