/** Pictures that runs begin with: brought along, made here, dropped, pasted, chosen, taken out. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Faults, SIZES } from "./support/faults.js";
import { assertAccessible, assertFits, assertUncut, countShifts } from "./support/judge.js";
import { INSTANT, openPlace } from "./support/place.js";
import { picture } from "./support/png.js";
import { cardIs, cardOf, chooseModel, order, signUp, toastSays } from "./support/steps.js";
import { SCREENS, visit } from "./support/visitor.js";

const DUSK = picture("dusk.png", [20, 60, 120], [250, 150, 90]);
const DAWN = picture("dawn.png", [230, 180, 210], [60, 110, 160]);
const MOSS = picture("moss.png", [20, 70, 40], [170, 200, 90], [480, 640]);
const DRAWING = { name: "drawing.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") };
const RUNWAY = "Runway Gen-4.5";

/** Whoever drops a picture moves things; everything else holds as ever. */
const AT_WORK = [assertFits, assertUncut, assertAccessible];

const place = openPlace(INSTANT);

/** A member of the Pro plan with credits for a few clips. */
async function signUpAsPro(page) {
  const { email } = await signUp(page);
  await place.studio.tell("member", "set-plan", email, "pro", "--reason", "for clips");
  await place.studio.tell("member", "grant", email, "400", "--reason", "for clips");
  await page.goto("/studio");
}

const slot = (page, field) => page.locator(`.slot[data-slot=${field}]`);
const heldIn = (page, field) => slot(page, field).locator(".held .tile:has(input:checked)");
const fileField = (page, field) => slot(page, field).locator("input[type=file]");

test("a picture is brought along, moves, and its clip says what it began with", async () => {
  await visit(place, {}, async (page) => {
    await signUpAsPro(page);
    await chooseModel(page, RUNWAY);
    await fileField(page, "first_frame").setInputFiles(DUSK);
    await page.getByLabel("Describe what you want to see").fill("The sun sets behind the pier");
    await heldIn(page, "first_frame").waitFor();
    await page.getByRole("button", { name: /^Generate/ }).click();
    await cardIs(page, "The sun sets behind the pier", "ready");
    await cardOf(page, "The sun sets behind the pier").locator("a.card-media").click();
    await page.waitForURL("**/g/*");
    await page.getByRole("heading", { name: "Began with" }).waitFor();
    const began = page.locator(".begun img");
    await began.evaluate((img) => img.decode());
    await page.getByRole("link", { name: "Receipt" }).click();
    await page.locator(".begun img").waitFor();
  });
});

test("a picture made here is one click from moving; another model keeps it", async () => {
  await visit(place, {}, async (page) => {
    await signUpAsPro(page);
    const words = "A lighthouse above a stormy sea";
    await order(page, { model: "FLUX Schnell", words });
    await cardIs(page, words, "ready");
    await cardOf(page, words).hover();
    await cardOf(page, words).getByRole("link", { name: "Animate" }).click();
    await page.waitForURL("**/generate?first_frame=*");
    await heldIn(page, "first_frame").waitFor();
    assert.equal(await page.getByLabel("Prompt").inputValue(), words);
    assert.equal(await page.locator("fieldset.shapes").isVisible(), false, "it has the frame's shape");

    await page.locator(".models-face").click();
    await page.locator(".models-list").getByRole("radio", { name: RUNWAY }).check({ force: true });
    await page.locator(".models-title", { hasText: RUNWAY }).waitFor();
    await heldIn(page, "first_frame").waitFor();
    await page.getByRole("button", { name: /^Generate/ }).click();
    await page.locator("#feed nx-card[data-state=ready] video").first().waitFor({ state: "attached" });

    await page.goto("/history");
    const clip = page.locator("nx-card:has(video)");
    await clip.locator("a.card-media").click();
    await page.getByRole("link", { name: "Remix" }).click();
    await page.waitForURL("**/generate?from=*");
    await heldIn(page, "first_frame").waitFor();
  });
});

