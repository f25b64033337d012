"""One mail to one address through the operator's server. What is known of it afterwards is told exactly: whether the
server took it, refused it, never had it whole, or whether nobody knows."""

import re
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from services.codes.notices import SENDER_NAME
from services.kernel.runtime import ServiceRuntime
from services.kernel.senders import Mail
from services.web.gateway.letters import Letter
from services.web.store.messages import Result

SECONDS = 15.0  # for all of one mail


class Sent(NamedTuple):
    """`status`: of the last answer; `error`: why there was none."""

    result: Result
    status: int | None = None
    error: str | None = None


def send(web: ServiceRuntime, mail: Mail, to: str, letter: Letter, message_id: str, language: str) -> Sent:
    phase = ["before"]
    body = compose(mail, to, letter, message_id, language)
    try:
        return web.ports.within(SECONDS, lambda: _send(mail, to, body, phase))
    except ssl.SSLError:
        error = "tls"
    except TimeoutError:
        error = "timeout"
    except (OSError, smtplib.SMTPException, UnicodeError):
        error = "unreachable"
    # Once the last line is on its way, the server may have taken it without our hearing of that.
    return Sent("uncertain" if phase[0] == "whole" else "failed", None, error)


def compose(mail: Mail, to: str, letter: Letter, message_id: str, language: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER_NAME.in_language(language), addr_spec=mail.sender)
    message["To"] = to
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{message_id}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message.as_bytes()


def _send(mail: Mail, to: str, body: bytes, phase: list[str]) -> Sent:
    smtp = _connected(mail)
    try:
        code, _answer = smtp.mail(mail.sender)
        if 200 <= code < 300:
            code, _answer = smtp.rcpt(to)
        if not 200 <= code < 300:
            return _refused(code)
        smtp.putcmd("data")
        code, _answer = smtp.getreply()
        if code != 354:
            return _refused(code)
        smtp.send(re.sub(rb"(?m)^\.", b"..", body))
        phase[0] = "whole"
        smtp.send(b"\r\n.\r\n" if not body.endswith(b"\r\n") else b".\r\n")
        code, _answer = smtp.getreply()
        phase[0] = "answered"
        return Sent("sent", code) if 200 <= code < 300 else _refused(code)
    finally:
        smtp.close()


def _refused(code: int) -> Sent:
    """For now, or for good."""
    return Sent("refused" if 500 <= code < 600 else "failed", code)


def _connected(mail: Mail) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.tls == "always":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if mail.tls == "offered" and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        elif mail.tls == "offered" and mail.user:
            raise ssl.SSLError("a password goes over TLS only")
        if mail.user:
            smtp.login(mail.user, mail.password)
    except BaseException:
        smtp.close()
        raise
    return smtp
