"""Users, for the administrator: who there is, what they may do and did, coming, and leaving with a hand-over."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from flask import Blueprint, Response
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.codes import AWAITING_ANSWER
from services.codes.access import CASE_READERS, ROLES, STAFF
from services.intake import doors as intake
from services.intake.answers import CaseInHands
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import NotFound, Unavailable
from services.kernel.lists import LIMIT_MOST
from services.partners.doors import PARTNERS
from services.referral import doors as referral
from services.referral.answers import ReferralInHands
from services.thai import areas, collation
from services.web import gateway
from services.web.identity import (
    accounts,
    delegations,
    identities,
    passwords,
    people,
    second_factor,
    sessions,
)
from services.web.identity.accounts import Account
from services.web.identity.schemas import AddNamedUser, Change, person_of, rights_of
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days
from services.web.pages.parts.language import _, later
from services.web.pages.parts.people import look_up, person, who
from services.web.pages.parts.words import centres, day_time, province, word
from services.web.store import drafts

NOBODY = "-"  # no user is called so: the centre's directors take over
blueprint = Blueprint("users", __name__)


ADD, CHANGE = AddNamedUser(), Change()


class CentreChoices(NamedTuple):
    """[(code, name)] of the centres that an administrator may give: those somebody works for, and the other
    provinces."""

    known: list[tuple[str, str]]
    others: list[tuple[str, str]]


def _centre_choices() -> CentreChoices:
    mine = visit.caller().centres
    codes = [area.code for area in areas.provinces()] if ALL_CENTRES in mine else [*mine]
    everybody = gateway.runtime().read(accounts.everybody)
    used = {code for each in everybody for code in each.centres} | (set() if ALL_CENTRES in mine else {*mine})
    named = sorted(((code, province(code)) for code in codes), key=lambda each: collation.sort_key(each[1]))
    everywhere = [(ALL_CENTRES, _("All centres"))] if ALL_CENTRES in mine else []
    return CentreChoices(
        everywhere + [each for each in named if each[0] in used],
        [each for each in named if each[0] not in used],
    )


def managed_account(user: str) -> Account:
    """An account that is this administrator's to manage."""
    found = gateway.runtime().read(lambda db: accounts.find(db, user))
    if found is None or not accounts.manages(visit.caller(), found.role, found.centres):
        raise NotFound(user)
    return found


def _everybody() -> list[Account]:
    known = gateway.runtime().read(accounts.everybody)
    return [each for each in known if accounts.manages(visit.caller(), each.role, each.centres)]


def alive() -> dict[str, int]:
    runtime = gateway.runtime()
    found: dict[str, int] = runtime.read(lambda db: sessions.alive(db, runtime.now()))
    return found


def _within(form: Form) -> bool:
    """Whether the role and the centres that were typed are this administrator's to give; else the form says so."""
    role, own = form.data["role"], form.data["centres"]
    if role in CASE_READERS and not own:
        form.add({"centres": [later("Choose at least one centre.")]})
        return False
    if accounts.manages(visit.caller(), role, own):
        return True
    if role in accounts.SEES_BEYOND_CENTRES:
        form.add({"role": [later("Only an administrator of all centres may give this role.")]})
    elif not own:
        form.add({"centres": [later("Choose at least one of your centres.")]})
    else:
        form.add({"centres": [later("You may give access to your own centres only.")]})
    return False


@blueprint.get("/users")
@gate.roles("admin")
def listing() -> Response:
    everybody = _everybody()
    look_up(each.user for each in everybody)
    partners: dict[str, str] = {}
    if any(each.partner_id for each in everybody):
        with suppress(Unavailable):
            partners = dict(_partners())
    return frame.page("users/listing.html", users=everybody, alive=alive(), partners=partners)


@blueprint.get("/users.csv")
@gate.roles("admin")
def as_csv() -> Response:
    """Every account with its role, centres, and when it was used last."""
    browsers = alive()
    everybody = _everybody()
    look_up(each.user for each in everybody)
    head = [
        _("User name"), _("Name"), _("Position"), _("Phone"), _("Role"), _("Centres"), _("Account"),
        _("Signed in now"), _("Last seen"),
    ]  # fmt: skip
    lines = [
        [
            each.user, person(each.user).called, person(each.user).position, person(each.user).phone,
            word("role", each.role), centres(each.centres), _("open") if each.active else _("closed"),
            browsers.get(each.user, 0), day_time(each.seen_at) if each.seen_at else "",
        ]
        for each in everybody
    ]  # fmt: skip
    name = files.name("users", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("users", _("Users"), head, list(lines)), name)


