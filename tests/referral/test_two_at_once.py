"""Two people send the same case to the same programme at the same moment: on PostgreSQL nothing but the database keeps them apart."""

from pathlib import Path
from tempfile import TemporaryDirectory

import eventlet
import pytest

from services.kernel.errors import Refused
from services.kernel.local import Network, SimulatedClock
from services.referral.service import ReferralService
from tests.referral.facts import CASE, MONDAY, PARTNER, PERSON, PLAN, PROGRAMME
from tests.referral.others import CaseOpened, Intake, Partners, PlanAgreed, ProgrammeOffered, Screening, say
from tests.support.servers import PostgresServer

BODY = {"case_id": CASE, "programme_id": PROGRAMME, "consent": {"status": "given"}}
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    # Not below pytest's own folder, which the user `postgres` may not enter.
    with TemporaryDirectory() as folder, PostgresServer(Path(folder)) as server:
        services = [Intake, Screening, Partners, ReferralService]
        settings = {"data": tmp_path_factory.mktemp("data"), "database_url": server.url("{service}")}
        network = Network(services, SimulatedClock(MONDAY), **settings)
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
