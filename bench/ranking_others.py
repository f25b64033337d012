"""The question of bench.ranking asked in other ways: a loop over the programmes, and SQL on PostgreSQL, where each
programme's rules are judged by the database. Both find the same counts, and reasons or rows of the first."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import orjson
import psycopg2
from psycopg2.extras import execute_values

from services.codes.rules import RULES, judge
from services.codes.situation import COMMUNICABLE, DOCUMENTS
from services.partners.domain import candidates, draw, ranking
from services.partners.domain.offers import Offer, Registry, levels
from services.partners.events import Counts
from services.thai import areas, dates

WORST = {"met": 0, "unknown": 1, "not_met": 2}


def plain_loop(registry: Registry, screened: ranking.Screened, now: datetime, page: int) -> Counts:
    """Every rule of every programme judged, one after the other, and all sorted."""
    known = ranking.known_of(screened, dates.bangkok_day(now))
    counts = [0, 0, 0]
    keys = []
    for number, row in enumerate(registry.rows):
        found = [
            WORST[judge(rule, value, known)]
            for _, held in levels(row)
            for rule, value in held["rules"].items()
        ]
        verdict = max(found, default=0)
        counts[verdict] += 1
        keys.append((verdict, *_criteria(row, screened, now), draw.number(row["programme_id"]), number))
    keys.sort()
    for *_, number in keys[:page]:
        candidates.reasons_of(registry.rows[number], screened, known)
    return Counts(eligible=counts[0], unknown=counts[1], ineligible=counts[2])


def _criteria(row: Offer, screened: ranking.Screened, now: datetime) -> tuple[int, ...]:
    near, kilometres = ranking.distances(screened.centre)
    province = int(row["province"])
    return (
        ranking.path_place(row["path"], screened),
        int(row["under_ministry"]),
        int(row["path"] not in ranking.wishes_of(screened)),
        int(row["province"] not in ranking.homes_of(screened)),
        int(row["free"] == 0),
        int(near[province]),
        int(kilometres[province]),
    )


def sql(url: str, registry: Registry) -> Callable[[ranking.Screened, date, int], Counts]:
    """Fills a table and gives the question."""
    connection = psycopg2.connect(url)
    cursor = connection.cursor()
    cursor.execute(
        "CREATE TABLE programme (number int PRIMARY KEY, path text, under_ministry bool, province text, "
        "free int, confirmed_at text, programme jsonb, organisation jsonb, network jsonb)"
    )
    cursor.execute("CREATE TABLE away (centre text, province text, near int, kilometres int)")
    rows = [
        (
            number, row["path"], row["under_ministry"], row["province"], row["free"], row["confirmed_at"],
            orjson.dumps(row["rules"]).decode(),
            *(orjson.dumps(_of(row, level)).decode() for level in ("organisation", "network")),
        )
        for number, row in enumerate(registry.rows)
    ]  # fmt: skip
    execute_values(cursor, "INSERT INTO programme VALUES %s", rows, page_size=5000)
    for centre in areas.provinces():
        near, kilometres = ranking.distances(centre.code)
        away = [
            (centre.code, each.code, int(near[int(each.code)]), int(kilometres[int(each.code)]))
            for each in areas.provinces()
        ]
        execute_values(cursor, "INSERT INTO away VALUES %s", away)
    connection.commit()
    cursor.execute("ANALYZE")
    connection.commit()

    def ask(screened: ranking.Screened, day: date, page: int) -> Counts:
        verdict = " , ".join(
            _verdict(level, screened, day) for level in ("programme", "organisation", "network")
        )
        cursor.execute(
            f"WITH judged AS (SELECT *, GREATEST({verdict}) AS verdict FROM programme), "  # noqa: S608
            "counts AS (SELECT count(*) FILTER (WHERE verdict = 0), count(*) FILTER (WHERE verdict = 1), "
            "count(*) FILTER (WHERE verdict = 2) FROM judged), "
            "first AS (SELECT j.* FROM judged j JOIN away a ON a.centre = %s AND a.province = j.province "
            "ORDER BY verdict, CASE WHEN path = %s THEN 0 WHEN path = ANY(%s) THEN 1 ELSE 2 END, under_ministry, "
            "path <> ALL(%s), j.province <> ALL(%s), free = 0, a.near, a.kilometres, md5(%s || number) LIMIT %s) "
            "SELECT counts.*, (SELECT count(*) FROM first) FROM counts",
            (
                screened.centre, screened.paths[0], list(screened.paths), list(ranking.wishes_of(screened)),
                sorted(ranking.homes_of(screened)), screened.draw, page,
            ),
        )  # fmt: skip
        [(eligible, unknown, ineligible, _)] = cursor.fetchall()
        return Counts(eligible=eligible, unknown=unknown, ineligible=ineligible)

    return ask


def _of(row: Offer, level: Any) -> Any:
    held = row["inherited"].get(level)
    return held["rules"] if held else {}


def _verdict(level: str, screened: ranking.Screened, day: date) -> str:
    """The worst verdict of one level's rules for one person, as SQL."""
    known = ranking.known_of(screened, day)
    parts = [
        f"CASE WHEN NOT jsonb_exists({level}, '{rule}') THEN 0 ELSE {_rule(level, rule, known)} END"
        for rule in RULES
    ]
    return f"GREATEST({', '.join(parts)})"


