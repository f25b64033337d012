"""The registry goes out to others, in pages that anybody may read; and what others wrote of it comes in, row by row.

What comes in is taken as if somebody had typed it: who keeps a partner changes it at once, everybody else proposes. A
row says only what it says: what it leaves out stays as it is. Dry, the very same is done and then undone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from services.codes.access import STAFF
from services.codes.details import OF_PARTNER, OF_PROGRAMME
from services.codes.registry import FINDINGS
from services.codes.units import key_of
from services.kernel.doors import Call, Doors, command, flat, query
from services.kernel.envelope import instant
from services.kernel.errors import Invalid, Refused
from services.kernel.eventlog import Outcome, Unit
from services.kernel.questions import Json
from services.partners import answers, bodies, changing, schemas
from services.partners.domain.asked import OfferProgramme
from services.partners.domain.details import complete
from services.partners.domain.places import PROGRAMME, Programme
from services.partners.domain.proposals import Change
from services.partners.domain.registry import PARTNER, RegisterPartner
from services.partners.events import Origin, Told
from services.partners.projections import adopted, keepers, partners, published
from services.partners.projections.choosing import cutoffs
from services.thai import areas, dates

IMPORTERS = (*STAFF, "admin")  # whoever runs the system may bring the whole registry of a country
STRANGERS = ("system",)  # the front door asks for those who have no account
REASON = "นำเข้าจากไฟล์ {}"
SAME_SOUND = "ชื่อออกเสียงเหมือนกันและอยู่จังหวัดเดียวกัน"
REGISTER, OFFER = schemas.RegisterPartner(), schemas.OfferProgramme()
CORRECT_PARTNER, CORRECT_PROGRAMME = schemas.CorrectPartner(), schemas.CorrectProgramme()
CAPACITY = schemas.CapacityBody()


class _Undone(Exception):
    """It was only tried: nothing of it is kept but what is said of it."""

    def __init__(self, report: answers.Imported) -> None:
        super().__init__()
        self.report = report


class Exchanging(Doors):
    @query("partner.publish", roles=STRANGERS, schema=schemas.Published())
    def published_partners(self, call: Call, body: bodies.Published) -> answers.PublishedPartners:
        """Retired ones too: whoever keeps a copy must hear of it."""
        stale = cutoffs(call.now)
        return self.runtime.read(lambda db: published.list_partners(db, body, stale))

    @query("partner.publish", roles=STRANGERS, schema=schemas.Published())
    def published_programmes(self, call: Call, body: bodies.Published) -> answers.PublishedProgrammes:
        stale = cutoffs(call.now)
        return self.runtime.read(lambda db: published.list_programmes(db, body, stale))

    @query("partner.publish", roles=STRANGERS, schema=schemas.ModifiedProgrammes())
    def modified_programmes(self, call: Call, body: bodies.Published) -> answers.ModifiedProgrammes:
        """What there is, without what it is."""
        return self.runtime.read(lambda db: published.list_modified(db, body))

    @query("partner.import", roles=IMPORTERS, schema=schemas.Import())
    def check_import(self, call: Call, body: bodies.Import) -> answers.Imported:
        """What would come of these rows: they are taken, and all of it is undone."""

        def work(unit: Unit) -> None:
            raise _Undone(_Taken(call, body).take(unit))

        try:
            self.runtime.execute(call.envelope(changing.centre_of(call, _province(body))), work)
        except _Undone as undone:
            return undone.report
        raise AssertionError("it is always undone")

    @command("partner.import", roles=IMPORTERS, schema=schemas.Import())
    def import_partners(self, call: Call, body: bodies.Import) -> Outcome[answers.Imported]:
        """Take these rows, all of them or none: Invalid if one of them cannot be taken."""

        def work(unit: Unit) -> answers.Imported:
            report = _Taken(call, body).take(unit)
            if report["errors"]:
                wrong = report["errors"]
                raise Invalid({f"{each['row']}.{each['column']}": [each["message"]] for each in wrong})
            return report

        return self.runtime.execute(call.envelope(changing.centre_of(call, _province(body))), work)


@dataclass
class _Taken:
    """Rows on their way into the registry, and what is said of them."""

    call: Call
    body: bodies.Import
    works: dict[str, bool] = field(default_factory=dict)  # whether a province has a centre of its own
    report: answers.Imported = field(
        default_factory=lambda: answers.Imported(
            rows=0,
            added=0,
            changed=0,
            proposed=0,
            unchanged=0,
            errors=[],
            findings=[],
            possible_duplicates=[],
        )
    )

    def take(self, unit: Unit) -> answers.Imported:
        for entry in self.body["entries"]:
            self.report["rows"] += 1
            before = len(self.report["errors"])
            came = set()
            for of, take in (("partner", self._partner), ("programme", self._programme)):
                try:
                    came.add(take(unit, entry))
                except ValidationError as error:
                    self._wrong(entry, of, flat(error.messages))
                except Invalid as error:
                    self._wrong(entry, of, error.errors)
                except Refused as refusal:
                    self._wrong(entry, "", {"": [refusal.message]})
                if len(self.report["errors"]) > before:
                    break
            if len(self.report["errors"]) > before:
                continue
            self.report["proposed"] += "proposed" in came
            if "added" in came:
                self.report["added"] += 1
            elif came & {"changed", "proposed"}:
                self.report["changed"] += 1
            else:
                self.report["unchanged"] += 1
        return self.report

    def _wrong(self, entry: bodies.Entry, of: str, errors: Mapping[str, Sequence[str]]) -> None:
        self.report["errors"] += [
            {
                "row": entry["row"],
                "column": f"{of}.{name.removeprefix('capacity.')}" if of else name,
                "message": str(message),
            }
            for name, said in errors.items()
            for message in said
        ]

    def _find(self, entry: bodies.Entry, code: str) -> None:
        self.report["findings"].append(
            {"row": entry["row"], "code": code, "message": FINDINGS.word(code, "th")}
        )

    @property
    def _reason(self) -> str:
        return REASON.format(self.body["file"])[: schemas.REASON_MOST]

    def _origin(self, id: str) -> Origin:
        return {"file": self.body["file"], "scheme": self.body["scheme"], "id": id}

    def _partner(self, unit: Unit, entry: bodies.Entry) -> str:
        id, told = entry["partner_id"], entry["partner"]
        known = unit.state(PARTNER, id)
        agreement = told.get("agreement")
        if isinstance(agreement, dict) and str(agreement.get("ends") or "9") < _today(self.call):
            self._find(entry, "agreement_over")
        if not known.partner_id:
            if not told.get("contact") and not told.get("phones") and not told.get("people"):
                self._find(entry, "no_contact")
            loaded = REGISTER.load(told)
            for alike in partners.list_alike(unit.db, loaded["name"], loaded["province"]):
                self.report["possible_duplicates"].append(
                    {
                        "row": entry["row"],
                        "partner_id": alike["partner_id"],
                        "partner": alike["name"],
                        "because": SAME_SOUND,
                    }
                )
            unit.handle(PARTNER, id, RegisterPartner(id, **loaded, origin=self._origin(id)))
            new = changing.described(loaded)
            return self._added(unit, entry, None, "register", new, self._elsewhere(unit, loaded["province"]))
        told = complete(told, known.fields or {}, OF_PARTNER)
        loaded = CORRECT_PARTNER.load({**told, "partner_id": id, "reason": self._reason})
        after = known.corrected(loaded["changes"])
        now = {name: value for name, value in (known.fields or {}).items() if after[name] != value}
        changes: Any = {name: value for name, value in loaded["changes"].items() if name in now}
        return self._change(unit, entry, None, "correct", changes) if changes else ""

    def _programme(self, unit: Unit, entry: bodies.Entry) -> str:
        told = entry["programme"]
        if told is None:
            return ""
        id = entry["programme_id"] or self.call.new_id(f"programme/{entry['row']}")
        known = unit.state(PROGRAMME, id)
        places = None if _is_as_shown(known, told) else self._places(entry, told)
        rules = told.get("rules")
        if isinstance(rules, dict) and _is_above(rules.get("min_age"), rules.get("max_age")):
            self._find(entry, "ages_upside_down")
        fields = {name: value for name, value in told.items() if name not in ("total", "free", "units")}
        if not known.programme_id:
            if places is None:
                self._find(entry, "no_places")
            partner = unit.state(PARTNER, entry["partner_id"])
            if partner.retired:
                raise Refused("retired", "The partner is retired: take it up again first.")
            stated = places or {"total": 0, "free": 0}
            loaded = OFFER.load({**fields, "partner_id": entry["partner_id"], "capacity": stated})
            adopted.require(unit.db, loaded)
            about: Any = {
                name: (partner.fields or {})[name]
                for name in ("kind", "under_ministry", "province", "subdistrict")
            }
            unit.handle(
                PROGRAMME,
                id,
                OfferProgramme(
                    programme_id=id, partner_id=entry["partner_id"], partner=(partner.fields or {})["name"], **about,
                    name=loaded["name"], path=loaded["path"], rules=loaded["rules"], details=loaded["details"],
                    **loaded["capacity"], stated_at=instant(self.call.at), origin=self._origin(id),
                    places_known=places is not None,
                ),
            )  # fmt: skip
            keeper = keepers.get_keeper(unit.db, entry["partner_id"])
            other = None if keeper and self.call.caller.sees(keeper) else keeper
            offer: Any = {name: loaded[name] for name in ("name", "path", "rules")}
            offer |= changing.stated(places) if places else {}
            offer |= loaded["details"]
            if keeper is None:  # its partner came with it
                other = self._elsewhere(unit, about["province"])
            return self._added(unit, entry, id, "offer", offer, other)
        if known.partner_id != entry["partner_id"]:
            raise Invalid({"programme_id": ["It is a programme of another partner."]})
        if isinstance(rules, dict):  # a rule that the row leaves out stays
            fields = {**fields, "rules": {**known.fields["rules"], **rules}}
        fields = complete(fields, known.fields, OF_PROGRAMME)
        loaded = CORRECT_PROGRAMME.load({**fields, "programme_id": id, "reason": self._reason})
        changes: Any = {
            name: value for name, value in loaded["changes"].items() if value != known.fields[name]
        }
        adopted.require(unit.db, changes)
        came = self._change(unit, entry, id, "correct", changes) if changes else ""
        if places is not None and not self._is_stated(known, places):
            after: Any = changing.stated(places)
            came = self._change(unit, entry, id, "capacity", after) or came
        return came

    def _elsewhere(self, unit: Unit, province: str) -> str | None:
        """The centre that is to confirm what is new in a province, if it is another's."""
        if province not in self.works:
            self.works[province] = keepers.works(unit.db, province)
        return province if self.works[province] and not self.call.caller.sees(province) else None

    def _added(
        self,
        unit: Unit,
        entry: bodies.Entry,
        programme_id: str | None,
        action: str,
        after: Told,
        keeper: str | None,
    ) -> str:
        change = Change(entry["partner_id"], programme_id, action, after, None, instant(self.call.at))
        proposal_id = self.call.new_id(f"proposal/{action}/{programme_id or entry['partner_id']}")
        changing.to_confirm(unit, proposal_id, change, keeper)
        return "added"

    def _is_stated(self, known: Programme, places: bodies.Capacity) -> bool:
        """Whether the registry says the same already: as it was stated, or as it is by now."""
        total, free = known.ledger.total, (known.free, known.ledger.stated)
        units = {key: (each.total, each.stated) for key, each in known.units.items()}
        same = not places["units"] or units == {
            key_of(each["unit"], each["group"]): (each["total"], each["free"]) for each in places["units"]
        }
        return known.places_known and same and total == places["total"] and places["free"] in free

    def _places(self, entry: bodies.Entry, row: Mapping[str, Json]) -> bodies.Capacity | None:
        total, free = row.get("total"), row.get("free")
        if total is None and free is None:
            return None
        if _is_above(free, total):
            self._find(entry, "more_free_than_places")
        found: bodies.Capacity = CAPACITY.load({"total": total, "free": free, "units": row.get("units")})
        return found

    def _change(
        self,
        unit: Unit,
        entry: bodies.Entry,
        programme_id: str | None,
        action: str,
        after: Mapping[str, Json],
    ) -> str:
        """At once by who keeps the partner, else as a proposal to them."""
        told: Any = dict(after)
        reason = None if action == "capacity" else self._reason
        change = Change(entry["partner_id"], programme_id, action, told, reason, instant(self.call.at))
        keeper = keepers.get_keeper(unit.db, entry["partner_id"])
        if keeper is None or self.call.caller.sees(keeper):
            return "changed" if changing.apply(unit, change) else ""
        proposal_id = self.call.new_id(f"proposal/{entry['row']}/{action}/{programme_id or ''}")
        changing.propose_change(unit, self.call, proposal_id, change, keeper)
        return "proposed"


def _is_as_shown(known: Programme, row: Mapping[str, Json]) -> bool:
    """Whether a row says of the places what the registry shows by now. What was used since they were stated need not
    add up in it."""
    units = row.get("units")
    told = [each for each in units if isinstance(each, dict)] if isinstance(units, list) else []
    now = {key_of(each["unit"], each["group"]): (each["total"], each["free"]) for each in known.units_now()}
    same = not told or now == {
        key_of(str(each.get("unit")), str(each.get("group"))): (each.get("total"), each.get("free"))
        for each in told
    }
    shown = (row.get("total"), row.get("free")) == (known.ledger.total, known.free)
    return bool(known.programme_id) and known.places_known and shown and same


def _province(body: bodies.Import) -> str:
    """For whom it is recorded if whoever imports has not exactly one centre."""
    told = [entry["partner"].get("province") for entry in body["entries"]]
    return next((code for code in told if isinstance(code, str) and areas.is_province(code)), areas.BANGKOK)


def _is_above(low: Any, high: Any) -> bool:
    return isinstance(low, int) and isinstance(high, int) and low > high


def _today(call: Call) -> str:
    return dates.bangkok_day(call.now).isoformat()
