"""What stands in the way of a proposal, in the words of the people who mend it.

The checks tell a place and a reason in English, for the log and the command line; here they become
a place with the names of what it names, and a sentence. A reason we have no sentence for says that
the place does not fit, and never appears as it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct

from casework.delegation import Delegation
from casework.delegation_publishing import Finding
from casework.names import DelegationId, OfficerId
from casework.proposal import ProposalError, ProposalFault
from central.routes.grant_words import GrantWords
from central.words import sections, word
from webui import labels
from webui.names_known import Names

_RECORD: Final = re.compile(r"\$\.records\[(?P<id>[^\]]+)\]")
_REVOCATION: Final = re.compile(r"\$\.revocations\[(?P<id>[^\]]+)\]")
_MATTER: Final = re.compile(
    r"\$\.matters\[(?P<id>[^\] ]+)(?: v(?P<version>\d+))?\](?:\.(?P<part>[a-z_]+))?"
)
_ORGANISATION: Final = re.compile(r"\$\.(?P<what>officers|ab_pairs|windows)\[(?P<id>[^\]]+)\]")
_CODE: Final = re.compile(r"(?P<code>E_[A-Z_]+)(?: \(beside (?P<other>[^)]+)\))?")
_SHOWN_MAX: Final = 50

FindRecord = Callable[[DelegationId], Delegation | None]


class Obstacle(Struct, frozen=True):
    """One thing in the way: where it stands, and what is wrong with it."""

    place: str
    reason: str


def obstacles(
    error: ProposalError, words: GrantWords, names: Names, find: FindRecord
) -> tuple[Obstacle, ...]:
    said = word("proposal_fault", error.code)
    if not error.items:
        return (Obstacle("", said),)
    if error.code is ProposalFault.UNSOUND:
        found = [_unsound(item, words, names, find) for item in error.items[:_SHOWN_MAX]]
    else:
        found = [Obstacle(_place(item, words, names, find), said) for item in error.items]
    return tuple(dict.fromkeys(found))


def finding_words(
    found: Iterable[Finding], words: GrantWords, names: Names, find: FindRecord
) -> tuple[Obstacle, ...]:
    return tuple(
        Obstacle(
            _place(one.record, words, names, find),
            " ".join(_reason(_said(one), words, names, find)),
        )
        for one in found
    )


def _said(finding: Finding) -> str:
    return f"{finding.fault} (beside {finding.other})" if finding.other else finding.fault


def _unsound(item: str, words: GrantWords, names: Names, find: FindRecord) -> Obstacle:
    path, _, reason = item.partition(": ")
    # The file's name stands before the path where the check was of a whole folder.
    return Obstacle(_place(path, words, names, find), " ".join(_reason(reason, words, names, find)))


def _place(path: str, words: GrantWords, names: Names, find: FindRecord) -> str:
    named = _RECORD.match(path)
    record = find(DelegationId(named["id"] if named else path))
    if record is not None:
        return word(
            "fault_place",
            "record",
            id=record.id,
            node=names.node(record.grantee),
            matter=words.matter(record.matter),
        )
    if matter := _MATTER.match(path):
        return _matter_place(matter, words)
    if found := _ORGANISATION.match(path):
        said = names.officer(OfficerId(found["id"])) if found["what"] == "officers" else found["id"]
        return word("fault_place", found["what"], name=said)
    if revoked := _REVOCATION.match(path):
        return word("fault_place", "revocation", id=revoked["id"])
    return named["id"] if named else word("fault_place", "elsewhere")


def _matter_place(found: re.Match[str], words: GrantWords) -> str:
    name = words.matter(found["id"])  # type: ignore[arg-type]
    version = word("fault_place", "version", number=found["version"]) if found["version"] else ""
    part = sections()["lint_place"].get(found["part"] or "", "")
    return " ".join(one for one in (name, version, part) if one)


def _reason(reason: str, words: GrantWords, names: Names, find: FindRecord) -> Iterator[str]:
    if coded := _CODE.match(reason):
        yield labels.error_text(coded["code"])
        if coded["other"]:
            yield word("fault_place", "beside", place=_place(coded["other"], words, names, find))
        return
    for pattern, sentence in sections()["unsound"].items():
        if found := re.fullmatch(pattern, reason):
            yield sentence.format(**found.groupdict())
            return
    yield word("fault_place", "generic")
