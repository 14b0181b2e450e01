"""The county's verdict on a decision, in one line for the case page."""

from collections.abc import Iterator

from casework.case import is_ratified
from casework.names import MessageId
from webui import labels
from webui.case_given import CaseGiven
from webui.case_words import word


def verdict_words(given: CaseGiven, decision: MessageId) -> str:
    """The grade and why; empty while the county has said nothing."""
    found = given.verdicts.get(decision)
    if found is None:
        return ""
    reasons = "；".join(labels.error_text(code) for code in found.grounds)
    word = labels.label("verdict", found.judgement)
    told = f"{word}（{reasons}）" if reasons else word
    return f"{told}；{labels.RATIFIED}" if is_ratified(given.case, decision) else told


def annulment_told(given: CaseGiven) -> Iterator[str]:
    """What the applicant is to be told of an annulled decision, until there is another one."""
    case = given.case
    annulled = [each for each in case.timeline if each.act in {"revoke", "reopen"}]
    stands = case.decision is not None and not case.decision.revoked
    if not annulled or stands:
        return
    text = given.text_of(annulled[-1].entry, "told")
    yield word("annulled", "told", text=text) if text else word("annulled", "untold")


def fallen_verdicts(given: CaseGiven) -> Iterator[str]:
    """What the county said of decisions that fell out of the chain: no card shows them."""
    for fallen in given.case.fallen:
        if fallen in given.verdicts and fallen not in given.case.taken_up:
            yield f"{labels.VERDICT_TITLE}：{verdict_words(given, fallen)}"
