"""Drafts of rules through their doors. Long because saving, trying and adopting are asked of the same draft."""

import json
from uuid import uuid4

import pytest

from services.codes import procedure
from services.intake.service import IntakeService
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.screening import trying
from services.screening.domain import rulebook
from services.screening.domain.assessment import assess
from services.screening.service import ScreeningService
from tests.screening.test_service import CASE, FACTS, MORNING, complete

RULES = {"user": "rules", "role": "rule_keeper", "centres": ("*",)}
NORTH = {"user": "director-60", "role": "director", "centres": ("60",)}
SOUTH = {"user": "director-61", "role": "director", "centres": ("61",)}
SAME = {"user": "deputy-60", "role": "director", "centres": ("60",)}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
DAY = "2026-04-01"


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


def book(version="2569-2", **changes):
    return {**json.loads(rulebook.document(version)), **changes}


def older_from(age):
    """Rules 2569-1 where older people begin at another age."""
    content = book("2569-1")
    [label] = [each for each in content["labels"] if each["code"] == "older_person"]
    label["condition"]["all"][0]["value"] = age
    return content


def drafted(net, content=None, based_on="2569-1", **call):
    return net.call("screening", "draft_rules", {"based_on": based_on, "content": content}, **(call or RULES))


def adopt(net, draft_id, who, valid_from=DAY, **call):
    body = {"draft_id": draft_id, "valid_from": valid_from, "reason": "กฎหมายเปลี่ยน"}
    return net.call("screening", "adopt_draft", body, **who, **call)


def test_a_draft_is_saved_with_warnings_and_each_example_really_is_one(net):
    saved = drafted(net, older_from(65))
    assert {each["code"] for each in saved["lint"]} == {"gap", "overlap"}
    whole = net.call("screening", "draft", {"draft_id": saved["draft_id"]}, **RULES)
    new = rulebook.read(json.dumps(whole["content"]["screening"]))
    for each in saved["lint"]:
        met = [label["code"] for label in assess(new, each["example"]).labels if label["verdict"] == "met"]
        if each["code"] == "gap":
            assert met == []
        else:
            assert set(each["where"].replace("label ", "").split(", ")) <= set(met)


def test_what_a_version_answers_can_be_sent_back_as_a_draft(net):
    whole = net.call("screening", "rulebook", {"rules_version": "2569-2"}, **RULES)
    same = drafted(net, whole, "2569-2")
    found = net.call("screening", "draft", {"draft_id": same["draft_id"]}, **RULES)
    assert found["names"] == ["screening"]
    whole["forms"][0]["groups"][0]["title"]["th"] = "ความปลอดภัย"
    whole["deadlines"]["answer"]["working_days"] = 8
    other = drafted(net, whole, "2569-2")
    found = net.call("screening", "draft", {"draft_id": other["draft_id"]}, **RULES)
    assert found["names"] == ["screening", "form", "procedure"]


NOBODY = {"all": [{"fact": "pregnant", "op": "is", "value": answer} for answer in (True, False)]}
TEXT = {"th": "รองเท้า", "en": "shoe"}


def path_of(content, code):
    return next(path for path in content["paths"] if path["code"] == code)


def new_fact(**more):
    return {"code": "shoe", "kind": "flag", "name": TEXT, "question": TEXT, "options": [], **more}


