"""What somebody is found by, and how well a name fits the words that were typed."""

import pytest

from services.intake.domain.likeness import (
    BORN,
    IDENTIFIER,
    PIECE,
    WORD,
    Likeness,
    exact,
    identifier,
    keys,
    likenesses,
    one_letter_apart,
    query_keys,
)
from services.intake.domain.person import Description

SOMCHAI = {"first": "สมชาย", "last": "ใจดี"}
NOBODY = Description("unknown", "male", "unknown", [])


def person(**known):
    return Description("claimed", "male", "thai", [], **known)


def test_an_identifier_is_compared_without_signs_and_case():
    assert identifier("1-2345 67890.12/1") == identifier("1234567890121") == "1234567890121"
    assert identifier("ab_123456") == identifier("AB 123456") == "ab123456"
    assert identifier("๑๒๓") == "123"


def test_nothing_known_is_found_by_nothing():
    assert keys(NOBODY) == set() and exact(NOBODY) == {}
    assert exact(person(national_id=" - ")) == {} and keys(person(name={"title": "นาย"})) == set()


def test_two_descriptions_are_one_persons_by_identifier_or_by_name_and_birth():
    both = person(name=SOMCHAI, national_id="1-2345-67890-12-1", birth_date="1960-05")
    [(kind, whole)] = [key for key, code in exact(both).items() if code == "same_name_and_birth"]
    assert kind == BORN and whole.endswith(" 1960-05")
    assert exact(both)[IDENTIFIER, "1234567890121"] == "same_identifier" and len(exact(both)) == 2
    assert exact(person(name=SOMCHAI)) == exact(person(birth_date="1960-05")) == {}
    glued = person(name={"first": "สมชายใจดี"}, birth_date="1960-05")
    assert exact(glued) == exact(person(name=SOMCHAI, birth_date="1960-05"))


def test_a_person_is_found_by_beginnings_by_the_whole_by_pieces_and_by_the_alias():
    found = keys(person(name={**SOMCHAI, "alias": "ตุ้ม"}, national_id="AB123"))
    words = {value for kind, value in found if kind == WORD}
    begins = {
        "สม",
        "สมช",
        "สมชา",
        "สมชาย",
        "จัย",
        "จัยด",
        "จัยดี",
        "ตุ",
        "ตุม",
    }  # from two letters on, as they sound
    assert words == begins | {"สมชายจัยดี"}  # and as it is written together
    assert (IDENTIFIER, "ab123") in found
    assert {value for kind, value in found if kind == PIECE} >= {"  ส", " สม"}
    assert "" not in {value for _, value in found}


def test_the_index_is_asked_for_the_whole_first_then_for_words_then_for_pieces():
    wanted = query_keys("สมชาย ใจดี")
    whole = max(wanted, key=wanted.__getitem__)
    assert whole[0] == WORD and wanted[whole] == 40 and [*wanted.values()].count(40) == 1
    assert wanted[WORD, "สมชาย"] == 20 or 20 in wanted.values()
    assert {weight for (kind, _), weight in wanted.items() if kind == PIECE} == {1}
    assert {kind for kind, _ in wanted} == {WORD, PIECE} and all(value for _, value in wanted)
    assert query_keys("สมชาย")[WORD, "สมชาย"] == 40  # one word is the whole
    assert query_keys(" ") == {}


def test_what_is_asked_for_is_among_what_somebody_is_found_by():
    known = keys(person(name=SOMCHAI))
    for typed in ("สมชาย ใจดี", "นายสมชายใจดี", "สม", "ใจดี"):
        assert {key for key, weight in query_keys(typed).items() if weight >= 20} & known, typed
    assert {
        key for key, weight in query_keys("สมชาน").items() if weight == 1
    } & known  # a piece of a misspelt word


