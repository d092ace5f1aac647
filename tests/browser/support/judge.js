/** What every page is measured by. Each judge fails with the places that are at fault. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Where axe-core, the judge of accessibility, lies. */
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 at level AA, which contains everything before it. */
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Counts layout shifts from the first frame on. @param {import("playwright-core").BrowserContext} context */
export async function countShifts(context) {
  await context.addInitScript(() => {
    window.shifts = [];
    const observer = new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        const places = sources.map(({ node }) => node?.cloneNode?.(false)?.outerHTML ?? "?");
        if (!hadRecentInput) window.shifts.push({ value, places });
      }
    });
    observer.observe({ type: "layout-shift", buffered: true });
  });
}

/** Waits until the page looks the way it stays: fonts, pictures in sight, short motions. */
export async function settle(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const inSight = (box) => box.bottom > 0 && box.top < innerHeight && box.width > 0;
    const shown = [...document.images].filter((image) => inSight(image.getBoundingClientRect()));
    // A picture that was replaced meanwhile cannot be decoded, and need not be.
    await Promise.allSettled(shown.map((image) => image.decode()));
    const ends = (motion) => Number.isFinite(motion.effect?.getComputedTiming().endTime);
    const motions = document.getAnimations().filter(ends);
    await Promise.allSettled(motions.map((motion) => motion.finished));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

export async function assertNoShift(page) {
  assert.deepEqual(await page.evaluate(() => window.shifts), [], "nothing moves once it is drawn");
}

/** Nothing reaches over the right edge, unless it lies in something that scrolls by itself. */
export async function assertFits(page) {
  const { wide, over } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const reaches = (it) => it.getBoundingClientRect().right > clientWidth + 1;
    const names = [...document.body.querySelectorAll("*")].filter(reaches);
    const over = names.slice(0, 5).map((it) => it.cloneNode(false).outerHTML);
    return { wide: scrollWidth > clientWidth, over };
  });
  assert.ok(!wide, `the page scrolls sideways: ${over.join(" ")}`);
}

/** Every card has room for its words and buttons. */
export async function assertUncut(page) {
  const cut = await page.evaluate(() => {
    const isCut = (part) => {
      const { top, bottom } = part.getBoundingClientRect();
      const card = part.closest(".card").getBoundingClientRect();
      const isSqueezed = part.matches(".card-line") && part.scrollHeight > part.clientHeight + 1;
      return isSqueezed || top < card.top || bottom > card.bottom;
    };
    const parts = [...document.querySelectorAll(".card-foot > *, .card-foot button")];
    return parts.filter(isCut).map((part) => part.outerHTML.slice(0, 200));
  });
  assert.deepEqual(cut, [], "no card is too small for what it says");
}

export async function assertAccessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (tags) => {
    const { violations } = await window.axe.run(document, {
      runOnly: { type: "tag", values: tags },
      resultTypes: ["violations"],
      // It would copy style sheets into inline ones, which no page here allows.
      preload: false,
    });
    const place = ({ target, failureSummary }) => `${target.flat().join(" ")}: ${failureSummary}`;
    return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 6).map(place)].join("\n  "));
  }, WCAG);
  assert.deepEqual(found, [], "axe finds nothing");
}
