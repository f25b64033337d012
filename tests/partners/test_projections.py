import pytest
from sqlalchemy import create_engine, select, update

from services.codes.registry import FACT_KINDS
from services.kernel.errors import Invalid
from services.partners.events import (
    CapacityConfirmed,
    CapacityDoubted,
    ChangeProposed,
    PartnerCorrected,
    PartnerRegistered,
    PartnerRetired,
    PartnerVerified,
    ProgrammeCorrected,
    ProgrammeReopened,
    ProgrammeRetired,
    ProposalAccepted,
    ProposalDismissed,
)
from services.partners.projections import (
    details,
    history,
    keepers,
    matching,
    organisations,
    outreach,
    partners,
    past,
    proposals,
    registry,
    upstream,
)
from services.partners.projections.choosing import Chosen
from tests.partners import samples
from tests.partners.samples import (
    FIRST,
    MONDAY,
    OTHER_PROGRAMME,
    PROGRAMME,
    SECOND,
    THIRD,
    TUESDAY,
    WEDNESDAY,
    offered,
    own,
    recorded,
    refused,
    released,
    reserved,
    taken,
)


@pytest.fixture
def db(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/partners.db")
    registry.metadata.create_all(engine)
    upstream.metadata.create_all(engine)
    past.metadata.create_all(engine)
    for module in (keepers, proposals, history, organisations, outreach, details):
        module.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def registered(number: int, name: str, kind: str = "foundation", province: str = "60") -> PartnerRegistered:
    return PartnerRegistered(f"partner-{number}", name, kind, False, province, None, {})


CUTOFFS = dict.fromkeys(FACT_KINDS, MONDAY)


def listed(db, **asked):
    limit, cursor = asked.pop("limit", 50), asked.pop("cursor", None)
    return partners.list_partners(db, Chosen(CUTOFFS, **asked), limit, cursor)


def facts(*events):
    return [own(event, number) for number, event in enumerate(events, start=1)]


STORY = facts(
    offered(3, 2),
    offered(5, 1, programme_id=OTHER_PROGRAMME),
    reserved(FIRST),
    reserved(SECOND),
    refused(THIRD, waiting=True),
    taken(FIRST),
    released(SECOND, "reserved"),
    reserved(THIRD),
    CapacityConfirmed(OTHER_PROGRAMME, samples.PARTNER, 5, 4, False, TUESDAY),
)


def tables(db):
    return [sorted(tuple(row) for row in db.execute(select(table))) for table in registry.REGISTRY.tables]


def test_places_follow_what_happens_to_them(db):
    registry.project(db, STORY)
    row, other = (partners.get_programme(db, each) for each in (PROGRAMME, OTHER_PROGRAMME))
    shown = ("total", "free", "reserved", "filled", "waiting", "confirmed_at")
    assert [row[name] for name in shown] == [3, 0, 1, 1, 0, MONDAY]
    assert [other[name] for name in shown] == [5, 4, 0, 0, 0, TUESDAY]
    assert list(registry.invariants(db)) == []


def test_what_the_partner_said_against_its_places_stands_until_they_are_stated_anew(db):
    def doubt(at):
        return CapacityDoubted(PROGRAMME, samples.PARTNER, at)

    def stated(at, history=False):
        return CapacityConfirmed(PROGRAMME, samples.PARTNER, 3, 1, False, at, history)

    def doubted_after(*events):
        registry.project(db, facts(offered(3, 2), *events))
        return partners.get_programme(db, PROGRAMME)["doubted_at"]

    assert doubted_after(doubt(TUESDAY), doubt(WEDNESDAY)) == WEDNESDAY
    assert doubted_after(doubt(WEDNESDAY), stated(TUESDAY)) == WEDNESDAY  # stated before, told later
    assert doubted_after(doubt(TUESDAY), stated(WEDNESDAY, history=True)) == TUESDAY
    assert doubted_after(doubt(TUESDAY), stated(WEDNESDAY)) is None


def test_facts_in_one_batch_or_one_by_one_give_the_same_rows(db, tmp_path):
    registry.project(db, STORY)
    engine = create_engine(f"sqlite:///{tmp_path}/again.db")
    registry.metadata.create_all(engine)
    upstream.metadata.create_all(engine)
    with engine.connect() as again:
        for fact in STORY:
            registry.project(again, [fact])
        assert tables(again) == tables(db)
    engine.dispose()


def test_partners_are_listed_in_dictionary_order_page_by_page(db):
    names = ("มูลนิธิเกื้อกูล", "มูลนิธิกาญจน์", "บ้านเอื้ออาทร", "บ้านแสงตะวัน")
    registry.project(db, facts(*(registered(n, name) for n, name in enumerate(names))))
    first = listed(db, limit=3)
    rest = listed(db, limit=3, cursor=first["next"])
    assert [item["name"] for item in first["items"] + rest["items"]] == [
        "บ้านแสงตะวัน",
        "บ้านเอื้ออาทร",
        "มูลนิธิกาญจน์",
        "มูลนิธิเกื้อกูล",
    ]
    assert rest["next"] is None


def test_partners_are_found_by_part_of_a_name_province_and_kind(db):
    homes = (
        registered(1, "มูลนิธิบ้านอุ่นรัก"),
        registered(2, "Warm HOME Foundation", province="61"),
        registered(3, "100% work", kind="employer"),
    )
    registry.project(db, facts(*homes))

    def found(q=None, province=None, kind=None):
        items = listed(db, q=q, province=province, kind=kind)["items"]
        return [item["partner_id"] for item in items]

    assert found(q="อุ่นรัก") == ["partner-1"]
    assert found(q="warm home") == ["partner-2"]
    assert found(q="%") == ["partner-3"]
    assert found(province="61") == ["partner-2"]
    assert found(kind="employer", province="60") == ["partner-3"]
    assert found(q="ไม่มี") == []


def test_a_broken_cursor_is_invalid(db):
    with pytest.raises(Invalid):
        listed(db, limit=3, cursor="no cursor")


def test_a_partner_is_shown_with_its_programmes(db):
    home = PartnerRegistered(samples.PARTNER, "บ้าน", "pao_home", False, "60", "600101", {"phone": "056"})
    registry.project(db, [own(home, 99), *STORY])
    partner = partners.get(db, samples.PARTNER, CUTOFFS)
    assert (partner["outside_ministry"], partner["contact"]) == (True, {"phone": "056"})
    assert [each["programme_id"] for each in partner["programmes"]] == [PROGRAMME, OTHER_PROGRAMME]
    assert partner["programmes"][0]["rules"] == {"min_age": 60}
    assert partners.get(db, "nobody", CUTOFFS) is None


def test_the_registry_in_memory_follows_the_read_model(db):
    assert matching.get_registry(db).version == 0
    registry.project(db, STORY[:2])
    db.commit()
    first = matching.get_registry(db)
    assert [row["programme_id"] for row in first.rows] == [PROGRAMME, OTHER_PROGRAMME]
    assert matching.get_registry(db) is first
    registry.project(db, STORY[2:])
    db.commit()
    assert [row["free"] for row in matching.get_registry(db).rows] == [0, 4]
    assert [row["free"] for row in first.rows] == [2, 1]  # whoever ranks with the old one is not disturbed


def test_a_registry_of_a_later_time_is_read_anew(db):
    registry.project(db, STORY)
    db.commit()
    matching.get_registry(db)
    for table in registry.REGISTRY.tables:
        db.execute(table.delete())
    registry.project(db, STORY[:1])
    db.commit()
    assert [row["programme_id"] for row in matching.get_registry(db).rows] == [PROGRAMME]


def test_a_match_is_made_from_the_registry_as_its_own_transaction_sees_it(db):
    """One writer per SQLite file: a second connection would wait for the first for ever."""
    registry.project(db, STORY[:2])
    db.commit()
    assert matching.get(db, {"case_id": "case"})["registry"].version == 2
    assert matching.get_registry(db).version == 2


def started(case_id: str, centre: str = "60", **known):
    return recorded("screening", "ScreeningStarted", {"case_id": case_id, "known": known}, centre=centre)


def completed(case_id: str, screening_id: str, age: int):
    data = {
        "case_id": case_id,
        "screening_id": screening_id,
        "rules_version": "2569-1",
        "facts": {"age": {"on": "2026-03-02", "min": age, "max": age}},
        "labels": [],
        "paths": ["local_home"],
    }
    return recorded("screening", "ScreeningCompleted", data)


def test_the_latest_screening_of_each_case_is_kept(db):
    upstream.project(
        db,
        [
            started("a", found={"subdistrict": "600101"}),
            started("b", centre="61", found={"district": "6101"}),
            completed("a", "first", 60),
            completed("a", "second", 61),
        ],
    )
    found = upstream.get(db, "a")
    assert (found.screened.screening_id, found.screened.facts["age"]["min"]) == ("second", 61)
    assert found.screened.district == "6001"
    assert upstream.get(db, "b") == upstream.Case("61", None)
    assert upstream.get(db, "c") is None and upstream.get_screened(db, "b") is None


def test_a_place_that_is_not_accounted_for_is_named(db):
    registry.project(db, STORY)
    db.execute(
        update(registry.programme).where(registry.programme.c.programme_id == PROGRAMME).values(filled=2)
    )
    assert list(registry.invariants(db)) == [
        f"programme {PROGRAMME}: 2 places filled, but 1 referrals are taken"
    ]


def corrected(name: str, province: str = "61", **more) -> PartnerCorrected:
    fields = (samples.PARTNER, name, "foundation", True, province, None, {})
    return PartnerCorrected(*fields, ["name"], {"name": "เดิม"}, "พิมพ์ผิด", **more)


HOME = PartnerRegistered(samples.PARTNER, "เดิม", "pao_home", False, "60", None, {})
KEPT = facts(
    HOME,
    offered(3, 2),
    corrected("ใหม่"),
    offered(5, 1, programme_id=OTHER_PROGRAMME),  # it was read before the correction
    ProgrammeCorrected(PROGRAMME, samples.PARTNER, "ชื่อ", "foundation", {}, ["name"], {"name": "ที่พัก"}, "ก"),
    ProgrammeRetired(PROGRAMME, samples.PARTNER, False, "ปิด"),
    ProgrammeRetired(OTHER_PROGRAMME, samples.PARTNER, True, "ปิด"),
    PartnerRetired(samples.PARTNER, "ปิด"),
    ProgrammeReopened(PROGRAMME, samples.PARTNER, False, None),
    corrected("ใหม่กว่า", "62", proposal_id="proposal"),
)


def test_what_is_corrected_and_retired_is_the_same_together_and_one_at_a_time(db):
    registry.project(db, KEPT)
    together = tables(db)
    for table in registry.REGISTRY.tables:
        db.execute(table.delete())
    for fact in KEPT:
        registry.project(db, [fact])
    assert tables(db) == together
    rows = {row.programme_id: row for row in db.execute(select(registry.programme))}
    assert {row.partner for row in rows.values()} == {"ใหม่กว่า"} and {
        row.province for row in rows.values()
    } == {"62"}
    assert [rows[id].retired for id in (PROGRAMME, OTHER_PROGRAMME)] == [False, True]
    assert [rows[id].free for id in (PROGRAMME, OTHER_PROGRAMME)] == [2, 0]
    assert list(registry.invariants(db)) == []


def test_the_registry_in_memory_follows_what_is_corrected_and_retired(db):
    registry.project(db, KEPT[:2])
    db.commit()
    assert matching.get_registry(db).rows[0]["partner"] == "เดิม"
    registry.project(db, KEPT[2:3])
    db.commit()
    assert matching.get_registry(db).rows[0]["partner"] == "ใหม่"
    registry.project(db, KEPT[3:])
    db.commit()
    assert [row["retired"] for row in matching.get_registry(db).rows] == [False, True]


def test_the_history_says_a_partners_retiring_once_and_the_latest_first(db):
    registry.project(db, KEPT)
    told = [
        own(fact.event, number, recorded=f"2026-03-02T03:00:{number:02}Z") for number, fact in enumerate(KEPT)
    ]
    history.project(db, told)
    first = history.list_changes(db, samples.PARTNER, 2, None)
    rest = history.list_changes(db, samples.PARTNER, 50, first["next"])
    said = [(each["action"], each["programme_id"]) for each in [*first["items"], *rest["items"]]]
    assert said == [
        ("correct", None), ("reopen", PROGRAMME), ("retire", None), ("retire", PROGRAMME), ("correct", PROGRAMME),
        ("correct", None),
    ]  # fmt: skip


def test_proposals_wait_until_they_are_decided(db):
    def proposed(number: int, waiting_for: str) -> ChangeProposed:
        about = (
            f"proposal-{number}",
            samples.PARTNER,
            None,
            "correct",
            {"name": "ก"},
            {"name": "ข"},
            "ผิด",
            MONDAY,
        )
        return ChangeProposed(*about, waiting_for)

    story = facts(HOME, proposed(1, "60"), proposed(2, "60"), proposed(3, "61"), proposed(4, "62"))
    story += [own(ProposalAccepted("proposal-1", samples.PARTNER, None), 6)]
    story += [own(ProposalDismissed("proposal-2", samples.PARTNER, "ยังถูกต้อง"), 7)]
    registry.project(db, story)
    for fact in story:
        proposals.project(db, [fact])

    def found(centres, status="open"):
        items = proposals.list_proposals(db, centres, status, None, None, 50, None)["items"]
        return [each["proposal_id"] for each in items]

    # Whoever keeps the partner now decides, whomever they waited for when they were made.
    assert found(None) == ["proposal-3", "proposal-4"] == found(("60",))
    assert found(("61",)) == [] and proposals.count_open(db, ("61",)) == 0
    assert proposals.count_open(db, ("60",)) == 2 == proposals.count_open(db, None)
    open_now = proposals.list_proposals(db, ("60",), "open", None, None, 50, None)["items"]
    assert {each["waiting_for"] for each in open_now} == {"60"}
    assert found(("60",), "dismissed") == ["proposal-2"]
    first = proposals.list_proposals(db, None, "open", None, None, 1, None)
    second = proposals.list_proposals(db, None, "open", None, None, 1, first["next"])
    assert [each["proposal_id"] for each in second["items"]] == ["proposal-4"] and second["next"] is None


def corrected(number: int, partner_id: str, changed: list[str], **more):
    event = PartnerCorrected(
        partner_id, "บ้าน", "foundation", False, "60", None, {}, changed, before={}, reason="แจ้งใหม่", **more
    )
    return own(event, number, time=f"2026-03-0{number}T03:00:00.000000Z")


def test_what_holds_for_all_of_an_organisation_follows_its_corrections_and_confirmations(db):
    story = [
        corrected(2, "member", ["rules"], rules={"min_age": 60}),
        corrected(3, "member", ["name"], rules={"min_age": 60}),
        corrected(4, "network", ["rules"], rules={"sex": ["male"]}),
        corrected(5, "member", ["network_id"], rules={"min_age": 60}, network_id="network"),
        own(PartnerVerified("member", ["rules"], WEDNESDAY, None), 6),
        own(PartnerVerified("nobody", ["rules"], WEDNESDAY, None), 7),
    ]
    for some in (story[:1], story[1:4], story[4:]):
        organisations.project(db, some)
    found = organisations.list_organisations(db)
    assert found == {
        "member": ({"min_age": 60}, WEDNESDAY, "network"),
        "network": ({"sex": ["male"]}, "2026-03-04T03:00:00.000000Z", None),
    }
    assert organisations.moved({}, story) == found
    assert organisations.list_members(db, "network") == ["member"]
    assert [*organisations.inherited(found, "member")] == ["network", "organisation"]
    assert organisations.inherited(found, "nobody") == {}
    before = organisations.moved({}, story[:2])
    assert organisations.affected(before, found) == {"member", "network"}
