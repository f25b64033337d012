"""Papers as PDF, and the page of the forms that are filled in where there is no network."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import ROLES, STAFF
from services.web import gateway
from services.web.documents import PAPERS
from services.web.documents.office import Desk
from services.web.documents.papers import Paper, make
from services.web.gateway.calls import User
from services.web.pages.frame import frame, gate, visit

blueprint = Blueprint("papers", __name__)


@blueprint.get("/forms")
@gate.roles(*ROLES)
def forms() -> Response:
    return frame.page("papers/forms.html", copies=visit.caller().role in STAFF)


def _view(paper: Paper) -> Callable[..., Response]:
    @gate.roles(*paper.roles)
    def view(**parts: UUID) -> Response:
        desk = Desk(gateway.runtime(), User(visit.caller()), gateway.site())
        name, content = make(paper, desk, {part: str(value) for part, value in parts.items()})
        answer = Response(content, content_type="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
        return answer

    return view


for each in PAPERS:
    blueprint.add_url_rule(each.path, each.code, _view(each), methods=["GET"])