def answer(code):
    return {"code": code, **TEXT}


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        (lambda c: c["labels"][2]["condition"].update(fact="luck"), "label child", "unknown_fact"),
        (lambda c: c["labels"][2]["condition"].update(value="old"), "label child", "wrong_type"),
        (lambda c: c["labels"][2].update(law={"th": " ", "en": ""}), "label child", "no_law"),
        (lambda c: c["labels"][2].pop("law"), "label child", "no_law"),
        (lambda c: c["labels"][2]["condition"].update(value=-1), "label child", "unreachable"),
        (lambda c: c["paths"].append({"code": "moon", "name": {"th": "ก", "en": "x"}, "outside_ministry": True,
            "by_wish": False}), "path moon", "unreachable"),
        (lambda c: c["labels"][2].update(leads="yes"), "screening.labels.2.leads", "wrong_type"),
        (lambda c: c["labels"][2].update(paths=["moon"]), "rulebook", "wrong_type"),
        (lambda c: c.update(luck=1), "screening.luck", "wrong_type"),
        (lambda c: c["labels"][2].update(condition={"any": [NOBODY, c["labels"][2]["condition"]]}),
            "label child.any[0]", "unreachable"),
        (lambda c: path_of(c, "local_home").update(by_wish=False, needs={"fact": "age", "op": "at_most", "value": 9}),
            "path local_home", "unreachable"),
        (lambda c: c["paths"].append(c["paths"][0]), "path return_family", "wrong_type"),
        (lambda c: c["dangers"].append(c["dangers"][0]), "danger ", "wrong_type"),
        (lambda c: c["labels"][2]["paths"].append("child_agency"), "label child", "wrong_type"),
        (lambda c: c["labels"][2].update(name={"th": "เด็ก", "en": " "}), "label child", "wrong_type"),
        (lambda c: c["paths"].remove(path_of(c, "advice_only")), "path advice_only", "wrong_type"),
        (lambda c: c["last"].append(c["last"][0]), "last", "wrong_type"),
        (lambda c: c.update(facts=[new_fact(), new_fact()]), "fact shoe", "wrong_type"),
        (lambda c: c.update(facts=[new_fact(code="birth_date")]), "fact birth_date", "wrong_type"),
        (lambda c: c.update(facts=[new_fact(kind="code", options=[answer({"a": 1})])]), "fact shoe", "wrong_type"),
        (lambda c: c.update(facts=[new_fact(kind="number", options=[answer("one")])]), "fact shoe", "wrong_type"),
        (lambda c: c.update(facts=[new_fact(kind="code", options=[answer("unknown")])]), "fact shoe", "wrong_type"),
        (lambda c: c.update(facts=[new_fact(kind="code", options=[answer("b"), answer("b")])]), "fact shoe",
            "wrong_type"),
    ],
)  # fmt: skip
def test_errors_refuse_a_draft_and_name_the_row(net, change, where, code):
    content = book()
    change(content)
    with pytest.raises(Invalid) as wrong:
        drafted(net, content, "2569-2")
    assert [key for key in wrong.value.errors if key.startswith(where)], wrong.value.errors
    assert code in str(wrong.value.errors)
    assert net.call("screening", "drafts", {}, **RULES)["items"] == []


def test_a_procedure_names_by_centre_the_noes_that_a_director_reviews_and_no_others(net):
    steps = json.loads(procedure.SHIPPED_DOCUMENT)
    for wrong_review in (
        {"60": ["partner/luck"]},
        {"60": ["system"]},
        {"00": ["partner"]},
        {"60": "partner"},
    ):
        with pytest.raises(Invalid) as wrong:
            drafted(net, {"procedure": {**steps, "decline_review": wrong_review}}, steps["version"])
        assert all(where.startswith("procedure.decline_review") for where in wrong.value.errors)
    right = {"60": ["partner/behaviour_safety", "person"]}
    saved = drafted(net, {"procedure": {**steps, "decline_review": right}}, steps["version"])
    adopt(net, saved["draft_id"], NORTH)
    version = adopt(net, saved["draft_id"], SOUTH)["rules_version"]
    whole = net.call("screening", "rulebook", {"rules_version": version}, **RULES)
    assert whole["content"]["decline_review"] == right


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda c: c.update(luck=1), "procedure.luck"),
        (lambda c: c["quorum"].update(votes="three"), "procedure.quorum.votes"),
        (lambda c: c["deadlines"]["answer"].update(hours=9), "procedure.deadlines.answer.hours"),
        (lambda c: c["deadlines"]["answer"].update(working_days=0), "procedure.deadlines.answer.working_days"),
        (lambda c: c["follow_up"][0].pop("until"), "procedure.follow_up.0.until"),
        (lambda c: c["escalation"].update(role="king"), "procedure.escalation.role"),
        (lambda c: c["centres"].update({"00": {}}), "procedure.centres.00"),
        (lambda c: c["centres"].update({"60": {"quorum": {"votes": 2, "chair": True}}}),
         "procedure.centres.60.quorum.votes"),
    ],
)  # fmt: skip
def test_errors_of_a_procedure_name_the_field(net, change, field):
    steps = json.loads(procedure.SHIPPED_DOCUMENT)
    change(steps)
    with pytest.raises(Invalid) as wrong:
        drafted(net, {"procedure": steps}, steps["version"])
    assert field in wrong.value.errors, wrong.value.errors


