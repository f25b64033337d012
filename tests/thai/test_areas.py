"""Areas: codes old and new, forgiving search, neighbours and distances."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from services.thai import areas

ROOT = Path(__file__).resolve().parents[2]


def codes(found: tuple[areas.Area, ...]) -> list[str]:
    return [each.code for each in found]


def test_all_areas_in_force_are_there():
    provinces = areas.provinces()
    districts = [district for province in provinces for district in areas.districts(province.code)]
    assert (len(provinces), len(districts)) == (77, 928)
    assert sum(len(areas.subdistricts(district.code)) for district in districts) == 7436
    assert len(areas.districts("60")) == 15


def test_a_code_answers_at_its_own_level_only():
    assert areas.is_province("60") and not areas.is_district("60") and not areas.is_subdistrict("60")
    assert areas.is_district("6001") and areas.is_subdistrict("600101")
    assert not any(
        check(code) for check in (areas.is_province, areas.is_subdistrict) for code in ("", "99", "999999")
    )
    assert areas.districts("6001") == areas.subdistricts("60") == ()


def test_an_area_names_itself_in_both_languages():
    nakhon_sawan = areas.area("60")
    assert nakhon_sawan is not None and nakhon_sawan.level == "province"
    assert (nakhon_sawan.name("th"), nakhon_sawan.name("en")) == ("นครสวรรค์", "Nakhon Sawan")


def test_an_abolished_code_resolves_to_its_successors():
    assert codes(areas.resolve("600101")) == ["600101"]
    assert codes(areas.resolve("104701")) == ["104702", "104703"]
    assert areas.province_of("430301") == "38"
    assert areas.is_subdistrict("104701")
    assert areas.resolve("999999") == ()


@pytest.mark.parametrize(
    ("code", "language", "shown"),
    [
        ("600101", "th", "ต.ปากน้ำโพ อ.เมืองนครสวรรค์ จ.นครสวรรค์"),
        ("100101", "th", "แขวงพระบรมมหาราชวัง เขตพระนคร กรุงเทพมหานคร"),
        ("6001", "en", "Mueang Nakhon Sawan, Nakhon Sawan"),
        ("60", "th", "จ.นครสวรรค์"),
        ("999999", "th", ""),
    ],
)
def test_an_address_is_written_as_on_a_letter(code, language, shown):
    assert areas.address(code, language) == shown


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("นครสวรรค์", "60"),
        ("จ.นครสวรรค์", "60"),
        ("นครสวรร", "60"),
        ("Nakorn Sawan", "60"),
        ("nakhonsawan", "60"),
        ("Petchaburi", "76"),
        ("Pooket", "83"),
        ("กทม.", "10"),
        ("โคราช", "30"),
        ("ปากน้ำโพ", "600101"),
        ("ต.ปากน้ำโพ อ.เมือง", "600101"),
        ("นครสวรรค์ ปากน้ำโพ", "600101"),
        ("ตำบล ตลาด จังหวัด สุราษฎร์ธานี", "840101"),
        ("ห้วยขวาง", "1017"),
        ("600101", "600101"),
    ],
)
def test_search_finds_what_was_meant_first(typed, first):
    assert codes(areas.search(typed))[0] == first


def test_search_by_postcode_gives_its_subdistricts():
    found = areas.search("60000", limit=100)
    assert "600101" in codes(found)
    assert all("60000" in each.postcodes for each in found)


@pytest.mark.parametrize(
    ("typed", "today"),
    [
        ("หนองเข็ง", ["380103"]),  # of Nong Khai, now part of another subdistrict of Bueng Kan
        ("430304", ["380103"]),
        ("ศรีวิไล หนองคาย", ["3807", "380701"]),
        ("แขวงบางบอน", ["1050", "105002", "105003", "105004", "105005"]),
    ],
)
def test_search_for_an_abolished_area_gives_those_in_its_place(typed, today):
    assert codes(areas.search(typed)) == today


def test_search_keeps_to_its_province_and_limit():
    assert codes(areas.search("ตลาด", province="84"))[0] == "840101"
    assert {each.code[:2] for each in areas.search("เมือง", province="60")} == {"60"}
    assert len(areas.search("บ้าน", limit=7)) == 7


@pytest.mark.parametrize("typed", ["", "  ", "xyzzy", "อ.", "ตำบล", "00", "...", "%"])
def test_search_for_nothing_finds_nothing(typed):
    assert areas.search(typed) == ()


def test_the_middle_of_a_province_is_where_it_lies():
    latitude, longitude = areas.centroid("60")
    assert 15 < latitude < 16.2 and 99 < longitude < 101


def test_every_province_has_neighbours_and_they_agree():
    everywhere = {province.code for province in areas.provinces()}
    for code in everywhere:
        assert areas.neighbours(code) <= everywhere - {code}
        assert areas.neighbours(code)
        assert all(code in areas.neighbours(other) for other in areas.neighbours(code))


@pytest.mark.parametrize(
    ("province", "borders"),
    [
        ("60", {"16", "17", "18", "61", "62", "63", "66", "67"}),
        ("10", {"11", "12", "13", "24", "73", "74"}),
        ("91", {"90", "92", "93"}),
        ("83", {"82"}),
        ("77", {"76", "86"}),
    ],
)
def test_neighbours_are_the_known_ones(province, borders):
    assert areas.neighbours(province) == borders


@pytest.mark.parametrize(
    ("a", "b", "least", "most"),
    [("60", "61", 40, 110), ("10", "60", 190, 250), ("50", "96", 1350, 1500), ("10", "12", 5, 40)],
)
def test_distances_are_sane(a, b, least, most):
    assert least <= areas.distance_km(a, b) <= most
    assert areas.distance_km(a, b) == areas.distance_km(b, a)


def test_neighbours_are_near_and_a_province_is_no_way_from_itself():
    for province in areas.provinces():
        assert areas.distance_km(province.code, province.code) == 0
        assert all(
            0 < areas.distance_km(province.code, other) < 260 for other in areas.neighbours(province.code)
        )


def test_an_unknown_province_has_no_distance():
    with pytest.raises(ValueError, match="province"):
        areas.distance_km("60", "99")
    with pytest.raises(ValueError, match="province"):
        areas.neighbours("99")


def test_the_committed_province_data_is_what_the_script_makes():
    script = runpy.run_path(str(ROOT / "scripts" / "provinces.py"))
    assert script["RESULT"].read_text(encoding="utf-8") == script["rendered"]()


def test_importing_loads_no_area_data():
    probe = "import sys, services.thai.areas; sys.exit('geothai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], cwd=ROOT, check=False).returncode == 0