@pytest.mark.parametrize(
    ("typed", "name", "fits"),
    [
        ("สมชาย ใจดี", SOMCHAI, Likeness(40, ["name"], ["whole_name"])),
        ("นายสมชายใจดี", SOMCHAI, Likeness(40, ["name"], ["whole_name"])),
        ("ตุ้ม", {"alias": "ตุ้ม"}, Likeness(40, ["alias"], ["whole_name"])),
        ("ตุ้ม", {**SOMCHAI, "alias": "ตุ้ม"}, Likeness(40, ["alias"], ["whole_name"])),
        ("สมชาย", SOMCHAI, Likeness(30, ["name"], ["same_word"])),
        ("สมฉาย", SOMCHAI, Likeness(30, ["name"], ["same_sound"])),
        ("สมฉายใจดี", SOMCHAI, Likeness(40, ["name"], ["whole_sound"])),
        ("ใจดี", SOMCHAI, Likeness(30, ["name"], ["same_word"])),
        ("สมช", SOMCHAI, Likeness(20, ["name"], ["word_begins"])),
        ("สมไชย", SOMCHAI, Likeness(10, ["name"], ["one_letter"])),
        ("ใจดี สมช", SOMCHAI, Likeness(25, ["name"], ["same_word", "word_begins"])),
        ("สมช สมไชย", SOMCHAI, Likeness(15, ["name"], ["word_begins", "one_letter"])),
        ("ตุ้ม ใจดี", {**SOMCHAI, "alias": "ตุ้ม"}, Likeness(30, ["name", "alias"], ["same_word"])),
        ("ใจดี ตุ้ม", {**SOMCHAI, "alias": "ตุ้ม"}, Likeness(30, ["name", "alias"], ["same_word"])),
        ("สมชาย ทองคำ", SOMCHAI, None),  # every word must be in there
        ("ประเสริฐ", SOMCHAI, None),
        ("", SOMCHAI, None),
        ("สมชาย", {}, None),
    ],
)
def test_how_well_a_name_fits_what_was_typed(typed, name, fits):
    assert likenesses(typed, [name]) == [fits]


def test_a_beginning_counts_for_more_than_a_letter_and_both_for_less_than_the_word():
    known = {"first": "มานะ", "last": "มานา"}  # มานา is the second word, and one letter from the first
    assert likenesses("มานา", [known]) == [Likeness(30, ["name"], ["same_word"])]
    assert likenesses("มาน", [known]) == [Likeness(20, ["name"], ["word_begins"])]


def test_many_names_are_held_against_what_was_typed_each_by_itself():
    known = [SOMCHAI, {}, {"first": "มานะ", "alias": "สมชาย"}, {"first": "สมไชย"}, SOMCHAI]
    assert likenesses("สมชาย", known) == [each for name in known for each in likenesses("สมชาย", [name])]
    assert [bool(each) for each in likenesses("สมชาย", known)] == [True, False, True, True, True]
    assert likenesses("สมชาย", []) == []


def test_whoever_is_called_uncle_is_found_by_that_too():
    known = [{"first": "ทองคำ"}, {"alias": "ลุงทองคำ"}, {"first": "สมชาย"}]
    same = ["same_word"]
    assert [
        each and each.reasons for each in likenesses("ลุงทองคำ มีสุข", [{"first": "ทองคำ", "last": "มีสุข"}])
    ] == [same]
    assert [bool(each) for each in likenesses("ลุงทองคำ", known)] == [True, True, False]


def test_two_letters_are_too_few_to_be_misspelt():
    assert likenesses("มก", [{"first": "มต"}]) == [None]
    assert likenesses("มกน", [{"first": "มตน"}]) == [Likeness(10, ["name"], ["one_letter"])]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("abcd", "abcd", True),
        ("abcd", "abcx", True),
        ("abcd", "xbcd", True),
        ("abcd", "abxcd", True),
        ("abcd", "abcde", True),
        ("abcd", "bcd", True),
        ("abcd", "bacd", True),
        ("abcd", "abdc", True),
        ("abcd", "acbd", True),
        ("abcd", "acbx", False),
        ("abcd", "badc", False),
        ("abcd", "axxd", False),
        ("abcd", "xbcx", False),
        ("abcd", "abxcx", False),
        ("abcd", "abcdef", False),
        ("abcd", "ab", False),
        ("abcd", "cbad", False),
        ("", "a", True),
    ],
)
def test_one_letter_is_one_more_or_less_or_another_or_two_neighbours_changed_over(one, other, apart):
    assert one_letter_apart(one, other) is one_letter_apart(other, one) is apart
