"""Two people send the same case to the same programme at the same moment: on PostgreSQL nothing but the database keeps
them apart."""

import eventlet
import pytest

from services.kernel.errors import Refused
from services.kernel.local import SimulatedClock
from services.referral.service import ReferralService
from tests.referral.facts import CASE, MONDAY, PARTNER, PERSON, PLAN, PROGRAMME
from tests.referral.others import CaseOpened, Intake, Partners, PlanAgreed, ProgrammeOffered, Screening, say

BODY = {"case_id": CASE, "programme_id": PROGRAMME, "consent": {"status": "given"}}
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
def net(on_postgresql):
    network = on_postgresql([Intake, Screening, Partners, ReferralService], SimulatedClock(MONDAY))
    say(network, CaseOpened(CASE, PERSON))
    say(network, ProgrammeOffered(PROGRAMME, PARTNER))
    say(network, PlanAgreed(CASE, PLAN, "local_home"))
    network.settle()
    yield network
    network.close()


def test_only_one_of_two_at_once_is_sent(net):
    def send():
        try:
            return net.call("referral", "send", BODY)["status"]
        except Refused as refusal:
            return refusal.code

    engine = net.runtimes["referral"].database.engine
    with engine.begin() as holder:
        # Both have looked and found none open; neither can commit before the head row is let go.
        holder.exec_driver_sql("SELECT 1 FROM log_head WHERE id = 1 FOR UPDATE")
        both = [eventlet.spawn(send) for _ in range(2)]
        with engine.connect() as watch:
            while watch.exec_driver_sql(WAITING).scalar() < 2:
                eventlet.sleep(0.01)
                watch.rollback()
    assert sorted(sender.wait() for sender in both) == ["duplicate_referral", "sent"]
    assert len(net.call("referral", "referrals", {})["items"]) == 1
    assert net.runtimes["referral"].verify() == []
