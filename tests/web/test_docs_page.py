"""/docs in a browser: it shows every URL, breaks no policy, and asks nobody else for anything.

Needs the extra `browser` and Debian's chromium.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent_runtime.web.routes import ROUTES
from tests.process.runtime import RuntimeProcess

pytestmark = pytest.mark.browser
_CHROMIUM = "/usr/bin/chromium"
_WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => window.violations.push(event.violatedDirective));
"""


@dataclass
class Visit:
    """A page, and what became known of it besides what it shows."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where the extra is installed

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        visit = Visit(page)
        page.on("request", lambda request: visit.asked.append(request.url))
        page.on("console", lambda message: visit.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        await page.add_init_script(_WATCH_POLICY)
        yield visit
        await browser.close()


async def test_it_shows_every_url_and_lets_one_be_tried(runtime: RuntimeProcess, visit: Visit) -> None:
    page = visit.page
    await page.goto(f"{runtime.url}/docs")
    await page.wait_for_selector(".opblock")
    assert await page.locator(".opblock").count() == len(ROUTES)
    block = page.locator("#operations-agents-agents_listing")
    await block.locator(".opblock-summary-control").click()
    await block.locator(".try-out__btn").click()
    await block.locator("button.execute").click()
    await block.locator(".live-responses-table .response-col_status").first.wait_for()
    assert "200" in await block.locator(".live-responses-table tbody .response-col_status").first.inner_text()
    assert f"{runtime.url}/api/agents" in visit.asked
    assert [url for url in visit.asked if not url.startswith((runtime.url, "data:"))] == []
    assert visit.complaints == []
    assert await page.evaluate("window.violations") == []


async def test_the_policy_is_watched(runtime: RuntimeProcess, visit: Visit) -> None:
    await visit.page.goto(f"{runtime.url}/docs")
    await visit.page.evaluate("document.body.appendChild(document.createElement('style')).textContent = 'a {}'")
    await visit.page.wait_for_function("window.violations.length > 0")
    assert any("style-src" in each for each in await visit.page.evaluate("window.violations"))