test("the same without JavaScript: one form brings the picture and orders the clip", async () => {
  await visit(place, { javaScriptEnabled: false, expected: [/status of 422/] }, async (page) => {
    await signUpAsPro(page);
    await page.goto("/generate?kind=video&model=runway-gen-4.5");
    await page.getByLabel("Prompt").fill("The sun sets behind the pier");
    await fileField(page, "first_frame").setInputFiles(DRAWING);
    await page.getByRole("button", { name: /^Generate/ }).click();
    await page.getByText("Your first frame: This is an SVG drawing").waitFor();
    assert.equal(await page.getByLabel("Prompt").inputValue(), "The sun sets behind the pier");
    await fileField(page, "first_frame").setInputFiles(DUSK);
    await page.getByRole("button", { name: /^Generate/ }).click();
    await page.waitForURL("**/studio");
    await cardIs(page, "The sun sets behind the pier", "ready");
    await cardOf(page, "The sun sets behind the pier").locator("a.card-media").click();
    await page.getByRole("heading", { name: "Began with" }).waitFor();

    // The shelf holds what was brought along; a radio button puts it into the slot.
    await page.goto("/generate?kind=video&model=runway-gen-4.5");
    await slot(page, "first_frame").locator("summary").click();
    await slot(page, "first_frame").locator(".shelf-list .tile:not(.is-none) input").first().check({ force: true });
    await page.getByRole("button", { name: "Update the price" }).click();
    await heldIn(page, "first_frame").waitFor();
    for (const viewport of SIZES) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${SCREENS}/slots-without-script-${viewport.width}.png`, fullPage: true });
    }

    await page.goto("/pictures");
    await page.getByText("1 of 300").waitFor();
    await page.getByRole("button", { name: "Delete this picture" }).click();
    await page.getByText("0 of 300").waitFor();
  });
});

test("pictures are dropped, pasted, put in order and taken out", async () => {
  await visit(place, { expected: [/status of 415/] }, async (page) => {
    await signUpAsPro(page);
    await order(page, { model: "FLUX Schnell", words: "A paper boat" });
    await cardIs(page, "A paper boat", "ready");

    await page.goto("/generate?kind=image&model=nano-banana-2");
    await fileField(page, "references").setInputFiles([DUSK, DAWN]);
    await heldIn(page, "references").nth(1).waitFor();
    const sources = () => heldIn(page, "references").evaluateAll((tiles) => tiles.map((it) => it.dataset.source));
    const [first, second] = await sources();
    await heldIn(page, "references").nth(1).hover();
    await heldIn(page, "references").nth(1).getByRole("button", { name: "Move one place to the front" }).click();
    assert.deepEqual(await sources(), [second, first]);
    await heldIn(page, "references").first().getByRole("button", { name: "Take out the reference picture" }).click();
    assert.deepEqual(await sources(), [first]);

    await paste(page, MOSS);
    await heldIn(page, "references").nth(1).waitFor();
    await paste(page, DRAWING);
    await toastSays(page, "This is an SVG drawing");
    assert.equal(await heldIn(page, "references").count(), 2);

    await page.goto("/studio");
    await page.getByLabel("Describe what you want to see").focus();
    await chooseModel(page, RUNWAY);
    const made = await cardOf(page, "A paper boat").locator("img.shot").getAttribute("src");
    await dropFromPage(page, `<img src="${made}">`, ".slot[data-slot=first_frame]");
    await heldIn(page, "first_frame").waitFor();
    await chooseModel(page, "FLUX Schnell");
    await page.getByText("FLUX Schnell takes no first frame. The rest is put aside.").waitFor();
    await order(page, { words: "Only words" });
    await cardIs(page, "Only words", "ready");
    await chooseModel(page, RUNWAY);
    await heldIn(page, "first_frame").waitFor();
  });
});

test("a picture on its way can be stopped, and an order waits for it", async () => {
  await visit(place, {}, async (page) => {
    await signUpAsPro(page);
    let letThrough = () => {};
    const held = new Promise((go) => {
      letThrough = go;
    });
    await page.route("**/api/uploads?*", async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await page.getByLabel("Describe what you want to see").fill("Boats in the fog");
    await chooseModel(page, RUNWAY);
    await fileField(page, "first_frame").setInputFiles(DAWN);
    await page.getByRole("button", { name: "Stop uploading dawn.png" }).click();
    await slot(page, "first_frame").locator(".is-coming").waitFor({ state: "detached" });
    await fileField(page, "first_frame").setInputFiles(DAWN);
    await page.getByRole("progressbar", { name: "Uploading dawn.png" }).waitFor();
    await page.getByRole("button", { name: /^Generate/ }).click();
    await toastSays(page, "still on its way");
    assert.equal(await page.locator("nx-card").count(), 0);
    letThrough();
    await cardIs(page, "Boats in the fog", "ready");
  });
});

for (const viewport of SIZES) {
  test(`the pages around pictures, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport }, async (page, visitor) => {
      await countShifts(visitor.context);
      await signUpAsPro(page);
      const faults = new Faults(page, viewport);
      await faults.look("pictures-empty", "/pictures");
      await page.goto("/studio");
      await page.getByLabel("Describe what you want to see").fill("A harbour wakes up");
      await chooseModel(page, "Seedance 2.0");
      await faults.judge("slots-quick-empty", AT_WORK);
      await fileField(page, "first_frame").setInputFiles(DUSK);
      await heldIn(page, "first_frame").waitFor();
      await fileField(page, "last_frame").setInputFiles(DAWN);
      await heldIn(page, "last_frame").waitFor();
      await faults.judge("slots-quick-held", AT_WORK);
      await slot(page, "references").locator("summary").click();
      await slot(page, "references").locator(".shelf-list .tile").first().waitFor();
      await faults.judge("slots-quick-shelf", AT_WORK);
      await page.keyboard.press("Escape");
      await chooseModel(page, RUNWAY);
      await page.getByRole("button", { name: /^Generate/ }).click();
      await cardIs(page, "A harbour wakes up", "ready");
      await faults.look("generate-frames-empty", "/generate?kind=video&model=kling-3.0");
      const first = await page.locator(".shelf-list .tile:not(.is-none)").first().getAttribute("data-source");
      await faults.look("generate-frames", `/generate?model=kling-3.0&prompt=A+harbour&first_frame=${first}`);
      await slot(page, "last_frame").locator("summary").click();
      await faults.judge("generate-shelf", AT_WORK);
      await faults.look("generate-references", `/generate?model=nano-banana-2&prompt=A+harbour&references=${first}`);
      await faults.look("generate-left-behind", `/generate?model=flux-schnell&prompt=A+harbour&first_frame=${first}`);
      await faults.look("pictures", "/pictures");
      await page.goto("/history");
      await page.locator("a.card-media").first().click();
      await page.waitForURL("**/g/*");
      await faults.judge("clip-begun", AT_WORK);
      await page.locator(".uses > summary").click();
      await faults.judge("clip-uses", AT_WORK);
      await page.getByRole("link", { name: "Receipt" }).click();
      await page.waitForURL("**/receipt");
      await faults.judge("receipt-begun", AT_WORK);
      faults.assertNone();
    });
  });
}

/** Pastes a file, as the keyboard does. */
async function paste(page, { name, mimeType, buffer }) {
  const file = { name, mimeType, bytes: [...buffer] };
  await page.evaluate(({ name, mimeType, bytes }) => {
    const moved = new DataTransfer();
    moved.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: moved, bubbles: true, cancelable: true }));
  }, file);
}

/** Drops something that was dragged from a page. */
async function dropFromPage(page, html, target) {
  await page.locator(target).evaluate((element, html) => {
    const moved = new DataTransfer();
    moved.setData("text/html", html);
    for (const type of ["dragenter", "dragover", "drop"]) {
      element.dispatchEvent(new DragEvent(type, { dataTransfer: moved, bubbles: true, cancelable: true }));
    }
  }, html);
}
