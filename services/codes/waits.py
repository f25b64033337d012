"""What people are told apart by where it is shown how long they wait, and what they wait for, in codes. Data only.

Ages are as reporting hears them, in steps of five years (services.codes.coarse), so these bands end at such steps."""

from collections.abc import Mapping

from services.codes.words import CodeList, Words

UNKNOWN = "unknown"
WAITS = CodeList(
    "wait",
    {
        "decision": Words("รอมติคณะทำงาน", "For the working group’s decision"),
        "place": Words("รอที่ว่าง", "For a place"),
    },
)
WAIT_KINDS = CodeList(
    "wait_kind",
    {
        "sex": Words("เพศ", "Sex"),
        "age": Words("ช่วงอายุ", "Age"),
        "nationality": Words("สัญชาติ", "Nationality"),
        "domicile": Words("ภูมิลำเนา", "Domicile"),
        "label": Words("กลุ่มเป้าหมายตามผลคัดกรอง", "Group, as the screening found"),
    },
)
BANDS: Mapping[str, int] = {  # by the least age
    "0-14": 0, "15-19": 15, "20-39": 20, "40-59": 40, "60-69": 60, "70-79": 70, "80-": 80,
}  # fmt: skip
WAIT_AGES = CodeList(
    "wait_age",
    {
        **{
            band: Words(f"{band.replace('-', '–')} ปี", f"{band.replace('-', '–')} years")
            for band in BANDS
            if not band.endswith("-")
        },
        "80-": Words("80 ปีขึ้นไป", "80 years and more"),
        UNKNOWN: Words("ไม่ทราบ หรือไม่แน่ชัด", "Not known, or not clear"),
    },
)
WAIT_HOMES = CodeList(
    "wait_home",
    {
        "in": Words("ในจังหวัดของศูนย์", "In the centre’s province"),
        "out": Words("ต่างจังหวัด", "In another province"),
        UNKNOWN: Words("ไม่ทราบ", "Not known"),
    },
)


def band_of(least: int | None, most: int | None) -> str:
    """The band in which both ages lie; unknown: they lie in two, or nobody knows."""
    if least is None or most is None:
        return UNKNOWN
    first, last = (
        max((band for band in BANDS if BANDS[band] <= age), key=BANDS.__getitem__) for age in (least, most)
    )
    return first if first == last else UNKNOWN
