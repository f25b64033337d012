"""The rules of screening: their versions, drafts and how they are written, what a draft would have changed, and who
adopts it."""

from services.web.pages.rules import book, draft, editing, procedure

BLUEPRINTS = (book.blueprint, draft.blueprint, editing.blueprint, procedure.blueprint)
