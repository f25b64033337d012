"""Looking back on one's own cases: what the working group decided, where the people are now, what a review found.
Whoever reads it reads their own, and nobody else does."""

from flask import Blueprint, Response

from services.codes.access import STAFF
from services.reporting.doors import OWN_CASES
from services.thai import dates
from services.web.pages.dashboard.period import named_parts, period_form, read_period
from services.web.pages.frame import doors, frame, gate, lookup, query, visit
from services.web.pages.parts import days

YEARS_BACK = 4
SHOWN = 10

blueprint = Blueprint("own_cases", __name__)


@blueprint.get("/dashboard/own-cases")
@gate.roles(*STAFF)
def show() -> Response:
    form = period_form()
    period = read_period(form)
    answer = doors.ask(OWN_CASES.of(**{"from": period.body["from"], "to": period.body["to"]}))
    pages = max(1, -(-len(answer["items"]) // SHOWN))
    number = int(query.code("page", [str(each) for each in range(1, pages + 1)], "1"))
    items = answer["items"][(number - 1) * SHOWN : number * SHOWN]
    year = dates.budget_year(days.today())
    return frame.page(
        "dashboard/own_cases.html",
        form=form,
        period=period,
        answer=answer,
        items=items,
        cases=lookup.cases(each["case_id"] for each in items),
        years=[str(year - back) for back in range(YEARS_BACK + 1)],
        portions=named_parts(),
        following=visit.link(".show", **period.address, page=str(number + 1)) if number < pages else None,
        first=visit.link(".show", **period.address) if number > 1 else None,
    )
