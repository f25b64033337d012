"""Papers in the form of Thai offices, as PDF/A: one function from answers to what stands on it, and one layout.

`papers`     what a paper is; `PAPERS` are those there are
`press`      from data and a layout to a PDF
`office`     what every paper has of its centre: who writes, how figures are written, what comes again
`legible`    the text of a PDF as a machine reads it
`layouts/`   the layouts, in Typst; `kit.typ` is what they share
"""

from services.web.documents import consent, intake, minutes, referral

PAPERS = (*referral.PAPERS, *consent.PAPERS, *intake.PAPERS, *minutes.PAPERS)
