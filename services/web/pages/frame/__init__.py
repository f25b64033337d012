"""What every page stands in: visits, forms, doors, the menu, and the frame itself. It knows no area.

`blueprint` is what all pages are registered under.
"""

from flask import Blueprint

from services.web.pages.frame import drafts, frame, visit

blueprint = Blueprint("pages", __name__)
blueprint.before_request(visit.before_request)
blueprint.after_request(frame.after_request)
blueprint.register_error_handler(Exception, frame.failed)
blueprint.register_blueprint(drafts.blueprint)
