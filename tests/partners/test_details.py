"""What else is known of partners and programmes: told, corrected, proposed, confirmed and asked for again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select

from services.codes import details as described
from services.codes.sentences import detail_in_words
from services.kernel.errors import Forbidden, Invalid
from services.kernel.local import SimulatedClock
from services.partners import answers, events
from services.partners.domain.details import complete
from services.partners.domain.registry import PARTNER, CorrectPartner, RegisterPartner
from services.partners.projections import details, published
from services.partners.service import PartnersService
from tests.partners.samples import MONDAY, TUESDAY, WEDNESDAY, offered, own
from tests.spec import Spec

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOME = {"name": "บ้านพักผู้สูงอายุ", "kind": "pao_home", "under_ministry": False, "province": "60"}
OFFER = {"name": "ที่พัก", "path": "local_home", "capacity": {"total": 4, "free": 2}}
WEEKDAYS = {"weekdays": ["FR", "MO"], "opens": "8.30", "closes": "๑๖:๓๐"}
KNOWN = {"weekdays": ["MO", "FR"], "opens": "08:30", "closes": "16:30"}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}

home = Spec(PARTNER)
join = RegisterPartner(
    "p", "บ้าน", "pao_home", False, "60", None, {}, details={"languages": ["th"]}, people=[{"name": "สมศรี"}]
)
joined = events.PartnerRegistered(**vars(join))


def test_a_detail_is_corrected_with_what_it_said_before_and_again_is_nothing():
    change = CorrectPartner({"languages": ["th", "en"], "people": None}, "โทรถามแล้ว")
    corrected = events.PartnerCorrected(
        "p", "บ้าน", "pao_home", False, "60", None, {}, changed=["languages", "people"],
        before={"languages": ["th"], "people": [{"name": "สมศรี"}]}, reason="โทรถามแล้ว",
        details={"languages": ["th", "en"]}, people=[],
    )  # fmt: skip
    home.given(joined).when(change).then(corrected)
    home.given(joined, corrected).when(change).then()


def test_a_fact_of_before_there_were_details_knows_none():
    old = replace(joined, details={}, people=[])
    said = CorrectPartner({"address": "99 หมู่ 2"}, "โทรถามแล้ว")
    [fact] = PARTNER.decider.decide(said, PARTNER.decider.evolve(PARTNER.decider.initial, old))
    assert (fact.changed, fact.before, fact.details) == (
        ["address"],
        {"address": None},
        {"address": "99 หมู่ 2"},
    )


@pytest.mark.parametrize(
    ("row", "known", "after"),
    [
        ({"hours": {"closes": "17:00"}}, {"hours": {"opens": "08:30"}}, {"opens": "08:30", "closes": "17:00"}),
        ({"hours": {"opens": "09:00"}}, {"hours": {"opens": "08:30"}}, {"opens": "09:00"}),
        ({"hours": {"opens": "09:00"}}, {"hours": None}, {"opens": "09:00"}),
        ({"people": [{"phone": "1"}]}, {"people": [{"name": "ก"}, {"name": "ข"}]},
         [{"name": "ก", "phone": "1"}, {"name": "ข"}]),
        ({"people": [{"name": "ก"}, {"name": "ข"}]}, {"people": [{"name": "ค"}]}, [{"name": "ก"}, {"name": "ข"}]),
        ({"languages": ["th"]}, {"languages": ["en", "my"]}, ["th"]),  # a plain list is told whole
        ({"hours": "เช้า"}, {"hours": {"opens": "08:30"}}, "เช้า"),  # for its schema to refuse
    ],
)  # fmt: skip
def test_a_row_leaves_what_it_does_not_say_of_a_record(row, known, after):
    [code] = row
    assert complete(row | {"name": "บ้าน"}, known, described.OF_PARTNER) == {code: after, "name": "บ้าน"}


@pytest.fixture
def db(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/partners.db")
    for module in (details, published):
        module.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_details_stand_as_they_were_last_said_and_since_when(db):
    first = replace(joined, details={"agreement": {"ends": "2026-12-31"}}, people=[])
    nothing = replace(first, partner_id="q", details={})
    corrected = events.PartnerCorrected(
        "p", "บ้าน", "pao_home", False, "60", None, {}, changed=["address"], before={"address": None},
        reason="x", details={"address": "1", "agreement": {"ends": "2027-12-31"}}, people=[{"name": "สมศรี"}],
    )  # fmt: skip
    renamed = replace(corrected, changed=["name"], before={"name": "อื่น"})
    facts = [own(first, 1), own(nothing, 2), own(corrected, 3, time=TUESDAY), own(renamed, 4, time=WEDNESDAY)]
    details.project(db, facts[:3])
    details.project(db, facts[3:])
    rows = {row.partner_id: row for row in db.execute(select(details.partner_detail))}
    assert rows["p"].details == '{"address":"1","agreement":{"ends":"2027-12-31"},"people":[{"name":"สมศรี"}]}'
    assert (rows["p"].details_at, rows["p"].agreement_ends) == (TUESDAY, "2027-12-31")
    assert (rows["q"].details, rows["q"].details_at) == ("{}", None)
    asked = events.PartnerVerified("p", ["hours"], WEDNESDAY, None)
    details.project(db, [own(asked, 5, time=WEDNESDAY), own(replace(asked, partner_id="q"), 6)])
    rows = {row.partner_id: row for row in db.execute(select(details.partner_detail))}
    assert (rows["p"].details_at, rows["q"].details_at) == (WEDNESDAY, None)


def test_what_is_published_says_when_it_was_last_modified(db):
    here = replace(joined, partner_id=offered().partner_id)
    published.project(db, [own(here, 1), own(offered(), 2)])
    corrected = events.PartnerCorrected(
        here.partner_id,
        "ใหม่",
        "pao_home",
        False,
        "60",
        None,
        {},
        changed=["name"],
        before={"name": "บ้าน"},
        reason="x",
    )
    later = offered(programme_id="later")
    published.project(db, [own(corrected, 3, recorded=TUESDAY), own(later, 4, recorded=WEDNESDAY)])
    found = db.execute(select(published.programme_modified)).all()
    assert {row.programme_id: row.modified for row in found} == {
        offered().programme_id: TUESDAY,
        "later": WEDNESDAY,
    }
    [row] = db.execute(select(published.partner_modified)).all()
    assert row.modified == TUESDAY
    assert MONDAY < TUESDAY


@pytest.fixture
def net(network):
    return network([PartnersService], SimulatedClock(NOW))


def partner(net, partner_id):
    return net.call("partners", "partner", {"partner_id": partner_id})


def register(net, **more):
    return net.call("partners", "register_partner", HOME | more)["partner_id"]


def correct(net, partner_id, who=None, **changes):
    body = {"partner_id": partner_id, "reason": "โทรถามแล้ว", **changes}
    return net.call("partners", "correct_partner", body, **(who or {}))


def test_details_are_told_as_people_say_them_and_kept_as_they_are_meant(net):
    here = register(
        net, hours=WEEKDAYS, languages=["en", "th", "th"], description=" ", people=[{}, {"name": "สมศรี"}]
    )
    found = partner(net, here)
    assert found["details"] == {"hours": KNOWN, "languages": ["th", "en"], "people": [{"name": "สมศรี"}]}
    assert found["details_confirmed_at"] and found["stale"] == []
    assert partner(net, register(net, name="อื่น"))["details"] == {}


def test_one_is_corrected_by_itself_and_one_that_is_emptied_is_not_known_any_more(net):
    here = register(net, hours=WEEKDAYS, address="1")
    assert correct(net, here, hours={}, address="2 หมู่ 3")["version"] == 2
    assert partner(net, here)["details"] == {"address": "2 หมู่ 3"}
    assert correct(net, here, address="2 หมู่ 3")["warnings"] == ["unchanged"]
    [change] = net.call("partners", "history", {"partner_id": here})["items"]
    assert change["before"] == {"address": "1", "hours": KNOWN}
    assert change["after"] == {"address": "2 หมู่ 3", "hours": None}


def test_another_province_proposes_them_too(net):
    here = register(net)
    correct(net, here, NEIGHBOUR, languages=["my"])
    [waiting] = net.call("partners", "proposals", {"centre": "60"})["items"]
    assert (waiting["before"], waiting["after"]) == ({"languages": None}, {"languages": ["my"]})
    net.call("partners", "accept_proposal", {"proposal_id": waiting["proposal_id"]})
    assert partner(net, here)["details"] == {"languages": ["my"]}


def test_a_partners_own_account_says_what_it_knows_but_not_what_was_agreed_with_it(net):
    here = register(net)
    itself = {"user": "home", "role": "partner", "centres": (), "partner": here}
    correct(net, here, itself, hours=KNOWN)
    assert partner(net, here)["details"] == {"hours": KNOWN}
    with pytest.raises(Forbidden):
        correct(net, here, itself, agreement={"ends": "2027-09-30"})


def test_details_grow_old_and_an_agreement_runs_out_on_the_day_after_its_last(net):
    last = NOW.date() + timedelta(days=1)
    here = register(net, languages=["th"], agreement={"number": "1/2569", "ends": last.isoformat()})
    net.clock.advance(days=1)
    assert partner(net, here)["stale"] == []
    net.clock.advance(days=1)
    assert partner(net, here)["stale"] == ["agreement"]
    net.clock.advance(days=365)
    assert partner(net, here)["stale"] == ["contact", "details", "agreement"]
    for kind in ("details", "agreement"):
        [found] = net.call("partners", "partners", {"stale": kind})["items"]
        assert found["partner_id"] == here
    net.call("partners", "confirm_partner", {"partner_id": here, "what": ["languages", "contact"]})
    assert partner(net, here)["stale"] == ["agreement"]


def test_a_programme_has_its_own(net):
    here = register(net)
    body = {**OFFER, "partner_id": here, "cost": {"kind": "paid", "baht": 500, "per": "month"}}
    one = net.call("partners", "offer_programme", body)["programme_id"]
    change = {"programme_id": one, "cost": {"kind": "free"}, "service_area": ["60", "61"], "reason": "x"}
    net.call("partners", "correct_programme", change)
    [found] = partner(net, here)["programmes"]
    assert found["details"] == {"cost": {"kind": "free"}, "service_area": ["60", "61"]}
    net.clock.advance(days=366)
    assert "details" in partner(net, here)["programmes"][0]["stale"]
    net.call("partners", "confirm_programme", {"programme_id": one, "what": ["cost"]})
    assert "details" not in partner(net, here)["programmes"][0]["stale"]


@pytest.mark.parametrize(
    ("detail", "field"),
    [
        ({"hours": {"opens": "25:00"}}, "hours.opens"),
        ({"hours": {"opens": "17:00", "closes": "08:00"}}, "hours.closes"),
        ({"agreement": {"starts": "2026-02-02", "ends": "2026-02-01"}}, "agreement.ends"),
        ({"agreement": {"ends": "31/12/2569"}}, "agreement.ends"),
        ({"people": [{"name": "ก"}] * 4}, "people"),
        ({"languages": ["xx"]}, "languages.0"),
        ({"standard": {"met": 1}}, "standard.met"),
        ({"work": {"positions": "แม่บ้าน"}}, "work"),
        ({"description": "ก" * 1001}, "description"),
    ],
)
def test_what_cannot_be_is_named(net, detail, field):
    with pytest.raises(Invalid) as error:
        register(net, **detail)
    assert field in error.value.errors


def test_every_detail_is_in_facts_and_answers_by_its_parts():
    for known, told, given in (
        (described.OF_PARTNER, answers.PartnerDetails, events.PartnerDetails),
        (described.OF_PROGRAMME, answers.ProgrammeDetails, events.ProgrammeDetails),
    ):
        assert set(told.__annotations__) == set(known)
        assert set(given.__annotations__) | {"people"} >= set(known)
        assert set(known) <= set(events.Told.__annotations__) & set(answers.Told.__annotations__)


@pytest.mark.parametrize(
    ("code", "value", "th", "en"),
    [
        ("hours", KNOWN, "จันทร์ และ ศุกร์ เปิด 08:30 ปิด 16:30", "Monday and Friday Opens 08:30 Closes 16:30"),
        ("languages", ["th", "en"], "ไทย และ อังกฤษ", "Thai and English"),
        ("standard", {"met": False}, "ยังไม่ผ่านมาตรฐาน", "The standard is not met yet"),
        (
            "people",
            [{"name": "ก"}, {"name": "ข", "phone": "056-000-000"}],
            "ก · ข 056-000-000",
            "ก · ข 056-000-000",
        ),
        ("agreement", None, "", ""),
    ],
)
def test_details_in_words(code, value, th, en):
    detail = described.OF_PARTNER[code]
    assert (detail_in_words(detail, value, "th"), detail_in_words(detail, value, "en")) == (th, en)
