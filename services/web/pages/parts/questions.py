"""The questions of a screening: in groups, each with why it is asked and the law behind it, and the words of its answers."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from services.web.pages.parts.language import later

Kind = Literal["one", "yes_no", "many", "birth", "select"]
Options = tuple[tuple[str, str], ...]


class Question(NamedTuple):
    """`fact` as the screening service names it; options come from OPTIONS or, for codes every page knows, from words."""

    fact: str
    kind: Kind
    text: str
    hint: str | None = None


class Group(NamedTuple):
    title: str
    why: str
    law: str
    questions: tuple[Question, ...]


UNKNOWN = "unknown"  # the answer "not known yet" of a radio button: a browser sends no empty one
_THERE = (later("There is"), later("There is none"))
# What yes and no are called: (yes, no).
FLAGS: Mapping[str, tuple[str, str]] = {
    "trafficking_signs": _THERE,
    "mental_crisis": _THERE,
    "pregnant": (later("Pregnant"), later("Not pregnant")),
    "income_sufficient": (later("Enough"), later("Not enough")),
    "can_depend_on_others": _THERE,
    "prior_process_done": (later("Has been"), later("Has not been")),
    "disability_card": (later("Has one"), later("Has none")),
    "severe_behaviour": _THERE,
    "legal_case": _THERE,
    "able_to_work": (later("Able"), later("Not able")),
    "wants_work": (later("Wants to"), later("Does not want to")),
}

OPTIONS: Mapping[str, Options] = {
    "housing": (
        ("street", later("On the street")),
        ("public_place", later("In a public place, such as a station or a temple ground")),
        ("temporary", later("In a temporary place")),
        ("home", later("Has a home")),
    ),
    "begging": (
        ("none", later("Does not beg")),
        ("asks", later("Asks others for money or things to live on")),
        ("performs", later("Performs for money")),
        ("relatives", later("Asks relatives only")),
        ("collection", later("Collects for others")),
        ("religious", later("Religious alms")),
    ),
    "disability_types": (
        ("1", later("Seeing")),
        ("2", later("Hearing or communicating")),
        ("3", later("Movement or the body")),
        ("4", later("Mind or behaviour")),
        ("5", later("Intellect")),
        ("6", later("Learning")),
        ("7", later("Autism")),
    ),
    "care_level": (
        ("1", later("Independent in daily life")),
        ("2", later("Needs some help")),
        ("3", later("Depends on others")),
    ),
    "communicable_disease": (
        ("none", later("None found")),
        ("treated", later("Treated, no longer infectious")),
        ("untreated", later("Not treated yet")),
    ),
    "relatives": (
        ("none", later("No relatives found")),
        ("willing", later("Relatives are willing to take care")),
        ("unwilling", later("Relatives are not willing or not able")),
        ("unsafe", later("Not safe with the relatives: do not contact them")),
    ),
    "documents_held": (
        ("id_card", later("Identity card")),
        ("house_registration", later("House registration")),
        ("disability_card", later("Disability card")),
        ("medical_certificate", later("Medical certificate")),
    ),
}

GROUPS = (
    Group(
        later("Safety first"),
        later("Signs of trafficking or a mental crisis come before everything else: another law protects the person at once."),
        later("Anti-Trafficking in Persons Act B.E. 2551, s. 29; Mental Health Act B.E. 2551, s. 22"),
        (
            Question(
                "trafficking_signs", "yes_no", later("Are there signs of trafficking?"),
                later("Fear of somebody, being watched, somebody takes the money, being brought to beg."),
            ),
            Question(
                "mental_crisis", "yes_no", later("Is there a mental crisis?"),
                later("Dangerous to themselves or others, or in urgent need of treatment."),
            ),
            Question("pregnant", "yes_no", later("Is the person pregnant?")),
        ),
    ),
    Group(
        later("Home and income"),
        later("These answers decide whether the person is destitute by law and may be given protection."),
        later("Protection of the Destitute Act B.E. 2557, s. 3"),
        (
            Question("housing", "one", later("Where does the person live now?")),
            Question("income_sufficient", "yes_no", later("Is the income enough to live on?")),
            Question("can_depend_on_others", "yes_no", later("Is there somebody to depend on?")),
            Question("relatives", "one", later("What about relatives?")),
            Question(
                "prior_process_done", "yes_no", later("Has the person been through the process of this Act before?"),
                later("Some homes ask for it: a visit to the family or the community, suitable work."),
            ),
        ),
    ),
    Group(
        later("Begging"),
        later("Who begs is screened and helped; who performs is treated differently from who begs."),
        later("Control of Begging Act B.E. 2559, ss. 13-16"),
        (Question("begging", "one", later("Does the person beg?")),),
    ),
    Group(
        later("Age and nationality"),
        later("Older people and children have laws of their own. What the case already says is used when this stays empty."),
        later("Older Persons Act B.E. 2546, s. 3; Child Protection Act B.E. 2546, s. 4"),
        (
            Question(
                "birth_date", "birth", later("Birth date"),
                later("Buddhist or CE year, also only a part: 12/5/2500, 5/2500 or 2500."),
            ),
            Question("nationality", "select", later("Nationality")),
        ),
    ),
    Group(
        later("Disability"),
        later("A disability opens rights of its own: a card, an allowance, and work under sections 33 and 35."),
        later("Persons with Disabilities Empowerment Act B.E. 2550, ss. 4, 20, 33, 35"),
        (
            Question("disability_types", "many", later("Which types of disability?"), later("Choose all that fit.")),
            Question("disability_card", "yes_no", later("Does the person hold a disability card?")),
        ),
    ),
    Group(
        later("Health and care"),
        later("Each place says whom it can care for. A wrong match means the person is moved again."),
        later("Rules of the places; Older Persons Act B.E. 2546, s. 11"),
        (
            Question("care_level", "one", later("How much help does the person need every day?")),
            Question("communicable_disease", "one", later("Is there a communicable disease?")),
            Question("severe_behaviour", "yes_no", later("Is there severe behaviour that others cannot live with?")),
            Question("legal_case", "yes_no", later("Is there a criminal case under investigation or trial?")),
        ),
    ),
    Group(
        later("Work and wishes"),
        later("The person's own wish comes right after the law that protects them."),
        later("Protection of the Destitute Act B.E. 2557, s. 23"),
        (
            Question("able_to_work", "yes_no", later("Is the person able to work?")),
            Question("wants_work", "yes_no", later("Does the person want to work?")),
            Question("wants", "many", later("What does the person want?"), later("Choose all that fit, in the person's own interest.")),
            Question("documents_held", "many", later("Which documents does the person hold?"), later("The kind only, no numbers.")),
        ),
    ),
)  # fmt: skip
NONE_OF_THESE = {"disability_types": later("No disability"), "documents_held": later("No documents")}
FACTS = tuple(question.fact for group in GROUPS for question in group.questions)
RADIOS = tuple(
    question.fact for group in GROUPS for question in group.questions if question.kind in ("one", "yes_no")
)