def _rule(level: str, rule: str, known: Any) -> str:
    about = RULES[rule]
    value, found = f"{level}->'{rule}'", known.get(about.fact) if about.fact else None
    number = f"({level}->>'{rule}')::int"
    match about.shape:
        case "labels":
            met = [name[6:] for name, is_met in known.items() if name.startswith("label:") and is_met]
            decided = [name[6:] for name in known if name.startswith("label:")]
            every = f"(SELECT bool_and(e = ANY({_array(decided)})) FROM jsonb_array_elements_text({value}) e)"  # noqa: S608
            return f"CASE WHEN jsonb_exists_any({value}, {_array(met)}) THEN 0 WHEN {every} THEN 2 ELSE 1 END"
        case "excludes":
            return f"CASE WHEN ({value})::bool THEN 0 ELSE {_flag(found, False)} END"
        case "requires":
            return f"CASE WHEN ({value})::bool THEN {_flag(found, True)} ELSE 0 END"
        case "up_to":
            order = f"array_position({_array(list(COMMUNICABLE)[:3])}, {level}->>'{rule}')"
            untreated = f"{level}->>'{rule}' = 'untreated'"
            place = "NULL" if found is None else str(list(COMMUNICABLE).index(found) + 1)
            return f"CASE WHEN {untreated} THEN 0 WHEN {place} IS NULL THEN 1 WHEN {place} <= {order} THEN 0 ELSE 2 END"
    if found is None or found == "unknown":
        return "1"
    match about.shape:
        case "at_least":
            return f"CASE WHEN {number} <= {found['min']} THEN 0 WHEN {number} > {found['max']} THEN 2 ELSE 1 END"
        case "at_most" if about.fact == "age":
            return f"CASE WHEN {number} >= {found['max']} THEN 0 WHEN {number} < {found['min']} THEN 2 ELSE 1 END"
        case "at_most":
            return f"CASE WHEN {found} <= {number} THEN 0 ELSE 2 END"
        case "one_of":
            return f"CASE WHEN jsonb_exists({value}, '{found}') THEN 0 ELSE 2 END"
        case "any_of":
            has = " OR ".join(f"{value} @> '{each}'" for each in found) or "false"
            return f"CASE WHEN {has} THEN 0 ELSE 2 END"
        case "home":
            return _home(value, found)
    missing = [each for each in DOCUMENTS if each not in found]
    others = (
        f"(SELECT bool_or(e <> ALL({_array(list(DOCUMENTS))})) FROM jsonb_array_elements_text({value}) e)"  # noqa: S608
    )
    return f"CASE WHEN jsonb_exists_any({value}, {_array(missing)}) THEN 2 WHEN {others} THEN 1 ELSE 0 END"


def _home(value: str, homes: Any) -> str:
    """Only homes on grounds that the rule accepts speak; in this bench none is where somebody was found."""

    def speaks(each: Any) -> str:
        return f"(NOT jsonb_exists({value}, 'bases') OR jsonb_exists({value}->'bases', '{each['basis']}'))"

    met = " OR ".join(
        f"({speaks(each)} AND jsonb_exists({value}->'provinces', '{each['province']}'))" for each in homes
    )
    any_speaks = " OR ".join(speaks(each) for each in homes)
    return f"CASE WHEN NOT ({any_speaks}) THEN 1 WHEN {met} THEN 0 ELSE 2 END"


def _array(texts: list[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{text}'" for text in texts) + "]::text[]"


def _flag(found: Any, wanted: bool) -> str:
    return "1" if found is None else "0" if found is wanted else "2"
