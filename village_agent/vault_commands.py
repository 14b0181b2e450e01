"""What an administrator does to a laptop's vault: unlock a name, bring back what is lost."""

from pathlib import Path
from typing import Final

import click

from sync.command_line import Tier, administer, run, settings_of
from sync.control import CommandError
from sync.data_dir import write_secret
from sync.engine import Database
from sync.key_file import KeyFileError, is_sealed, key_fingerprint, open_key, read_public
from sync.strict_json import encode_strict
from sync.vault_keys import recover
from village_agent.services.accounts import unlock_account

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def add_vault_commands(group: click.Group, tier: Tier) -> None:
    """`account unlock`, `vault recovery-key` and `vault recover`."""
    account = group.commands["account"]
    assert isinstance(account, click.Group), "`account` has commands of its own"
    account.add_command(_unlock(tier))
    vault = click.Group("vault", help="What lies on this laptop of people, closed by passwords.")
    vault.add_command(_recovery_key(tier))
    vault.add_command(_recover(tier))
    group.add_command(vault)


def _unlock(tier: Tier) -> click.Command:
    @click.command()
    @click.argument("login")
    @click.pass_context
    def unlock(context: click.Context, login: str) -> None:
        """Let LOGIN be tried again, after ten wrong passwords locked it.

        Ask first whose fingers they were. The password stays as it is, and so do all drafts.
        """
        settings = settings_of(context, tier)

        async def here() -> None:
            async with Database(settings.files.database) as database:
                await unlock_account(database, login)

        run(administer(settings, "account unlock", {"login": login}, here))
        click.echo(f"{login} may sign in again")

    return unlock


def _recovery_key(tier: Tier) -> click.Command:
    @click.command(name="recovery-key")
    @click.argument("public", type=_FILE)
    @click.pass_context
    def recovery_key(context: click.Context, public: Path) -> None:
        """Seal what is closed here to the county's recovery key too; PUBLIC is its public half.

        \b
        The key is made once, on the laptop that never sees a network:
            tongban-central root key /media/safe/recovery.key
        Here, with the node stopped, its public half is enough:
            tongban-village vault recovery-key recovery.key.pub
        From the next time that an officer signs in, their drafts can be brought back with it.
        """
        settings = settings_of(context, tier)
        try:
            key = read_public(public)
        except KeyFileError as error:
            raise CommandError(str(error)) from error
        settings.files.make()
        write_secret(settings.files.recovery_key, encode_strict(key) + b"\n", replace=True)
        click.echo(f"recovery key {key_fingerprint(key)}")

    return recovery_key


def _recover(tier: Tier) -> click.Command:
    @click.command(name="recover")
    @click.argument("private", type=_FILE)
    @click.pass_context
    def recover_command(context: click.Context, private: Path) -> None:
        """Give officers back what an earlier password closed, with the PRIVATE recovery key.

        \b
        After a password was set anew, its officer signs in once, so that they have a key; then,
        with the node stopped, and the key from the safe:
            tongban-village vault recover /media/safe/recovery.key
        Take the stick away again. The officer signs in once more, and the drafts are there.
        """
        settings = settings_of(context, tier)
        passphrase = ""
        if is_sealed(private):
            passphrase = click.prompt("Passphrase", hide_input=True)
        try:
            key = open_key(private, passphrase)
        except KeyFileError as error:
            raise CommandError(str(error)) from error

        async def here() -> int:
            async with Database(settings.files.database) as database:
                return await database.work(lambda work: recover(work, key))

        found = run(here())
        if not found:
            raise CommandError("nothing here is sealed to this key")
        click.echo(f"{found} keys are back with those who work here")

    return recover_command
