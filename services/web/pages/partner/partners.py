"""Partners: search, one partner with its programmes and places, capacity in two taps, registering and offering."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes import sentences
from services.codes.access import CASE_READERS, READERS, ROLES, STAFF
from services.codes.details import OF_PARTNER, OF_PROGRAMME
from services.codes.rules import RULES, Rule
from services.codes.words import Words
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, NotFound
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Json
from services.partners import schemas
from services.partners.answers import AlikePartner, Partner, Programme
from services.partners.doors import (
    ALIKE,
    CONFIRM_CAPACITY,
    OFFER_PROGRAMME,
    PARTNER,
    PARTNERS,
    PROPOSALS,
    REGISTER_PARTNER,
)
from services.thai import areas
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, papers, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.partner import details, filters, units
from services.web.pages.parts import activities, days, places
from services.web.pages.parts.freshness import Freshness, freshness
from services.web.pages.parts.language import _, current, later
from services.web.pages.parts.words import address, day, full_province, province, say, word

SHOWN = 25

blueprint = Blueprint("partners", __name__)

REGISTER, OFFER, CAPACITY = schemas.RegisterPartner(), schemas.OfferProgramme(), schemas.ConfirmCapacity()


READ = {"rules.domicile.provinces": places.read_provinces}


@blueprint.get("/partners")
@gate.roles(*ROLES)
def listing() -> Response:
    """Search by what is remembered of a name, province and kind; all stand in the address."""
    asked = filters.read()
    cursor = query.cursor()
    found = doors.ask(PARTNERS.of(**filters.body_of(asked), cursor=cursor, limit=SHOWN))
    return frame.page(
        "partners/listing.html",
        **filters.frame_of(asked, "list"),
        partners=found["items"],
        nearly=found["nearly"],
        file=visit.link(".listing_csv", **asked),
        following=visit.link(".listing", **asked, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".listing", **asked) if cursor else None,
        may_write=visit.caller().role in STAFF,
        reads_problems=visit.caller().role in CASE_READERS,
    )


@blueprint.get("/partners/list.csv")
@gate.roles(*ROLES)
def listing_csv() -> Response:
    """The list as a file, a line for each programme, and one for a partner that offers nothing yet."""
    asked = filters.read()
    columns = [
        _("Partner"), _("Kind"), _("Ministry"), _("Place"), _("Phone"), _("E-mail"), _("Website"),
        _("Name of the programme"), _("Way forward"), _("Places free"), _("Places in all"), _("Stated"),
    ]  # fmt: skip
    lines = []
    answers = files.every(
        lambda cursor: PARTNERS.of(**filters.body_of(asked), cursor=cursor, limit=LIMIT_MOST),
        lambda answer: answer["next"],
    )
    for row in (row for answer in answers for row in answer["items"]):
        contact = row["contact"]
        about = [
            row["name"], word("partner_kind", row["kind"]),
            _("under the ministry") if row["under_ministry"] else _("outside the ministry"),
            address(row["subdistrict"]) if row["subdistrict"] else province(row["province"]),
            *(contact.get(way) or "" for way in ("phone", "email", "website")),
        ]  # fmt: skip
        for each in row["programmes"]:
            free = each["places"]
            offered = [
                each["name"],
                word("path", each["path"]),
                free["free"],
                free["total"],
                day(free["confirmed_at"]),
            ]
            lines.append([*about, *offered])
        if not row["programmes"]:
            lines.append([*about, "", "", "", "", ""])
    where = (asked["province"],) if "province" in asked else (ALL_CENTRES,)
    name = files.name("partners", where, days.today())
    return files.as_csv(files.Sheet("partners", _("Partners"), columns, lines), name)


@blueprint.get("/partners/<uuid:partner_id>")
@gate.roles(*ROLES)
def show(partner_id: UUID) -> Response:
    partner, caller = doors.ask(PARTNER.of(partner_id=str(partner_id))), visit.caller()
    may_write = caller.role in STAFF
    reads = caller.role in READERS
    proposed = doors.attempt(PROPOSALS.of(partner_id=str(partner_id))) if reads else None
    origin = lookup.activity(partner["outreach_id"]) if caller.role in CASE_READERS else None
    return frame.page(
        "partners/show.html", partner=partner, details=details.in_words(OF_PARTNER, partner["details"]),
        programmes=[_in_words(each) for each in partner["programmes"]],
        may_write=may_write, may_keep=may_write or caller.partner_id == partner["partner_id"],
        may_read_history=reads or caller.partner_id == partner["partner_id"],
        origin=origin, came_from=activities.called(origin) if origin else None,
        waiting=len(proposed["items"]) if proposed else 0,
        keeper=None if caller.sees(partner["keeper"]) else partner["keeper"], form=Form(sent=False),
        may_see_keys=caller.partner_id == partner["partner_id"] or visit.directs(partner["keeper"]),
        reads_cases=caller.role in CASE_READERS, holds=sentences.rules_in_words(partner["rules"], current()),
        of_network=sentences.rules_in_words(partner["network"]["rules"], current()) if partner["network"] else [],
    )  # fmt: skip


class ProgrammeInWords(Programme):
    """With what its rules say, and how old the word on its places is."""

    said: list[str]
    fresh: Freshness
    more: list[details.Line]
    apart: list[tuple[str, int, int]]


def _in_words(programme: Programme) -> ProgrammeInWords:
    return {
        **programme,
        "said": sentences.rules_in_words(programme["rules"], current()),
        "fresh": freshness(programme["places"]["confirmed_at"]),
        "more": details.in_words(OF_PROGRAMME, programme["details"]),
        "apart": units.in_words(programme["places"]),
    }


@blueprint.route("/partners/register", methods=["GET", "POST"])
@gate.roles(*STAFF)
def register() -> Response:
    """The place found by the search says the province too, unless another was chosen."""
    form = Form(REGISTER, read={"subdistrict": places.read}, draft=later("Register a partner"))
    found = inputs.options(form, "subdistrict")
    searching, by_place = bool(form.value("find")), False
    if form.sent and not searching:
        inputs.settle(form, "subdistrict", found)
        by_place = areas.is_subdistrict(form.value("subdistrict")) and not form.value("province")
        if by_place:
            form.put("province", areas.province_of(form.value("subdistrict")))
    known: list[AlikePartner] = []
    if form.sent and not searching and form.load():
        known = _known(form)
    if form.sent and not searching and not form.errors and not known:
        with form.catching():
            made = doors.tell(REGISTER_PARTNER, form.body)
            said = _("The partner is registered. Now add what it offers.")
            if made["confirmation"]:
                said += " " + _to_confirm(made["confirmation"]["waiting_for"])
            return frame.done(said, ".offer", partner_id=made["partner_id"])
    if by_place:  # nobody chose it: another place may be chosen next
        form.put("province", "")
    return frame.page(
        "partners/register.html", form=form, places=found, provinces=places.provinces(), known=known,
        activities=_activities(),
    )  # fmt: skip


def _activities() -> list[tuple[str, str]]:
    """[(id, label)] of what the user's centre did lately, from which the partner may have come."""
    own = [each for each in visit.caller().centres if each != ALL_CENTRES]
    return [
        (each["outreach_id"], activities.called(each)) for each in lookup.activities(own[0] if own else None)
    ]


