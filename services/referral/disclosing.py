"""The doors of what a partner is told of a person: before anybody is sent, when it is told, and what it was told."""

from dataclasses import replace

from sqlalchemy import RowMapping

from services.codes.access import STAFF
from services.codes.decisions import PERSON_DIED
from services.kernel import scope
from services.kernel.doors import Call, command, query
from services.kernel.envelope import derived_id
from services.kernel.errors import NotFound, Refused
from services.kernel.eventlog import Outcome, Unit
from services.referral import answers, bodies, reading, schemas
from services.referral.domain.commands import DiscloseFacts, OpenDisclosure
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.words import OVER, Status
from services.referral.projections import consents, referrals, upstream

BY_ACCOUNT = "system"  # of codes.TELLING: the partner signs in, or its system does


def give(unit: Unit, referral: RowMapping, how: str, expected: int | None = None) -> answers.DisclosedCodes:
    """The partner is given what it may know of the person in one of the ways of codes.TELLING, which is noted."""
    if consents.is_data_refused(unit.db, referral["case_id"]):
        raise Refused("consent_refused", "The person does not want data to be given to others.")
    programme_id = referral["programme_id"]
    # Of a return to the family there is nobody to be told.
    codes = upstream.get_disclosable(unit.db, referral["case_id"], programme_id) if programme_id else {}
    told = DiscloseFacts(how, tuple(name for name in codes if codes[name] is not None))
    unit.handle(REFERRAL, referral["referral_id"], told, expected=expected)
    return codes