@blueprint.route("/users/add", methods=["GET", "POST"])
@gate.roles("admin")
def add() -> Response:
    """A new account, with a password that is shown once and replaced at the first sign-in."""
    mine = visit.caller().centres
    first = {
        "role": query.code("role", ROLES),
        "centres": mine if len(mine) == 1 and ALL_CENTRES not in mine else (),
    }
    form = Form(ADD, first)
    runtime = gateway.runtime()
    if form.sent and form.load() and _within(form):
        user = form.data["user"]
        if runtime.read(lambda db: accounts.find(db, user)) is not None:
            form.add({"user": [later("There is a user of this name already.")]})
        else:
            with runtime.database.write() as db:
                accounts.give(db, visit.caller(), **rights_of(form.data), now=instant(runtime.now()))
                people.keep(runtime, db, user, person_of(form.data))
            return _with_new_password(user, _("The user is added."))
    return frame.page("users/add.html", form=form, partners=_partners(), choices=_centre_choices())


def _partners() -> list[tuple[str, str]]:
    """[(id, name)] of the partners a user can belong to, by province and name."""
    asked = files.every(
        lambda cursor: PARTNERS.of(limit=LIMIT_MOST, cursor=cursor), lambda answer: answer["next"]
    )
    found = [each for answer in asked for each in answer["items"]]
    found.sort(key=lambda each: (each["province"], collation.sort_key(each["name"])))
    return [(each["partner_id"], f"{each['name']} ({province(each['province'])})") for each in found]


@blueprint.route("/users/<user>", methods=["GET", "POST"])
@gate.roles("admin")
def change(user: str) -> Response:
    """Another role or other centres: what the user may do changes at once, so their sessions and tokens end. Another
    name ends nothing."""
    known, runtime = managed_account(user), gateway.runtime()
    shown = {
        "role": known.role,
        "centres": known.centres,
        "partner_id": known.partner_id,
        **person(user)._asdict(),
    }
    form = Form(CHANGE, shown)
    if form.sent and form.load() and _within(form):
        role, own = form.data["role"], form.data["centres"]
        if user == visit.caller().user and role != known.role:
            form.refused = _("You cannot take your own role away.")
        else:
            as_it_was = (known.role, {*known.centres}, known.partner_id, known.active)
            changes = as_it_was != (role, {*own}, form.data["partner_id"], True)
            if changes:
                _leave_to_directors(user, own if role in STAFF else ())
            with runtime.database.write() as db:
                if changes:
                    accounts.give(
                        db, visit.caller(), user, **rights_of(form.data), now=instant(runtime.now())
                    )
                people.keep(runtime, db, user, person_of(form.data))
            return frame.done(_("The account is changed."), ".listing")
    delegated = delegations.list_of(runtime, user)
    look_up([name for row in delegated for name in (row.from_user, row.to_user, row.ended_by)])
    two_steps = runtime.read(lambda db: second_factor.since(db, user))
    return frame.page(
        "users/change.html", form=form, user=known, second_factor=two_steps, partners=_partners(),
        delegations=delegated,
        choices=_centre_choices(),
    )  # fmt: skip


@blueprint.post("/users/<user>/password")
@gate.roles("admin")
def new_password(user: str) -> Response:
    return _with_new_password(managed_account(user).user, _("The user has a new password."))


def _with_new_password(user: str, message: str) -> Response:
    given = passwords.give(gateway.runtime(), user, by=visit.caller().user)
    return frame.page("users/password.html", user=user, password=given, done=message)


@blueprint.post("/users/<user>/second-factor")
@gate.roles("admin")
def take_off_second_factor(user: str) -> Response:
    """The phone is lost."""
    second_factor.take_off(gateway.runtime(), managed_account(user).user, by=visit.caller().user)
    return frame.done(_("Two-step sign-in is off for this user."), ".change", user=user)


# -- leaving -------------------------------------------------------------------------------------------------------


