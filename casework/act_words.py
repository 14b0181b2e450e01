"""What is typed into an act itself: short, and on one line.

A screen sees to that; a node that asks no screen does not. These words are signed for ever and
printed on papers and lists at every tier.
"""

from collections.abc import Iterator
from typing import Final

from casework.act import AnyAct, Intake
from casework.errors import ActWordsError

ACT_WORDS_CHARS_MAX: Final = 200
_TYPED: Final = ("document", "superior", "recipient", "method", "asked_by")


def check_words(act: AnyAct) -> None:
    """Raise ActWordsError for a text that no screen would have taken."""
    for text in _words_of(act):
        if len(text) > ACT_WORDS_CHARS_MAX or not text.isprintable():
            raise ActWordsError(repr(text[:ACT_WORDS_CHARS_MAX]))


def _words_of(act: AnyAct) -> Iterator[str]:
    for name in _TYPED:
        text = getattr(act, name, None)
        if isinstance(text, str):
            yield text
    intake: Intake | None = getattr(act, "intake", None)
    if intake is not None:
        yield from (intake.channel, intake.applicant_kind, intake.delivery)
        for item in intake.facts:
            values = item.value if isinstance(item.value, tuple) else (item.value,)
            yield item.field
            yield from (each for each in values if isinstance(each, str))
