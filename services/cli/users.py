"""Who may use the system: accounts, their passwords and second steps, and tokens for programs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from services.cli.folder import master_key, runtimes
from services.cli.group import Failed, settings_of, songtor
from services.cli.operator import operator
from services.codes.access import ROLES
from services.kernel.settings import Settings
from services.kernel.tokens import Bearer, Tokens

Command = TypeVar("Command", bound=Callable[..., Any])


@songtor.command()
@click.argument("user")
@click.pass_context
def token(context: click.Context, user: str) -> None:
    """Print a bearer token for USER, valid 12 hours."""
    settings = settings_of(context)
    click.echo(Tokens(master_key(settings)).issue(bearer(settings, user)))


def bearer(settings: Settings, user: str) -> Bearer:
    from services.web.identity import accounts

    with runtimes(settings, ["web"]) as opened:
        account = opened["web"].read(lambda db: accounts.find(db, user))
    if account is None or not account.active:
        raise Failed(f"There is no user {user}.")
    return Bearer(account.user, account.role, account.centres, account.token_version)


@songtor.group()
def users() -> None:
    """Users of the system."""


def described(command: Command) -> Command:
    """The options that say who somebody is."""
    options = {
        "title": "Title or rank before the name.",
        "name": "First and last name.",
        "position": "Position, as on official letters.",
        "phone": "Telephone at work.",
    }
    for part, help in reversed(options.items()):
        command = click.option(f"--{part}", help=help)(command)
    return command


@users.command("add")
@click.argument("user")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--centre", "centres", multiple=True, help="Province code, or * for all (may be given again).")
@click.option("--partner", "partner_id", help="Of a partner's user: the id of the partner.")
@described
@click.pass_context
def add(
    context: click.Context,
    /,
    user: str,
    role: str,
    centres: tuple[str, ...],
    partner_id: str | None,
    **person: str | None,
) -> None:
    """Add USER, or give an existing one this role, these centres and this partner."""
    operator(settings_of(context)).add_user(user, role, centres, partner_id, _said(person))
    click.echo(f"{user}: {role}, centres {', '.join(centres) or 'none'}")


@users.command("describe")
@click.argument("user")
@described
@click.pass_context
def describe(context: click.Context, /, user: str, **person: str | None) -> None:
    """Say who USER is, in place of what was known: what is not said is not known any more."""
    operator(settings_of(context)).describe_user(user, _said(person))
    click.echo(f"{user}: described")


def _said(person: Mapping[str, str | None]) -> dict[str, str]:
    return {part: words for part, words in person.items() if words is not None}


@users.command("password")
@click.argument("user")
@click.pass_context
def give_password(context: click.Context, user: str) -> None:
    """Give USER a new password and print it; they must choose another at the first sign-in."""
    click.echo(operator(settings_of(context)).give_password(user))


@users.command("second-factor-off")
@click.argument("user")
@click.pass_context
def take_off_second_factor(context: click.Context, user: str) -> None:
    """Take the second step of signing in off USER's account, whose phone is lost; they are told at the next sign-in."""
    operator(settings_of(context)).take_off_second_factor(user)
    click.echo(f"{user}: the password alone is asked for at the next sign-in")