class Disclosing(reading.Reading):
    @query("referral.disclose", roles=STAFF, schema=schemas.OfProgramme())
    def would_disclose(self, call: Call, body: bodies.OfProgramme) -> answers.DisclosedCodes:
        """What the partner of a programme would be told of a case's person, before consent is asked: {name: code}."""
        case_id, programme_id = body["case_id"], body["programme_id"]
        case = self.runtime.get_or_pull(lambda db: upstream.get_case(db, case_id), "intake")
        if not call.caller.sees(case.centre):
            raise NotFound("case")
        self.runtime.get_or_pull(lambda db: upstream.get_programme(db, programme_id), "partners")
        return self._disclosable(case_id, programme_id)

    @command("referral.disclose", roles=STAFF, schema=schemas.Disclose())
    def disclose(self, call: Call, body: bodies.Disclose) -> Outcome[answers.Disclosed]:
        """The partner is given what it may know of the person, and that is noted."""
        self.runtime.catch_up("intake")  # a consent may have been taken back a moment ago
        referral = self._own(call, body["referral_id"])

        def work(unit: Unit) -> answers.Disclosed:
            if referrals.list_died(unit.db, [referral["case_id"]]):
                raise Refused("person_died", PERSON_DIED)
            codes = give(unit, referral, body["how"], call.if_match)
            return {"disclosed": codes, "version": unit.version(REFERRAL, referral["referral_id"])}

        return self.runtime.execute(call.envelope(referral["centre"]), work)

    @command("referral.open", roles=("partner",), schema=schemas.Disclose())
    def open_disclosure(self, call: Call, body: bodies.Disclose) -> Outcome[answers.ReferralStatus]:
        """The partner opens what it was given; that it did is noted once for each time it was given something."""
        referral = self._own(call, body["referral_id"])

        def work(unit: Unit) -> answers.ReferralStatus:
            unit.handle(REFERRAL, referral["referral_id"], OpenDisclosure(body["how"]))
            state = unit.state(REFERRAL, referral["referral_id"])
            return {"status": state.status.value, "version": unit.version(REFERRAL, referral["referral_id"])}

        return self.runtime.execute(call.envelope(referral["centre"]), work)

    @query("referral.disclose", roles=STAFF, schema=schemas.ReadReferral())
    def disclosable(self, call: Call, body: bodies.ReadReferral) -> answers.DisclosedCodes:
        """What the partner of a referral would be told of the person now: {name: code}."""
        return self._of(self._own(call, body["referral_id"]))

    @query("referral.disclosure", roles=(*STAFF, "member"), schema=schemas.ReadReferral())
    def disclosure(self, call: Call, body: bodies.ReadReferral) -> list[answers.Disclosure]:
        """What the partner of a referral was told of the person, the oldest first."""
        referral = self._own(call, body["referral_id"])
        history = self.runtime.read(lambda db: referrals.list_steps(db, referral["referral_id"]))
        return _disclosures(referral["partner_id"], [step for step, _ in history])

    @query("referral.read", roles=("partner",), schema=schemas.ReadReferral())
    def told_of(self, call: Call, body: bodies.ReadReferral) -> answers.DisclosedCodes:
        """What the partner was given of the person, as it stands now: nothing before it was, nor once it is over. That
        it reads it is noted, once for each time it was given something: no page and no system reads it unseen."""
        referral = self._own(call, body["referral_id"])
        if not referral["secured"]:
            raise NotFound("referral")
        if Status(referral["status"]) in OVER:
            return {}
        history = self.runtime.read(lambda db: referrals.list_steps(db, referral["referral_id"]))
        names = {name for step, _ in history if step["type"] == "FactsDisclosed" for name in step["facts"]}
        if times := _unopened([step["type"] for step, _ in history]):
            self._note_opened(call, referral, times)
        with scope.narrow(scope.EVERYTHING):  # of a case of a centre, in which a partner has no part
            known = self._of(referral)
        return {name: code for name, code in known.items() if name in names}

    def _note_opened(self, call: Call, referral: RowMapping, times: int) -> None:
        """`times`: how often it was given something; who reads that at once in two places has opened it once."""
        command = derived_id(referral["referral_id"], f"opened {times}")
        envelope = call.envelope(referral["centre"])

        def work(unit: Unit) -> None:
            unit.handle(REFERRAL, referral["referral_id"], OpenDisclosure(BY_ACCOUNT))

        self.runtime.execute(
            replace(
                envelope,
                fingerprint="",
                command_id=command,
                causation=command,
                correlation=call.correlation or command,
            ),
            work,
        )

    def _of(self, referral: RowMapping) -> answers.DisclosedCodes:
        programme_id = referral["programme_id"]
        # Of a return to the family there is nobody to be told.
        return self._disclosable(referral["case_id"], programme_id) if programme_id is not None else {}

    def _disclosable(self, case_id: str, programme_id: str) -> answers.DisclosedCodes:
        return self.runtime.read(lambda db: upstream.get_disclosable(db, case_id, programme_id))


def _unopened(types: list[str]) -> int:
    """How often something was given, if the last of it was not opened yet; else 0."""
    given = [number for number, type in enumerate(types) if type == "FactsDisclosed"]
    return len(given) if given and "DisclosureOpened" not in types[given[-1] :] else 0


def _disclosures(to: str, steps: list[answers.HistoryItem]) -> list[answers.Disclosure]:
    """Each with when it was opened: by the first opening before something else was given. Whoever was told on the
    telephone was told something too, though nobody noted which facts."""
    given: list[answers.Disclosure] = []
    by_name: answers.Disclosure | None = None
    basis = "consent"
    for step in steps:
        if step["type"] == "ReferralSent":
            basis = "law" if step["consent"] == "unable" else "consent"
        elif step["type"] == "FactsDisclosed":
            by_name = _given(to, step, step["facts"], step["basis"])
            given.append(by_name)
        elif step["type"] == "DisclosureOpened" and by_name is not None:
            by_name["opened_at"] = step["time"]
        elif step["type"] == "PartnerTold" and step["how"] not in (
            BY_ACCOUNT,
            *(each["how"] for each in given),
        ):
            given.append(_given(to, step, [], basis))
    return given


def _given(to: str, step: answers.HistoryItem, facts: list[str], basis: str) -> answers.Disclosure:
    return {
        "at": step["time"], "to": to, "how": step["how"], "facts": facts, "basis": basis, "opened_at": None,
    }  # fmt: skip
