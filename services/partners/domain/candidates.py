"""A candidate as people see it: the reason for every rule of its programme, and what each criterion of the ranking
found. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.codes import sentences, statements
from services.codes.rules import PATH_CLOSED, RULES, finding, judge
from services.kernel.envelope import moment
from services.partners import answers
from services.partners.domain.ranking import (
    NEAR,
    PATH_PLACES,
    Offer,
    Ranking,
    Screened,
    distances,
    district_of,
    homes_of,
    path_place,
    wishes_of,
)


def candidate(ranking: Ranking, position: int) -> answers.Candidate:
    """One candidate as people see it: the verdict with the reason for every rule of the programme, and what each
    ranking criterion found, in their order. `because` says in Thai what the codes beside it say (see
    codes.rules.finding and `_criteria`)."""
    row, verdict, rank = ranking.standing(position)
    return {
        "programme_id": row["programme_id"],
        "partner_id": row["partner_id"],
        "partner": row["partner"],
        "programme": row["name"],
        "path": row["path"],
        "kind": row["kind"],
        "outside_ministry": not row["under_ministry"],
        "province": row["province"],
        "subdistrict": row["subdistrict"],
        "verdict": verdict,
        "rank": rank,
        "places_free": row["free"],
        "confirmed_at": row["confirmed_at"],
        "confidence": {
            "stated_at": row["confirmed_at"],
            "class": statements.statement_age(_days_since_stated(row, ranking)),
            "contradicted": row["contradicted"],
        },
        "reasons": [
            *_closed(row["path"], ranking.screened),
            *(_reason(rule, row["rules"][rule], ranking.known) for rule in RULES if rule in row["rules"]),
        ],
        "past": [past] if (past := ranking.screened.declined.get(row["programme_id"])) else [],
        "criteria": [
            {
                "criterion": name,
                "verdict": met,
                "because": sentences.criterion_in_words(name, found, "th"),
                "found": found,
            }
            for name, met, found in _criteria(ranking, row)
        ],
    }


def _closed(path: str, screened: Screened) -> Iterator[answers.Reason]:
    for each in screened.closed:
        if each["path"] == path:
            found: answers.ClosedPath = {"because": each["because"], "never": each["never"]}
            yield {
                "rule": PATH_CLOSED,
                "verdict": "not_met",
                "because": sentences.closed_in_words(
                    (each["because"] or answers.Text(th="", en=""))["th"], each["never"], "th"
                ),
                "wants": path,
                "fact": None,
                "found": found,
            }


def _reason(rule: str, value: Any, known: Mapping[str, Any]) -> answers.Reason:
    known_of_it = finding(rule, value, known)
    wants = sentences.rule_in_words(rule, value, "th")
    return {
        "rule": rule,
        "verdict": str(judge(rule, value, known)),
        "because": f"{wants} - {sentences.finding_in_words(rule, value, known_of_it, 'th')}",
        "wants": value,
        "fact": RULES[rule].fact,
        "found": known_of_it,
    }


def _criteria(ranking: Ranking, row: Offer) -> Iterator[tuple[str, str, Any]]:
    """(name, verdict, what was found) in the order of `_sort_keys`; found is {path, place in PATH_PLACES}, {free},
    {days since that was said, contradicted}, {near in NEAR, kilometres from the centre's province}, {reason and time of
    the past answer}, {number in the order of offering}, or a flag, None if nobody knows."""
    screened = ranking.screened
    path, wishes, homes = row["path"], wishes_of(screened), homes_of(screened)
    place = PATH_PLACES[path_place(path, screened)]
    if screened.leading:
        yield "path", _met(place == "lead"), {"path": path, "place": place}
    else:
        yield "screened_path", _met(place == "screened"), {"path": path, "place": place}
    outside = not row["under_ministry"]
    yield "outside_ministry", _met(outside), outside
    wished = path in wishes if wishes else None
    yield "wish", _met(wished), wished
    home = row["province"] in homes if homes else None
    yield "home_province", _met(home), home
    days = _days_since_stated(row, ranking)
    yield "places_free", _met(row["free"] > 0), {"free": row["free"], "days": days}
    fresh = statements.statement_age(days) == "fresh" and not row["contradicted"]
    yield "freshness", _met(fresh), {"days": days, "contradicted": row["contradicted"]}
    near, kilometres = distances(screened.centre)
    number = int(row["province"])
    same_district = row["subdistrict"] is not None and district_of(screened) == int(row["subdistrict"][:4])
    nearness = "same_district" if same_district else NEAR[int(near[number])]
    found = {"near": nearness, "kilometres": int(kilometres[number])}
    yield "distance", _met(nearness in ("same_district", "same_province")), found
    past = screened.declined.get(row["programme_id"])
    yield "past_answer", _met(past is None), past and {"reason": past["reason"], "at": past["at"]}
    yield "offered", "met", {"number": ranking.registry.index[row["programme_id"]] + 1}


def _days_since_stated(row: Offer, ranking: Ranking) -> int:
    return statements.days_since(moment(row["confirmed_at"]), ranking.now)


def _met(met: bool | None) -> str:
    return "unknown" if met is None else "met" if met else "not_met"