def test_a_procedure_of_before_can_be_sent_as_a_draft_and_counts_whole(net):
    old = json.loads(procedure.document("procedure-1"))
    old["deadlines"]["answer_days"] = 7
    saved = drafted(net, {"procedure": old}, "procedure-1")
    content = net.call("screening", "draft", {"draft_id": saved["draft_id"]}, **RULES)["content"]["procedure"]
    assert content["deadlines"]["answer"] == {"days": 7} and content["referrals_at_once"] == 3
    with pytest.raises(Invalid):
        drafted(net, {"procedure": {**old, "luck": 1}}, "procedure-1")
    with pytest.raises(Invalid):
        drafted(net, {"procedure": {**old, "centres": [1]}}, "procedure-1")


FLAGS = (
    "pregnant", "income_sufficient", "can_depend_on_others", "mental_crisis", "trafficking_signs", "severe_behaviour",
    "legal_case", "able_to_work", "wants_work", "prior_process_done", "disability_card",
)  # fmt: skip


def test_whoever_can_be_one_is_found_however_much_a_row_asks(net):
    """A row that asks for so many facts that nobody can look at everybody, and one that asks for two of several
    answers at once."""
    wanted = [{"fact": flag, "op": "is", "value": True} for flag in FLAGS]
    wanted += [
        {"fact": "housing", "op": "is", "value": "home"}, {"fact": "care_level", "op": "is", "value": 3},
        {"fact": "nationality", "op": "is", "value": "stateless"},
        {"fact": "communicable_disease", "op": "is", "value": "untreated"},
        *({"fact": "disability_types", "op": "includes_any", "value": [code]} for code in (2, 5)),
        {"not": {"fact": "disability_types", "op": "includes_any", "value": [1]}},
    ]  # fmt: skip
    content = book()
    content["labels"][2]["condition"] = {"all": wanted}
    saved = drafted(net, content, "2569-2")
    found = [each for each in saved["lint"] if each["where"] == "label trafficking_suspected, label child"]
    assert [each["example"]["disability_types"] for each in found] == [[2, 5]]


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        (lambda form: form["groups"][0]["facts"].append("housing"), "form group 1", "wrong_type"),
        (lambda form: form["groups"][0].update(title={"th": "", "en": "Safety"}), "form group 1", "wrong_type"),
        (lambda form: form["questions"].pop("pregnant"), "form group 1", "wrong_type"),
        (lambda form: form["questions"]["pregnant"].update(text={"th": "ก", "en": ""}), "form question pregnant",
            "wrong_type"),
        (lambda form: form["questions"]["pregnant"].update(show_if=NOBODY), "form question pregnant, show_if",
            "unreachable"),
    ],
)  # fmt: skip
def test_a_form_has_words_for_what_it_asks_and_asks_once_of_somebody(net, change, where, code):
    form = net.call("screening", "rulebook", {"rules_version": "2"}, **RULES)["content"]
    change(form)
    with pytest.raises(Invalid) as wrong:
        drafted(net, {"form": form}, "2")
    assert code in str(wrong.value.errors[where])


def test_a_form_asks_only_for_facts_there_are(net):
    form = net.call("screening", "rulebook", {"rules_version": "2"}, **RULES)["content"]
    form["groups"][0]["facts"].append("luck")
    with pytest.raises(Invalid) as wrong:
        drafted(net, {"form": form}, "2")
    assert list(wrong.value.errors) == ["form group 1"]
    form["groups"][0]["facts"].pop()
    form["questions"]["pregnant"]["show_if"] = {"fact": "sex", "op": "is", "value": "moon"}
    with pytest.raises(Invalid):
        drafted(net, {"form": form}, "2")


def test_a_person_is_tried_on_rules_that_are_being_written(net):
    body = {"based_on": "2569-1", "content": older_from(65), "facts": {"age": 62, "nationality": "thai"}}
    outcome = net.call("screening", "check_rules", body, **RULES)["outcome"]
    [label] = [each for each in outcome["labels"] if each["code"] == "older_person"]
    assert label["verdict"] == "not_met"
    assert net.call("screening", "drafts", {}, **RULES)["items"] == []


