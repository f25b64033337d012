"""Places: nobody is sent to a bed that somebody else has."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.client import Client, Refusal, until


def test_who_waits_is_told_when_a_place_frees(nakhon_sawan: Client):
    worker = nakhon_sawan
    partner_id = worker.partner()
    programme_id = worker.programme(partner_id, places=1)
    first = worker.refer(worker.planned_case(), programme_id)["referral_id"]
    worker.step(first, "accept")

    waiting = worker.refer(worker.planned_case(), programme_id, waitlist=True)
    assert (waiting["status"], waiting["place"]) == ("waitlisted", "refused")
    with pytest.raises(Refusal) as refused:
        worker.step(waiting["referral_id"], "accept")
    assert (refused.value.status, refused.value.code) == (409, "place_pending")

    worker.step(first, "fail")
    told = until(
        lambda: worker.referral(waiting["referral_id"]),
        lambda referral: referral["place"] == "reserved",
        "the one who waited has the place",
    )
    assert told["status"] == "waitlisted"
    assert worker.step(waiting["referral_id"], "accept")["status"] == "accepted"
    until(lambda: worker.places(partner_id, programme_id)["filled"], (1).__eq__, "the place is taken")
    assert worker.places(partner_id, programme_id)["free"] == 0


def test_two_centres_take_the_last_place_at_once_and_one_gets_it(nakhon_sawan: Client, uthai_thani: Client):
    partner_id = nakhon_sawan.partner()
    for _ in range(3):
        programme_id = nakhon_sawan.programme(partner_id, places=1)
        cases = [nakhon_sawan.planned_case("60"), uthai_thani.planned_case("61")]
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(client.refer, case_id, programme_id)
                for client, case_id in zip((nakhon_sawan, uthai_thani), cases, strict=True)
            ]
            answers = [future.result() for future in asked]
        assert sorted(answer["place"] for answer in answers) == ["refused", "reserved"]
        assert sorted(answer["status"] for answer in answers) == ["declined", "sent"]
        places = nakhon_sawan.places(partner_id, programme_id)
        assert (places["free"], places["reserved"], places["total"]) == (0, 1, 1)


def test_a_higher_statement_gives_a_place_to_the_first_who_waits(nakhon_sawan: Client, uthai_thani: Client):
    partner_id = nakhon_sawan.partner()
    programme_id = nakhon_sawan.programme(partner_id, places=0)
    first = nakhon_sawan.refer(nakhon_sawan.planned_case(), programme_id, waitlist=True)
    second = uthai_thani.refer(uthai_thani.planned_case("61"), programme_id, waitlist=True)
    nakhon_sawan.confirm_capacity(programme_id, total=1, free=1)
    until(lambda: nakhon_sawan.referral(first["referral_id"])["place"], "reserved".__eq__, "the first has it")
    assert uthai_thani.referral(second["referral_id"])["place"] != "reserved"
    assert nakhon_sawan.places(partner_id, programme_id)["waiting"] == 1
