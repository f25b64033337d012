"""Referrals and the registry as FHIR R4: read, found and answered by a partner's system, by the centre's staff, and by
a client library of others; each resource held against the value sets of the standard.

Long because the whole life of a Task stands in one place.
"""

from urllib.parse import quote
from uuid import uuid4

import pytest
from fhirclient import server
from fhirclient.models import capabilitystatement
from fhirclient.models import task as models

from services.codes import DECLINE_REASONS
from services.codes.keys import ANSWER_REFERRALS, READ_REFERRALS, READ_REGISTRY
from services.web.formats.fhir import terms
from services.web.formats.fhir.capabilities import RESOURCES
from tests.support.fhir import is_valid, problems
from tests.web.test_keys import by_key, make

MEDIA = "application/fhir+json"
LISTS = ("Task", "ServiceRequest", "Organization", "HealthcareService")


@pytest.fixture
def sent(door):
    """A world whose partner has a user, was told of the person, and answers."""
    world = door.world()
    user = f"fhir-{uuid4().hex[:8]}"
    door.add(user, "partner", (), world.partner_id)
    door.wait(f"/api/v1/referrals/{world.referral_id}", lambda row: row["place"] == "reserved")
    door.made(f"/api/v1/referrals/{world.referral_id}/told", {"how": "system"})
    return world, user


def read(door, path, user, status=200):
    answer = door.get(f"/fhir/{path}", user)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith(MEDIA)
    return answer.json()


def put(door, task, user, version=None, **headers):
    told = {"If-Match": version or f'W/"{task["meta"]["versionId"]}"', "Content-Type": MEDIA, **headers}
    return door.call("PUT", f"/fhir/Task/{task['id']}", task, user, headers=told)


def refused(answer, status, code):
    """The OperationOutcome of an answer that must be this error."""
    assert answer.status_code == status, answer.text
    found = answer.json()
    is_valid(found)
    assert found["resourceType"] == "OperationOutcome" and found["issue"][0]["code"] == code
    return found["issue"][0]


def because(code, **more):
    return {"coding": [{"system": terms.system(DECLINE_REASONS), "code": code}], **more}


# -- what is there ----------------------------------------------------------------------------------------------------


def test_the_validator_knows_the_codes_of_the_standard():
    good = {"resourceType": "Task", "status": "accepted", "intent": "order"}
    bad = {**good, "status": "banana"}
    assert problems([good, bad, {**good, "colour": "red"}, {"resourceType": "Task"}])[0] == []
    assert all(problems([bad, {**good, "colour": "red"}]))


def test_what_is_offered_is_said(door, sent):
    _world, user = sent
    said = read(door, "metadata", user)
    is_valid(said)
    assert said["fhirVersion"] == "4.0.1" and said["kind"] == "instance"
    [rest] = said["rest"]
    assert {each["type"] for each in rest["resource"]} == {*RESOURCES}
    refused(door.get("/fhir/metadata", None), 401, "login")


@pytest.mark.parametrize("kind", LISTS)
def test_lists_are_bundles_in_pages_and_each_of_them_is_found(door, sent, kind):
    _world, user = sent
    page = read(door, f"{kind}?_count=1", user)
    is_valid(page)
    assert page["type"] == "searchset" and page["total"] >= 1
    [entry] = page["entry"]
    assert entry["fullUrl"] == f"{door.address}/fhir/{kind}/{entry['resource']['id']}"
    assert entry["resource"] == read(door, f"{kind}/{entry['resource']['id']}", user)
    assert page["link"][0]["url"].endswith(f"/fhir/{kind}?_count=1")
    none = read(door, f"{kind}?_count=0", user)
    assert none["total"] == page["total"] and "entry" not in none
    every = read(door, f"{kind}?_count=100000", "worker-60" if kind in LISTS[:2] else user)
    is_valid(every)