@blueprint.route("/users/<user>/close", methods=["GET", "POST"])
@gate.roles("admin")
def close(user: str) -> Response:
    """Somebody leaves: session, tokens and password end; what they did keeps their name; what is in their hands is
    handed over to a colleague of each centre. The administrator, who may not read cases, sees how many they are."""
    known, runtime = managed_account(user), gateway.runtime()
    held, waiting = _in_hands(user)
    receivers = {centre: _receivers(user, centre) for centre in held}
    form = Form(_hand_over({centre: [*them, NOBODY] for centre, them in receivers.items()}))
    if form.sent and user == visit.caller().user:
        form.refused = _("You cannot close your own account.")
    elif form.sent and form.load():
        for centre, case_ids in held.items():
            to = form.data[_field(centre)]
            _assign(case_ids, user, None if to == NOBODY else to, "left")
        with runtime.database.write() as db:
            accounts.close(db, user)
            accounts.note_change(db, instant(runtime.now()), visit.caller().user, user, "closed")
            passwords.forget(db, user)
            identities.forget(db, user)
            second_factor.forget(db, user)
            drafts.forget(db, user)
        return frame.done(_("The account is closed."), ".listing")
    return frame.page(
        "users/close.html",
        form=form,
        user=known,
        held=held,
        waiting=waiting,
        receivers=receivers,
        nobody=NOBODY,
        unsent=runtime.read(lambda db: drafts.count(db, user)),
    )


def _in_hands(user: str) -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    """({centre: ids of cases that somebody must go on with}, {centre: {answer, outcome: referrals that wait for
    it}})."""
    cases = doors.ask(intake.IN_HANDS.of(user=user))["items"]
    referrals = doors.ask(referral.IN_HANDS.of(user=user))["items"]
    held = _by_centre([*cases, *referrals])
    waiting = {centre: {"answer": 0, "outcome": 0} for centre in held}
    for row in referrals:
        waiting[row["centre"]]["answer" if row["status"] in AWAITING_ANSWER else "outcome"] += 1
    return held, waiting


def _by_centre(items: Iterable[CaseInHands | ReferralInHands]) -> dict[str, list[str]]:
    """{centre: ids of its cases}"""
    held: dict[str, list[str]] = {}
    for centre, case_id in sorted({(each["centre"], each["case_id"]) for each in items}):
        held.setdefault(centre, []).append(case_id)
    return held


def _leave_to_directors(user: str, centres: Sequence[str]) -> None:
    """What waits for a user who no longer works at its centre waits for the centre's directors. `centres`: those left
    to them."""
    cases = doors.ask(intake.IN_HANDS.of(user=user))["items"]
    for centre, case_ids in _by_centre(each for each in cases if each["waiting"]).items():
        if not {centre, ALL_CENTRES} & {*centres}:
            _assign(case_ids, None, None, "moved")


def _assign(case_ids: Sequence[str], from_user: str | None, to_user: str | None, reason: str) -> None:
    """Other hands for cases of one centre, page by page."""
    for start in range(0, len(case_ids), LIMIT_MOST):
        some = case_ids[start : start + LIMIT_MOST]
        body = {"case_ids": some, "from_user": from_user, "to_user": to_user, "reason": reason}
        # Sent again there may be fewer: then it is another command.
        doors.tell(intake.ASSIGN, body, part=" ".join([to_user or NOBODY, *some]))


def _receivers(user: str, centre: str) -> list[str]:
    """Colleagues who may take over in a centre, its directors last: they have the most already."""
    staff = [
        each for each in gateway.runtime().read(accounts.everybody) if each.active and each.role in STAFF
    ]
    able = [each for each in staff if each.user != user and {centre, ALL_CENTRES} & {*each.centres}]
    look_up(each.user for each in able)
    return [each.user for each in sorted(able, key=lambda each: (each.role == "director", who(each.user)))]


def _hand_over(options: Mapping[str, Sequence[str]]) -> Schema:
    """For each centre in which something is open: who takes over."""
    return Schema.from_dict(
        {
            _field(centre): fields.String(required=True, validate=OneOf(them))
            for centre, them in options.items()
        }
    )()


def _field(centre: str) -> str:
    return f"to_{centre}"
