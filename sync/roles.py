"""Roles: which keys sign which trust sets, and how many of them it takes.

Who signs is data, so that one key can stand for everything in a first county and three people
with offline keys in another (protocol.md section 6). The values here are signed; never change one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from casework.fact import Fact
from casework.names import KeyId
from sync.bodies import SetName
from sync.envelope import SIGNATURES_MAX, Opened
from sync.errors import SetFormError, SetThresholdError
from sync.keys import PublicKey, check_public_key, fingerprint
from sync.strict_json import encode_strict

ROLE_KEYS_MAX: Final = SIGNATURES_MAX


class SetRole(StrEnum):
    ROOT = "root"
    SECURITY = "security"
    CATALOGUE = "catalogue"


ROLE_OF: Final[Mapping[SetName, SetRole]] = {
    SetName.ROOT: SetRole.ROOT,
    SetName.DIRECTORY: SetRole.SECURITY,
    SetName.DELEGATIONS: SetRole.SECURITY,
    SetName.REVOCATIONS: SetRole.SECURITY,
    SetName.CATALOGUE: SetRole.CATALOGUE,
    SetName.CALENDAR: SetRole.CATALOGUE,
}


class RoleKeys(Fact, frozen=True):
    """Who signs for a role, and how many of them it takes."""

    role: SetRole
    keys: Annotated[tuple[KeyId, ...], Meta(min_length=1, max_length=ROLE_KEYS_MAX)]
    threshold: Annotated[int, Meta(ge=1, le=ROLE_KEYS_MAX)]


class Root(Fact, frozen=True):
    """The one item of the set `root`: the keys of every role."""

    keys: tuple[PublicKey, ...]
    roles: tuple[RoleKeys, ...]

    def find_key(self, key_id: KeyId) -> PublicKey | None:
        return next((key for key in self.keys if key.key_id == key_id), None)

    def role(self, role: SetRole) -> RoleKeys:
        return next(one for one in self.roles if one.role is role)


def one_key_root(key: PublicKey) -> Root:
    """The simplest root: one key signs all sets."""
    roles = tuple(RoleKeys(role, (key.key_id,), 1) for role in SetRole)
    return Root((key,), roles)


def check_threshold(opened: Opened, root: Root, role: SetRole) -> None:
    """Enough keys of the role are among those that signed."""
    # The envelope names each key once, so each signer counts once.
    asked = root.role(role)
    signed = len(set(opened.signers) & set(asked.keys))
    if signed < asked.threshold:
        raise SetThresholdError(f"{signed} of {asked.threshold} keys of {role} signed")


def check_root(root: Root) -> None:
    """Every key is fit for use, and every role can be filled."""
    for key in root.keys:
        check_public_key(key)
    known = {key.key_id for key in root.keys}
    if len(known) != len(root.keys) or [one.role for one in root.roles] != list(SetRole):
        raise SetFormError("a root names each key and each role once, the roles in order")
    for role in root.roles:
        distinct = set(role.keys)
        if not distinct <= known or len(distinct) < max(len(role.keys), role.threshold):
            raise SetFormError(f"role {role.role} cannot be filled")


def root_fingerprint(root: Root) -> str:
    """For people to compare when a node is enrolled: it covers every key and threshold."""
    return fingerprint(encode_strict(root))
