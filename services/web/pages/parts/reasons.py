"""Why a place fits a person and stands where it does: the codes of a candidate (see services.partners) in the reader's words."""

from collections.abc import Mapping
from typing import Any

from services.web.pages.parts import needs, questions
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later, ngettext
from services.web.pages.parts.words import word

CRITERIA = {
    "path": later("The law's own path"),
    "outside_ministry": later("Outside the ministry"),
    "wish": later("The person's wish"),
    "home_province": later("Domicile"),
    "places_free": later("Places free"),
    "distance": later("Distance"),
}
FLAGS = {  # what a flag of a criterion says: (yes, no, nobody knows)
    "outside_ministry": (later("Outside the ministry"), later("Under the ministry"), ""),
    "wish": (later("As the person wishes"), later("Not what the person wishes"), later("The wish is not known yet")),
    "home_province": (
        later("In the province of domicile"), later("In another province than the domicile"), later("The domicile is not known yet"),
    ),
}  # fmt: skip
PATHS = {
    "lead": later("The first path of the screening: {}"),
    "screened": later("One of the paths of the screening: {}"),
    "other": later("Not a path of the screening: {}"),
}


def reason(row: Mapping[str, Any]) -> dict[str, Any]:
    """{verdict, wants: what the place asks, found: what is known of the person, ask: the question to ask, if there is one}."""
    return {
        "verdict": row["verdict"],
        "wants": needs.rule(row["rule"], row["wants"]),
        "found": _found(row),
        "ask": question(row["fact"]) if row["verdict"] == "unknown" else None,
    }


def question(fact: str | None) -> str | None:
    """The question of the screening that asks for a fact; none asks for what the case itself says."""
    asked = "birth_date" if fact == "age" else fact
    return asked if asked in questions.FACTS else None


def _found(row: Mapping[str, Any]) -> str:
    found = row["found"]
    if row["rule"] == "labels_any":
        for text, verdict in ((later("The person is: {}"), True), (later("Not known yet whether: {}"), None)):
            labels = [word("label", code) for code, met in found.items() if met is verdict]
            if labels:
                return _(text).format(needs.listed(labels))
        return _("The person is in none of these groups")
    if row["rule"] == "documents" and found is not None:
        lacking = [needs.document(each) for each in row["wants"] if each not in found]
        return _("Missing: {}").format(needs.listed(lacking)) if lacking else _("All are there")
    return f"{word('fact', row['fact'])}: {fact_text(row['fact'], found)}"


def criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    """{verdict, title, found} of one criterion of the rank."""
    name, found = row["criterion"], row["found"]
    return {"verdict": row["verdict"], "title": _(CRITERIA[name]), "found": _criterion(name, found)}


def _criterion(name: str, found: Any) -> str:
    match name:
        case "path":
            place = PATHS[found["place"]]
            return _(place).format(word("path", found["path"]))
        case "places_free":
            return f"{free(found['free'])}, {stated(found['days'])}"
        case "distance":
            return distance(found)
    yes, no, unknown = FLAGS[name]
    return _(unknown if found is None else yes if found else no)


def free(places: int) -> str:
    return (
        ngettext("{} place free", "{} places free", places).format(places) if places else _("No place free")
    )


def stated(days: int) -> str:
    """How long ago a partner said so."""
    if not days:
        return _("confirmed today")
    return ngettext("confirmed %(num)s day ago", "confirmed %(num)s days ago", days) % {"num": days}


def distance(found: Mapping[str, Any]) -> str:
    """{near, kilometres} from the centre."""
    match found["near"]:
        case "same_district":
            return _("in the district where the person was found")
        case "same_province":
            return _("in the centre's province")
    return _("about {} km from the centre").format(found["kilometres"])
