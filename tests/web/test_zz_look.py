from services.web.documents import PAPERS, press
from services.web.documents import papers as p


def test_look(door, world, monkeypatch):
    seen = {}
    orig = press.printed

    def spy(runtime, layout, data):
        seen[layout] = data
        return orig(runtime, layout, data)

    monkeypatch.setattr(p.press, "printed", spy)
    from tests.web.test_papers import path

    for paper in PAPERS:
        a = door.get(path(world, paper.code))
        print(paper.code, a.status_code, a.text[:300] if a.status_code != 200 else len(a.content))
        if a.ok:
            open(f"/tmp/look/{paper.code}.pdf", "wb").write(a.content)
    for l, d in seen.items():
        for i, pic in enumerate(press.pictures(l, d, 90)):
            open(f"/tmp/look/{l}-{i + 1}.png", "wb").write(pic)
