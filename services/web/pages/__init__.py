"""The pages: areas with their blueprints, the frame they stand in, and the parts that several of them show.

`register` puts them into the application.
"""

from collections.abc import MutableMapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from flask import Flask, redirect, request, url_for
from flask.templating import Environment as FlaskEnvironment
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from services.codes import reviews
from services.codes.access import ROLES
from services.codes.work import RED
from services.kernel.errors import Forbidden
from services.thai import lines, numbers
from services.thai.dates import Language
from services.web.gateway.problems import Problem
from services.web.gateway.request import failed as as_problem
from services.web.identity import sessions
from services.web.pages import account, case, dashboard, operating, outreach, partner, rules, work
from services.web.pages.account import oidc, sample, set_up
from services.web.pages.frame import announcements, blueprint, frame, gate, menu, static, stopped, visit
from services.web.pages.parts import calls, compiled, days, goals, language, people, reasons, tables, words

VERSION = version("songtor")
MACHINES = ("api", "hsds", "static", "health", "ready", "metrics")  # whoever asks there does not read pages

for area in (account, work, case, partner, outreach, rules, dashboard, operating):
    for part in area.BLUEPRINTS:
        blueprint.register_blueprint(part)


@blueprint.get("/")
@gate.roles(*ROLES)
def home() -> Response:
    return redirect(url_for(menu.first_page()))


class Environment(FlaskEnvironment):
    """Flask's, with the names that all templates know in one plain dictionary: every `import` in a template compares
    them, and in the chain of dictionaries that Jinja makes of them that costs a fifth of a page with a form."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def register(app: Flask) -> None:
    app.jinja_environment = Environment
    app.register_blueprint(static.blueprint)
    app.register_blueprint(blueprint)
    app.url_map.merge_slashes = False  # its redirect would name whatever host the client named
    app.register_error_handler(404, missing)
    app.register_error_handler(405, missing)
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_options = {"loader": ChoiceLoader([PackageLoader("services.web"), components])}
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _escaped(language.current(), text),
        lambda one, many, count: escape(language.ngettext(one, many, count)),
        newstyle=True,  # it takes what it is given for HTML: a sign of HTML in a translation is a sign all the same
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = compiled.Compiled(compiled.FOLDER, app.jinja_env)
    app.jinja_env.filters["whole_words"] = lambda text: Markup(lines.whole_words(str(escape(text))))  # noqa: S704 escaped
    app.jinja_env.filters["whole_names"] = lambda text: Markup(lines.whole_names(str(escape(text))))  # noqa: S704 escaped
    app.jinja_env.filters["by_rows"] = tables.by_rows
    app.jinja_env.filters["goal_text"] = goals.goal_text
    app.jinja_env.filters["review_about"] = reviews.about
    app.jinja_env.globals.update(
        births_meant=days.births_meant, dialled=numbers.dialled, with_calls=calls.with_calls, say=words.say,
        word=words.word, words=words.words, day=words.day, day_time=words.day_time, clock=words.clock,
        lately=words.lately, listed=words.listed,
        named=words.named, lacking=words.lacking, verdict_word=reasons.verdict_word,
        path_and_kind=words.path_and_kind, letters=lines.letters, province=words.province,
        full_province=words.full_province, centres=words.centres,
        centre_named=words.centre,
        address=words.address,
        who_is=people.who, who_as=people.who_as, who_exactly=people.who_exactly, person_of=people.person,
        tag_colours=words.TAGS, red_flags=RED, new_command=lambda: str(uuid4()), asset=static.asset, menu=menu.items,
        announced=announcements.unread, hooks_stopped=stopped.count, rules_title=announcements.title,
        directs=visit.directs, csrf=visit.csrf,
        idle_seconds=int(sessions.IDLE.total_seconds()), version=VERSION, here=_here,
        provider_name=oidc.name, sample_users=sample.users,
        lacks_administrator=set_up.lacks_administrator, staff_there=set_up.roles_there,
    )  # fmt: skip


@lru_cache(maxsize=8192)  # more than there are translations
def _escaped(spoken: Language, text: str) -> Markup:
    """What a template says, as HTML."""
    return escape(language.catalogue(spoken).gettext(text))


def _here() -> str:
    """This page's address, for coming back to it: where it was sent to by POST there may be nothing to GET."""
    methods = request.url_rule.methods if request.url_rule else None
    return visit.address() if request.method == "GET" or "GET" in (methods or ()) else "/"


def missing(error: HTTPException) -> Response:
    """An address that nothing answers, or not by this method: a page for people, a problem document for machines."""
    answer = as_problem(error) if request.path.split("/")[1] in MACHINES else _page(error)
    if isinstance(error, MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answer


def _page(error: HTTPException) -> Response:
    try:
        visit.before_request()
    except (Problem, Forbidden) as worse:  # the address cannot even be read, or another site sent this
        return frame.after_request(frame.failed(worse))
    return frame.after_request(frame.failed(error))
