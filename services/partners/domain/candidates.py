"""A candidate as people see it: the reason for every rule of its programme, and what each criterion of the ranking
found. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.codes import sentences, statements
from services.codes.declines import DECLINE_EFFECTS, EFFECTS
from services.codes.registry import STALE_DAYS
from services.codes.rules import DECLINED, PATH_CLOSED, PLACES_FREE, RULES, finding, judge, steps
from services.codes.units import group_of
from services.kernel.envelope import moment
from services.kernel.questions import Json
from services.partners import answers
from services.partners.domain.offers import Level, Offer, levels
from services.partners.domain.ranking import (
    NEAR,
    PATH_PLACES,
    Ranking,
    Screened,
    distances,
    district_of,
    homes_of,
    in_force,
    open_facts,
    path_place,
    wishes_of,
)

NEAR_MOST = 2  # changes: what needs more is not near


def candidate(ranking: Ranking, position: int) -> answers.Candidate:
    """One candidate as people see it: the verdict with the reason for every rule of the programme, its partner and the
    network, and what each ranking criterion found, in their order. `because` says in Thai what the codes beside it say
    (see codes.rules.finding and `_criteria`)."""
    row, verdict, rank = ranking.standing(position)
    screened = ranking.screened
    no = in_force(row, screened, ranking.now)
    full = no if no and not EFFECTS[no["effect"]].rules_out else None
    declined = [_declined(no)] if no and not full else []
    reasons = [*declined, *reasons_of(row, screened, ranking.known)]
    lacks_place = full is not None or (row["places_known"] and not places_for(row, screened))
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
        "places_free": places_for(row, screened),
        "places_known": row["places_known"],
        "confirmed_at": row["confirmed_at"],
        "confidence": {
            "stated_at": row["confirmed_at"],
            "class": statements.statement_age(_days_since_stated(row, ranking)),
            "contradicted": row["contradicted"],
        },
        "reasons": reasons,
        "past": list(screened.past.get(row["programme_id"], ())),
        "settles": settles(reasons, screened) if verdict == "unknown" else [],
        "near_miss": near_misses(lacks_place, reasons, ranking.now),
        "criteria": [_shown(*each) for each in _criteria(ranking, position, full)],
    }


def places_for(row: Offer, screened: Screened) -> int:
    """How many are free for this person, where they are told apart."""
    who = group_of(screened.facts.get)
    return row["free"] if who is None else row["free_for"].get(who, row["free"])


def reasons_of(row: Offer, screened: Screened, known: Mapping[str, Json]) -> list[answers.Reason]:
    """What the screening closed, then the rules from the network's down to the programme's own."""
    reasons = list(_closed(row["path"], screened))
    for level, held in levels(row):
        rules = dict(held["rules"].items())
        for rule in RULES:
            if rule in rules:
                reasons.append(_reason(rule, rules[rule], level, held["rules_at"], screened, known))
    return reasons


def _declined(no: answers.DeclineInForce) -> answers.Reason:
    """What was said to this case before, while that rules the programme out."""
    wants = DECLINE_EFFECTS.word(no["effect"], "th")
    said = sentences.said_no(no["reason"], no["whose"], no["since"], no["until"], "th")
    return {
        "rule": DECLINED,
        "verdict": "not_met",
        "because": f"{wants} - {said}",
        "wants": no["effect"],
        "fact": None,
        "found": no,
        "inherited_from": None,
        "confirmed_at": None,
        "source": None,
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
                "inherited_from": None,
                "confirmed_at": None,
                "source": screened.source,
            }


def _reason(
    rule: str, value: Any, level: Level, confirmed_at: str, screened: Screened, known: Mapping[str, Json]
) -> answers.Reason:
    known_of_it = finding(rule, value, known)
    wants = sentences.rule_in_words(rule, value, "th")
    return {
        "rule": rule,
        "verdict": str(judge(rule, value, known)),
        "because": f"{wants} - {sentences.finding_in_words(rule, value, known_of_it, 'th')}",
        "wants": value,
        "fact": RULES[rule].fact,
        "found": known_of_it,
        "inherited_from": level,
        "confirmed_at": confirmed_at,
        "source": None if known_of_it is None else screened.source,
    }


def settles(reasons: Sequence[answers.Reason], screened: Screened) -> list[str]:
    """The facts that are still open and decide whether the place fits, each once."""
    unknown = [each for each in reasons if each["verdict"] == "unknown"]
    found = [fact for each in unknown for fact in open_facts(each["rule"], each["wants"], screened)]
    return list(dict.fromkeys(found))


def near_misses(full: bool, reasons: Sequence[answers.Reason], now: datetime) -> list[answers.NearMiss]:
    """The changes that would make the place fit, if there are at most NEAR_MOST and somebody could make each; []
    otherwise. `full`: no place is free for the person."""
    missing: list[answers.NearMiss] = []
    for each in reasons:
        if each["verdict"] != "not_met":
            continue
        wanted = _steps(each, now)
        if not wanted:
            return []
        missing += [_near(each["rule"], wants, each["found"]) for wants in wanted]
    if full:
        missing.append(_near(PLACES_FREE, 1, 0))
    distinct = {each["because"]: each for each in missing}  # two levels may ask for the same paper
    return list(distinct.values()) if len(distinct) <= NEAR_MOST else []


def _steps(reason: answers.Reason, now: datetime) -> list[Any]:
    rule = RULES.get(reason["rule"])
    if rule is None or rule.bends is None:
        return []
    said = statements.days_since(moment(reason["confirmed_at"]), now) if reason["confirmed_at"] else 0
    if rule.bends.anew and said <= STALE_DAYS["rules"]:
        return []
    return steps(rule.code, reason["wants"], reason["found"])


def _near(rule: str, wants: Any, actual: Any) -> answers.NearMiss:
    because = sentences.near_miss_in_words(rule, wants, "th")
    return {"rule": rule, "wants": wants, "found": actual, "because": because}


def _criteria(
    ranking: Ranking, position: int, full: answers.DeclineInForce | None
) -> Iterator[tuple[str, str, Any]]:
    """(name, verdict, what was found) in the order of `_sort_keys`; found is {path, place in PATH_PLACES}, {free, and
    `full`: that it said to this case that it has none},
    {days since that was said, contradicted}, {near in NEAR, kilometres from the centre's province}, {reason and time of
    the past answer, whose}, {lot}, or a flag, None if nobody knows."""
    row, screened = ranking.standing(position)[0], ranking.screened
    yield _path(row, screened)
    outside = not row["under_ministry"]
    yield "outside_ministry", _met(outside), outside
    yield _wish(row, screened)
    yield _home(row, screened)
    days = _days_since_stated(row, ranking)
    free = places_for(row, screened)
    met = "not_met" if full else _met(free > 0 if row["places_known"] else None)
    said = {"full": full} if full else {}
    yield "places_free", met, {"free": free, "days": days, "known": row["places_known"], **said}
    fresh = statements.statement_age(days) == "fresh" and not row["contradicted"]
    yield "freshness", _met(fresh), {"days": days, "contradicted": row["contradicted"]}
    near, kilometres = distances(screened.centre)
    number = int(row["province"])
    same_district = row["subdistrict"] is not None and district_of(screened) == int(row["subdistrict"][:4])
    nearness = "same_district" if same_district else NEAR[int(near[number])]
    found = {"near": nearness, "kilometres": int(kilometres[number])}
    yield "distance", _met(nearness in ("same_district", "same_province")), found
    yield _past(row, screened)
    yield "draw", "met", {"lot": int(ranking.lots[ranking.order[position]])}


def criteria_of_person(offer: Offer, screened: Screened, days: int, lot: int) -> list[answers.Criterion]:
    """The same of a person for a place, in the order of waiting.queue: who has waited `days` longest comes first."""
    found = (
        _path(offer, screened), _wish(offer, screened), _home(offer, screened), _past(offer, screened),
        ("waiting", "met", {"days": days}), ("draw", "met", {"lot": lot}),
    )  # fmt: skip
    return [_shown(*each) for each in found]


def _shown(name: str, met: str, finding: Any) -> answers.Criterion:
    return {
        "criterion": name,
        "verdict": met,
        "because": sentences.criterion_in_words(name, finding, "th"),
        "found": finding,
    }


def _path(row: Offer, screened: Screened) -> tuple[str, str, Any]:
    place = PATH_PLACES[path_place(row["path"], screened)]
    found = {"path": row["path"], "place": place}
    if screened.leading:
        return "path", _met(place == "lead"), found
    return "screened_path", _met(place == "screened"), found


def _wish(row: Offer, screened: Screened) -> tuple[str, str, Any]:
    wishes = wishes_of(screened)
    wished = row["path"] in wishes if wishes else None
    return "wish", _met(wished), wished


def _home(row: Offer, screened: Screened) -> tuple[str, str, Any]:
    homes = homes_of(screened)
    home = row["province"] in homes if homes else None
    return "home_province", _met(home), home


def _past(row: Offer, screened: Screened) -> tuple[str, str, Any]:
    past = screened.declined.get(row["programme_id"])
    return "past_answer", _met(past is None), past and {
        "reason": past["reason"], "whose": past.get("whose", "partner"), "at": past["at"],
    }  # fmt: skip


def _days_since_stated(row: Offer, ranking: Ranking) -> int:
    return statements.days_since(moment(row["confirmed_at"]), ranking.now)


def _met(met: bool | None) -> str:
    return "unknown" if met is None else "met" if met else "not_met"
