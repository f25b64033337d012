"""Brings every template into bytecode, for an image in which nothing is written later."""

from flask import Flask

from services.web import pages
from services.web.pages.parts.compiled import compile_all


def main() -> None:
    app = Flask("services.web")
    pages.register(app)
    compile_all(app.jinja_env)


if __name__ == "__main__":
    main()
