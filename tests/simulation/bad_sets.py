"""The named bad sets that a hostile county machine offers, each with the code that refuses it.

What stands under *Trust sets* in the list of what must hold is here a line of `BAD`.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from msgspec.structs import replace

from sync.bodies import SetName
from sync.directory import NodeEntry, compose_directory, directory_items
from sync.envelope import WIRE_BYTES_MAX, seal
from sync.grants import GRANTEE, Grants, place_of
from sync.keys import KeyRecord
from sync.payloads import wire_type
from sync.roles import Root
from sync.strict_json import encode_strict
from sync.trust_items import catalogue_items, revocation_items
from sync.trust_root import root_items
from sync.trust_sets import (
    INDEX_PARTS_MAX,
    SET_ITEMS_MAX,
    SET_MANIFEST,
    BuiltSet,
    ListedItem,
    hash_of,
)
from tests.builders import OTHER_TOWN, TOWN
from tests.county import delegations, organisation
from tests.simulation.trust import (
    CATALOGUE,
    MATTERS,
    NEW_ROOTS,
    ONLINE,
    REGIONS,
    RELEASES,
    ROOT,
    ROOTS,
    SECURITY,
    STRANGER,
    Line,
    a_root,
    another,
    items_of,
    rewired,
    salted,
    signature_of,
    signed_as,
)

Attempt = Callable[[Line], Awaitable[BuiltSet]]
BAD: Final[dict[str, tuple[str, Attempt]]] = {}


def bad(code: str) -> Callable[[Attempt], Attempt]:
    """A line of the table, by the name of the function that makes it."""

    def note(attempt: Attempt) -> Attempt:
        BAD[attempt.__name__] = (code, attempt)
        return attempt

    return note


# Versions.


@bad("E_SET_ROLLBACK")
async def an_older_version_replayed(line: Line) -> BuiltSet:
    return line.of(SetName.CATALOGUE, RELEASES - 1)


@bad("E_SET_ROLLBACK")
async def an_older_version_signed_anew(line: Line) -> BuiltSet:
    return await line.next(SetName.CATALOGUE, {}, step=-1)


@bad("E_SET_FORK")
async def the_version_in_force_with_other_content(line: Line) -> BuiltSet:
    return await line.next(SetName.CATALOGUE, items_of(SetName.CATALOGUE, 1), step=0)


@bad("E_SET_FORK")
async def the_next_version_of_another_history(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, {})
    other = replace(built.manifest, previous=another("history"))
    return signed_as(
        replace(built, manifest=other),
        [signature_of(replace(built, manifest=other), CATALOGUE[0])],
    )


@bad("E_SET_ROLLBACK")
async def a_revocation_list_that_shrinks(line: Line) -> BuiltSet:
    return await line.next(SetName.REVOCATIONS, items_of(SetName.REVOCATIONS, 1))


@bad("E_SET_ROLLBACK")
async def a_revocation_that_says_something_else(line: Line) -> BuiltSet:
    first, *others = delegations().revocations[:RELEASES]
    changed = replace(first, reason="别的理由")
    return await line.next(SetName.REVOCATIONS, revocation_items([changed, *others], ()))


# Who signed.


@bad("E_SET_THRESHOLD")
async def one_of_two_persons(line: Line) -> BuiltSet:
    items = items_of(SetName.DELEGATIONS, 1)
    return await line.next(SetName.DELEGATIONS, items, SECURITY[0])


@bad("E_ENVELOPE")
async def one_person_counted_twice(line: Line) -> BuiltSet:
    built = await line.next(SetName.DELEGATIONS, items_of(SetName.DELEGATIONS, 1))
    return signed_as(built, [signature_of(built, SECURITY[0])] * 2)


@bad("E_SET_THRESHOLD")
async def delegations_by_the_catalogues_role(line: Line) -> BuiltSet:
    return await line.next(SetName.DELEGATIONS, items_of(SetName.DELEGATIONS, 1), *CATALOGUE)


@bad("E_SET_THRESHOLD")
async def a_catalogue_by_the_security_role(line: Line) -> BuiltSet:
    return await line.next(SetName.CATALOGUE, {}, *SECURITY)


@bad("E_SET_THRESHOLD")
async def a_directory_by_the_roots_themselves(line: Line) -> BuiltSet:
    return await line.next(SetName.DIRECTORY, items_of(SetName.DIRECTORY, 1), *ROOTS)


@bad("E_SET_THRESHOLD")
async def a_set_by_the_countys_online_key(line: Line) -> BuiltSet:
    return await line.next(SetName.CATALOGUE, {}, ONLINE)


@bad("E_SET_THRESHOLD")
async def enough_signatures_and_a_strangers(line: Line) -> BuiltSet:
    return await line.next(SetName.CATALOGUE, {}, *CATALOGUE, STRANGER)


@bad("E_SIGNATURE")
async def another_sets_signature(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, {})
    old = line.of(SetName.CATALOGUE, 1)
    return signed_as(built, [signature_of(old, CATALOGUE[0])])


@bad("E_ENVELOPE")
async def no_signature(line: Line) -> BuiltSet:
    return signed_as(await line.next(SetName.CATALOGUE, {}), [])


# The root.


@bad("E_SET_THRESHOLD")
async def a_root_below_the_threshold_of_the_old(line: Line) -> BuiltSet:
    return await line.next(SetName.ROOT, root_items(a_root(*NEW_ROOTS)), ROOTS[0], *NEW_ROOTS)


@bad("E_SET_THRESHOLD")
async def a_root_signed_only_by_the_new_keys(line: Line) -> BuiltSet:
    return await line.next(SetName.ROOT, root_items(a_root(*NEW_ROOTS)), *NEW_ROOTS)


@bad("E_SET_THRESHOLD")
async def a_root_signed_only_by_the_old_keys(line: Line) -> BuiltSet:
    return await line.next(SetName.ROOT, root_items(a_root(*NEW_ROOTS)), *ROOTS)


@bad("E_SET_THRESHOLD")
async def a_root_below_its_own_threshold(line: Line) -> BuiltSet:
    items = root_items(a_root(*NEW_ROOTS))
    return await line.next(SetName.ROOT, items, *ROOTS[:2], NEW_ROOTS[0])


@bad("E_SET_THRESHOLD")
async def a_root_by_keys_that_stand_in_it_for_nothing(line: Line) -> BuiltSet:
    root = a_root(*NEW_ROOTS, also=[STRANGER])
    return await line.next(SetName.ROOT, root_items(root), *ROOTS[:2], NEW_ROOTS[0], STRANGER)


@bad("E_ENVELOPE")
async def a_root_with_one_signature_counted_twice(line: Line) -> BuiltSet:
    built = await line.next(SetName.ROOT, root_items(ROOT))
    return signed_as(built, [signature_of(built, ROOTS[0])] * 2)


@bad("E_SET_FORM")
async def a_root_that_names_one_key_twice(line: Line) -> BuiltSet:
    first = ROOT.roles[0]
    doubled = replace(first, keys=(first.keys[0], first.keys[0]))
    root = replace(ROOT, roles=(doubled, *ROOT.roles[1:]))
    return await line.next(SetName.ROOT, root_items(root))


@bad("E_SET_FORM")
async def a_root_whose_threshold_nobody_can_reach(line: Line) -> BuiltSet:
    root = replace(ROOT, roles=(replace(ROOT.roles[0], threshold=4), *ROOT.roles[1:]))
    return await line.next(SetName.ROOT, root_items(root))


@bad("E_SET_FORM")
async def a_root_without_a_role(line: Line) -> BuiltSet:
    return await line.next(SetName.ROOT, root_items(replace(ROOT, roles=ROOT.roles[:2])))


@bad("E_KEY_WEAK")
async def a_root_with_a_key_of_small_order(line: Line) -> BuiltSet:
    weak = replace(ROOT.keys[0], public="00" * 32)
    root = Root((weak, *ROOT.keys[1:]), ROOT.roles)
    return await line.next(SetName.ROOT, root_items(root))


@bad("E_SET_ROLLBACK")
async def a_root_that_skips_a_version(line: Line) -> BuiltSet:
    items = root_items(a_root(*NEW_ROOTS))
    return await line.next(SetName.ROOT, items, *ROOTS[:2], *NEW_ROOTS[:2], step=2)


@bad("E_SET_ROLLBACK")
async def a_root_of_the_version_in_force(line: Line) -> BuiltSet:
    items = root_items(a_root(*NEW_ROOTS))
    return await line.next(SetName.ROOT, items, *ROOTS[:2], *NEW_ROOTS[:2], step=0)


# What belongs together.


@bad("E_SET_FORM")
async def an_index_part_of_another_set(line: Line) -> BuiltSet:
    """The catalogue's role lists what the security role signed, as if it were a catalogue."""
    other = line.of(SetName.DELEGATIONS, RELEASES)
    built = await line.next(SetName.CATALOGUE, {})
    manifest = replace(built.manifest, index=other.manifest.index)
    mixed = replace(built, manifest=manifest, parts=other.parts)
    return signed_as(mixed, [signature_of(mixed, CATALOGUE[0])])


