from tests.console.conftest import SignIn, Town


async def test_smoke(sign_in: SignIn, town: Town) -> None:
    b = await sign_in("worker")
    for path in (
        "/seniors",
        "/seniors/new",
        "/batches/new",
        "/batches/template.xlsx",
        "/queues",
        f"/seniors/{town.seniors[0]}",
        f"/book/{town.seniors[0]}",
    ):
        r = await b.get(path)
        assert r.status_code == 200, (path, r.text[:3000])
    r = await b.post("/seniors/search", {"text": "zxl"})
    assert r.text.count("赵秀兰</a>") == 2, r.text
    r = await b.post("/seniors/search", {"text": "5号楼赵秀兰"})
    assert r.text.count("赵秀兰</a>") == 1, r.text
    r = await b.get(f"/seniors/{town.other}")
    assert r.status_code == 404
