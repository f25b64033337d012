"""Looking back on one's own cases: what the working group decided, where the people are now, what a review found.
Whoever reads it reads their own, and nobody else does."""

from flask import Blueprint, Response

from services.codes.access import STAFF
from services.reporting.answers import OwnCases
from services.reporting.doors import OWN_CASES
from services.web.pages.dashboard.period import Period, asked_period, choices, period_form, read_period
from services.web.pages.frame import doors, files, frame, gate, lookup, query, visit
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, word

SHOWN = 10

blueprint = Blueprint("own_cases", __name__)


@blueprint.get("/dashboard/own-cases")
@gate.roles(*STAFF)
def show() -> Response:
    form = period_form()
    period = read_period(form)
    answer = _answer(period)
    pages = max(1, -(-len(answer["items"]) // SHOWN))
    number = int(query.code("page", [str(each) for each in range(1, pages + 1)], "1"))
    items = answer["items"][(number - 1) * SHOWN : number * SHOWN]
    return frame.page(
        "dashboard/own_cases.html",
        form=form,
        period=period,
        answer=answer,
        items=items,
        cases=lookup.cases(each["case_id"] for each in items),
        choices=choices(of_centres=False),
        following=visit.link(".show", **period.address, page=str(number + 1)) if number < pages else None,
        first=visit.link(".show", **period.address) if number > 1 else None,
        file=visit.link(".as_csv", **period.address),
    )


@blueprint.get("/dashboard/own-cases.csv")
@gate.roles(*STAFF)
def as_csv() -> Response:
    """Case numbers and codes; a file names nobody."""
    period = asked_period()
    answer = _answer(period)
    cases = lookup.cases(each["case_id"] for each in answer["items"])
    lines = [
        [
            cases[each["case_id"]]["case_number"] if each["case_id"] in cases else "",
            day(each["day"]),
            word("path", each["first_path"]) if each["first_path"] else "",
            word("path", each["path"]) if each["path"] else "",
            word("agreement", each["agreement"]) if each["agreement"] else "",
            word("own_now", each["now"]),
            ", ".join(word("review_finding", code) for code in each["findings"]),
        ]
        for each in answer["items"]
    ]
    columns = [
        _("Case number"), _("Day it happened"), _("Screening"), _("Decision"),
        _("The group's decision beside the screening"),
        _("Where the people are now"), _("What reviews found"),
    ]  # fmt: skip
    name = files.name("own-cases", visit.caller().centres, period.first, period.last)
    return files.as_csv(files.Sheet("own-cases", _("Looking back on my own cases"), columns, lines), name)


def _answer(period: Period) -> OwnCases:
    return doors.ask(OWN_CASES.of(**{"from": period.body["from"], "to": period.body["to"]}))
