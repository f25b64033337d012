"""Papers: who has them, what stands on them, and that they are what they say they are."""

import re
import unicodedata
from io import BytesIO

import pypdf
import pytest

from services.web.documents import PAPERS, press
from services.web.documents.legible import legible
from services.web.documents.office import thai_figures
from tests.web.door import asker  # noqa: F401  (users)

OF_A_PERSON = ("letter", "pack", "receipt", "consent")


def text_of(pdf):
    """What a reader finds in it. SARA AM is drawn as two marks, which NFKC says is the same."""
    found = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf), strict=True).pages)
    return re.sub(r"\s+", " ", found)


def has(text, words):
    """Whether a text has some words, spaces and line ends aside."""
    plain = (
        unicodedata.normalize("NFKC", words)
        .replace("\u0e49\u0e4d", "\u0e4d\u0e49")
        .replace("\u0e48\u0e4d", "\u0e4d\u0e48")
    )
    return plain.replace(" ", "") in text.replace(" ", "")


def path(world, code):
    return {
        "consent": f"/api/v1/cases/{world.case_id}/consent.pdf",
        "intake": "/api/v1/forms/intake.pdf",
    }.get(code, f"/api/v1/referrals/{world.referral_id}/{code}.pdf")


@pytest.fixture(scope="module")
def papers(door, world):
    found = {}
    for paper in PAPERS:
        answer = door.get(path(world, paper.code))
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/pdf"
        found[paper.code] = answer.content
    return found


def test_every_paper_is_pdf_a_with_its_colours_and_says_so(papers):
    for code, content in papers.items():
        read = pypdf.PdfReader(BytesIO(content), strict=True)
        [intent] = read.trailer["/Root"]["/OutputIntents"]
        assert intent.get_object()["/S"] == "/GTS_PDFA1", code
        assert intent.get_object()["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp", code
        xmp = read.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
        assert re.search(r"<pdfaid:part>2</pdfaid:part>", xmp), code
        assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", xmp), code
        assert read.trailer["/Root"]["/MarkInfo"]["/Marked"], code
        assert read.trailer["/Root"]["/Lang"] == "th", code
