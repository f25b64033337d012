"""What of a fact only the staff of the case's centre may see."""

from services.reporting import answers

# What staff of the case's centre may see in `data` and others may not: facts about the person, how a partner is reached, and staff's
# own words.
STAFF_ONLY = {
    "CaseOpened": ("age", "found"),
    "PersonIdentified": ("age",),
    "PersonCorrected": ("age",),
    "ScreeningStarted": ("known",),
    "ScreeningCompleted": ("facts",),
    "PartnerRegistered": ("contact",),
    "CaseClosed": ("reason",),
    "CaseReopened": ("reason",),
}


def without_facts(event: answers.Event) -> answers.Event:
    """A CloudEvent without what is only for staff of the case's centre: facts about the person, why a label was met, contacts."""
    hidden = STAFF_ONLY.get(event["type"], ())
    data = {name: value for name, value in event["data"].items() if name not in hidden}
    if event["type"] == "ScreeningCompleted":
        data["labels"] = [
            {name: value for name, value in label.items() if name != "because"} for label in data["labels"]
        ]
    return {**event, "data": data}
