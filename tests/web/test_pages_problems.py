"""The problem log in the browser: for the monthly meeting, and decided."""

import pytest

from services.codes.problems import PROBLEM_REASONS
from tests.web.taken import taken


@pytest.fixture
def made(door):
    partner_id, programme_id = door.programme(4)
    return partner_id, programme_id


def listed(door, problem_id, status="open"):
    found = door.get(f"/api/v1/problems?status={status}&limit=500").json()["items"]
    return [each for each in found if each["problem_id"] == problem_id]


def test_a_problem_says_what_the_answers_say_and_what_is_proposed(door, browser, made):
    door.problem(made[1], "health_beyond_care")
    page = browser("worker-60").open("/registry/problems")
    name = door.get(f"/api/v1/partners/{made[0]}").json()["name"]
    assert name in page.text and "คำตอบล่าสุด 10 ครั้ง" in page.text
    assert PROBLEM_REASONS.word("health_beyond_care", "th") in page.text and "ภาวะพึ่งพิงไม่เกิน" in page.text
    assert browser("worker-60").open("/work").tree.xpath("//a[contains(@href, '/registry/problems')]")
    assert browser("worker-60").open("/partners").tree.xpath("//a[contains(@href, '/registry/problems')]")


def test_accepting_needs_a_reason_and_corrects_the_registry(door, browser, made):
    problem_id, worker = door.problem(made[1], "health_beyond_care"), browser("worker-60")
    path = f"/registry/problems/{problem_id}/accept"
    lacking = worker.send(worker.open(path), reason=" ")
    assert lacking.status == 422 and set(lacking.errors) == {"reason"}
    done = worker.send(lacking, reason="โทรถามแล้ว รับได้เฉพาะผู้ที่ช่วยตัวเองได้บ้าง")
    assert done.status == 200 and "แก้ไขทะเบียนแล้ว" in done.text
    assert door.get(f"/api/v1/partners/{made[0]}").json()["programmes"][0]["rules"]["care_level_max"] == 2
    assert worker.open(path).status == 404  # it is decided
    assert "โทรถามแล้ว" in worker.open("/registry/problems?status=accepted").text
    assert listed(door, problem_id) == [] and len(listed(door, problem_id, "accepted")) == 1


def test_dismissing_keeps_the_registry_and_the_reason(door, browser, made):
    problem_id, worker = door.problem(made[1], "behaviour_safety"), browser("worker-60")
    before = door.get(f"/api/v1/partners/{made[0]}").json()["programmes"][0]["rules"]
    worker.send(worker.open(f"/registry/problems/{problem_id}/dismiss"), reason="เป็นรายเดียวกันหลายครั้ง")
    assert door.get(f"/api/v1/partners/{made[0]}").json()["programmes"][0]["rules"] == before
    [kept] = listed(door, problem_id, "dismissed")
    assert (kept["decision"], kept["decided_by"]) == ("เป็นรายเดียวกันหลายครั้ง", "worker-60")


def test_what_was_corrected_meanwhile_is_said_and_nothing_is_changed(door, browser, made):
    problem_id, worker = door.problem(made[1], "no_answer"), browser("worker-60")
    form = worker.open(f"/registry/problems/{problem_id}/accept")
    assert "ยังเป็นเช่นเดิม" in form.text
    door.made(f"/api/v1/partners/{made[0]}/confirm", {"what": ["contact"]})
    assert worker.send(form, reason="โทรถามแล้ว").status in (404, 409)
    assert len(listed(door, problem_id, "settled")) == 1


def test_the_log_is_a_file(door, browser, made):
    door.problem(made[1], "cost")
    name, tables = taken(browser("member-60"), "/registry/problems.csv?status=open")
    [(_, lines)] = tables.items()
    assert name.startswith("songtor-problems-nakhon-sawan") and len({len(line) for line in lines}) == 1
    assert any(PROBLEM_REASONS.word("cost", "th") in line for line in lines)


def test_members_read_and_staff_of_the_keeper_decide(door, browser, made):
    problem_id = door.problem(made[1], "no_answer")
    assert browser("member-60").open("/registry/problems").status == 200
    assert browser("member-60").open(f"/registry/problems/{problem_id}/accept").status == 403
    assert browser("worker-61").open(f"/registry/problems/{problem_id}/accept").status == 404
    assert browser("ministry").open("/registry/problems").status == 403
    answer = door.post(f"/api/v1/problems/{problem_id}/accept", {"reason": "x"}, "worker-61")
    assert answer.status_code == 403
    assert [
        each["problem_id"] for each in door.get("/api/v1/problems?limit=500", "ministry").json()["items"]
    ].count(problem_id) == 1
