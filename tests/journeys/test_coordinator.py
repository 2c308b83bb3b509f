"""A coordinator comes: need exactly, capacity as aggregates that pass the gate, who is on the network."""


def test_a_coordinator_signs_up_and_sees_the_network(enter):
    person = enter()
    person.open("/")
    person.page.click("a:has-text('I coordinate')")
    person.check()
    person.fill(
        enterprise_name="Relief Office East",
        name="Chen Yu",
        email="chen@relief.example",
        password1="correct horse 1",
    )
    person.press("Sign up")
    person.page.wait_for_url("**/control-room/")
    person.check()
    assert person.title == "No need is reported"
