"""What a centre hands out: a text to share, a poster with a QR code, and the public page that the code opens - whom to
call when one meets somebody destitute. The public page knows nobody: it sets no cookie and runs no script."""

import segno
from flask import Blueprint, Response, g, make_response, render_template, url_for

from services.codes.access import CASE_READERS, DIRECTOR
from services.codes.outreach import HOTLINE
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound
from services.thai import areas, lines
from services.web import gateway
from services.web.pages.frame import frame, gate, query, visit
from services.web.pages.parts.centres import contact
from services.web.pages.parts.language import _
from services.web.pages.parts.words import full_province

FRESH_SECONDS = 300  # a copy of the public page may be shown so long

blueprint = Blueprint("handouts", __name__)


@blueprint.get("/outreach/share")
@gate.roles(*CASE_READERS)
def share() -> Response:
    """A text for LINE or Facebook, ready to be copied."""
    code = _centre()
    about, page = contact(code), _public_address(code)
    phone = f"{about.phone} ({about.name})" if about.phone else about.name
    text = "\n".join(
        (
            _("Have you met somebody who has nowhere to go, begs, or lives on the street in {}?").format(
                full_province(code)
            ),
            _("Call {}, or the hotline {}, day and night.").format(phone, HOTLINE),
            _(
                "Say where the person is, what you saw, and whether anybody is hurt. You need not give your name."
            ),
            page,
        )
    )
    return frame.page(
        "outreach/share.html", text=text, code=code, others=_others(code), lacks_phone=not about.phone,
        may_set=visit.directs(code) or visit.caller().role == DIRECTOR,
    )  # fmt: skip


@blueprint.get("/outreach/poster")
@gate.roles(*CASE_READERS)
def poster() -> Response:
    """One A4 page to print and put up."""
    code = _centre()
    address = _public_address(code)
    picture = gateway.runtime().ports.heavy(
        lambda: segno.make(address, error="q").svg_data_uri(scale=8, border=2)
    )
    return frame.page(
        "outreach/poster.html", about=contact(code), code=code, picture=picture, hotline=HOTLINE, poster=True,
        address=address, others=_others(code),
    )  # fmt: skip


@blueprint.get("/help/<province>")
@gate.public
def public(province: str) -> Response:
    """For everybody who meets somebody destitute in a province, whether a centre works there already or not."""
    if not areas.is_province(province):
        raise NotFound("page")
    text = render_template(
        "outreach/public.html", lang=g.language, about=contact(province), code=province, hotline=HOTLINE
    )
    answer = make_response(lines.whole(text))
    answer.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    g.new_visit = False  # nobody is followed from here
    return answer


def _public_address(code: str) -> str:
    return gateway.site() + url_for(".public", province=code)


def _centre() -> str:
    """The one that `?centre=` names, else the user's own first; NotFound for one that is not the user's."""
    own = [centre for centre in visit.caller().centres if centre != ALL_CENTRES]
    code = query.text("centre", query.ID) or (own[0] if own else "")
    if not areas.is_province(code) or not visit.caller().sees(code):
        raise NotFound("centre")
    return code


def _others(code: str) -> list[str]:
    return [each for each in visit.caller().centres if each not in (code, ALL_CENTRES)]