@bad("E_SET_FORM")
async def items_of_another_set(line: Line) -> BuiltSet:
    return await line.next(SetName.CATALOGUE, items_of(SetName.DELEGATIONS, 1))


@bad("E_SET_FORM")
async def a_directory_without_its_posts(line: Line) -> BuiltSet:
    items = items_of(SetName.DIRECTORY, 1)
    return await line.next(SetName.DIRECTORY, {k: v for k, v in items.items() if k != "posts"})


@bad("E_SET_FORM")
async def a_directory_with_a_key_in_another_nodes_record(line: Line) -> BuiltSet:
    public = STRANGER.public_key
    key = KeyRecord(
        key_id=public.key_id,
        algorithm=public.algorithm,
        public=public.public,
        node=OTHER_TOWN,
        incarnation="0000000a",  # type: ignore[arg-type]
        not_before="2026-01-01T00:00:00.000000Z",
        not_after=None,
    )
    record = next(each for each in REGIONS.nodes if each.id == TOWN)
    entry = NodeEntry(record, (key.incarnation,), (key,), ())
    directory = compose_directory(1, REGIONS, organisation(), [entry])
    return await line.next(SetName.DIRECTORY, directory_items(directory))


# Form.


@bad("E_SET_FORM")
async def a_name_with_dots(line: Line) -> BuiltSet:
    item = salted(b"{}")
    listed = ListedItem("matter/../../etc/passwd", hash_of(item), len(item))
    return await line.crafted(SetName.CATALOGUE, [encode_strict((listed,))], [item])


