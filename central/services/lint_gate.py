"""What the lint holds back: findings in versions that would come into force with a publication.

A version in force is not looked at again: a calendar must be publishable though a rule was added
since. A finding lets its version pass when a reviewer other than its drafter answers for it by
name; what they answered for is that text at that place, and a changed text is a new finding.
"""

import hashlib
from asyncio import to_thread
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.matter import MatterStatus, MatterVersion
from casework.matter_lint import lint_matter
from casework.names import MatterId, OfficerId
from casework.organisation import Role
from central.services.catalogue_lint import clause_lint, said_of
from central.store.loaded import CountyData, LoadedFiles
from central.store.overrides import LintOverrides, Override
from sync.clock import Clock
from sync.trust_store import TrustStore

OVERRIDING_ROLES: Final = frozenset({Role.CATALOGUE_REVIEWER})
REASON_CHARS_MIN: Final = 6
REASON_CHARS_MAX: Final = 500
_NAMED: Final = 3
_ID_CHARS_MIN: Final = 8


class LintStandsError(Exception):
    """Findings stand in the way of a publication."""

    code = "lint-stands"


class OverrideError(Exception):
    """A finding cannot be answered for in this way; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        self.code: Final = code
        super().__init__(message)


class Held(Struct, frozen=True, kw_only=True):
    """A finding in a version that is to be published, and who answered for it."""

    id: str
    matter: MatterId
    name: str
    version: int
    drafted_by: OfficerId
    field: str
    code: str
    verdict: str
    text: str
    reason: str
    suggestion: str
    override: Override | None = None

    @property
    def stands(self) -> bool:
        return self.override is None


class LintGate:
    def __init__(
        self, loaded: LoadedFiles, store: TrustStore, overrides: LintOverrides, clock: Clock
    ) -> None:
        self._loaded: Final = loaded
        self._store: Final = store
        self._clock: Final = clock
        self.overrides: Final = overrides
        self._of: object = None
        self._found: tuple[Held, ...] = ()

    async def held(self) -> tuple[Held, ...]:
        """Every finding in what was loaded, those that were answered for among them."""
        of = (self._store.holdings.versions, await self._loaded.loaded_at())
        if self._of != of:
            data = await self._loaded.find()
            self._found = () if data is None else await to_thread(self._look, data)
            self._of = of
        return await self._with_overrides(self._found)

    async def held_of(self, versions: Iterable[MatterVersion]) -> tuple[Held, ...]:
        """Every finding in versions that a proposal brings.

        A finding is known by its text and place, so what is answered for here need not be
        answered for again when the version is loaded.
        """
        found = await to_thread(lambda: [held for one in versions for held in _held_of(one)])
        return await self._with_overrides(tuple(found))

    async def check(self, data: CountyData) -> None:
        """LintStandsError if anything in this data holds its publication back.

        A county that begins takes over what is law there already: its findings are listed, and
        hold nothing back until a version changes.
        """
        if not self._store.holdings.catalogue.matters:
            return
        found = await self._with_overrides(await to_thread(self._look, data))
        standing = [each for each in found if each.stands]
        if standing:
            named = "; ".join(
                f"{each.matter} v{each.version} {each.field} ({each.code})"
                for each in standing[:_NAMED]
            )
            more = f" and {len(standing) - _NAMED} more" if len(standing) > _NAMED else ""
            raise LintStandsError(
                f"the catalogue's lint holds {len(standing)} findings back: {named}{more};"
                " mend them, or have the reviewer answer for them"
                " (`catalogue findings`, `catalogue override`)"
            )

    async def override(
        self,
        finding: str,
        officer: OfficerId,
        reason: str,
        *,
        proposed: Iterable[MatterVersion] | None = None,
    ) -> Held:
        """Let a finding pass, by its id or enough of it to be the only one.

        It is looked for in what was loaded, or in versions that are proposed.
        """
        held_now = await (self.held() if proposed is None else self.held_of(proposed))
        fitting = [each for each in held_now if each.id.startswith(finding)]
        if len(finding) < _ID_CHARS_MIN or len(fitting) != 1:
            raise OverrideError("override-unknown", f"no single finding is named {finding}")
        (held,) = fitting
        if not held.stands:
            raise OverrideError("override-twice", f"{finding} was answered for already")
        said = reason.strip()
        if not REASON_CHARS_MIN <= len(said) <= REASON_CHARS_MAX:
            raise OverrideError(
                "override-reason", f"a reason has {REASON_CHARS_MIN} to {REASON_CHARS_MAX} letters"
            )
        await self._may(officer, held)
        override = Override(
            finding=held.id,
            matter=held.matter,
            version=held.version,
            field=held.field,
            code=held.code,
            text=held.text,
            reason=said,
            officer=officer,
            at=self._clock.now(),
        )
        await self.overrides.add(override)
        return replace(held, override=override)

    async def _may(self, officer: OfficerId, held: Held) -> None:
        found = self._store.holdings.officer(officer)
        if found is None or OVERRIDING_ROLES.isdisjoint(found.roles):
            raise OverrideError("override-role", f"{officer} does not review the catalogue")
        if officer == held.drafted_by:
            raise OverrideError("override-own", f"{officer} drafted this version")

    def _look(self, data: CountyData) -> tuple[Held, ...]:
        in_force = frozenset(self._store.holdings.catalogue.matters)
        return tuple(
            held
            for matter in data.catalogue.matters
            if matter.status is MatterStatus.PUBLISHED and matter not in in_force
            for held in _held_of(matter)
        )

    async def _with_overrides(self, found: tuple[Held, ...]) -> tuple[Held, ...]:
        if not found:
            return found
        known = await self.overrides.known()
        return tuple(replace(each, override=known.get(each.id)) for each in found)


def _held_of(matter: MatterVersion) -> list[Held]:
    found = []
    for finding in lint_matter(matter, clause_lint()):
        verdict, reason, suggestion = said_of(finding)
        place = (matter.id, str(matter.version), finding.field, finding.code, finding.text)
        held = Held(
            id=hashlib.sha256("\n".join(place).encode()).hexdigest(),
            matter=matter.id,
            name=matter.name,
            version=matter.version,
            drafted_by=matter.drafted_by,
            field=finding.field,
            code=finding.code,
            verdict=verdict,
            text=finding.text,
            reason=reason,
            suggestion=suggestion,
        )
        found.append(held)
    return found
