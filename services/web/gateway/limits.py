"""How much one request may carry, for pages and API alike, and how much of it is said back."""

BODY_MOST = 1024 * 1024  # bytes
UPLOAD_MOST = 20 * 1024 * 1024  # of a file
UPLOADS = frozenset(("/api/v1/partners/import", "/registry/import"))  # where files are taken
# Characters that somebody who has not signed in may send to be shown again when something in them is wrong. What they
# had typed when their session ended comes beside it, sealed.
STRANGERS_MOST = 256 * 1024
FIELDS_MOST = 1000  # of one form: the longest that people fill in has some two hundred
ERRORS_MOST = 100  # fields that one answer finds fault with
