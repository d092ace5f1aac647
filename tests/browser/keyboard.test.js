/** Everything can be done without a pointer, and the place where one is can always be seen. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { settle } from "./support/judge.js";
import { INSTANT, openPlace } from "./support/place.js";
import { balanceIs, cardIs, PASSWORD, signUp } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const place = openPlace(INSTANT);
/** More stops than any page has before its composer's end. */
const STOPS_MAX = 40;

test("from the first page to the first picture by keyboard alone", async () => {
  await visit(place, { reducedMotion: "reduce" }, async (page) => {
    await page.goto("/");
    await tabTo(page, "Start free");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/sign-up");
    // Chromium drops what is typed before a page's first frame.
    await settle(page);
    assert.match(await focused(page), /E-mail/, "the first thing to fill in has the focus");
    await page.keyboard.type("keys@example.com");
    await tabTo(page, "Password");
    await page.keyboard.type(PASSWORD);
    await tabTo(page, "Create account");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/studio");
    await settle(page);

    await tabTo(page, "Describe what you want to see");
    await page.keyboard.type("A lighthouse above a stormy sea");
    await tabTo(page, /^Generate/);
    await page.keyboard.press("Space");
    await cardIs(page, "A lighthouse above a stormy sea", "ready");
    await balanceIs(page, 10);
  });
});

test("the first stop of a page leads past its bars", async () => {
  await visit(place, { reducedMotion: "reduce" }, async (page) => {
    await signUp(page);
    for (const address of ["/", "/studio", "/history", "/profile"]) {
      await page.goto(address);
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "Skip to content", address);
      const { x, y } = await page.getByText("Skip to content").boundingBox();
      assert.ok(x >= 0 && y >= 0, `it can be seen on ${address}`);
      await page.keyboard.press("Enter");
      await page.locator("main:focus").waitFor();
    }
  });
});

test("the model menu opens, chooses and closes by keyboard", async () => {
  await visit(place, { reducedMotion: "reduce" }, async (page) => {
    await signUp(page);
    await tabTo(page, /^Model:/);
    await page.keyboard.press("Enter");
    await page.locator("#models").waitFor();
    await tabTo(page, /FLUX Schnell/);
    await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: "Model: DALL·E 2 class" }).waitFor();
    await page.locator("#models").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#models").waitFor({ state: "hidden" });
    assert.match(await focused(page), /^Model:/, "the focus is back where the menu was opened");
  });
});

test("an order is sent with Ctrl and Enter, and a new line is written with Enter", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await page.getByLabel("Describe what you want to see").focus();
    await page.keyboard.type("A fox");
    await page.keyboard.press("Enter");
    await page.keyboard.type("in the snow");
    await page.keyboard.press("Control+Enter");
    await cardIs(page, "A fox in the snow", "ready");
  });
});

/** Presses Tab until something of this name has the focus; every stop on the way is seen. */
async function tabTo(page, name) {
  const fits = (text) => (typeof name === "string" ? text.includes(name) : name.test(text));
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    assert.ok(await isSeen(page), `the focus on "${here}" is visible`);
    if (fits(here)) return;
  }
  assert.fail(`no way to ${name} by keyboard`);
}

/** What has the focus, by the words it is known by. */
const focused = (page) =>
  page.evaluate(() => {
    const it = document.activeElement;
    const label = it.getAttribute("aria-label") ?? it.labels?.[0]?.textContent ?? it.textContent;
    return label.replace(/\s+/g, " ").trim();
  });

/** Whether the focus changes how its element, or what surrounds it closely, is drawn. */
const isSeen = (page) =>
  page.evaluate(() => {
    const it = document.activeElement;
    const around = [it, it.parentElement, it.parentElement?.parentElement].filter(Boolean);
    const drawn = () =>
      around.map((element) => {
        const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
        return [outline, boxShadow, borderColor, backgroundColor].join();
      });
    const focused = drawn();
    it.blur();
    const blurred = drawn();
    it.focus({ focusVisible: true, preventScroll: true });
    return focused.join() !== blurred.join();
  });
