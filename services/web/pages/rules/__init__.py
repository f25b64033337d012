"""The rules of screening: their versions, drafts, what a draft would have changed, and who adopts it."""

from services.web.pages.rules import book, draft

BLUEPRINTS = (book.blueprint, draft.blueprint)