def test_a_list_is_walked_by_its_links_to_the_end(door, sent):
    total = read(door, "Task?_count=0", "worker-60")["total"]
    size, address, seen = max(1, total // 3), "", []
    while True:
        page = read(door, address or f"Task?_count={size}", "worker-60")
        seen += [each["resource"]["id"] for each in page.get("entry", ())]
        more = [link["url"] for link in page["link"] if link["relation"] == "next"]
        if not more:
            break
        address = more[0].partition("/fhir/")[2]
    assert len(seen) == len({*seen}) == total


def test_a_task_its_request_its_person_and_its_partner_hang_together(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    assert (task["status"], task["intent"]) == ("requested", "order")
    assert task["businessStatus"]["coding"][0]["code"] == "sent" and task["businessStatus"]["text"]
    assert task["requester"]["identifier"] == {"system": terms.CENTRES, "value": "60"}
    assert task["restriction"]["period"]["end"]
    request = read(door, task["focus"]["reference"], user)
    assert request["status"] == "active" and request["subject"] == task["for"]
    owner = read(door, task["owner"]["reference"], user)
    service = read(door, request["performer"][0]["reference"], user)
    assert service["providedBy"]["reference"] == task["owner"]["reference"]
    assert owner["address"][0]["state"] == "นครสวรรค์"
    [places] = service["extension"]
    assert places["extension"][1] == {"url": "total", "valueUnsignedInt": 10}
    person = read(door, task["for"]["reference"], user)
    assert person["gender"] == "female"
    is_valid(task, request, owner, service, person)


def test_the_person_has_no_name_and_nothing_before_it_was_told_or_after_it_is_over(door, sent):
    told, user = sent
    person = read(door, f"Patient/{told.referral_id}", user)
    assert "มาลี" not in str(person) and not {"name", "identifier", "birthDate", "telecom"} & {*person}
    assert {each["url"].rpartition(":")[2] for each in person["extension"]} >= {"age-band", "domicile"}
    assert read(door, f"Patient/{told.referral_id}", "worker-60") == person
    untold = door.referred("60", told.programme_id)["referral_id"]
    door.wait(f"/api/v1/referrals/{untold}", lambda row: row["place"] == "reserved")
    assert read(door, f"Patient/{untold}", user) == {"resourceType": "Patient", "id": untold}
    door.made(f"/api/v1/referrals/{told.referral_id}/withdraw", {"reason": "other", "whose": "centre"})
    assert read(door, f"Patient/{told.referral_id}", user) == {
        "resourceType": "Patient",
        "id": told.referral_id,
    }


def test_tasks_are_found_by_status_time_and_id(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    at = task["meta"]["lastUpdated"]
    for query, total in (
        ("status=requested", 1), ("status=accepted,rejected", 0), ("status=requested,accepted", 1),
        ("status=http://hl7.org/fhir/task-status|requested", 1), ("status=draft", 0),
        (f"_lastUpdated={at}", 1), (f"_lastUpdated=ge{at}", 1), (f"_lastUpdated=gt{at}", 0),
        (f"_lastUpdated=lt{at}", 0), (f"_lastUpdated=le{at}", 1), (f"_lastUpdated=ge{at[:10]}T00:00:00Z", 1),
        ("_lastUpdated=lt2020", 0), ("_lastUpdated=ge2020-02", 1), ("_lastUpdated=ge2020&_lastUpdated=lt2021", 0),
        (f"_id={world.referral_id}", 1), (f"_id={uuid4()}", 0),
    ):  # fmt: skip
        assert read(door, f"Task?{query}", user)["total"] == total, query
    for wrong in (
        "colour=red",
        "status=banana",
        "_lastUpdated=yesterday",
        "_count=many",
        "status:not=draft",
        "_cursor=x",
    ):
        refused(door.get(f"/fhir/Task?{wrong}", user), 400, "invalid")
    lenient = door.get("/fhir/Task?colour=red", user, headers={"Prefer": "handling=lenient"})
    assert lenient.json()["total"] == 1 and "colour" not in lenient.json()["link"][0]["url"]


def test_the_registry_is_found_by_standing_time_and_partner(door, sent):
    world, user = sent
    one = read(door, f"Organization/{world.partner_id}", user)
    assert one["active"] is True
    mine = f"_id={world.partner_id}"
    assert read(door, f"Organization?{mine}&status=active", user)["total"] == 1
    assert read(door, f"Organization?{mine}&active=false", user)["total"] == 0
    assert read(door, f"Organization?{mine}&active=true&status=inactive", user)["total"] == 0
    at = one["meta"]["lastUpdated"]
    assert read(door, f"Organization?{mine}&_lastUpdated=lt{at}", user)["total"] == 0
    assert read(door, f"Organization?{mine}&_lastUpdated={at}", user)["total"] == 1
    services = read(door, f"HealthcareService?organization=Organization/{world.partner_id}", user)
    assert [each["resource"]["id"] for each in services["entry"]] == [world.programme_id]
    door.made(f"/api/v1/partners/{world.partner_id}/retire", {"reason": "ปิดกิจการ"}, "director-60")
    assert read(door, f"Organization/{world.partner_id}", user)["active"] is False
    assert read(door, f"HealthcareService?_id={world.programme_id}&status=inactive", user)["total"] == 1


def test_only_json_is_spoken(door, sent):
    world, user = sent
    path = f"/fhir/Task/{world.referral_id}"
    for accepts in ({"Accept": "application/fhir+xml"}, {"Accept": "text/html"}):
        refused(door.get(path, user, headers=accepts), 406, "not-supported")
    refused(door.get(f"{path}?_format=xml", user), 406, "not-supported")
    for told in ("json", "application/fhir+json", quote("application/fhir+json", safe="")):
        assert door.get(f"{path}?_format={told}", user, headers={"Accept": "text/html"}).status_code == 200
    assert door.get(f"{path}?_pretty=true", user).text.startswith("{\n")


def test_who_holds_a_copy_is_told_that_it_still_holds(door, sent):
    world, user = sent
    for path in (f"Task/{world.referral_id}", f"Organization/{world.partner_id}", "metadata"):
        first = door.get(f"/fhir/{path}", user)
        held = {"If-None-Match": first.headers["ETag"]}
        assert door.get(f"/fhir/{path}", user, headers=held).status_code == 304
    door.made(f"/api/v1/referrals/{world.referral_id}/acknowledge", {})
    task = f"/fhir/Task/{world.referral_id}"
    assert door.get(task, user, headers={"If-None-Match": 'W/"1"'}).status_code == 200


def test_what_is_not_offered_is_said_as_a_resource(door, sent):
    world, user = sent
    refused(door.get("/fhir/Observation", user), 404, "not-found")
    refused(door.get("/fhir/", user), 404, "not-found")
    refused(door.get("/fhir/Patient", user), 405, "not-supported")
    refused(door.post("/fhir/Task", {"resourceType": "Task"}, user), 405, "not-supported")
    refused(door.call("DELETE", f"/fhir/Task/{world.referral_id}", None, user), 405, "not-supported")
    refused(door.get("/fhir/Task/nothing%00", user), 404, "not-found")
    for path, allowed in (("Task", "GET"), (f"Task/{world.referral_id}", "GET, PUT"), ("metadata", "GET")):
        patched = door.call("PATCH", f"/fhir/{path}", {}, user)
        refused(patched, 405, "not-supported")
        assert patched.headers["Allow"] == allowed
        assert door.call("OPTIONS", f"/fhir/{path}", None, user).headers["Allow"] == allowed
    refused(door.get(f"/fhir/Organization/{uuid4()}", user), 404, "not-found")


# -- who -------------------------------------------------------------------------------------------------------------


def test_who_reads_and_who_answers(door, sent):
    world, user = sent
    path = f"/fhir/Task/{world.referral_id}"
    for other in ("ministry", "member-60", "rules", "admin"):
        for kind in ("Task", "ServiceRequest", "Patient"):
            refused(door.get(f"/fhir/{kind}/{world.referral_id}", other), 403, "forbidden")
        refused(door.get("/fhir/Task", other), 403, "forbidden")
        assert door.get("/fhir/Organization?_count=1", other).status_code == 200
    stranger = f"fhir-{uuid4().hex[:8]}"
    door.add(stranger, "partner", (), door.programme()[0])
    task = read(door, f"Task/{world.referral_id}", user)
    for other in (stranger, "worker-61"):
        for each in (path, f"{path}/_history", f"{path}/_history/1", f"/fhir/Patient/{world.referral_id}"):
            refused(door.get(each, other), 404, "not-found")
        refused(put(door, {**task, "status": "accepted"}, other), 404, "not-found")
        assert read(door, f"Task?_id={world.referral_id}", other)["total"] == 0
    refused(door.get(path, None), 401, "login")


def test_a_key_opens_what_its_scopes_say(door, browser, sent):
    world, _user = sent
    director = browser("director-60")
    reads = make(director, world.partner_id, (READ_REFERRALS,))
    answers = make(director, world.partner_id, (READ_REFERRALS, ANSWER_REFERRALS))
    registry = make(director, world.partner_id, (READ_REGISTRY,))
    path = f"/fhir/Task/{world.referral_id}"
    task = by_key(door, reads, "GET", path).json()
    for key in (reads, answers, registry):
        assert by_key(door, key, "GET", "/fhir/metadata").status_code == 200
    refused(by_key(door, registry, "GET", path), 403, "forbidden")
    refused(by_key(door, reads, "GET", "/fhir/Organization"), 403, "forbidden")
    assert by_key(door, registry, "GET", "/fhir/HealthcareService").status_code == 200
    headers = {"If-Match": f'W/"{task["meta"]["versionId"]}"', "Content-Type": MEDIA}
    for key, status in ((reads, 403), (answers, 200)):
        told = {**headers, "Authorization": f"Bearer {key}"}
        answer = door.call("PUT", path, {**task, "status": "accepted"}, user=None, headers=told)
        assert answer.status_code == status, answer.text
    last = door.get(f"/api/v1/referrals/{world.referral_id}").json()["history"][-1]
    assert (last["type"], last["by_channel"]) == ("ReferralAccepted", "system")
    assert last["actor"].startswith("partner-key:")


# -- answering -------------------------------------------------------------------------------------------------------


def test_a_task_is_accepted_the_arrival_is_said_and_staff_confirm(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    answer = put(door, {**task, "status": "received"}, user)
    assert answer.status_code == 200 and answer.json()["status"] == "received"
    assert answer.headers["ETag"] == f'W/"{answer.json()["meta"]["versionId"]}"'
    accepted = put(door, {**answer.json(), "status": "accepted"}, user).json()
    arrived = put(door, {**accepted, "status": "completed"}, user).json()
    assert arrived["status"] == "in-progress" and arrived["businessStatus"]["coding"][0]["code"] == "admitted"
    again = put(door, {**arrived, "status": "completed"}, user).json()
    assert again == arrived
    done = put(door, {**arrived, "status": "completed"}, "worker-60").json()
    assert done["status"] == "completed" and done["output"][0]["valueReference"] == {
        "reference": "#placement"
    }
    assert read(door, f"ServiceRequest/{world.referral_id}", user)["status"] == "completed"
    is_valid(task, accepted, arrived, done)
    assert read(door, f"Task/{world.referral_id}", user) == done


def test_a_no_has_a_reason_of_ours_and_can_be_taken_back(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    issue = refused(put(door, {**task, "status": "rejected"}, user), 422, "invalid")
    assert issue["expression"] == ["Task.statusReason"]
    unknown = {**task, "status": "rejected", "statusReason": because("weather")}
    refused(put(door, unknown, user), 422, "invalid")
    no = {**task, "status": "rejected", "statusReason": because("missing_documents", text="ขาดใบรับรองแพทย์")}
    rejected = put(door, no, user).json()
    assert rejected["status"] == "rejected" and "ใบรับรอง" not in str(rejected)
    assert rejected["statusReason"]["coding"][0]["code"] == "missing_documents"
    is_valid(rejected)
    last = door.get(f"/api/v1/referrals/{world.referral_id}").json()["history"][-1]
    assert (last["whose"], last["note"]) == ("centre", "ขาดใบรับรองแพทย์")
    back = put(door, {**rejected, "status": "received"}, user)
    assert back.status_code == 200 and back.json()["status"] == "received"
    full = [{"type": {"coding": [{"system": terms.system(terms.OUTPUTS), "code": "no_more_places"}]},
        "valueBoolean": True}]  # fmt: skip
    waits = put(door, {**back.json(), "status": "on-hold", "output": full}, user).json()
    assert waits["status"] == "on-hold" and waits["statusReason"]["text"]
    is_valid(waits)
    history = door.get(f"/api/v1/referrals/{world.referral_id}").json()["history"]
    assert history[-1]["no_more_places"] is True


def test_without_the_version_that_was_read_nothing_is_taken(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    yes = {**task, "status": "accepted"}
    unsaid = door.call("PUT", f"/fhir/Task/{task['id']}", yes, user, headers={"Content-Type": MEDIA})
    refused(unsaid, 428, "required")
    refused(put(door, yes, user, "*"), 428, "required")
    refused(put(door, yes, user, "three"), 400, "invalid")
    refused(put(door, yes, user, 'W/"99"'), 412, "conflict")
    door.made(f"/api/v1/referrals/{world.referral_id}/acknowledge", {})
    refused(put(door, yes, user), 412, "conflict")
    refused(put(door, task, user), 412, "conflict")
    assert read(door, f"Task/{world.referral_id}", user)["status"] == "received"


def test_reading_the_person_is_noted_and_makes_no_task_stale(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    disclosure = f"/api/v1/referrals/{world.referral_id}/disclosure"
    assert [each["opened_at"] for each in door.get(disclosure).json()] == [None]
    assert read(door, f"Patient/{world.referral_id}", "worker-60")
    assert [each["opened_at"] for each in door.get(disclosure).json()] == [None]  # the centre's own staff
    for _ in range(2):
        assert read(door, f"Patient/{world.referral_id}", user)["gender"]
    [seen] = door.get(disclosure).json()
    assert seen["opened_at"] > seen["at"]
    steps = door.get(f"/api/v1/referrals/{world.referral_id}").json()["history"]
    assert [each["type"] for each in steps].count("DisclosureOpened") == 1
    accepted = put(door, {**task, "status": "accepted"}, user)
    assert accepted.status_code == 200 and accepted.json()["status"] == "accepted"
    assert put(door, {**task, "status": "accepted"}, user).content == accepted.content


def test_the_same_sent_again_is_answered_as_the_first_time(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    yes = {**task, "status": "accepted"}
    first = put(door, yes, user)
    door.made(f"/api/v1/referrals/{world.referral_id}/travel", {})
    again = put(door, yes, user)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["ETag"] == first.headers["ETag"]
    refused(put(door, {**task, "status": "received"}, user), 412, "conflict")
    key = {"Idempotency-Key": uuid4().hex}
    now = read(door, f"Task/{world.referral_id}", user)
    arrived = put(door, {**now, "status": "completed"}, user, **key)
    assert put(door, {**now, "status": "completed"}, user, **key).content == arrived.content


def test_only_status_reason_and_output_may_change(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    for changed in ({"priority": "urgent"}, {"owner": {"display": "x"}}, {"authoredOn": "2020-01-01"}):
        issue = refused(put(door, {**task, "status": "accepted", **changed}, user), 422, "invalid")
        assert issue["expression"] == [f"Task.{next(iter(changed))}"]
    lacking = {name: value for name, value in task.items() if name != "code"}
    refused(put(door, {**lacking, "status": "accepted"}, user), 422, "invalid")
    refused(put(door, {**task, "statusReason": because("cost")}, user), 422, "invalid")
    refused(put(door, {**task, "status": "accepted", "output": [{"valueString": "x"}]}, user), 422, "invalid")
    refused(put(door, {**task, "status": "banana"}, user), 422, "invalid")
    refused(put(door, {**task, "resourceType": "Basic"}, user), 422, "invalid")
    path = f"/fhir/Task/{world.referral_id}"
    headers = {"If-Match": 'W/"1"', "Content-Type": MEDIA}
    refused(door.call("PUT", path, {**task, "id": "other"}, user, headers=headers), 400, "invalid")
    refused(door.call("PUT", path, None, user, data="{", headers=headers), 400, "invalid")
    refused(
        door.call("PUT", path, task, user, headers={**headers, "Content-Type": "text/xml"}),
        415,
        "not-supported",
    )
    unchanged = put(door, {**task, "meta": {}}, user, f'W/"{task["meta"]["versionId"]}"')
    assert unchanged.status_code == 200 and unchanged.json() == task


def test_what_the_rules_refuse_is_told_by_its_code(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    for wanted, who in (
        ("ready", user),
        ("draft", user),
        ("failed", "worker-60"),
        ("in-progress", "worker-60"),
    ):
        issue = refused(put(door, {**task, "status": wanted}, who), 409, "business-rule")
        assert issue["details"]["coding"][0]["code"] == "wrong_state"
    refused(put(door, {**task, "status": "completed"}, user), 409, "business-rule")
    refused(put(door, {**task, "status": "cancelled"}, user), 403, "forbidden")
    refused(put(door, {**task, "status": "entered-in-error"}, user), 403, "forbidden")


def test_the_history_is_every_version_as_it_was(door, sent):
    world, user = sent
    task = read(door, f"Task/{world.referral_id}", user)
    accepted = put(door, {**task, "status": "accepted"}, user).json()
    history = read(door, f"Task/{world.referral_id}/_history", user)
    is_valid(history)
    assert history["type"] == "history" and history["entry"][0]["resource"] == accepted
    versions = [int(each["resource"]["meta"]["versionId"]) for each in history["entry"]]
    assert versions == [*range(len(versions), 0, -1)] and history["total"] == len(versions)
    assert [each["request"]["method"] for each in history["entry"]] == ["PUT"] * (len(versions) - 1) + [
        "POST"
    ]
    for entry in history["entry"]:
        number = entry["resource"]["meta"]["versionId"]
        assert read(door, f"Task/{world.referral_id}/_history/{number}", user) == entry["resource"]
        assert entry["response"]["etag"] == f'W/"{number}"'
    refused(door.get(f"/fhir/Task/{world.referral_id}/_history/99", user), 404, "not-found")
    since = read(door, f"Task/{world.referral_id}/_history?_since={accepted['meta']['lastUpdated']}", user)
    assert since["total"] == 1


def test_a_partner_does_not_read_why_the_centre_ended_it(door, sent):
    world, user = sent
    door.made(f"/api/v1/referrals/{world.referral_id}/withdraw", {"reason": "person_left", "whose": "person"})
    theirs = read(door, f"Task/{world.referral_id}", user)
    ours = read(door, f"Task/{world.referral_id}", "worker-60")
    assert theirs["status"] == ours["status"] == "cancelled"
    assert "person_left" in str(ours) and "person_left" not in str(theirs)
    assert read(door, f"ServiceRequest/{world.referral_id}", user)["status"] == "revoked"
    is_valid(theirs, ours)


# -- a client of others -----------------------------------------------------------------------------------------------


def test_a_public_client_library_reads_finds_and_accepts(door, browser, sent):
    world, _user = sent
    key = make(browser("director-60"), world.partner_id)
    client = server.FHIRServer(None, f"{door.address}/fhir")
    client.session.trust_env = False
    client.session.headers["Authorization"] = f"Bearer {key}"
    said = capabilitystatement.CapabilityStatement.read_from("metadata", client)
    assert said.fhirVersion == "4.0.1"
    [found] = models.Task.where({"status": "requested", "_count": "10"}).perform_resources_iter(client)
    task = models.Task.read(found.id, client)
    assert task.as_json() == read(door, f"Task/{world.referral_id}", "worker-60")
    assert task.focus.reference == f"ServiceRequest/{found.id}"
    task.status = "accepted"
    client.session.headers["If-Match"] = f'W/"{task.meta.versionId}"'
    answered = task.update(client)
    assert answered["status"] == "accepted"
    assert door.get(f"/api/v1/referrals/{world.referral_id}").json()["status"] == "accepted"