@bad("E_SET_FORM")
async def an_item_listed_twice(line: Line) -> BuiltSet:
    item = salted(encode_strict(MATTERS[0]))
    listed = encode_strict((ListedItem("matter/a/v1", hash_of(item), len(item)),))
    return await line.crafted(SetName.CATALOGUE, [listed, listed], [item])


@bad("E_SET_FORM")
async def an_index_that_is_none(line: Line) -> BuiltSet:
    return await line.crafted(SetName.CATALOGUE, [b"[[["])


@bad("E_SET_FORM")
async def more_items_than_a_set_may_hold(line: Line) -> BuiltSet:
    item = salted(b"{}")
    some = SET_ITEMS_MAX // 10 + 1
    index = [
        encode_strict(
            tuple(
                ListedItem(f"matter/{part}-{number}", hash_of(item), len(item))
                for number in range(some)
            )
        )
        for part in range(10)
    ]
    return await line.crafted(SetName.CATALOGUE, index, [item])


@bad("E_SET_FORM")
async def more_index_parts_than_a_set_may_have(line: Line) -> BuiltSet:
    index = [b"[%s]" % (b" " * number) for number in range(INDEX_PARTS_MAX + 1)]
    return await line.crafted(SetName.CATALOGUE, index)


@bad("E_SET_FORM")
async def a_manifest_with_a_member_more(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, {})
    said = msgspec.json.decode(encode_strict(built.manifest)) | {"expires": None}
    return rewired(built, seal(SET_MANIFEST, msgspec.json.encode(said), *CATALOGUE))


@bad("E_ENVELOPE")
async def a_manifest_under_another_type(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, {})
    return rewired(built, seal(wire_type("hello"), encode_strict(built.manifest), *CATALOGUE))


@bad("E_ENVELOPE")
async def a_wire_with_more_behind_it(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, {})
    return rewired(built, built.wire + b"\0")


@bad("E_SIZE")
async def a_wire_without_end(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, {})
    return rewired(built, built.wire + bytes(WIRE_BYTES_MAX))


@bad("E_PART")
async def a_part_of_another_size_than_listed(line: Line) -> BuiltSet:
    item = salted(encode_strict(MATTERS[0]))
    listed = ListedItem("matter/a/v1", hash_of(item), len(item) + 1)
    return await line.crafted(SetName.CATALOGUE, [encode_strict((listed,))], [item])


@bad("E_PART")
async def a_part_that_is_nowhere(line: Line) -> BuiltSet:
    built = await line.next(SetName.CATALOGUE, catalogue_items(MATTERS[:30]))
    missing = next(iter(set(built.parts) - set(line.of(SetName.CATALOGUE, RELEASES).parts)))
    return replace(built, parts={k: v for k, v in built.parts.items() if k != missing})


# Records that stand where they do not belong.


@bad("E_SET_FORM")
async def records_under_another_grantees_name(line: Line) -> BuiltSet:
    held = delegations().records
    grants = Grants(TOWN, tuple(one for one in held if one.grantee == TOWN))
    return await line.next(SetName.DELEGATIONS, {f"{GRANTEE}{OTHER_TOWN}": encode_strict(grants)})


@bad("E_SET_FORM")
async def a_record_in_two_items(line: Line) -> BuiltSet:
    one = next(each for each in delegations().records if each.grantee == TOWN)
    data = encode_strict(Grants(TOWN, (one,)))
    names = (GRANTEE + TOWN, f"{GRANTEE}{TOWN}/{place_of(one.matter)}")
    return await line.next(SetName.DELEGATIONS, dict.fromkeys(names, data))


@bad("E_SET_FORM")
async def a_record_in_the_place_of_another_matter(line: Line) -> BuiltSet:
    one = next(each for each in delegations().records if each.grantee == TOWN)
    elsewhere = "1" if place_of(one.matter).startswith("0") else "0"
    data = encode_strict(Grants(TOWN, (one,)))
    return await line.next(SetName.DELEGATIONS, {f"{GRANTEE}{TOWN}/{elsewhere}": data})
