"""A webhook over kill -9: nothing is lost, nothing comes in another order, and what may have been taken comes again
under the same id."""

from tests.journeys.conftest import Embedded
from tests.support.client import until
from tests.support.receiver import receiving


def test_messages_outlive_kill_9(own_system: Embedded):
    system = own_system
    system.process.stop()
    system.process.env["SONGTOR_OUTBOUND_ALLOW"] = "127.0.0.1"
    system.start()
    ministry, worker = system.user("ministry"), system.user("worker-60")
    with receiving(open_gate=False) as receiver:
        ministry.post("/api/v1/webhooks", {"url": f"{receiver.address}/hook", "types": ["CaseOpened"]})
        cases = [worker.open_case() for _ in range(3)]
        until(lambda: len(receiver.taken), lambda count: count == 1, "the first is under way")
        system.process.kill()
        receiver.gate.set()
        system.start()
        until(lambda: len(receiver.taken), lambda count: count >= 4, "all have come", seconds=60)
        assert [body["data"]["caseid"] for body in receiver.bodies()] == [cases[0], *cases]
        ids = receiver.ids()
        assert ids[0] == ids[1] and len({*ids}) == 3
        assert receiver.taken[0][1] == receiver.taken[1][1]
