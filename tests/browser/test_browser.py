"""Our HTML pages in a real Chromium: `nox -s browser`."""

# pyright: reportMissingImports=false, reportUnknownParameterType=false

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from nncore import Network
from nncore.datasets import digits
from nncore.verbs.training_page import to_html as training_page
from nncore.verify import Result, Status
from nncore.verify.campaign import Outcome, Task
from nncore.verify.page import to_html as verify_page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
# Nothing but the page itself may cause a request.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": 360, "desk": 1280}
# A script that marks the page if it ever runs, however it was let in.
ATTACKS = (
    "<script>window.attacked = 1</script>",
    "<img src=x onerror='window.attacked = 1'>",
    "\"><svg onload='window.attacked = 1'>",
    "{{ 7 * 7 }}<iframe srcdoc='<script>parent.attacked = 1</script>'>",
)
EMPTY = "<!DOCTYPE html><title>empty</title>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as library:
        started = library.chromium.launch(
            executable_path=CHROMIUM, args=QUIET, chromium_sandbox=False
        )
        yield started
        started.close()


@pytest.fixture(params=WIDTHS)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDTHS[request.param], "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the files of both pages, and of an empty one."""
    results = [_result(number) for number in range(500)]
    outcome = Outcome(Task(f"{ATTACKS[0]}.py:<script>", seed=1), results, ATTACKS[1], 2.5)
    dataset, net = digits(), Network([64, 20, 10], output="softmax", rng=0)
    data, validation = dataset.hold_out()
    history = net.fit(*data, epochs=3, validation=validation)
    settings = {"data": ATTACKS[0], ATTACKS[1]: ATTACKS[2]}
    texts = {
        "verify": verify_page([outcome]),
        "train": training_page(net, history, dataset, settings),
        "empty": EMPTY,
    }
    folder = tmp_path_factory.mktemp("pages")
    files = {name: folder / f"{name}.html" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, encoding="utf-8")
    return files


def _result(number: int) -> Result:
    """Return a result; every tenth is a failure with hostile texts and a wide network."""
    if number % 10:
        return Result(f"law_{number}", "group", "A law.", Status.PASSED, examples=25)
    attack = ATTACKS[number // 10 % len(ATTACKS)]
    details: dict[str, object] = {
        "arrays": [{"path": attack, "levels": [[0.0, 0.5, None] * 20] * 5}]
    }
    return Result(
        f"law_{number}",
        "group",
        attack,
        Status.FAILED,
        attack + "x" * 500,
        example=f"Case({attack}, {'1.0, ' * 200})",
        cause=attack,
        where=attack,
        sizes=(2, 12, 3, 8, 1, 4),
        batch=3,
        details=details,
    )


@pytest.mark.parametrize("name", ["verify", "train"])
def test_nothing_scrolls_sideways(page: Page, pages: dict[str, Path], name: str) -> None:
    page.goto(pages[name].as_uri())
    wide, seen = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= seen


@pytest.mark.parametrize("name", ["verify", "train"])
def test_nothing_runs_and_nothing_is_asked_for(
    page: Page, pages: dict[str, Path], name: str
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(pages[name].as_uri(), wait_until="load")
    assert page.evaluate("window.attacked") is None
    assert page.locator("iframe, script").count() == 1  # our own filter
    assert "<script>" in page.locator("body").inner_text()
    assert [url for url in asked if not url.startswith("data:")] == [pages[name].as_uri()]
    assert complaints == []


def test_a_script_let_in_unescaped_is_stopped_by_the_policy(
    page: Page, pages: dict[str, Path], tmp_path: Path
) -> None:
    text = pages["verify"].read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<main>", f"<main>{''.join(ATTACKS)}"), encoding="utf-8")
    page.goto(broken.as_uri(), wait_until="load")
    assert page.locator("iframe").count() == 1
    assert page.evaluate("window.attacked") is None


def test_the_filter_shows_what_was_asked_for(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["verify"].as_uri())
    rows = page.locator("tbody tr:visible")
    counted = page.locator("output")
    assert rows.count() == 500
    page.get_by_label("Status").select_option("failed")
    assert rows.count() == 50
    assert counted.inner_text() == "50 of 500 laws"
    page.get_by_label("Filter").fill("law_490")
    assert rows.count() == 1
    page.get_by_label("Filter").fill("no such law")
    assert rows.count() == 0
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("document.querySelector('output').textContent == '500 of 500 laws'")
    assert rows.count() == 500


def test_the_keyboard_reaches_everything(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["verify"].as_uri())
    first = page.locator("summary").first
    page.keyboard.press("Tab")
    assert first.evaluate("element => element === document.activeElement")
    page.keyboard.press("Enter")
    assert not page.locator("details").first.evaluate("element => element.open")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.name || document.activeElement.type"))
    assert {"words", "status", "reset"} <= seen
    page.get_by_label("Filter").focus()
    page.keyboard.type("law_490")
    assert page.locator("tbody tr:visible").count() == 1
    outline = page.get_by_label("Filter").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"


def test_pictures_are_shown_and_told(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["train"].as_uri())
    pictures = page.locator("img")
    assert pictures.count() == 5
    for picture in pictures.all():
        assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
        assert len(picture.get_attribute("alt") or "") > 30
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("name", ["verify", "train"])
def test_light_and_dark_are_both_readable(
    page: Page, pages: dict[str, Path], name: str
) -> None:
    page.goto(pages[name].as_uri())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        text, paper = (
            page.evaluate(f"getComputedStyle(document.body)[{key!r}]")
            for key in ("color", "backgroundColor")
        )
        assert _contrast(text, paper) >= 7
        assert (_luminance(paper) > 0.5) == (scheme == "light")


def test_opening_time(page: Page, pages: dict[str, Path]) -> None:
    """The times are printed: machines differ. All of the page is there when they end."""

    def seconds(name: str) -> float:
        start = time.perf_counter()
        page.goto(pages[name].as_uri(), wait_until="load")
        page.evaluate("new Promise(requestAnimationFrame)")
        return time.perf_counter() - start

    times = {name: [seconds(name)] for name in pages}
    for _ in range(5):
        for name in pages:
            times[name].append(seconds(name))
    empty = median(times["empty"])
    for name in ("verify", "train"):
        more = median(times[name]) - empty
        size = pages[name].stat().st_size
        print(f"\n{name}: {size / 1e3:.0f} kB, opens {more:.2f} s later than an empty page")
    page.goto(pages["verify"].as_uri(), wait_until="load")
    assert page.locator("tbody tr").count() == 500


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as rgb(1, 2, 3), as WCAG 2 defines it."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)
