"""The player in headless Chromium, beside the same animation as a GIF.

    python tests/benchmarks/page.py

Bytes, time to the first paint, and frames a second while it plays, one alone and ten on a page,
beside a page in which nothing moves.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import anim
from anim.compose import compose_views, views_to_choose
from anim.page import page, page_data, snippet
from anim.settings import Picture

ROUNDS = 5
SECONDS = 4
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PAINT = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (paint) done(paint.startTime);
  }).observe({ type: "paint", buffered: true });
})"""
_FRAMES = """(seconds) => new Promise((done) => {
  const gaps = [];
  let before = performance.now();
  const end = before + 1000 * seconds;
  const tick = (now) => {
    gaps.push(now - before);
    before = now;
    if (now < end) requestAnimationFrame(tick);
    else done(gaps.slice(1));
  };
  requestAnimationFrame(tick);
})"""


def opened(browser: Browser, path: Path) -> Page:
    tab = browser.new_page(viewport={"width": 1000, "height": 800})
    tab.goto(path.as_uri())
    return tab


def first_paint(browser: Browser, path: Path) -> float:
    """Milliseconds, the median of a few."""
    found = []
    for _ in range(ROUNDS):
        tab = opened(browser, path)
        found.append(tab.evaluate(_PAINT))
        tab.close()
    return float(np.median(found))


def frames(browser: Browser, path: Path) -> tuple[float, float]:
    """Frames a second, and the 99th percentile of the time between two, in milliseconds."""
    tab = opened(browser, path)
    tab.wait_for_timeout(500)
    gaps = tab.evaluate(_FRAMES, SECONDS)
    tab.close()
    return 1000 / float(np.mean(gaps)), float(np.percentile(gaps, 99))


def main() -> None:
    run = anim.fit(anim.data.xor(train_size=2000), hidden=(3,), epochs=100, every=25)
    picture = Picture()
    data = page_data(compose_views([run], picture, views_to_choose([run], picture)), picture)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        names = ("still", "gif", "player", "ten players")
        paths = {name: Path(folder) / f"{name.replace(' ', '_')}.html" for name in names}
        anim.animate(run, Path(folder) / "calib.gif")
        paths["still"].write_text("<!doctype html><p>Nothing moves.")
        paths["gif"].write_text("<!doctype html><p>A GIF.</p><img src='calib.gif'>")
        paths["player"].write_text(page(data))
        paths["ten players"].write_text("<!doctype html>" + 10 * snippet(data))
        gif, player = (Path(folder) / "calib.gif").stat().st_size, len(page(data).encode())
        print(f"{len(run)} snapshots: page {player:,} bytes, GIF {gif:,}: {gif / player:.1f} x")
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = started.chromium.launch(executable_path=program, args=_OPTIONS)
        base = None
        for name, path in paths.items():
            paint = first_paint(browser, path)
            rate, slowest = frames(browser, path)
            base = base or rate
            print(
                f"{name:12} first paint {paint:5.0f} ms, {rate:5.1f} frames a second "
                f"({rate / base:.2f} x still), 99 % within {slowest:.1f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()
