"""What a centre does to be known, in codes. Data only. Source: docs/contract.md, "outreach"."""

from services.codes.words import CodeList, Words

# By which way people or partners were reached.
OUTREACH_KINDS = CodeList(
    "outreach_kind",
    {
        "phone": Words("โทรศัพท์", "By phone"),
        "facebook": Words("เฟซบุ๊ก", "Facebook"),
        "line": Words("ไลน์", "LINE"),
        "tiktok": Words("ติ๊กต็อก", "TikTok"),
        "meeting": Words("ประชุม", "Meeting"),
        "training": Words("อบรม", "Training"),
        "mobile_service": Words("หน่วยบริการเคลื่อนที่", "Mobile service"),
        "booth": Words("ออกบูธ", "Booth"),
        "other": Words("อื่น ๆ", "Other"),
    },
)

# What of an activity can be corrected.
OUTREACH_FIELDS = CodeList(
    "outreach_field",
    {
        "kind": Words("ช่องทาง", "How"),
        "date": Words("วันที่", "Day"),
        "province": Words("จังหวัด", "Province"),
        "place": Words("สถานที่", "Place"),
        "reached": Words("จำนวนผู้รับสาร", "People reached"),
        "partner_ids": Words("ภาคีเครือข่ายที่พบ", "Partners met"),
        "material": Words("สื่อที่ใช้", "Material"),
        "note": Words("หมายเหตุ", "Note"),
    },
)

HOTLINE = "1300"  # of the ministry, day and night (domain: สายด่วน 1300)
