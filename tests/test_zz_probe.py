from tests.addresses import *
def path_of(app, campus, endpoint):
    spare = endpoint in ("people.leave", "places.retire_building", "places.retire_space")
    return address(app, endpoint, {**campus.keys, **(campus.spare if spare else {})})
def outcome(answer):
    if answer.status == 303:
        return "sign_in" if answer.location.startswith("/login") else "ok"
    return "ok" if answer.status == 200 else str(answer.status)
def test_probe(app, make, browser, session):
    campus = furnish(make)
    rows=[]
    for method, rule in routes(app):
        rows.append([method, rule.endpoint, path_of(app, campus, rule.endpoint)])
    for role in (None,)+ROLES:
        person = make.someone(role) if role else None
        for row in rows:
            b = browser(person)
            try:
                a = b.get(row[2]) if row[0]=="GET" else b.post(row[2], signed_out=person is None)
                s = outcome(a)
            except Exception as e:
                s = "ok"
                print(row, repr(e)[:200])
            row.append(s)
    open("/tmp/w/table.txt","w").write("\n".join(f"{r[0]:<4} {r[1]:<24}" + " ".join(f"{x:<7}" for x in r[3:]).rstrip() for r in rows))
