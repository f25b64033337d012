"""The standing working group of a centre: who belongs to it from when until when, as its director appoints them."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import CASE_READERS, DIRECTOR
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound
from services.screening import schemas
from services.screening.answers import StandingMember
from services.screening.doors import APPOINT_MEMBER, END_MEMBERSHIP, MEMBERS
from services.web.pages.frame import doors, files, frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day, province, word, words

blueprint = Blueprint("members", __name__)


@blueprint.get("/working-group/members")
@gate.roles(*CASE_READERS)
def listing() -> Response:
    today = days.today().isoformat()
    items = doors.ask(MEMBERS.of())["items"]
    past = [each for each in items if each["until"] and each["until"] < today]
    return frame.page(
        "group/listing.html", now=[each for each in items if each not in past], past=past, today=today,
        directs=bool(_own()), file=visit.link(".listing_csv") if items else None,
    )  # fmt: skip


@blueprint.get("/working-group/members.csv")
@gate.roles(*CASE_READERS)
def listing_csv() -> Response:
    columns = [_("Centre"), _("Role"), _("First day"), _("Last day")]
    lines = [
        [
            province(each["centre"]), word("member_role", each["role"]), day(each["since"]),
            day(each["until"]) if each["until"] else "",
        ]
        for each in doors.ask(MEMBERS.of())["items"]
    ]  # fmt: skip
    name = files.name("working-group-members", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("members", _("Members of the working group"), columns, lines), name)


@blueprint.route("/working-group/members/new", methods=["GET", "POST"])
@gate.roles(DIRECTOR)
def appoint() -> Response:
    """A colleague's name is their account."""
    own = _own()
    centre = own[0] if len(own) == 1 else None
    colleagues = people.colleagues(centre) if centre else {}
    form = Form(
        schemas.AppointMember(),
        {"since": days.typed(days.today())},
        fixed={"centre": centre} if centre else {},
        draft=later("Appoint a member of the working group"),
    )
    if form.sent and form.load():
        if user := colleagues.get(form.value("name").strip()):
            form.body["user"] = user
        with form.catching():
            doors.tell(APPOINT_MEMBER, form.body)
            return frame.done(_("The member is appointed."), ".listing")
    if said := form.errors.pop("user", None):
        form.add({"name": said})
    return frame.page(
        "group/appoint.html", form=form, roles=words("member_role"), colleagues=[*colleagues], own=own,
        provinces=[(each, province(each)) for each in own],
    )  # fmt: skip


@blueprint.route("/working-group/members/<uuid:member_id>/end", methods=["GET", "POST"])
@gate.roles(DIRECTOR)
def end(member_id: UUID) -> Response:
    member = _member(str(member_id))
    form = Form(
        schemas.EndMembership(),
        {"until": days.typed(days.today())},
        fixed={"member_id": member["member_id"]},
    )
    if form.sent and form.load():
        with form.catching():
            doors.tell(END_MEMBERSHIP, form.body)
            return frame.done(_("The last day is recorded."), ".listing")
    return frame.page("group/end.html", form=form, member=member)


def _member(member_id: str) -> StandingMember:
    for each in doors.ask(MEMBERS.of())["items"]:
        if each["member_id"] == member_id:
            return each
    raise NotFound("member")


def _own() -> list[str]:
    """The centres whose director the reader is, or in whose place they act."""
    caller = visit.caller()
    codes = caller.centres if caller.role == DIRECTOR else caller.delegated_centres(DIRECTOR)
    return [each for each in codes if each != ALL_CENTRES]
