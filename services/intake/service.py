"""Intake's doors. Each parses, hands over one command or question, and answers."""

from collections.abc import Sequence
from datetime import timedelta

import orjson
from sqlalchemy import Connection, RowMapping

from services.codes.access import CASE_READERS, READERS, STAFF
from services.codes.acts import case_acts
from services.codes.coarse import coarse
from services.codes.decisions import PERSON_DIED
from services.intake import (
    answers,
    bodies,
    closing,
    consenting,
    erasing,
    handlers,
    schemas,
    searching,
    transferring,
)
from services.intake.domain.case import (
    CARRIED_OVER,
    CASE,
    TAKEN_OVER,
    AssignCase,
    OpenCase,
    RecordCall,
)
from services.intake.domain.person import (
    PERSON,
    CorrectPerson,
    Description,
    IdentifyPerson,
    differing,
    doubts,
)
from services.intake.domain.returning import Episode
from services.intake.events import CaseOpened
from services.intake.projections import (
    accesses,
    cases,
    closings,
    consents,
    contradictions,
    descriptions,
    elsewhere,
    episodes,
    erasures,
    hands,
    index,
    marks,
    numbers,
    outreach,
    paths,
    public,
    terms,
    transfers,
    worklist,
)
from services.intake.projections.work import WORK, list_open
from services.kernel import owners
from services.kernel.doors import Call, Runtime, command, query
from services.kernel.envelope import instant, moment
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.eventlog import Outcome, Unit
from services.kernel.wiring import Reaction, Wiring
from services.thai import dates, idcard

WIRING = Wiring(
    service="intake",
    aggregates=(CASE, PERSON),
    projections=(
        owners.OWNERS,
        cases.CASES,
        numbers.NUMBERS,
        paths.PATHS,
        closings.CLOSINGS,
        erasures.ERASURES,
        WORK,
        descriptions.DESCRIPTIONS,
        outreach.OUTREACH,
        consents.CONSENTS,
        episodes.EPISODES,
        elsewhere.ELSEWHERE,
        transfers.TRANSFERS,
        terms.TERMS,
    ),
    hears={
        "screening": {
            type: () for type in ("ScreeningCompleted", "RulesAdopted", *marks.PLAN_FACTS, *marks.CARE_FACTS)
        },
        "referral": {
            **{
                type: ()
                for type in (
                    *cases.REFERRAL_STEPS,
                    *marks.REFERRAL_FACTS,
                    marks.ATTEMPT,
                    *marks.STAY_FACTS,
                    *episodes.FACTS,
                )
            },
            "ReferralSent": (Reaction(schemas.ReferralSent(), handlers.when_referral_sent),),
        },
        "partners": {type: () for type in (*marks.PLACE_FACTS, *marks.PROGRAMME_FACTS, *outreach.FACTS)},
    },
    timers=handlers.timers,
    when_due=handlers.when_due,
    look_up_due=elsewhere.list_for_deadlines,
    tables=index.TABLES,
    stays=index.STAYS,
    erases=True,
    invariants=cases.invariants,
    keeps=coarse,
)

SAME = "same_identifier"  # of codes.search.KNOWN_BY and codes.following.RETURNED_BY: it is the same person
ACCESS_DAYS = 30  # an administrator looks back this far


