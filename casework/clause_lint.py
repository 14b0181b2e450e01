"""The lint of clauses: whether a material's name or a condition's text can be met by preparing.

Vague wording and catch-alls are to go from every catalogue (requirement A6). What is looked for is
a table, and this is only how it is read. A clause is looked at after its terms of art are put out
of sight: the trouble is never a word, it is what the word leaves open.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

CLAUSE_CHARS_MAX: Final = 2_000
_TERM: Final = "□"
_QUOTED: Final = "◇"
_QUOTES: Final = re.compile(r"“[^”]*”|「[^」]*」|‘[^’]*’|\"[^\"]*\"")
_WORD: Final = re.compile(r"\{([a-z]+)\}")
_NESTING_MAX: Final = 4
_KEPT: Final = 20_000  # clauses of a county's catalogue; most stand in many matters


class ClauseKind(StrEnum):
    MATERIAL = "material"
    CONDITION = "condition"


class ClauseVerdict(StrEnum):
    """What is said of a clause; the values stand in files and never change."""

    CATCH_ALL = "catch_all"
    VAGUE = "vague"
    ODD_PROOF = "odd_proof"
    FINE = "fine"


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """What looks bad and is not, and why it is not."""

    pattern: str
    note: str


class ClauseRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What is not to stand in a clause, why, and what to write instead."""

    code: str
    verdict: ClauseVerdict
    pattern: str
    reason: str
    suggestion: str
    unless: str | None = None
    kinds: tuple[ClauseKind, ...] = tuple(ClauseKind)


class ClauseTable(Struct, frozen=True):
    """The rules in the order in which they are tried, and the words they are written with."""

    words: Mapping[str, str]
    terms: Sequence[Term]
    rules: Sequence[ClauseRule]


class ClauseFinding(Struct, frozen=True):
    """What a rule found in a clause."""

    rule: str
    verdict: ClauseVerdict
    reason: str
    suggestion: str


class _Compiled(Struct, frozen=True):
    rule: ClauseRule
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


class ClauseLint:
    """A table made ready; ValueError where it cannot be read."""

    def __init__(self, table: ClauseTable) -> None:
        self._terms: Final = tuple(
            _compiled(term.pattern, table.words, term.note) for term in table.terms
        )
        self._rules: Final = tuple(
            _Compiled(
                rule,
                _compiled(rule.pattern, table.words, rule.code),
                None if rule.unless is None else _compiled(rule.unless, table.words, rule.code),
            )
            for rule in table.rules
        )
        self._of: Final = lru_cache(_KEPT)(self._look)

    def finding(self, text: str, kind: ClauseKind | None = None) -> ClauseFinding | None:
        """The first rule that a clause breaks; None if it is fine. No kind: it may be either."""
        return self._of(text, kind)

    def _look(self, text: str, kind: ClauseKind | None) -> ClauseFinding | None:
        seen = self._without_terms(normal(text))
        for each in self._rules:
            if kind is not None and kind not in each.rule.kinds:
                continue
            found = each.pattern.search(seen)
            if found is None or (each.unless is not None and each.unless.search(seen)):
                continue
            words = found[0].strip("，。；、（）").replace(_TERM, "…").replace(_QUOTED, "…")
            rule = each.rule
            reason = rule.reason.replace("{found}", words)
            return ClauseFinding(rule.code, rule.verdict, reason, rule.suggestion)
        return None

    def _without_terms(self, text: str) -> str:
        seen = _QUOTES.sub(_QUOTED, text)
        for term in self._terms:
            seen = term.sub(_TERM, seen)
        return seen


def normal(text: str) -> str:
    """A clause as the rules are written: no blanks, full-width marks, no full stop at its end."""
    narrow = unicodedata.normalize("NFKC", text[:CLAUSE_CHARS_MAX])
    marks = str.maketrans("(),;:", "（），；：")
    return re.sub(r"\s+", "", narrow).translate(marks).strip("。；，")


def _compiled(pattern: str, words: Mapping[str, str], name: str) -> re.Pattern[str]:
    """A pattern with its words put in; words may be written with other words."""
    for _ in range(_NESTING_MAX):
        pattern = _WORD.sub(lambda found: _word(found[1], words, name), pattern)
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{name}: {error}") from error


def _word(name: str, words: Mapping[str, str], where: str) -> str:
    if name not in words:
        raise ValueError(f"{where}: there is no word named {name}")
    return words[name]


def idle_words(table: ClauseTable) -> Iterable[str]:
    """Words of the table that no pattern uses."""
    patterns = [
        *(term.pattern for term in table.terms),
        *(rule.pattern for rule in table.rules),
        *(rule.unless or "" for rule in table.rules),
        *table.words.values(),
    ]
    used = {name for pattern in patterns for name in _WORD.findall(pattern)}
    return sorted(set(table.words) - used)
