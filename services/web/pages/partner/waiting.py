"""Who fits a free place and waits for one, best first."""

from typing import TypedDict
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import CASE_READERS
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Person
from services.partners.doors import CANDIDATES, PARTNER
from services.referral.doors import TAKEN_FIRST
from services.web.pages.frame import doors, files, frame, gate, lookup, query, visit
from services.web.pages.partner.partners import programme_of
from services.web.pages.parts import days, reasons
from services.web.pages.parts.language import _
from services.web.pages.parts.words import province

SHOWN = 25

blueprint = Blueprint("waiting", __name__)


class Waiter(TypedDict):
    """A person as the page shows them; `told`: the reasons by verdict, `ranked`: why this place in the list."""

    person: Person
    told: dict[str, list[reasons.ReasonInWords]]
    ranked: list[reasons.CriterionInWords]


@blueprint.get("/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/waiting")
@gate.roles(*CASE_READERS)
def listing(partner_id: UUID, programme_id: UUID) -> Response:
    """`?all=yes` shows as many as can be."""
    partner = doors.ask(PARTNER.of(partner_id=str(partner_id)))
    programme = programme_of(partner, str(programme_id))
    most = LIMIT_MOST if query.flag("all") else SHOWN
    found = doors.ask(CANDIDATES.of(programme_id=str(programme_id), limit=most))
    here = {"partner_id": partner_id, "programme_id": programme_id}
    more = found["of"] > len(found["items"])
    first = doors.attempt(TAKEN_FIRST.of(programme_id=str(programme_id)))
    taken = first["items"] if first else []
    return frame.page(
        "partners/waiting.html", partner=partner, programme=programme, found=found,
        people=[_in_words(each) for each in found["items"]],
        cases=lookup.cases(each["case_id"] for each in [*found["items"], *taken]), taken=taken,
        elsewhere=[
            (province(centre), _("one to four") if count == "few" else count)
            for centre, count in found["elsewhere"].items()
        ],
        whole=visit.link(".listing", **here, all="yes") if more and most == SHOWN else None,
        file=visit.link(".listing_csv", **here),
    )  # fmt: skip


def _in_words(person: Person) -> Waiter:
    told = [reasons.reason(row) for row in person["reasons"]]
    return {
        "person": person,
        "told": {
            verdict: [row for row in told if row.verdict == verdict]
            for verdict in ("unknown", "met", "not_met")
        },
        "ranked": [reasons.criterion(row) for row in person["criteria"]],
    }


@blueprint.get("/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/waiting/list.csv")
@gate.roles(*CASE_READERS)
def listing_csv(partner_id: UUID, programme_id: UUID) -> Response:
    """The list as a file; people by their case numbers."""
    found = doors.ask(CANDIDATES.of(programme_id=str(programme_id), limit=LIMIT_MOST))
    columns = [
        _("Rank"), _("Case number"), _("Centre"), _("Result"), _("Days waited"), _("to ask"), _("met"),
    ]  # fmt: skip
    lines = [
        [
            each["rank"], each["case_number"], province(each["centre"]), reasons.verdict_word(each["verdict"]),
            each["waiting_days"],
            *(
                "; ".join(f"{row.wants}: {row.found}" for row in _in_words(each)["told"][verdict])
                for verdict in ("unknown", "met")
            ),
        ]
        for each in found["items"]
    ]  # fmt: skip
    name = files.name("waiting", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("waiting", _("Who waits"), columns, lines), name)