def _known(form: Form) -> list[AlikePartner]:
    """Partners that may be this one, unless all of them were shown with the form that was sent."""
    found: list[AlikePartner] = []
    with form.catching():
        found = doors.ask(ALIKE.of(name=form.body.get("name"), province=form.body.get("province")))["items"]
    shown = form.value("known").split()
    return [] if all(each["partner_id"] in shown for each in found) else found


@blueprint.route("/partners/<uuid:partner_id>/offer", methods=["GET", "POST"])
@gate.roles(*STAFF)
def offer(partner_id: UUID) -> Response:
    partner = doors.ask(PARTNER.of(partner_id=str(partner_id)))
    form = Form(
        OFFER,
        fixed={"partner_id": str(partner_id)},
        read=READ,
        draft=later("Add a programme"),
        where=partner["name"],
    )
    if form.sent and form.load(papers.typed(form, "rules.documents")):
        with form.catching():
            made = doors.tell(OFFER_PROGRAMME, form.body)
            said = _("The programme is offered.")
            if made["confirmation"]:
                said += " " + _to_confirm(made["confirmation"]["waiting_for"])
            return frame.done(said, ".show", partner_id=partner_id)
    return frame.page("partners/offer.html", form=form, partner=partner, rules=RULES, choices=choices)


def choices(rule: Rule) -> list[tuple[str, str]]:
    """[(code, label)] of what a rule can ask for."""
    if not rule.options:
        return []
    if not isinstance(rule.says, Words):
        return [(code, say(text)) for code, text in rule.says.items()]
    return [(str(code), rule.options.word(code, current())) for code in rule.choices]


@blueprint.route(
    "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/capacity", methods=["GET", "POST"]
)
@gate.roles(*STAFF, "partner")
def capacity(partner_id: UUID, programme_id: UUID) -> Response:
    """State the places: the numbers that stand, none free, or others. A partner states its own."""
    caller = visit.caller()
    if caller.partner_id not in (None, str(partner_id)):
        raise Forbidden
    partner = doors.ask(PARTNER.of(partner_id=str(partner_id)))
    programme = programme_of(partner, str(programme_id))
    form, apart = statement(programme)
    if form.sent and form.load(units.counted(form) if apart else None):
        with form.catching():
            done = doors.tell(CONFIRM_CAPACITY, form.body, if_match=form.version)
            said = _("The places are confirmed.")
            if "waiting_for" in done:
                said = waits(done["waiting_for"])
            elif "ledger_contradicts" in done["warnings"]:
                said += " " + _(
                    "Our own referrals hold more places than this leaves: please check with the partner."
                )
            if caller.partner_id is not None:
                return frame.done(said, "pages.own.listing")
            return frame.done(said, ".show", partner_id=partner_id)
    return frame.page(
        "partners/capacity.html",
        form=form,
        partner=partner,
        programme=programme,
        apart=apart,
        lines=units.lines(programme),
        own=caller.partner_id is not None,
    )


def statement(programme: Programme) -> tuple[Form, bool]:
    """The form that states a programme's places, and whether it tells them apart."""
    places = programme["places"]
    values: dict[str, Json] = {"units": units.as_typed(places, units.lines(programme))}
    if places["known"]:
        values |= {"total": places["total"], "free": places["free"]}
    fixed = {"programme_id": programme["programme_id"]}
    form = Form(CAPACITY, values, fixed=fixed, version=programme["version"])
    usual = "yes" if places["units"] else "no"
    return form, (form.value("apart") if form.sent else query.code("units", ("yes", "no"), usual)) == "yes"


def _to_confirm(keeper: str) -> str:
    return _("It can be used at once. Another centre keeps this partner and is to confirm it: {}.").format(
        full_province(keeper)
    )


def waits(keeper: str) -> str:
    """What came of a change of a partner that another centre keeps."""
    return _("Another centre keeps this partner. Your proposal waits for {}.").format(full_province(keeper))


def programme_of(partner: Partner, programme_id: str) -> Programme:
    for each in partner["programmes"]:
        if each["programme_id"] == programme_id:
            return each
    raise NotFound("programme")
