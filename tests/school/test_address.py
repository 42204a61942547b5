import pytest
from flask import g

from unitsafe.school.address import public_address, reaches_phones


def test_codes_say_the_schools_address_or_the_one_that_is_open(app, make, session):
    school = make.school()
    with app.test_request_context(base_url="http://10.0.0.8:8000/"):
        assert public_address() == "http://10.0.0.8:8000"
    school.address = "http://192.168.1.20:8000/"
    session.commit()
    with app.test_request_context():
        g.pop("school", None)
        assert public_address() == "http://192.168.1.20:8000"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("http://192.168.1.20:8000", True),
        ("http://safety.school", True),
    ],
)
def test_phones_do_not_reach_an_address_of_the_machine_itself(address, expected):
    assert reaches_phones(address) is expected
