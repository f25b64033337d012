"""Papers as calls: each under the address that its page has, as PDF."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, request

from services.kernel.errors import Forbidden, Invalid
from services.web import gateway
from services.web.api import bearer
from services.web.documents import PAPERS
from services.web.documents.office import Desk
from services.web.documents.papers import Paper, make
from services.web.gateway.calls import User

blueprint = Blueprint("papers", __name__)


def _view(paper: Paper) -> Callable[..., Response]:
    def view(**parts: UUID) -> Response:
        user = User(bearer.signed_in())
        if user.caller.role not in paper.roles and user.caller.standing_in(paper.roles) is None:
            raise Forbidden
        if request.args:
            raise Invalid({name: ["Unknown parameter."] for name in request.args})
        desk = Desk(gateway.runtime(), user, gateway.site())
        name, content = make(paper, desk, {part: str(value) for part, value in parts.items()})
        answer = Response(content, content_type="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
        return answer

    return view


for each in PAPERS:
    blueprint.add_url_rule(f"/api/v1{each.path}", each.code, _view(each), methods=["GET"])
