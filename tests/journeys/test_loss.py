"""The web server dies under a page: the page says so, says since when, and comes back by itself."""

import httpx

UP_WITHIN_S = 60


def test_a_page_says_that_it_is_stale_and_recovers(enter, live_stack, keys):
    person = enter()
    person.log_in("factory@muster.example", password="muster-demo")
    person.open("/factory/")
    badge, road = "[data-live-badge]", []  # the road to the server is open when there is something in it
    person.page.wait_for_selector(f"{badge}[data-state=connected]")

    with person.without_network():
        person.page.route_web_socket(
            "**/ws/", lambda socket: socket.connect_to_server() if road else socket.close()
        )
        before = live_stack.standings["web"].num_starts
        live_stack.kill("web")
        person.page.wait_for_selector(f"{badge}[data-state=reconnecting]", timeout=10_000)
        person.page.wait_for_selector(f"{badge}[data-state=stale]", timeout=30_000)
        assert "Stale since" in person.page.inner_text(badge)
        live_stack.wait_for(lambda: live_stack.standings["web"].num_starts > before, within_s=UP_WITHIN_S)
        live_stack.wait_for(live_stack.is_answering, within_s=UP_WITHIN_S)
        road.append("open")
        person.page.wait_for_selector(f"{badge}[data-state=connected]", timeout=UP_WITHIN_S * 1000)
    assert httpx.get(f"{live_stack.base_url}/readyz").is_success
    assert person.page.inner_text(badge) == "Live"
