/** The first milestone, as a newcomer lives it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openPlace } from "./support/place.js";
import { assertStillTicked, balanceIs, cardIs, cardOf, order, signUp, tick } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const PICTURE = "A lighthouse above a stormy sea at dusk";
const CLIP = "Golden hour over a mountain lake, slow dolly through the pines";

const place = openPlace();

test("a newcomer makes a picture and a clip, and finds both after a restart", async () => {
  await visit(place, {}, async (page, visitor) => {
    await signUp(page);
    await page.getByText("Welcome. 15 credits are yours to begin with.").waitFor();
    await balanceIs(page, 15);
    await tick(page);

    await order(page, { model: "FLUX Schnell", words: PICTURE });
    await balanceIs(page, 10);
    await cardOf(page, PICTURE).waitFor();
    await order(page, { model: "Wan 2.1 Turbo", words: CLIP });
    await balanceIs(page, 2);

    await cardIs(page, PICTURE, "ready");
    await cardIs(page, CLIP, "ready");
    await cardOf(page, PICTURE).getByText("5 credits charged").waitFor({ state: "attached" });
    await cardOf(page, CLIP).getByText("8 credits charged").waitFor({ state: "attached" });
    await page.locator(".credits-held", { hasText: /^\s*$/ }).waitFor({ state: "attached" });
    await balanceIs(page, 2);
    await assertStillTicked(page);
    await assertShown(cardOf(page, PICTURE).locator("img.shot"));

    await cardOf(page, CLIP).hover();
    await assertPlays(cardOf(page, CLIP).locator("video"));
    await assertStillTicked(page);

    visitor.expect(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/);
    await place.studio.restart();
    await page.goto("/history");
    await cardIs(page, PICTURE, "ready");
    await cardIs(page, CLIP, "ready");
    assert.equal(await page.locator("nx-card").count(), 2);

    await cardOf(page, CLIP).locator("a.card-media").click();
    await page.waitForURL("**/g/*");
    const clip = page.locator(".stage video");
    await clip.evaluate((video) => video.play());
    await assertPlays(clip);
    await assertReceipt(page, 8);

    await page.goto("/history");
    await cardOf(page, PICTURE).locator("a.card-media").click();
    await page.waitForURL("**/g/*");
    await assertShown(page.locator(".stage img.shot"));
    await assertReceipt(page, 5);
  });
});

test("the same without JavaScript: forms, links, and a page that reloads itself", async () => {
  await visit(place, { javaScriptEnabled: false }, async (page) => {
    await signUp(page);
    await balanceIs(page, 15);

    await order(page, { words: PICTURE });
    await page.getByText("On its way. The credits are held until it is done.").waitFor();
    await balanceIs(page, 10);
    await order(page, { model: "Wan 2.1 Turbo", words: CLIP });
    await balanceIs(page, 2);

    // The page asks to be loaded again as long as something runs, and no longer.
    await cardIs(page, PICTURE, "ready");
    await cardIs(page, CLIP, "ready");
    await balanceIs(page, 2);
    assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 0);
    assert.equal(await page.locator("nx-card").count(), 2);

    for (const [words, credits] of [[PICTURE, 5], [CLIP, 8]]) {
      await page.getByRole("link", { name: "History" }).click();
      await page.waitForURL("**/history");
      await cardOf(page, words).locator("a.card-media").click();
      await page.waitForURL("**/g/*");
      await page.locator(".stage :is(img.shot, video)").waitFor();
      await assertReceipt(page, credits);
    }
  });
});

/** From the page of a run to its receipt, which says what was held and what was charged. */
async function assertReceipt(page, credits) {
  await page.getByRole("link", { name: "Receipt" }).click();
  await page.waitForURL("**/receipt");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), `${credits} credits charged`);
  const lines = await page.locator(".ledger-sentence b").allInnerTexts();
  assert.deepEqual(lines, [`${credits} credits held`, `${credits} credits charged`]);
}

async function assertShown(image) {
  await image.scrollIntoViewIfNeeded();
  const width = await image.evaluate(async (img) => {
    await img.decode();
    return img.naturalWidth;
  });
  assert.ok(width > 0, "the picture is there");
}

async function assertPlays(video) {
  await video.evaluate(
    (film) =>
      new Promise((resolve) => {
        const moved = () => film.currentTime > 0.2 && resolve();
        film.addEventListener("timeupdate", moved);
        moved();
      }),
  );
  assert.ok(await video.evaluate((film) => film.videoWidth > 0), "the clip has a picture");
}
