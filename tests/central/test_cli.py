"""The command line: what a person types, from nothing to a county, and what it answers."""

import asyncio
import contextlib
import json
import shutil
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from central.cli import main as central
from sync.engine import Database
from sync.lanes import FileLock
from tests.county import FOLDER
from township_node.cli import main as township
from village_agent.cli import main as village

PASSWORD = "a-good-long-password"


def type_in(*words: str, to: Command = central, given: str | None = None) -> Result:
    return CliRunner().invoke(to, words, input=given, catch_exceptions=False)


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data"
    monkeypatch.setenv("TONGBAN_DATA_DIR", str(data))
    assert type_in("init", "--county", "440229").exit_code == 0
    return data


def test_a_county_from_nothing(county: Path) -> None:
    loaded = type_in("load", str(FOLDER), "--publish")
    again = type_in("publish")
    slip = type_in("nodes", "add", "440229901-01", "--by", "o0010")
    pending = type_in("nodes", "pending")
    listed = type_in("nodes", "list")
    numbers = type_in("numbers")

    assert numbers.output.split()[:6] == [
        *("node", "blocks", "used", "free", "awaited", "given_back"),
    ]
    assert "delegations  603" in loaded.output
    assert "catalogue    1" in loaded.output
    assert "nothing has changed" in again.output
    assert "440229901-01/" in slip.output
    assert pending.output.startswith("node")
    assert "440229901-01     龙仙镇" in listed.output
    assert (county / "keys" / "root.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("county")
def test_what_the_lint_holds_back_is_shown_and_answered_for(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(FOLDER, folder)
    text = (folder / "catalogue.json").read_text("utf-8")
    mended = '"name": "公司章程"'
    assert text.count(mended) == 1
    held = json.loads(text)["version"]
    next_one = text.replace(f'"version": {held}', f'"version": {held + 1}', 1)
    (folder / "catalogue.json").write_text(next_one.replace(mended, '"name": "有关材料"'), "utf-8")

    begun = type_in("load", str(FOLDER), "--publish")
    refused = type_in("load", str(folder), "--publish")
    finding = type_in("catalogue", "findings").output.splitlines()[2].split()
    by_drafter = type_in("catalogue", "override", finding[0], "--by", "o0085", "--reason", "x" * 9)
    by_reviewer = type_in("catalogue", "override", finding[0], "--by", "o0095", "--reason", "x" * 9)
    after = type_in("catalogue", "findings").output
    published = type_in("publish")

    assert begun.exit_code == 0
    assert "holds 1 findings back: company-registration v1" in refused.output
    assert refused.exit_code == 1
    assert finding[-1] == "STANDS"
    assert "(override-role)" in by_drafter.output
    assert by_reviewer.exit_code == 0
    assert "passed by o0095" in after
    assert published.exit_code == 0


def test_what_is_wrong_with_a_folder_is_said_and_nothing_is_loaded(
    county: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    answer = type_in("load", str(empty))

    assert answer.exit_code == 1
    assert "regions.json: $: there is no such file" in answer.output
    assert "nothing has been loaded" in type_in("publish").output
    assert county.exists()


def test_a_county_is_founded_once(county: Path) -> None:
    answer = type_in("init", "--county", "440229")

    assert answer.exit_code == 1
    assert f"{county} belongs to 440229-01 already" in answer.output


def test_the_doctor_finds_a_sound_county_sound(county: Path) -> None:
    answer = type_in("doctor")

    assert answer.exit_code == 0
    assert "fault" not in answer.output
    assert str(county) in answer.output


def test_the_doctor_finds_an_open_key_file(county: Path) -> None:
    (county / "keys" / "node.pem").chmod(0o644)

    answer = type_in("doctor")

    assert answer.exit_code == 1
    assert "chmod 600" in answer.output


def test_the_doctor_looks_at_a_running_node(county: Path) -> None:
    with contextlib.ExitStack() as stack:
        lock = FileLock(county / "node.sqlite.lock").take()
        stack.callback(lock.release)
        answer = type_in("doctor")

    assert "yes, another process holds the database" in answer.output


def test_an_empty_machine_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGBAN_DATA_DIR", str(tmp_path / "nothing"))

    assert "`init` or `enrol`" in type_in("doctor", to=township).output
    assert "holds no identity" in type_in("serve", to=village).output


def test_an_account_is_set_and_a_weak_password_is_not(county: Path) -> None:
    good = type_in(
        "account", "set", "o0010", "--login", "chen", "--password-stdin", given=PASSWORD + "\n"
    )
    weak = type_in("account", "set", "o0010", "--password-stdin", given="short\n")

    assert "o0010 signs in as chen" in good.output
    assert weak.exit_code == 1
    assert county.exists()


async def test_a_password_is_kept_as_a_hash(county: Path) -> None:
    type_in_words = ("account", "set", "o0010", "--password-stdin")
    await asyncio.to_thread(type_in, *type_in_words, given=PASSWORD + "\n")

    async with Database(county / "node.sqlite", writable=False) as database:
        ((stored,),) = await database.fetch("SELECT password_hash FROM account")
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_the_log_is_exported_and_verified(county: Path, tmp_path: Path) -> None:
    type_in("load", str(FOLDER), "--publish")
    folder = tmp_path / "export"

    exported = type_in("log", "export", str(folder))
    verified = type_in("verify", str(folder))
    twice = type_in("log", "export", str(folder))

    assert "5 messages of 1 logs" in exported.output
    assert verified.exit_code == 0
    assert "sound" in verified.output
    assert "is not empty" in twice.output
    assert county.exists()


def test_migrating_twice_does_nothing(county: Path) -> None:
    assert type_in("migrate").output == "nothing to do\n"
    assert county.exists()


@pytest.mark.parametrize("program", [central, township, village])
def test_help_teaches(program: Command) -> None:
    answer = type_in("--help", to=program)

    assert "From nothing to" in answer.output
    for command in ("serve", "migrate", "doctor", "log", "account"):
        assert command in answer.output
        assert len(type_in(command, "--help", to=program).output) > 100


def test_a_misspelt_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONGBAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TONGBAN_PROT", "8000")

    assert "TONGBAN_PROT" in type_in("doctor").output


def test_a_slip_for_another_tier_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TONGBAN_DATA_DIR", str(tmp_path))
    slip = "440229901002-01/WZVG-7P83-5YDK/" + "1" * 30

    answer = type_in("enrol", "--county-url", "https://county.example", "--code", slip, to=township)

    assert "is not run by tongban-township" in answer.output


def made_keys(folder: Path, *names: str) -> list[str]:
    """Keys as three people make them, each on a machine of their own; their fingerprints."""
    shown = []
    for name in names:
        made = type_in(
            *("root", "key", str(folder / f"{name}.key"), "--passphrase-stdin"),
            given=f"{PASSWORD} {name}\n",
        )
        assert made.exit_code == 0, made.output
        shown.append(made.output.splitlines()[1].removeprefix("fingerprint").strip())
    return shown


def sign(file: Path, key: Path, name: str = "") -> Result:
    words = ("root", "sign", str(file), str(key), "--yes", "--passphrase-stdin")
    return type_in(*words, given=f"{PASSWORD} {name}\n")


def test_the_key_ceremony_from_end_to_end(county: Path, tmp_path: Path) -> None:
    file, later = tmp_path / "next.sets", tmp_path / "later.sets"
    type_in("load", str(FOLDER), "--publish")
    fingerprints = made_keys(tmp_path, "anna", "bo", "cai")
    public = [str(tmp_path / f"{name}.key.pub") for name in ("anna", "bo", "cai")]
    composed = type_in(
        *("root", "compose", str(file)),
        *(word for path in public for word in ("--root", path)),
        *(word for path in public[:2] for word in ("--security", path)),
        *("--catalogue", public[2]),
    )
    shown = type_in("root", "show", str(file), "--items", str(tmp_path / "items"))
    early = type_in("root", "adopt", str(file))
    wrong = sign(file, tmp_path / "anna.key", "bo")
    steps = [
        sign(file, county / "keys" / "root.pem"),
        *(sign(file, tmp_path / f"{name}.key", name) for name in ("anna", "bo", "cai")),
    ]
    adopted = type_in("root", "adopt", str(file))
    again = type_in("root", "adopt", str(file))
    alone = type_in("publish")
    nothing = type_in("publish", "--to", str(later))
    slip = type_in("nodes", "add", "440229901-01")

    assert all(each in composed.output for each in fingerprints)
    assert shown.output == composed.output
    assert "root: 2 of 3 sign   (now 1 of 1)" in composed.output
    assert (tmp_path / "items" / "root" / "root.json").exists()
    assert "0 of 1 keys of root signed (E_SET_THRESHOLD)" in early.output
    assert "does not open" in wrong.output
    assert [each.exit_code for each in steps] == [0, 0, 0, 0]
    assert "old root 1 of 1, new root 3 of 2" in steps[-1].output
    assert adopted.output.splitlines()[2].split()[:2] == ["root", "2"]
    assert "compose it again" in again.output
    assert again.exit_code == 1
    assert "nothing has changed" in alone.output
    assert "nothing has changed" in nothing.output
    said = composed.output.splitlines()[3].removeprefix("  its fingerprint").strip()
    assert said in slip.output


def test_nobody_signs_without_having_compared(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "next.sets"
    made_keys(tmp_path, "anna")
    type_in(
        *("root", "compose", str(file), "--root", str(tmp_path / "anna.key.pub")),
        *("--root-threshold", "1"),
    )
    before = file.read_bytes()
    key = str(county / "keys" / "root.pem")
    answer = type_in("root", "sign", str(file), key, given="n\n")

    assert answer.exit_code == 1
    assert file.read_bytes() == before


def test_what_is_loaded_is_written_out_and_taken_in_again(county: Path, tmp_path: Path) -> None:
    type_in("load", str(FOLDER), "--publish")

    out = type_in("export", str(tmp_path / "out"))
    again = type_in("load", str(tmp_path / "out"))
    twice = type_in("export", str(tmp_path / "out"))

    assert (out.exit_code, again.exit_code, twice.exit_code) == (0, 0, 1)
    assert "organisation.json" in out.output
    assert "(folder-in-use)" in twice.output
    assert county.exists()
