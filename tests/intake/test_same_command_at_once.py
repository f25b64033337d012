"""A client that got no answer asks again while the first request is still at work: on PostgreSQL two replicas do it
side by side."""

from uuid import uuid4

import eventlet
import pytest

from services.intake.service import IntakeService
from services.kernel.local import SimulatedClock
from tests.intake.test_service import BODY, MONDAY

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
def net(on_postgresql):
    network = on_postgresql([IntakeService], SimulatedClock(MONDAY))
    yield network
    network.close()


def test_both_get_the_same_answer_and_one_case_is_opened(net):
    key = str(uuid4())
    engine = net.runtimes["intake"].database.engine
    with engine.begin() as holder:
        # The first has everything but the head row, the second waits for the first: both have found the command not yet
        # done.
        holder.exec_driver_sql("SELECT 1 FROM log_head WHERE id = 1 FOR UPDATE")
        both = [eventlet.spawn(net.call, "intake", "open_case", BODY, key=key) for _ in range(2)]
        with engine.connect() as watch:
            while watch.exec_driver_sql(WAITING).scalar() < 2:
                eventlet.sleep(0.01)
                watch.rollback()
    first, second = (request.wait() for request in both)
    assert first == second
    assert [case["case_id"] for case in net.call("intake", "cases")["items"]] == [first["case_id"]]
    assert net.runtimes["intake"].verify() == []
