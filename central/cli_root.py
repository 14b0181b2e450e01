"""`tongban-central root …`: keys that never see a network, and the sets that they sign."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click

from central.services.ceremony import NewRole, compose_root
from central.services.county import read_set_file
from central.settings import read
from sync.clock import SystemClock
from sync.command_line import run, show_table
from sync.data_dir import write_secret
from sync.key_file import is_sealed, key_fingerprint, make_key, make_open_key, open_key, read_public
from sync.keys import random_bytes
from sync.roles import SetRole, root_fingerprint
from sync.set_file import Asked, SetFile, SetToSign, encode_set_file, keys_of, role_changes

# Has a command carried out by the county, running or not.
Ask = Callable[..., Any]

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)


def root_group(ask: Ask) -> click.Group:
    @click.group()
    def root() -> None:
        """Keys that are kept offline, and what they sign.

        \b
        Whoever holds a key, on a machine without a network:
            tongban-central root key anna.key
        At the county, from the public halves:
            tongban-central root compose next.sets --root anna.key.pub --root bo.key.pub …
        Each holder, on that machine, after comparing fingerprints with the others:
            tongban-central root show next.sets
            tongban-central root sign next.sets anna.key
        At the county again:
            tongban-central root adopt next.sets
        `publish --to FILE` and `nodes publish --to FILE` compose other sets for the same way.
        """

    for command in (_key(), _compose(), _show(), _sign(), _adopt(ask)):
        root.add_command(command)
    return root


def _key() -> click.Command:
    @click.command()
    @click.argument("file", type=_NEW_FILE)
    @click.option("--open", "lies_open", is_flag=True, help="No passphrase: for `role_keys`.")
    @click.option("--passphrase-stdin", is_flag=True, help="Read it from standard input.")
    def key(file: Path, *, lies_open: bool, passphrase_stdin: bool) -> None:
        """Make a key in FILE, under a passphrase that is asked for twice.

        The public half goes to FILE.pub: that alone is carried to the county. Write the
        fingerprint down; it is how others know that the county was brought this very key.
        """
        if lies_open:
            made = make_open_key(file, random_bytes)
        else:
            made = make_key(file, _passphrase(stdin=passphrase_stdin, new=True), random_bytes)
        click.echo(f"key          {made.key_id}")
        click.echo(f"fingerprint  {key_fingerprint(made)}")
        click.echo(f"public half  {file}.pub")

    return key


def _compose() -> click.Command:
    @click.command()
    @click.argument("file", type=_NEW_FILE)
    @click.option("--root", multiple=True, type=_FILE, help="A public half; one for each key.")
    @click.option("--root-threshold", type=int, help="How many sign a root; 2 if not given.")
    @click.option("--security", multiple=True, type=_FILE, help="Of directory and delegations.")
    @click.option("--security-threshold", type=int, help="How many sign those; 2 if not given.")
    @click.option("--catalogue", multiple=True, type=_FILE, help="Of catalogue and calendar.")
    @click.option("--catalogue-threshold", type=int, help="How many sign those; 1 if not given.")
    @click.pass_context
    def compose(context: click.Context, /, file: Path, **given: Any) -> None:
        """Write the next root into FILE, unsigned, with the sets that have to be signed anew.

        A role that is not named keeps its keys. It reads the county's database, which may be in
        use, and changes nothing. Nothing may be published until the file is adopted.
        """
        roles = {
            role: NewRole(tuple(map(read_public, given[role])), given[f"{role}_threshold"])
            for role in SetRole
            if given[role]
        }
        settings = read(context.find_root().params.get("config"))
        show_set_file(run(compose_root(settings, SystemClock(), roles, file)))

    return compose


def _show() -> click.Command:
    @click.command()
    @click.argument("file", type=_FILE)
    @click.option("--items", type=click.Path(file_okay=False, path_type=Path), help="Where to.")
    def show(file: Path, items: Path | None) -> None:
        """Show what FILE asks for, who signed it, and whose signatures it still needs.

        With --items FOLDER every item is written out, for a person to read or to compare.
        """
        found = read_set_file(file)
        show_set_file(found)
        if items is not None:
            _write_items(found, items)

    return show


def _sign() -> click.Command:
    @click.command()
    @click.argument("file", type=_FILE)
    @click.argument("key", type=_FILE)
    @click.option("--yes", is_flag=True, help="Do not ask whether the fingerprints were compared.")
    @click.option("--passphrase-stdin", is_flag=True, help="Read it from standard input.")
    def sign(file: Path, key: Path, *, yes: bool, passphrase_stdin: bool) -> None:
        """Sign in FILE whatever KEY may sign; FILE is altered in place.

        Nothing else is needed: no county, no network, no settings.
        """
        found = read_set_file(file)
        show_set_file(found)
        if not yes:
            click.confirm("Were these fingerprints compared with another person's?", abort=True)
        passphrase = _passphrase(stdin=passphrase_stdin, new=False) if is_sealed(key) else ""
        signer = open_key(key, passphrase)
        signed = found.sign(signer)
        write_secret(file, encode_set_file(signed), replace=True)
        click.echo(f"\nsigned by {signer.key_id}")
        show_signatures(signed)

    return sign


def _adopt(ask: Ask) -> click.Command:
    @click.command()
    @click.argument("files", nargs=-1, required=True, type=_FILE)
    @click.pass_context
    def adopt(context: click.Context, files: tuple[Path, ...]) -> None:
        """Bring the signed sets of FILE into force, and announce them to all nodes.

        Several FILES are copies of one that were signed in different places. The running county
        reads the first, so it has to lie where the county's own user may read it.
        """
        first, *others = files
        united = read_set_file(first)
        for other in others:
            united = united.united(read_set_file(other))
        if others:
            write_secret(first, encode_set_file(united), replace=True)
        rows = ask(context, "root adopt", file=str(first.resolve()))
        show_table(
            ("adopted", "version", "new parts"),
            [(one["set"], one["version"], one["parts_new"]) for one in rows],
        )

    return adopt


def show_set_file(file: SetFile) -> None:
    """Everything that two people have to compare before either of them signs."""
    click.echo(f"composed under root {file.trusted.version}")
    click.echo(f"  its fingerprint   {root_fingerprint(file.trusted.root)}")
    if file.next_root is not None:
        click.echo(f"the next root       {file.trusted.version + 1}")
        click.echo(f"  its fingerprint   {root_fingerprint(file.next_root)}")
        _show_roles(file)
    click.echo("")
    show_signatures(file)


def show_signatures(file: SetFile) -> None:
    rows = [
        (
            each.set,
            each.draft.manifest.version,
            len(each.items),
            each.fingerprint,
            _said(file.asked(each)),
        )
        for each in file.sets
    ]
    show_table(("set", "version", "items", "fingerprint", "signed"), rows)


def _show_roles(file: SetFile) -> None:
    keys, held = keys_of(file), {key.key_id for key in file.trusted.root.keys}
    for role, before in role_changes(file):
        was = f"   (now {before.threshold} of {len(before.keys)})" if before is not None else ""
        click.echo(f"  {role.role}: {role.threshold} of {len(role.keys)} sign{was}")
        for key_id in role.keys:
            mark = "" if key_id in held else "   new"
            click.echo(f"    {key_fingerprint(keys[key_id])}   {key_id}{mark}")


def _said(asked: Iterable[Asked]) -> str:
    listed = tuple(asked)
    two = len({one.of_next for one in listed}) > 1
    return ", ".join(
        f"{'new ' if one.of_next and two else 'old ' if two else ''}{one.role.role} "
        f"{one.signed} of {one.role.threshold}"
        for one in listed
    )


def _write_items(file: SetFile, folder: Path) -> None:
    for each in file.sets:
        for name, data in each.items.items():
            _write_item(folder, each, name, data)


def _write_item(folder: Path, each: SetToSign, name: str, data: bytes) -> None:
    path = folder / each.set / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _passphrase(*, stdin: bool, new: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=new))
