"""A case with which nothing more is done: what is said where a form would be."""

from flask import Response, request

from services.intake.answers import Case
from services.web.pages.frame import frame


def instead(case: Case) -> Response | None:
    """A page that says why nothing more is done and what can be done about that, instead of a form that is opened; None
    where the case goes on. What is sent is the door's to judge, so that nothing typed is lost."""
    if request.method != "GET":
        return None
    if case["status"] == "closed":
        return frame.page("case/over.html", case=case, why="closed")
    if case["person"]["died"]:
        return frame.page("case/over.html", case=case, why="died")
    return frame.page("case/over.html", case=case, why="erased") if case["person"].get("erased") else None
