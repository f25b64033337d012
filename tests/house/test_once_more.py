"""What cannot be undone is asked once more: no single press of a button that stands among other things ends something
for good. Buttons that need one press are found in the templates."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "services/web/templates"
# (template, what it sends to): what brings it back, or why nothing is lost.
BROUGHT_BACK = {
    ("account/closures.html", ""): "the day is closed anew",
    ("account/delegated.html", "pages.delegations.end"): "it is delegated anew",
    ("account/sign_in.html", "pages.sample.sign_in"): "signing in to a sample",
    ("answer/over.html", ".take_back"): "it opens the question again; the answer is given anew",
    ("answer/show.html", ".acknowledge"): "it says that it was read, and ends nothing",
    ("base.html", "pages.account.sign_out"): "one signs in again",
    ("base.html", "pages.rulebooks.read"): "the rules stay where they can be read",
    ("care/show.html", ".take"): "a task that is none is said to be not possible",
    ("case/search.html", ".results"): "a search",
    ("erasure/confirm.html", ".withdraw"): "the erasure is asked for anew",
    ("notices/listing.html", ".read"): "what was read stays in the list",
    ("operating/messages.html", ".retry"): "it is tried again",
    ("operating/system.html", ".retry"): "it is tried again",
    ("own/show.html", ".acknowledge"): "it says that it was read, and ends nothing",
    ("own/show.html", ".take_back"): "it opens the question again; the answer is given anew",
    ("partners/proposals.html", ".accept"): "the registry is corrected again",
    ("partners/show.html", "to"): "the places are stated again",
    ("partners/still.html", "still"): "it says that it is still so, and is corrected otherwise",
    ("rules/draft.html", "pages.rule_rows.move"): "the row is moved back",
    ("standing/sheet.html", ".make"): "there was no link before; it is revoked",
    ("transfer/answer.html", ".accept"): "the case is handed over again; its page is of this one question",
    ("transfer/ask.html", ".revoke"): "the other centre is asked again",
    ("webhooks/show.html", ".turn"): "pause, resume and test; what ends something is opened first",
    ("work/today.html", ".taken"): "the case is handed on again",
}
SURE = re.compile(r"{% call parts\.sure\b.*?{% endcall %}", re.DOTALL)
FORM = re.compile(r'<form method="post".*?</form>', re.DOTALL)
# A form in which something is typed or chosen is no single press, nor one that has a page of its own (forms.form).
ASKS = re.compile(
    r'<input(?![^>]*type="hidden")|<select|<textarea|forms\.(?!hidden|submit)\w+\(|{{ fields }}'
)
TARGET = re.compile(r"url_for\('([\w.]+)'|action=\"{{ (\w+) }}\"")


def one_press(text: str) -> list[str]:
    """What the buttons of a template send to that need one press."""
    forms = [form for form in FORM.findall(SURE.sub("", text)) if not ASKS.search(form)]
    return [
        next(filter(None, found.groups()), "") if (found := TARGET.search(form)) else "" for form in forms
    ]


def test_what_one_press_does_can_be_brought_back():
    found = {
        (path.relative_to(TEMPLATES).as_posix(), target)
        for path in TEMPLATES.rglob("*.html")
        for target in one_press(path.read_text())
    }
    assert found == BROUGHT_BACK.keys()


def test_a_button_that_is_opened_first_does_not_count_and_one_beside_it_does():
    form = (
        '<form method="post" action="{{ url_for(\'.end\') }}"><input type="hidden"><button>x</button></form>'
    )
    assert one_press(form) == [".end"]
    assert one_press('{% call parts.sure(_("End")) %}' + form + "{% endcall %}") == []
    assert one_press(form.replace("<button>", '<input name="reason"><button>')) == []


def test_the_steps_that_end_something_for_good_are_opened_or_have_a_page_of_their_own():
    """By their names, so that moving a button elsewhere is noticed."""
    twice = {
        "users/change.html": ("new_password", "take_off_second_factor"), "keys/listing.html": ("rotate", "revoke"),
        "account/me.html": ("sign_out_everywhere",), "own/show.html": ("admit",), "meetings/show.html": ("close",),
        "standing/sheet.html": ("make", "revoke"), "notices/channel.html": ("forget",),
    }  # fmt: skip
    for template, names in twice.items():
        opened = "".join(SURE.findall((TEMPLATES / template).read_text()))
        assert all(f".{name}'" in opened for name in names), template
    own_page = ("erasure/confirm", "users/close", "partners/retire", "rules/adopt", "group/end", "consents/withdraw",
                "referral/step", "case/change", "outreach/in_error", "answer/decline", "own/decline",
                "stay/change", "operating/skip")  # fmt: skip
    for template in own_page:
        assert "forms.form(form)" in (TEMPLATES / f"{template}.html").read_text(), template