def test_two_directors_of_different_centres_adopt_a_draft_from_a_day_on(net):
    draft_id = drafted(net, older_from(65))["draft_id"]
    first = adopt(net, draft_id, NORTH)
    assert first["waiting_for"] and adopt(net, draft_id, NORTH)["waiting_for"]
    asked = net.call("screening", "draft", {"draft_id": draft_id}, **RULES)
    assert (asked["asked_by"], asked["valid_from"], asked["adopted"]) == ("director-60", DAY, False)
    with pytest.raises(Refused) as refused:
        adopt(net, draft_id, SAME)
    assert refused.value.code == "two_centres"
    key = str(uuid4())
    done = adopt(net, draft_id, SOUTH, key=key)
    assert adopt(net, draft_id, SOUTH, key=key) == done
    assert (done["rules_version"], done["valid_from"], done["version"]) == ("2569-3", DAY, 1) or done[
        "version"
    ]
    with pytest.raises(Refused):
        adopt(net, draft_id, SOUTH)
    row = next(
        each for each in net.call("screening", "rules", {}, **MINISTRY)["items"]
        if each["rules_version"] == done["rules_version"]
    )  # fmt: skip
    assert (row["status"], row["valid_from"]) == ("adopted", DAY)
    assert row["adopted_by"] == ["director-60", "director-61"] and row["reason"] == "กฎหมายเปลี่ยน"
    assert net.runtimes["screening"].verify() == []


def test_a_draft_says_what_was_adopted_since_it_began(net):
    def since(draft_id):
        return net.call("screening", "draft", {"draft_id": draft_id}, **RULES)["adopted_since"]

    net.call("screening", "adopt_rules", {"rules_version": "2569-1"}, **NORTH)
    first, second = drafted(net, older_from(65))["draft_id"], drafted(net, older_from(70))["draft_id"]
    assert since(first) == since(second) == []
    adopt(net, first, NORTH)
    version = adopt(net, first, SOUTH)["rules_version"]
    assert since(second) == [version] and since(first) == []
    drafted_anew = drafted(net, older_from(70), version)["draft_id"]
    assert since(drafted_anew) == []  # it begins from it
    form = net.call("screening", "rulebook", {"rules_version": "2"}, **RULES)["content"]
    assert since(drafted(net, {"form": form}, "2")["draft_id"]) == []  # of another kind


def test_the_rule_keeper_is_one_of_two_and_never_both(net):
    draft_id = drafted(net, older_from(65))["draft_id"]
    assert adopt(net, draft_id, RULES)["waiting_for"]
    with pytest.raises(Refused):
        adopt(net, draft_id, {**RULES, "user": "rules-2"})
    assert adopt(net, draft_id, NORTH)["rules_version"]


def test_a_draft_that_is_saved_again_is_asked_for_anew(net):
    draft_id = drafted(net, older_from(65))["draft_id"]
    adopt(net, draft_id, NORTH)
    body = {"draft_id": draft_id, "based_on": "2569-1", "content": older_from(66)}
    net.call("screening", "save_rules", body, **RULES)
    assert net.call("screening", "draft", {"draft_id": draft_id}, **RULES)["asked_by"] is None
    assert adopt(net, draft_id, SOUTH)["waiting_for"]


def test_rules_count_from_tomorrow_at_the_earliest(net):
    draft_id = drafted(net, older_from(65))["draft_id"]
    for day in ("2026-03-02", "2025-01-01"):
        with pytest.raises(Invalid) as wrong:
            adopt(net, draft_id, NORTH, day)
        assert list(wrong.value.errors) == ["valid_from"]
    assert adopt(net, draft_id, NORTH, "2026-03-03")["waiting_for"]


def test_from_its_day_on_a_screening_uses_the_adopted_rules_and_the_earlier_ones_are_read_as_they_were(net):
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    net.settle()
    facts = {**FACTS, "age": 62, "nationality": "thai"}
    before = complete(net, case_id, facts)
    draft_id = drafted(net, older_from(65))["draft_id"]
    adopt(net, draft_id, NORTH)
    version = adopt(net, draft_id, SOUTH)["rules_version"]
    assert complete(net, case_id, facts)["rules_version"] == "2569-1"
    net.clock.advance(days=40)
    after = complete(net, case_id, facts)
    assert after["rules_version"] == version
    verdicts = [
        next(label["verdict"] for label in answer["labels"] if label["code"] == "older_person")
        for answer in (before, after)
    ]
    assert verdicts == ["met", "not_met"]
    assert net.call("screening", "screening", {"case_id": case_id})["rules_version"] == version
    net.runtimes["screening"].rebuild(None, lambda done, total: None)
    assert net.call("screening", "screening", {"case_id": case_id})["rules_version"] == version


def test_what_comes_with_the_software_is_adopted_under_its_own_name(net):
    draft_id = drafted(net, None, "2569-3")["draft_id"]
    adopt(net, draft_id, NORTH)
    assert adopt(net, draft_id, RULES)["rules_version"] == "2569-3"


