"""A referral with a link for its partner."""

from urllib.parse import urlsplit

from sqlalchemy import update

from services.web.store import links


class Sent:
    """A referral that waits for its partner, with a link for it."""

    def __init__(self, door, browser, world=None):
        self.door, self.worker = door, browser("worker-60")
        self.world = world or door.world()
        self.make()

    def make(self):
        page = self.worker.open(f"/referrals/{self.world.referral_id}/link")
        self.made = self.worker.send(page)
        assert self.made.status == 200, self.made.text
        self.path = urlsplit(self.made.tree.xpath("//textarea")[0].text.strip()).path
        self.code = self.made.tree.xpath('//*[@id="code"]')[0].text.replace(" ", "")

    @property
    def token(self):
        return self.path.rpartition("/")[2]

    def referral(self):
        return self.door.get(f"/api/v1/referrals/{self.world.referral_id}").json()

    def places(self):
        found = self.door.get(f"/api/v1/partners/{self.world.partner_id}").json()
        return found["programmes"][0]["places"]

    def enter(self, visitor, code=None):
        return visitor.send(visitor.open(self.path), code=code or self.code)

    def wrong_code(self, number=0):
        return f"{(int(self.code) + 1 + number) % 10**6:06}"

    def change(self, **values):
        with self.door.runtime("web").database.write() as db:
            db.execute(
                update(links.link).where(links.link.c.referral_id == self.world.referral_id).values(values)
            )
