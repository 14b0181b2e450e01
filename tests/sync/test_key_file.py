"""Key files of people: only the passphrase opens them, and they name the key that they hold."""

from pathlib import Path
from typing import Final

import msgspec
import pytest

from sync.key_file import (
    MEMORY_BYTES_MAX,
    KeyFileError,
    is_sealed,
    key_fingerprint,
    make_key,
    make_open_key,
    open_key,
    read_public,
)
from sync.keys import NodeSigner, PublicKey, random_bytes

PASSPHRASE: Final = "春种一粒粟 秋收万颗子 2026"


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, PublicKey]:
    path = tmp_path / "anna.key"
    return path, make_key(path, PASSPHRASE, random_bytes)


def test_the_passphrase_opens_it(key: tuple[Path, PublicKey]) -> None:
    path, made = key
    assert open_key(path, PASSPHRASE).public_key == made
    with pytest.raises(KeyFileError, match="passphrase"):
        open_key(path, PASSPHRASE + " ")
    with pytest.raises(KeyFileError, match="passphrase"):
        open_key(path)


def test_the_private_half_is_for_its_owner_and_stands_nowhere_open(
    key: tuple[Path, PublicKey],
) -> None:
    path, _ = key
    seed = open_key(path, PASSPHRASE).seed
    assert path.stat().st_mode & 0o777 == 0o600
    public = path.with_name("anna.key.pub").read_bytes()
    for written in (path.read_bytes(), public):
        assert seed not in written
        assert seed.hex().encode() not in written


def test_both_files_show_the_public_half(key: tuple[Path, PublicKey]) -> None:
    path, made = key
    assert read_public(path) == made
    assert read_public(path.with_name("anna.key.pub")) == made
    assert len(key_fingerprint(made).replace(" ", "")) == 30


def test_a_key_is_never_overwritten(key: tuple[Path, PublicKey]) -> None:
    path, made = key
    with pytest.raises(FileExistsError):
        make_key(path, PASSPHRASE, random_bytes)
    assert read_public(path) == made


def test_a_short_passphrase_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="12"):
        make_key(tmp_path / "short.key", "elevenchars", random_bytes)
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_halves_do_not_fit_is_refused(
    key: tuple[Path, PublicKey], tmp_path: Path
) -> None:
    path, _ = key
    other = NodeSigner.from_seed(b"\x05" * 32).public_key
    held = msgspec.json.decode(path.read_bytes())
    held["key"] = msgspec.to_builtins(other)
    swapped = tmp_path / "swapped.key"
    swapped.write_bytes(msgspec.json.encode(held))
    with pytest.raises(KeyFileError, match="another key"):
        open_key(swapped, PASSPHRASE)


def test_a_file_that_is_none_is_refused(key: tuple[Path, PublicKey], tmp_path: Path) -> None:
    path, _ = key
    held = msgspec.json.decode(path.read_bytes())
    for number, changed in enumerate(
        (
            {"format": "tongban-key-v2"},
            {"memory": MEMORY_BYTES_MAX + 1},
            {"salt": "00"},
            {"box": "00" * 10},
            {"more": 1},
        )
    ):
        bad = tmp_path / f"bad-{number}.key"
        bad.write_bytes(msgspec.json.encode(held | changed))
        with pytest.raises(KeyFileError):
            open_key(bad, PASSPHRASE)
    for number, junk in enumerate((b"", b"{}", b"\xff" * 100, b"{" * 20_000)):
        bad = tmp_path / f"junk-{number}.key"
        bad.write_bytes(junk)
        with pytest.raises(KeyFileError):
            read_public(bad)


def test_a_key_that_lies_open_needs_no_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "role.pem"
    made = make_open_key(path, random_bytes)
    assert not is_sealed(path)
    assert open_key(path).public_key == made
    assert read_public(tmp_path / "role.pem.pub") == made
    assert path.stat().st_mode & 0o777 == 0o600