def test_a_question_that_a_rulebook_adds_is_answered_in_a_screening(net):
    content = book("2569-1")
    text = {"th": "ทหารผ่านศึก", "en": "veteran"}
    content["facts"] = [{"code": "veteran", "kind": "flag", "name": text, "question": text}]
    content["labels"].append({
        "code": "veteran", "name": text, "law": text, "condition": {"fact": "veteran", "op": "is", "value": True},
        "because": text, "leads": True, "paths": ["foundation"],
    })  # fmt: skip
    draft_id = drafted(net, content)["draft_id"]
    adopt(net, draft_id, NORTH)
    adopt(net, draft_id, SOUTH)
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    with pytest.raises(Invalid):
        complete(net, case_id, {**FACTS, "veteran": True})
    net.clock.advance(days=40)
    found = complete(net, case_id, {**FACTS, "veteran": True})
    assert next(each for each in found["labels"] if each["code"] == "veteran")["verdict"] == "met"
    with pytest.raises(Invalid) as wrong:
        complete(net, case_id, {**FACTS, "veteran": "moon"})
    assert list(wrong.value.errors) == ["facts.veteran"]


def cases_of(net, *, centre, count, age):
    for _ in range(count):
        body = {**CASE, "centre": centre}
        worker = {"user": f"worker-{centre}", "centres": (centre,)}
        case_id = net.call("intake", "open_case", body, **worker)["case_id"]
        net.settle()
        facts = {**FACTS, "age": age, "nationality": "thai"}
        net.call("screening", "complete", {"case_id": case_id, "facts": facts}, **worker)


def tried(net, draft_id, who, **body):
    asked = net.call("screening", "try_draft", {"draft_id": draft_id, **body}, **RULES)
    return net.call("screening", "trial", {"trial_id": asked["trial_id"]}, **who)


def test_a_draft_is_tried_on_the_past_and_small_numbers_of_other_centres_are_left_out(net):
    cases_of(net, centre="60", count=2, age=62)
    cases_of(net, centre="60", count=1, age=70)
    cases_of(net, centre="61", count=3, age=63)
    cases_of(net, centre="62", count=5, age=64)
    draft_id = drafted(net, older_from(65))["draft_id"]
    own = tried(net, draft_id, NORTH)
    assert [*own["by"]["centre"]] == ["60"]  # the sum is told: with 62's five it would say that 61 had three
    cases_of(net, centre="63", count=6, age=64)
    own = tried(net, draft_id, NORTH)
    assert own["over"] and own["of"] == 17 and own["changed"] == 16
    assert own["lost"] == {"older_person": 16} and own["gained"] == {}
    assert sum(own["first_path"].values()) == 16
    assert own["by"]["centre"]["60"]["lost"] == {"older_person": 2}
    assert [*own["by"]["centre"]] == ["60", "63"] and own["by"]["centre"]["63"]["lost"] == {"older_person": 6}
    assert len(own["cases"]) == 2 and {each["centre"] for each in own["cases"]} == {"60"}
    assert own["by"]["age_band"]["60-69"]["of"] == 16 and own["open"]["of"] == 17
    keeper = tried(net, draft_id, RULES)
    assert keeper["cases"] == [] and keeper["lost"] == {"older_person": 16}
    assert "60" not in keeper["by"]["centre"]
    one = tried(net, draft_id, RULES, centre="61")
    assert one["changed"] == 0 and one["few"] and one["lost"] == {}
    past = tried(net, draft_id, RULES, to="2026-03-01")
    assert past["of"] == 0 and past["over"]
    same = tried(net, drafted(net, None)["draft_id"], NORTH)
    assert same["of"] == 17 and same["changed"] == 0


def test_a_trial_goes_on_with_each_question_and_says_how_far_it_is(net, monkeypatch):
    cases_of(net, centre="60", count=5, age=62)
    draft_id = drafted(net, older_from(65))["draft_id"]
    trial_id = net.call("screening", "try_draft", {"draft_id": draft_id}, **RULES)["trial_id"]
    monkeypatch.setattr(trying, "CHUNK", 2)
    monkeypatch.setattr(trying, "SECONDS", 1e-9)
    seen = [net.call("screening", "trial", {"trial_id": trial_id}, **NORTH) for _ in range(4)]
    assert [each["done"] for each in seen] == [2, 4, 5, 5]
    assert [each["over"] for each in seen] == [False, False, True, True]
    assert seen[-1]["lost"] == {"older_person": 5} and seen[-1]["seconds"] >= 0
    trying._running.clear()  # another process is asked
    assert net.call("screening", "trial", {"trial_id": trial_id}, **NORTH)["of"] == 5


