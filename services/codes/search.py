"""How a case was found, in codes: by what, and why one comes before another. Data only."""

from services.codes.words import CodeList, Words

# By what a case was found.
MATCHED = CodeList(
    "matched",
    {
        "number": Words("เลขที่เรื่อง", "Case number"),
        "identifier": Words("เลขประจำตัว", "Identity number"),
        "name": Words("ชื่อ", "Name"),
        "alias": Words("ชื่อเล่นหรือชื่ออื่น", "Nickname or other name"),
    },
)

# Why it comes where it comes.
SEARCH_REASONS = CodeList(
    "search_reason",
    {
        "same_number": Words("เลขที่เรื่องตรงกัน", "The case number is the same"),
        "number_begins": Words("เลขที่เรื่องตรงกันบางส่วน", "Part of the case number is the same"),
        "same_identifier": Words("เลขประจำตัวตรงกัน", "The identity number is the same"),
        "whole_name": Words("ตรงกันทั้งชื่อ", "The whole name is the same"),
        "whole_sound": Words("ออกเสียงเหมือนกันทั้งชื่อ", "The whole name sounds the same"),
        "same_word": Words("คำในชื่อตรงกัน", "A word of the name is the same"),
        "same_sound": Words("ออกเสียงเหมือนกัน", "Sounds the same"),
        "word_begins": Words("ขึ้นต้นเหมือนกัน", "Begins the same"),
        "one_letter": Words("ต่างกันหนึ่งตัวอักษร", "One letter is different"),
    },
)

# Why somebody may be known already.
KNOWN_BY = CodeList(
    "known_by",
    {
        "same_identifier": Words("เลขประจำตัวตรงกัน", "The identity number is the same"),
        "same_name_and_birth": Words("ชื่อและวันเกิดตรงกัน", "Name and birth date are the same"),
    },
)
