#!/usr/bin/env python3
"""page.py PROGRAM STORE URL TOKEN_URL TOKEN PICTURES: tests the page of a running collector with Chromium.

Figures are compared with the command line for the same window; everything else is operated like a user would. Prints a line
for each passed check, and exits with 1 at the first failure. Writes light.png, dark.png and phone.png to PICTURES.
"""

import json
import os
import re
import subprocess
import sys
import urllib.parse
from datetime import datetime, timedelta, timezone

from playwright.sync_api import sync_playwright

PROGRAM, STORE, URL, TOKEN_URL, TOKEN, PICTURES = sys.argv[1:]
# A window that ends in the future contains everything, and the same on every refresh.
NOW = datetime.now(timezone.utc).replace(microsecond=0)
FROM, TO = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
WINDOW = f"{FROM:%Y-%m-%dT%H:%M:%SZ}..{TO:%Y-%m-%dT%H:%M:%SZ}"
PAST = f"{FROM:%Y-%m-%dT%H:%M:%SZ}..{NOW:%Y-%m-%dT%H:%M:%SZ}"


def check(condition, what):
    if not condition:
        print(f"NOT: {what}", flush=True)
        sys.exit(1)
    print(f"ok: {what}", flush=True)


def top(key, *filters, number=10):
    answer = subprocess.run(
        [PROGRAM, "top", "-r", STORE, "--by", key, "-n", str(number), "-t", WINDOW, "--format", "json", *filters],
        capture_output=True, text=True, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def view(**state):
    return f"{URL}/#" + urllib.parse.urlencode({"window": WINDOW, "zone": "utc", "refresh": "0", **state})


def figures(page):
    """Returns key, bytes, packets and flows of the table's rows, with all digits."""
    return page.eval_on_selector_all(
        "#top-table tbody tr",
        """rows => rows.map(row => [row.querySelector('button.value').title,
             ...[...row.querySelectorAll('td.number[title]')].slice(0, 3).map(cell => cell.title.replace(/\\D/g, ''))])""")


def expected(rows, key):
    return [[str(row[key]), str(row["bytes"]), str(row["packets"]), str(row["flows"])] for row in rows]


def settled(page):
    # The page's policy blocks playwright's wait_for_function.
    page.wait_for_selector("body:not(.busy) #top-table tbody", state="attached")


class Browser:
    """A browser that records console messages and script errors."""

    def __init__(self, playwright):
        self.browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        self.messages = []

    def page(self, **options):
        page = self.browser.new_context(**options).new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda message: self.messages.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        return page


def looks(browser):
    page = browser.page(viewport={"width": 1440, "height": 950}, color_scheme="light")
    page.goto(view(by="src_addr"))
    settled(page)
    check(figures(page) == expected(top("src_addr"), "src_addr"), "figures are those of the command line")
    check(page.locator("#chart canvas").count() == 1, "there is a chart")
    check(page.locator("#legend li").count() == 9, "the legend has eight series and the rest")
    check(re.search(r"until .* ago", page.inner_text("#freshness")), "it says how fresh it is")
    page.wait_for_selector("#sankey svg path")
    check(page.locator("#sankey svg path").count() > 5, "paths are drawn")
    picture = browser.page(viewport={"width": 1440, "height": 950}, color_scheme="light")
    picture.goto(view(by="src_addr,src_port", window=PAST, path="src_addr,src_port,dst_addr", filter="src net 10.20.0.0/16"))
    settled(picture)
    picture.wait_for_selector("#sankey svg path")
    picture.screenshot(path=f"{PICTURES}/light.png")
    picture.context.close()
    return page


def filters(page, browser):
    before = len(browser.messages)
    page.fill("#filter", "src prt 80")
    page.click("#filter-apply")
    page.wait_for_selector("#filter-error:not([hidden])")
    error = page.inner_text("#filter-error")
    check("expected ip, host" in error and "^" in error, "a mistake in the filter is shown at its column")
    check(figures(page) != [], "the last answer stays meanwhile")
    # The browser itself logs the status 400.
    del browser.messages[before:]
    page.fill("#filter", "proto udp")
    page.press("#filter", "Enter")
    page.wait_for_selector("#filter-error", state="hidden")
    settled(page)
    check("filter=proto+udp" in page.url, "the filter is in the address")
    check(figures(page) == expected(top("src_addr", "proto udp"), "src_addr"), "a filter gives the command line's figures")
    address = page.locator("#top-table button.value").first.get_attribute("title")
    page.locator("#top-table button.value").first.click()
    page.click("#value-menu .against")
    settled(page)
    check(f"not src ip {address}" in page.input_value("#filter"), "a value can be filtered against")
    page.go_back()
    settled(page)
    check(page.input_value("#filter") == "proto udp", "the way back is the browser's")
    page.click("#filter-clear")
    settled(page)


def zoom(page):
    box = page.locator("#chart .u-over").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    page.mouse.up()
    page.wait_for_url(lambda url: urllib.parse.quote_plus(WINDOW) not in url)
    settled(page)
    start, end = urllib.parse.parse_qs(page.url.split("#")[1])["window"][0].split("..")
    length = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    check(0 < length < 7200, "dragging zooms in")
    page.click("#window-back")
    page.wait_for_url(lambda url: urllib.parse.quote_plus(end) not in url)
    check(True, "arrows move the window")


def names(browser):
    page = browser.page(viewport={"width": 1440, "height": 950})
    page.goto(view(by="in_if_name"))
    settled(page)
    page.wait_for_selector("#top-table button.value:has-text('<script>')")
    check(page.evaluate("window.injected === undefined"), "a name from the wire is text and not markup")
    check(page.locator("#top-table script").count() == 0, "no element was made of it")
    for tab in ("flows", "exporters", "ledger"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(f"#{tab}-table tbody tr")
    check("balances" in page.inner_text("#health-summary"), "the ledger balances")
    page.context.close()


def hosts(browser):
    page = browser.page(viewport={"width": 1440, "height": 950})
    asked = []

    def answer(route):
        addresses = urllib.parse.parse_qs(urllib.parse.urlparse(route.request.url).query)["addresses"][0].split(",")
        asked.extend(addresses)
        # The first response is late.
        route.fulfill(json={"names": {
            address: f"<script>window.injected = 1</script>{address}" for address in addresses if asked.count(address) > 1 or address != asked[0]}})

    page.route("**/api/v1/names?*", answer)
    page.goto(view(by="src_addr", tab="flows"))
    settled(page)
    check(asked == [], "no name is looked up unasked")
    page.check("#names")
    page.wait_for_selector("#top-table tr:first-child .host")
    page.wait_for_selector("#flows-table .host")
    check("names=1" in page.url, "the switch of names is in the address")
    rows = page.eval_on_selector_all("#top-table button.value", "rows => rows.map(row => [row.title, row.textContent])")
    check(all(text == f"{address} <script>window.injected = 1</script>{address}" for address, text in rows), "names are behind addresses")
    check(len(rows) == 10 and {address for address, _ in rows} <= set(asked), "each address has its own")
    check(page.evaluate("window.injected === undefined") and page.locator("table script").count() == 0, "a name of a host is text and not markup")
    page.locator("#top-table button.value").first.click()
    page.click("#value-menu .by")
    settled(page)
    check(page.input_value("#filter") == f"src ip {rows[0][0]}", "an address with a name filters as before")
    page.uncheck("#names")
    page.wait_for_selector("#top-table .host", state="detached")
    check("names=" not in page.url, "names can be switched off")
    page.context.close()


def appearances(browser):
    page = browser.page(viewport={"width": 1440, "height": 950}, color_scheme="dark")
    page.goto(view(by="dst_port", unit="packets", tab="flows"))
    settled(page)
    page.wait_for_selector("#flows-table tbody tr")
    page.screenshot(path=f"{PICTURES}/dark.png")
    page.context.close()
    page = browser.page(viewport={"width": 360, "height": 780}, device_scale_factor=2)
    page.goto(view())
    settled(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    check(width <= 360, f"a phone's width is enough: {width}")
    page.screenshot(path=f"{PICTURES}/phone.png", full_page=True)
    page.context.close()


def refreshes(browser):
    page = browser.page()
    page.goto(f"{URL}/#refresh=2&zone=utc")
    settled(page)
    with page.expect_response(lambda response: "/api/v1/top" in response.url) as answer:
        pass
    check(answer.value.status == 200, "it refreshes by itself")
    page.context.close()


def token(browser):
    before = len(browser.messages)
    page = browser.page()
    page.goto(TOKEN_URL)
    page.wait_for_selector("#token-form:not([hidden])")
    page.fill("#token", TOKEN)
    page.press("#token", "Enter")
    settled(page)
    check(page.locator("#token-form").is_hidden(), "a token opens it")
    check(page.locator("#names-choice").is_hidden(), "without http.resolve there is no switch of names")
    # The browser itself logs the status 401 of the first responses.
    del browser.messages[before:]
    page.context.close()


with sync_playwright() as playwright:
    browser = Browser(playwright)
    page = looks(browser)
    filters(page, browser)
    zoom(page)
    names(browser)
    hosts(browser)
    appearances(browser)
    refreshes(browser)
    token(browser)
    check(browser.messages == [], f"no message in the console: {browser.messages}")
