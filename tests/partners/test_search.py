"""Partners found by what is remembered of their names."""

from services.partners.projections import registry
from tests.partners.test_projections import db, facts, listed, registered  # noqa: F401 (fixture)


def test_partners_are_found_as_they_are_remembered(db):  # noqa: F811
    homes = (
        registered(1, "มูลนิธิบ้านอุ่นรัก"),
        registered(2, "โรงพยาบาลสวรรค์ประชารักษ์", kind="hospital"),
        registered(3, "บจก. สยามการพิมพ์", kind="employer"),
        registered(4, "บ้านอุ่นใจ", province="61"),
    )
    registry.project(db, facts(*homes))

    def found(q, **more):
        answer = listed(db, q=q, **more)
        return [item["partner_id"] for item in answer["items"]], answer["nearly"]

    for q in ("บ้าน อุนรัก", "มูลนิธิฯ อุ่นรัก", "บานอุ่นรัก", "อ่ ุนรัก"):
        assert found(q) == (["partner-1"], False), q
    for q in ("รพ.สวรรค์ประชารักษ์", "รพ สวรรค์", "ประชารักษ์ สวรรค์", "สวรรค์ประชารัก"):
        assert found(q) == (["partner-2"], False), q
    assert found("บริษัท สยามการพิมพ์ จำกัด") == (["partner-3"], False)
    # A letter is wrong: told, and only where nobody is called so.
    assert found("สวรรค์ประชาลักษ์") == (["partner-2"], True)
    assert found("สยามการพินพ์") == (["partner-3"], True)
    assert found("อุ่นรัก")[0] == ["partner-1"]
    assert found("อุ่นไจ", province="60") == ([], False)
    assert found("อุ่นรัด", province="60") == (["partner-1"], True)
    assert found("!") == found("ไม่มีที่นี่") == ([], False)


def test_names_that_differ_in_a_letter_are_listed_page_by_page(db):  # noqa: F811
    registry.project(db, facts(*(registered(n, f"บ้านร่มเย็น {n}") for n in range(3))))
    first = listed(db, q="บ้านร่มเญ็ม", limit=2)
    rest = listed(db, q="บ้านร่มเญ็ม", limit=2, cursor=first["next"])
    assert [len(first["items"]), len(rest["items"])] == [2, 1] and first["nearly"] and rest["nearly"]
