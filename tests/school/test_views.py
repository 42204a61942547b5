def test_probe(make, browser):
    client = browser(make.someone("officer"))
    for path in ("/settings", "/calendar", "/calendar/2026-11-24", "/me", "/me/password", "/people", "/people/new", "/people/1", "/people/1/edit", "/buildings", "/buildings/new", "/grids", "/grids/new"):
        answer = client.get(path)
        assert answer.status == 200, (path, answer.status)
