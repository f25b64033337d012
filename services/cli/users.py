"""Who may use the system: accounts, their passwords and second steps, and tokens for programs."""

import click

from services.cli.folder import master_key, runtimes
from services.cli.group import Failed, settings_of, songtor
from services.cli.operator import operator
from services.codes.access import ROLES
from services.kernel.settings import Settings
from services.kernel.tokens import Bearer, Tokens


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


@users.command("add")
@click.argument("user")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--centre", "centres", multiple=True, help="Province code, or * for all (may be given again).")
@click.option("--partner", "partner_id", help="Of a partner's user: the id of the partner.")
@click.pass_context
def add(
    context: click.Context, user: str, role: str, centres: tuple[str, ...], partner_id: str | None
) -> None:
    """Add USER, or give an existing one this role, these centres and this partner."""
    operator(settings_of(context)).add_user(user, role, centres, partner_id)
    click.echo(f"{user}: {role}, centres {', '.join(centres) or 'none'}")


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