class IntakeService(
    closing.Closing, searching.Searching, consenting.Consenting, erasing.Erasing, transferring.Transferring
):
    name = "intake"
    runtime = Runtime(WIRING, after_start=searching.finish)

    @command("case.open", roles=STAFF, schema=schemas.OpenCase())
    def open_case(self, call: Call, body: bodies.OpenCase) -> Outcome[answers.NewCase]:
        centre, found, day = body["centre"], body["found"], dates.bangkok_day(call.at)
        if not call.caller.sees(centre):
            raise Forbidden("A case is opened by a centre's own staff.")
        self._require_origin(call, centre, body["outreach_id"])
        case_id, person_id, person = call.new_id("case"), call.new_id("person"), Description(**body["person"])
        self.runtime.ensure_key(call, person_id)
        known = self._acquaintances(body["person"], [centre])
        same = [each["case_id"] for each in known if SAME in each["because"]]
        abroad = self._placed_elsewhere(person, centre, day)

        def work(unit: Unit) -> answers.NewCase:
            number = numbers.take_number(unit.db, centre, dates.budget_year(day))
            opening = OpenCase(
                case_id, number, centre, person_id, body["channel"], body["danger"], person, day,
                found["subdistrict"], found["place"], body["note"], body["outreach_id"],
            )  # fmt: skip
            [opened] = unit.handle(CASE, case_id, opening)
            assert isinstance(opened, CaseOpened)
            unit.handle(PERSON, person_id, IdentifyPerson(person_id, case_id, person, day))
            self._index(unit, case_id, person_id, person)
            self._note_return(unit, case_id, same, day, SAME, abroad)
            return {
                "case_id": case_id,
                "case_number": number,
                "version": unit.version(CASE, case_id),
                "warnings": [*opened.warnings, *([searching.MAYBE_KNOWN] if known else [])],
                "maybe_known": known,
            }

        return self.runtime.execute(call.envelope(centre), work)

    @command("case.assign", roles=(*STAFF, "admin"), schema=schemas.AssignCases())
    def assign(self, call: Call, body: bodies.AssignCases) -> Outcome[answers.Assignment]:
        """Somebody else answers for some cases of a centre; staff who name themselves take them over."""
        staff, to_user, from_user = call.caller.role in STAFF, body["to_user"], body["from_user"]
        if staff and from_user is not None:
            raise Invalid({"from_user": ["An administrator says whose cases these were, nobody else."]})
        known = self.runtime.read(lambda db: cases.get_centres(db, body["case_ids"]))
        if not all(case_id in known and call.caller.sees(known[case_id]) for case_id in body["case_ids"]):
            raise NotFound("case")
        if len(set(known.values())) > 1:
            raise Invalid({"case_ids": ["These are cases of several centres."]})
        taken = staff and to_user == call.caller.user
        reason = TAKEN_OVER if taken else body["reason"]

        def work(unit: Unit) -> answers.Assignment:
            decided = [
                unit.handle(CASE, case_id, AssignCase(case_id, to_user, reason, from_user, taken))
                for case_id in sorted(known)
            ]
            return {"assigned": sum(map(bool, decided))}

        [centre] = set(known.values())
        return self.runtime.execute(call.envelope(centre), work)

    @command("case.carry_over", roles=("system",), schema=schemas.CarryOver())
    def carry_over(self, call: Call, body: bodies.CarryOver) -> Outcome[answers.Assignment]:
        """A hand-over that the front door of an earlier version kept to itself; what was said here since stands."""
        case_id, row = body["case_id"], self._own(call, body["case_id"])
        change = AssignCase(case_id, body["to_user"], CARRIED_OVER, body["from_user"], body["taken"])

        def work(unit: Unit) -> answers.Assignment:
            return {"assigned": len(unit.handle(CASE, case_id, change))}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @query("case.work", roles=CASE_READERS, schema=schemas.ListWork())
    def work(self, call: Call, body: bodies.ListWork) -> answers.Work:
        """Every open case once, each with its one next step, in the order to do them."""
        centres, today = self._centres(call, body["centre"]), dates.bangkok_day(call.now).isoformat()
        return self.runtime.read(lambda db: worklist.get(db, centres, body, call.caller, today))

    @query("case.contradictions", roles=("director", "admin"), schema=schemas.NoFields())
    def contradictions(self, call: Call, body: bodies.NoFields) -> answers.Contradictions:
        """What does not go together at the moment in the caller's centres; nothing of a person."""
        centres = self._centres(call, None)
        return {"items": self.runtime.read(lambda db: contradictions.list_contradictions(db, centres))}

    @command("case.call", roles=STAFF, schema=schemas.OfCase())
    def called(self, call: Call, body: bodies.OfCase) -> Outcome[answers.Call]:
        """Somebody called for the next step of a case, and nobody answered."""
        row, case_id = self._own(call, body["case_id"]), body["case_id"]
        step = self.runtime.read(lambda db: list_open(db, None, case_id=case_id))
        asked = RecordCall(case_id, call.new_id("call"), step[0].next if step else "")

        def work(unit: Unit) -> answers.Call:
            if row["died"]:
                raise Refused("person_died", PERSON_DIED)
            unit.handle(CASE, case_id, asked)
            return {"called": len(unit.state(CASE, case_id).calls)}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @query("case.assign", roles=STAFF, schema=schemas.ListToTakeOver())
    def to_take_over(self, call: Call, body: bodies.ListToTakeOver) -> answers.CasesToTakeOver:
        """Cases that wait for the caller to take them over, the oldest first."""
        return {
            "items": self.runtime.read(lambda db: hands.list_to_take_over(db, call.caller, body["limit"]))
        }

    @command("person.correct", roles=STAFF, schema=schemas.CorrectPerson())
    def correct_person(self, call: Call, body: bodies.CorrectPerson) -> Outcome[answers.Correction]:
        """What is known of the person is told anew, with the reason. The version is the person's own, not the
        case's."""
        row, day = self._own(call, body["case_id"]), dates.bangkok_day(call.at)
        person = Description(**body["person"])
        done = self.runtime.log.is_done(
            call.command_id
        )  # then it has its answer, though nothing may be known any more
        changed = [] if done else differing(self._description(row), person)
        same, abroad = self._came_before(body["person"], row) if "national_id" in changed else ([], None)
        correction = CorrectPerson(
            row["person_id"], row["case_id"], person, day, body["reason"], changed, body["note"]
        )

        def work(unit: Unit) -> answers.Correction:
            if unit.handle(PERSON, correction.person_id, correction, call.if_match):
                self._index(unit, correction.case_id, correction.person_id, person)
                came = dates.bangkok_day(moment(row["opened"]))
                self._note_return(unit, correction.case_id, same, came, SAME, abroad)
            version = unit.version(PERSON, correction.person_id)
            return {"version": version, "changed": changed, "warnings": doubts(person)}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    def _came_before(self, person: bodies.Person, row: RowMapping) -> tuple[list[str], Episode | None]:
        """The centre's other cases of whoever has this identity number, and the placement by another centre that was
        over last when the case was opened."""
        known = [each for each in self._acquaintances(person, [row["centre"]]) if SAME in each["because"]]
        came = dates.bangkok_day(moment(row["opened"]))
        abroad = self._placed_elsewhere(Description(**person), row["centre"], came)
        return [each["case_id"] for each in known if each["case_id"] != row["case_id"]], abroad

    @query("person.correct", roles=STAFF, schema=schemas.OfCase())
    def person(self, call: Call, body: bodies.OfCase) -> answers.DescribedPerson:
        """What is known of a case's person, whole, as whoever corrects it needs it: with the identity number."""
        row = self._own(call, body["case_id"])
        self._note_access(call, accesses.IDENTIFIERS, [row])
        return {"version": row["person_version"], "person": descriptions.described(self._description(row))}

    @query("person.correct", roles=STAFF, schema=schemas.OfCase())
    def corrections(self, call: Call, body: bodies.OfCase) -> answers.PersonCorrections:
        """What was known of a case's person before and after each correction, for whoever may correct it."""
        row = self._own(call, body["case_id"])
        told = self.runtime.read(lambda db: descriptions.list_descriptions(db, row["person_id"]))
        self._note_access(call, "corrections", [row])
        known = [self._as_known(each) for each in told]
        items = [
            descriptions.correction(each, self._unseal(each, "note")[0], before, after)
            for each, before, after in zip(told[1:], known, known[1:], strict=False)
        ]
        return {"items": items[::-1]}

    @query("case.read", roles=CASE_READERS, schema=schemas.AgeOn())
    def age(self, call: Call, body: bodies.AgeOn) -> answers.AgeOn:
        """How old a case's person is on a day, in full years, for who decides something on it. The birth date itself is
        not told, and stands nowhere else; of an erased person nothing is known."""
        row = self._own(call, body["case_id"])
        birth, erased = self._unseal(row, "birth_date")
        if erased:
            return {"age": None}
        try:
            age = dates.age_range(body["day"], birth=birth) if birth else None
        except dates.DateError:
            age = None  # a day before the birth
        return {"age": age or orjson.loads(row["age"])}

    @query("case.read", roles=READERS, schema=schemas.ReadCase())
    def case(self, call: Call, body: bodies.ReadCase) -> answers.Case | answers.CaseOutline:
        """The case with its person; who may not see cases is told its outline."""
        row = self._own(call, body["case_id"])
        if call.caller.role not in CASE_READERS:
            return self._outlines([row])[0]
        answer = public.case(row)
        answer["outreach_id"] = self.runtime.read(lambda db: outreach.get_origin(db, row["case_id"]))
        (here, moved), abroad = self.runtime.read(
            lambda db: (episodes.list_returns(db, row["case_id"]), elsewhere.get(db, row["case_id"]))
        )
        answer["returns"] = here
        answer["elsewhere"] = {**abroad, "before": [*abroad["before"], *moved]}
        if call.caller.role in STAFF:
            identifiers = body["show"] is not None
            self._note_access(call, accesses.IDENTIFIERS if identifiers else "names", [row])
            self._name_person(answer["person"], row, identifiers)
            answer["may"] = case_acts(row["status"], answer["person"]["erased"] or row["died"])
            answer["found"] = {"district": row["district"], "subdistrict": self._subdistrict(row)}
        return answer

    @query("case.list", roles=READERS, schema=schemas.ListCases())
    def cases(self, call: Call, body: bodies.ListCases) -> answers.Cases | answers.CaseOutlines:
        chosen = self._centres(call, body["centre"])

        def find(db: Connection) -> tuple[list[RowMapping], str | None]:
            wanted = cases.CaseFilter(
                chosen, body["status"], body["q"], body["case_ids"], body["outreach_id"]
            )
            return cases.list_cases(db, wanted, body["limit"], body["cursor"])

        rows, following = self.runtime.read(find)
        if call.caller.role not in CASE_READERS:
            return {"items": self._outlines(rows), "next": following}
        items = [public.case(row) for row in rows]
        if call.caller.role in STAFF:
            self._note_access(call, "listed", rows)
            self.runtime.vault.preload(row["person_id"] for row in rows)
            for item, row in zip(items, rows, strict=True):
                name, erased = self._unseal(row, "name")
                item["may"] = case_acts(row["status"], erased or row["died"])
                item["person"]["name"], item["person"]["erased"] = (
                    descriptions.shown_name(row, name, erased),
                    erased,
                )
        return {"items": items, "next": following}

    @query("case.list", roles=READERS, schema=schemas.NoFields())
    def counts(self, call: Call, body: bodies.NoFields) -> dict[str, int]:
        """{status: cases} of the caller's centres."""
        return self.runtime.read(lambda db: cases.get_counts(db, self._centres(call, None)))

    @query("user.hand_over", roles=("admin",), schema=schemas.OfUser())
    def in_hands(self, call: Call, body: bodies.OfUser) -> answers.CasesInHands:
        """Cases that are in a user's hands, or wait for them, ids only, the oldest first."""
        centres = self._centres(call, None)
        return {"items": self.runtime.read(lambda db: hands.list_in_hands(db, body["user"], centres))}

    @query("user.hand_over", roles=("system",), schema=schemas.OfCases())
    def answerable(self, call: Call, body: bodies.OfCases) -> answers.AnswerableCases:
        """Who answers for cases, and their numbers: for whoever tells people what changed."""
        return {"items": self.runtime.read(lambda db: hands.list_answerable(db, body["case_ids"]))}

    @query("user.accesses", roles=("admin",), schema=schemas.Accesses())
    def accesses(self, call: Call, body: bodies.Accesses) -> answers.Accesses:
        """How often a user read people's personal fields in the last days, and when identifiers, in which centre; never
        whose."""
        centres = self._centres(call, None)
        since = instant(call.now - timedelta(days=ACCESS_DAYS))
        counts, items = self.runtime.read(
            lambda db: accesses.list_accesses(db, body["user"], centres, since, body["limit"])
        )
        return {"days": ACCESS_DAYS, "counts": counts, "items": items}

    def _outlines(self, rows: Sequence[RowMapping]) -> list[answers.CaseOutline]:
        """Number, centre, status, dates and kind of path of cases: nothing of the person."""
        kinds = self.runtime.read(lambda db: paths.get_kinds(db, [row["case_id"] for row in rows]))
        return [public.outline(row, kinds.get(row["case_id"])) for row in rows]

    def _description(self, row: RowMapping) -> Description:
        sealed = {field: self._unseal(row, field) for field in ("name", "national_id", "birth_date")}
        if any(erased for _, erased in sealed.values()):
            raise Refused("erased", "The person's data was erased.")
        known = {field: value for field, (value, _) in sealed.items()}
        band = None if known["birth_date"] else row["age_band"]  # else it only says the birth date's decade
        codes = {name: row[name] for name in ("identity_status", "sex", "nationality")}
        return Description(**codes, domicile=orjson.loads(row["domicile"]), age_band=band, **known)

    def _name_person(self, person: answers.Person, row: RowMapping, identifiers: bool) -> None:
        """Add what only the centre's own staff see of a person; the number masked unless `identifiers`."""
        name, name_erased = self._unseal(row, "name")
        number, number_erased = self._unseal(row, "national_id")
        person["birth_date"], birth_erased = self._unseal(row, "birth_date")
        person["place"], place_erased = self._unseal(row, "place")
        person["note"], note_erased = self._unseal(row, "note")
        person["erased"] = any((name_erased, number_erased, birth_erased, place_erased, note_erased))
        person["name"] = descriptions.shown_name(row, name, person["erased"])
        person["national_id"] = idcard.mask(number) if number and not identifiers else number
        person["age"] = orjson.loads(row["age"])
