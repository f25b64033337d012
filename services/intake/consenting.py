"""The doors of what a person says of being referred and of data being given to others, and of taking that back (PDPA
s. 19)."""

from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import DIED, PERSON_DIED
from services.intake import answers, bodies, reading, schemas
from services.intake.domain.case import CASE, RecordConsent, WithdrawConsent
from services.intake.projections import consents
from services.kernel.doors import Call, command, query
from services.kernel.errors import Refused
from services.kernel.eventlog import Outcome, Unit
from services.thai.order import require_order


class Consenting(reading.Reading):
    @command("consent.record", roles=STAFF, schema=schemas.RecordConsent())
    def record_consent(self, call: Call, body: bodies.RecordConsent) -> Outcome[answers.NewConsent]:
        row, consent_id = self._own(call, body["case_id"]), call.new_id("consent")
        self.runtime.ensure_key(call, row["person_id"])
        recording = RecordConsent(referral_id="", consent_id=consent_id, **body)

        def work(unit: Unit) -> answers.NewConsent:
            if row["died"] or unit.state(CASE, row["case_id"]).closed == DIED:
                raise Refused("person_died", PERSON_DIED)
            if unit.handle(CASE, row["case_id"], recording, call.if_match):
                require_order(call.at, {"the case was opened": row["opened"]})
            return {"consent_id": consent_id, "version": unit.version(CASE, row["case_id"])}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @command("consent.record", roles=STAFF, schema=schemas.WithdrawConsent())
    def withdraw_consent(self, call: Call, body: bodies.WithdrawConsent) -> Outcome[answers.ConsentStatus]:
        """It takes effect at once: referral ends what rested on it, and the front door shuts the links."""
        row = self._own(call, body["case_id"])
        self.runtime.ensure_key(call, row["person_id"])
        self.runtime.catch_up("referral")  # a consent of a sending is ours once we hear of it

        def work(unit: Unit) -> answers.ConsentStatus:
            withdrawal = WithdrawConsent(
                row["case_id"], body["consent_id"], body["how"] or "spoken", body["witness"], body["note"]
            )
            if unit.handle(CASE, row["case_id"], withdrawal, call.if_match):
                given = consents.get_instant(unit.db, body["consent_id"])
                require_order(call.at, {"the consent was recorded": given})
            recorded = unit.state(CASE, row["case_id"]).consents[body["consent_id"]]
            resting = consents.list_resting(unit.db, row["case_id"], body["consent_id"], recorded.kind)
            version = unit.version(CASE, row["case_id"])
            return {"status": "withdrawn", "referral_ids": resting, "version": version}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @query("consent.list", roles=CASE_READERS, schema=schemas.OfCase())
    def consents(self, call: Call, body: bodies.OfCase) -> answers.RecordedConsents:
        """What the person said of it, whenever, and what rests on each."""
        row, staff = self._own(call, body["case_id"]), call.caller.role in STAFF
        rows, referrals = self.runtime.read(
            lambda db: (
                known := consents.list_consents(db, row["case_id"]),
                {
                    each.consent_id: consents.list_resting(db, row["case_id"], each.consent_id, each.kind)
                    for each in known
                },
            )
        )
        if staff and rows:
            self._note_access(call, "consents", [row])
        items: list[answers.RecordedConsent] = [
            {
                "consent_id": each.consent_id,
                "kind": each.kind,
                "status": each.status,
                "how": each.how,
                "at": each.at,
                "by": each.by,
                "referral_ids": referrals[each.consent_id],
                "withdrawn_at": each.withdrawn_at,
                "withdrawn_by": each.withdrawn_by,
            }
            for each in rows
        ]
        if staff:
            for item, each in zip(items, rows, strict=True):
                item["witness"] = self._unseal(each._mapping, "witness")[0]
                item["scope"] = self._unseal(each._mapping, "scope")[0]
        return {"items": items}
