"""How a partner joins the registry, and is asked now and then what it has free and whether all is still so."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from services.kernel.questions import Body, Json
from services.partners.doors import (
    CONFIRM_CAPACITY,
    CONFIRM_PARTNER,
    CONFIRM_PROGRAMME,
    MAKE_LINK,
    OFFER_PROGRAMME,
    REGISTER_PARTNER,
)
from services.sample.office import Office
from services.sample.people import CENTRES
from services.sample.registry import Partner, Programme

ASKED_AFTER = 240  # days since it was last asked about everything


class Partnership:
    """One partner's side of the two years. `programmes` are {programme id: programme}, filled as they are offered."""

    def __init__(self, office: Office, number: int, partner: Partner) -> None:
        self.office, self.partner = office, partner
        self.chance = office.chance("partner", number)
        province = partner.province
        # Shelters are asked again about everything, and most others; some are forgotten after the first year.
        self.is_asked = partner.is_shelter or office.chance("asked", number).random() < 0.8
        self.user = f"worker-{province if province in CENTRES else CENTRES[number % len(CENTRES)]}"

    def run(self) -> Iterator[datetime]:
        centre = self.user.removeprefix("worker-")
        origin = self.office.came_from(
            centre, self.office.chance("came", self.partner.registration["name"]), 0.4
        )
        registered = self.office.do(
            REGISTER_PARTNER, {**self.partner.registration, "outreach_id": origin}, self.user
        )
        partner_id, asked = registered["partner_id"], self.office.today
        restated: dict[str, Programme] = {}
        for programme in self.partner.programmes:
            body: Body = {
                "partner_id": partner_id,
                "name": programme.name,
                "path": programme.path,
                "capacity": self._stated(programme, programme.free),
                "rules": programme.rules,
                **programme.details,
            }
            offered = self.office.do(OFFER_PROGRAMME, body, self.user)
            if programme.restated:
                restated[offered["programme_id"]] = programme
        if self.partner.registration["kind"] == "foundation" and self.is_asked:
            self.office.do(MAKE_LINK, {"partner_id": partner_id}, self.user)
        while restated and (self.is_asked or self.office.progress < 0.5):
            days = next(iter(restated.values())).restated
            day = self.office.today + timedelta(days=self.chance.randint(days - 10, days + 10))
            yield self.office.working_hour(self.chance, day)
            for programme_id in restated.keys() & self.office.retired:
                del restated[programme_id]
            for programme_id, programme in restated.items():
                free = self._free(self.chance, programme)
                statement: Body = {"programme_id": programme_id, **self._stated(programme, free)}
                self.office.do(CONFIRM_CAPACITY, statement, self.user)
            answers_as_ever = not restated.keys() & self.office.courses.keys()
            if self.is_asked and answers_as_ever and (self.office.today - asked).days > ASKED_AFTER:
                asked = self.office.today
                self._confirm(partner_id, restated)

    def _confirm(self, partner_id: str, programme_ids: Iterable[str]) -> None:
        """Its contact, and whom its programmes take, are still so."""
        self.office.do(CONFIRM_PARTNER, {"partner_id": partner_id, "what": ["contact"]}, self.user)
        for programme_id in programme_ids:
            self.office.do(CONFIRM_PROGRAMME, {"programme_id": programme_id, "what": ["rules"]}, self.user)

    def _stated(self, programme: Programme, free: int) -> dict[str, Json]:
        """Foundations that take men and women tell their beds, or the seats of their courses, apart."""
        total = programme.total
        if self.partner.registration["kind"] != "foundation" or "sex" in programme.rules:
            return {"total": total, "free": free}
        unit = "seat" if programme.path == "vocational_training" else "bed"
        apart: list[Json] = [
            {"unit": unit, "group": group, "total": whole, "free": left}
            for group, whole, left in (
                ("men", total - total // 2, free - free // 2), ("women", total // 2, free // 2)
            )
        ]  # fmt: skip
        return {"total": total, "free": free, "units": apart}

    def _free(self, chance: Random, programme: Programme) -> int:
        """Shelters of the ministry fill up over the two years and are full at the end; the others keep some places."""
        if not self.partner.is_shelter:
            return chance.randint(1, max(1, programme.total // 2))
        return max(0, round(10 * (0.75 - self.office.progress)))