def test_who_may_draft_try_and_adopt(net):
    draft_id = drafted(net, older_from(65))["draft_id"]
    worker = {"user": "worker-60", "role": "worker", "centres": ("60",)}
    for who in (MINISTRY, {"user": "m", "role": "member", "centres": ("60",)}):
        with pytest.raises(Forbidden):
            drafted(net, None, **who)
        with pytest.raises(Forbidden):
            adopt(net, draft_id, who)
    with pytest.raises(Forbidden):
        adopt(net, draft_id, worker)
    assert drafted(net, None, **worker)["draft_id"]
    for door, body in (("draft", {"draft_id": str(uuid4())}), ("trial", {"trial_id": "x"})):
        with pytest.raises(NotFound):
            net.call("screening", door, body, **RULES)
    with pytest.raises(NotFound):
        adopt(net, str(uuid4()), NORTH)
    with pytest.raises(Invalid):
        drafted(net, None, "2500-1")


def in_other_words(net, **words):
    """A draft of the form in force, one question of which is asked in other words."""
    version = next(
        each["rules_version"]
        for each in listed(net)
        if each["name"] == "form" and each["status"] == "in_force"
    )
    form = net.call("screening", "rulebook", {"rules_version": version}, **RULES)["content"]
    form["questions"]["housing"]["text"] = {"th": "คืนนี้พักที่ใด", "en": "Where tonight?"} | words
    return form, version


def listed(net):
    return net.call("screening", "rules", {}, **RULES)["items"]


def test_other_words_of_a_form_are_adopted_by_one_alone_and_announced_as_others(net):
    form, version = in_other_words(net)
    draft_id = drafted(net, {"form": form}, version)["draft_id"]
    assert net.call("screening", "draft", {"draft_id": draft_id}, **RULES)["only_words"]
    with pytest.raises(Invalid):
        adopt(net, draft_id, NORTH, MORNING.date().isoformat())
    said = adopt(net, draft_id, NORTH)
    assert said["adopted"] == {"form": said["rules_version"]}
    [new] = [each for each in listed(net) if each["rules_version"] == said["rules_version"]]
    assert (new["adopted_by"], new["reason"]) == ([NORTH["user"]], "กฎหมายเปลี่ยน")
    assert net.call("screening", "draft", {"draft_id": draft_id}, **RULES)["adopted"]
    with pytest.raises(Refused, match="adopted already"):
        adopt(net, draft_id, SOUTH)


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form["groups"].reverse(),
        lambda form: form["groups"][0]["facts"].reverse(),
        lambda form: form["groups"][1]["facts"].remove("relatives"),
        lambda form: form["questions"]["pregnant"].update(
            show_if={"fact": "sex", "op": "is", "value": "female"}
        ),
    ],
)
def test_who_is_asked_what_and_in_which_order_is_no_wording(net, change):
    form, version = in_other_words(net)
    change(form)
    draft_id = drafted(net, {"form": form}, version)["draft_id"]
    assert not net.call("screening", "draft", {"draft_id": draft_id}, **RULES)["only_words"]
    assert "waiting_for" in adopt(net, draft_id, NORTH)


def test_names_and_reasons_of_a_rulebook_are_words_and_its_laws_and_conditions_are_not(net):
    content = book("2569-1")
    content["labels"][2]["name"]["th"] = "เด็กและเยาวชน"
    content["paths"][0]["because"]["en"] = "Only where it is safe."
    words = drafted(net, content, "2569-1")["draft_id"]
    assert "rules_version" in adopt(net, words, RULES, "2026-04-01")
    content["labels"][2]["law"]["th"] = "กฎหมายอื่น"
    assert "waiting_for" in adopt(net, drafted(net, content, "2569-1")["draft_id"], RULES, "2026-04-02")


def test_words_are_held_against_what_counts_on_that_day_and_not_against_what_a_draft_began_from(net):
    before = drafted(net, older_from(65))["draft_id"]
    adopt(net, before, NORTH)
    adopt(net, before, SOUTH)
    content = book("2569-1")
    content["labels"][2]["name"]["th"] = "เด็กและเยาวชน"
    old_words = drafted(net, content, "2569-1")["draft_id"]
    assert "waiting_for" in adopt(net, old_words, NORTH, "2026-04-02")
    assert "rules_version" in adopt(net, old_words, NORTH, "2026-03-31")
