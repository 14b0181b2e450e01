"""The import rules of docs/architecture.md, and other things the repository promises of itself."""

import ast
import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("casework", "sync", "webui", "central", "township_node", "village_agent", "deploy")
TIERS = ("central", "township_node", "village_agent")

MAY_IMPORT = {
    "casework": set(),
    "sync": {"casework"},
    "webui": {"casework"},
    "deploy": set(),
    **{tier: {"casework", "sync", "webui"} for tier in TIERS},
}

# Each third-party engine has one home.
HOMES = {
    "nats": ["sync/carriers/nats*.py"],
    "nkeys": ["sync/nats_*.py", "sync/carriers/nats*.py"],
    "httpx": ["sync/carriers/https*.py", "deploy/onebox/visitor.py"],
    "cryptography": ["sync/envelope.py", "sync/keys.py", "sync/sealing.py", "sync/vault_cipher.py"],
    "nacl": ["sync/keys.py", "sync/key_file.py", "sync/sealing.py"],
    "piccolo": [
        "*/tables.py",
        "*/*_tables.py",
        "*/store.py",
        "*/store/*.py",
        "sync/journal.py",
        "sync/engine.py",
        "sync/migrating.py",
        "sync/schema.py",
        "*/piccolo_*.py",
        "*/piccolo_migrations/*.py",
    ],
    "zstandard": ["sync/packing.py"],
    "obstore": ["sync/parts.py"],
    "argon2": ["webui/session.py", "sync/vault_cipher.py"],
    "PIL": ["webui/uploads*.py", "deploy/onebox/generators/*"],
    "openpyxl": ["webui/table_files.py"],
    "pikepdf": ["webui/uploads*.py"],
    "zxingcpp": ["webui/uploads*.py", "webui/documents/*.py"],
    "typst": ["webui/documents/*.py"],
    "segno": ["webui/documents/*.py"],
}

LAYERS = ("settings", "tables", "store", "services", "routes", "app", "cli")

LINES_MAX = 500


@cache
def modules() -> Sequence[tuple[str, ast.Module]]:
    """Every module of ours, read once for all rules."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    )


def imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def test_packages_import_only_what_stands_below_them() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, tree in modules()
        for imported in imports_of(tree)
        if (top := imported.split(".")[0]) in PACKAGES
        and top != name.split("/")[0]
        and top not in MAY_IMPORT[name.split("/")[0]]
    ]
    assert wrong == []


def test_casework_imports_msgspec_and_stdnum_and_nothing_that_does_io() -> None:
    allowed = {
        *("casework", "msgspec", "stdnum", "collections", "dataclasses", "datetime", "decimal"),
        *("enum", "functools", "hashlib", "hmac", "itertools", "math", "re", "typing", "zoneinfo"),
        *("operator", "bisect", "string", "unicodedata", "json", "calendar"),
    }
    wrong = [
        f"{name} imports {imported}"
        for name, tree in modules()
        if name.startswith("casework/")
        for imported in imports_of(tree)
        if imported.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_each_engine_has_one_home() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, tree in modules()
        for imported in imports_of(tree)
        if (homes := HOMES.get(imported.split(".")[0])) is not None
        and not any(fnmatch(name, home) for home in homes)
    ]
    assert wrong == []


@pytest.mark.parametrize("tier", TIERS)
def test_inside_a_tier_each_layer_sees_only_those_before_it(tier: str) -> None:
    def layer(dotted: str) -> int | None:
        part = dotted.split(".")[1] if "." in dotted else ""
        return LAYERS.index(part) if part in LAYERS else None

    wrong = []
    for name, tree in modules():
        if not name.startswith(f"{tier}/"):
            continue
        mine = layer(name.removesuffix(".py").replace("/", "."))
        for imported in imports_of(tree):
            theirs = layer(imported) if imported.startswith(f"{tier}.") else None
            if mine is not None and theirs is not None and theirs > mine:
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_no_module_is_too_long_to_read() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} has {count} lines"
        for folder in (*PACKAGES, "tests")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    ]
    assert wrong == []


def test_the_multipart_package_that_shadows_litestars_own_is_absent() -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.distribution("python-multipart")


def test_nothing_from_another_package_index_is_locked() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "python-multipart" not in lock


LOADED_LATE = ("black", "litestar", "nats", "typst")
COMMAND_LINES = """
import sys
import central.cli, township_node.cli, village_agent.cli
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_command_line_loads_neither_the_server_nor_the_tools_of_others() -> None:
    """What is loaded to print a line of help is paid at every start."""
    command = [sys.executable, "-c", COMMAND_LINES]
    said = subprocess.run(command, check=True, capture_output=True, text=True)

    assert not set(LOADED_LATE) & set(said.stdout.split())
