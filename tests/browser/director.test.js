/** The Director studio: what others see of it, how somebody is made, and how a shot is directed. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { Faults, SIZES } from "./support/faults.js";
import { countShifts } from "./support/judge.js";
import { pay } from "./support/merchant.js";
import { INSTANT, openPlace } from "./support/place.js";
import { balanceIs, cardIs, signUp } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const ARTS = path.resolve(import.meta.dirname, "../../public/arts");
const FACES = ["rose-perfume.jpg", "phoenix.jpg", "gold-satin.jpg"];

const place = openPlace(INSTANT);

/** A page is there in some 20 ms, and the merchant's word in a second. */
const LOOKS_MAX = 1000;
const isOn = (page, plan) => page.locator("#owner-plan", { hasText: `${plan} plan` }).count();

/** Buys a plan on the page with the prices. @param {"Growth" | "Pro"} plan */
async function subscribe(page, plan, { again = false } = {}) {
  await page.goto(`/pricing?plan=${plan.toLowerCase()}`);
  await page.getByRole("button", { name: `Get ${plan}` }).first().click();
  await pay(page);
  // Without scripts nothing says that the merchant has told the studio: the page is asked for again.
  for (let looks = 0; again && looks < LOOKS_MAX && !(await isOn(page, plan)); looks += 1) {
    await page.goto("/studio");
  }
  await page.locator("#owner-plan", { hasText: `${plan} plan` }).waitFor({ state: "attached" });
}

/** Fills the form for a new character and sends it. */
async function makeCharacter(page, name) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.locator("#cast-pictures").setInputFiles(FACES.map((face) => path.join(ARTS, face)));
  await page.locator("#cast-previews canvas").nth(FACES.length - 1).waitFor();
  await page.getByLabel(/somebody who agreed/).check();
  await page.getByRole("button", { name: /^Train the character/ }).click();
}

/** Presses the small picture of a camera move. @param {string} title */
const chooseMove = (page, title) => page.locator("label.lens-choice", { hasText: title }).click();

const actorIs = (page, name, state) =>
  page.locator(`.actor[data-state=${state}]`, { hasText: name }).waitFor();

test("a Growth member meets the paywall and is refused", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Growth");
    await page.getByRole("link", { name: "Director" }).click();
    await page.getByText("Director studio · Pro plan").waitFor();
    await page.getByRole("link", { name: /^Change to Pro/ }).waitFor();
    assert.equal(await page.locator("form[enctype]").count(), 0, "there is nothing to fill in");
    const face = await readFile(path.join(ARTS, FACES[0]));
    const refused = await page.request.post("/api/characters", {
      headers: { accept: "application/json" },
      multipart: {
        name: "Bea",
        consent: "yes",
        pictures: { name: "face.jpg", mimeType: "image/jpeg", buffer: face },
      },
    });
    assert.equal(refused.status(), 403);
    assert.equal((await refused.json()).code, "plan_required");
    await balanceIs(page, 215);
  });
});

test("somebody is made of three pictures, is in a still, and is deleted", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro");
    await page.getByRole("link", { name: "Director" }).click();
    await page.getByRole("link", { name: "Characters" }).click();
    await page.getByText("Nobody yet.").waitFor();
    await makeCharacter(page, "Ada");
    await page.getByText("The training begins.").waitFor();
    await actorIs(page, "Ada", "ready");
    await balanceIs(page, 1015);
    await page.getByLabel("What Ada does in the still").fill("Ada on a pier at dawn");
    await page.getByRole("button", { name: /^Make a still/ }).click();
    await page.waitForURL("**/studio");
    await cardIs(page, "Ada on a pier at dawn", "ready");
    await balanceIs(page, 1005);
    await page.goto("/director/characters");
    await page.getByText("Delete", { exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("Nobody yet.").waitFor();
  });
});

test("without scripts it is the same", async () => {
  await visit(place, { beyond: true, javaScriptEnabled: false }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro", { again: true });
    await page.goto("/director/characters");
    await page.getByLabel("Name", { exact: true }).fill("Bea");
    await page.locator("#cast-pictures").setInputFiles(path.join(ARTS, FACES[0]));
    await page.getByLabel(/somebody who agreed/).check();
    await page.getByRole("button", { name: /^Train the character/ }).click();
    // The page asks again by itself, but leaves people the time to write.
    const ready = page.locator(".actor[data-state=ready]", { hasText: "Bea" });
    for (let looks = 0; looks < LOOKS_MAX && !(await ready.count()); looks += 1) {
      await page.goto("/director/characters");
    }
    await actorIs(page, "Bea", "ready");
  });
});

test("a shot is directed: who is in it, where the camera goes, and 120 credits on the receipt", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro");
    await page.goto("/director/characters");
    await makeCharacter(page, "Ada");
    await actorIs(page, "Ada", "ready");
    await page.getByRole("link", { name: "Shot" }).click();
    await page.getByLabel("Prompt").fill("Ada turns into the light");
    await page.locator("label.face", { hasText: "Ada" }).click();
    await chooseMove(page, "Crash zoom in");
    await page.locator("#quote", { hasText: "120 credits" }).waitFor();
    await page.getByRole("button", { name: /^Generate/ }).click();
    await cardIs(page, "Ada turns into the light", "ready");
    await balanceIs(page, 895);
    await page.locator("nx-card a.card-media").first().click();
    await page.getByText("Crash zoom in").waitFor();
    await page.getByRole("link", { name: "Receipt" }).click();
    await page.getByText("120 credits charged").first().waitFor();
  });
});

/** Writes a shot of a board and goes on: to the next one, or back to the sheet. */
async function writeShot(page, { words, who, move, more }) {
  await page.getByLabel("What it shows").fill(words);
  await page.locator("label.face", { hasText: who }).click();
  await chooseMove(page, move);
  const save = more ? "Save and write another" : "Save the shot";
  await page.getByRole("button", { name: save }).click();
  await page.waitForURL(more ? "**/shot" : /board\/brd_\w+$/);
}

/** Several clips at once, on a busy machine; nothing waits this long in vain. */
const FILMING_MS = 240_000;

/** Waits until so many frames of the contact sheet stand somewhere. */
const framesAre = (page, stage, count) =>
  page.locator(`.frame[data-stage=${stage}]`).nth(count - 1).waitFor({ timeout: FILMING_MS });

/** Presses a link that downloads; answers the bytes. @param {string} name */
async function saved(page, name) {
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name }).click();
  return readFile(await (await coming).path());
}

/** What the receipts of everything made so far add up to. */
async function receiptsOf(page) {
  const listed = await (await page.request.get("/api/generations")).json();
  let charged = 0;
  for (const { id } of listed.items) {
    const receipt = await page.request.get(`/api/generations/${id}/receipt`);
    charged += (await receipt.json()).charged;
  }
  return charged;
}

const SHOTS = [
  { words: "Ada steps off the ferry, gulls over the harbour", move: "Pan left" },
  { words: "Her hand on a wet rope, lamps behind her", move: "Static" },
  { words: "Ada hears her name and turns around", move: "Crash zoom in" },
  { words: "The ferry leaves in the last light", move: "Aerial pullback" },
];

test("a film is made: a character, a board, stills, two of them approved and animated", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro");
    await page.goto("/director/characters");
    await makeCharacter(page, "Ada");
    await actorIs(page, "Ada", "ready");
    await page.getByRole("link", { name: "Boards" }).click();
    await page.getByText("No boards yet.").waitFor();
    await page.getByLabel("Title").fill("Harbour at night");
    await page.getByRole("button", { name: /^Make the board/ }).click();
    await page.getByRole("link", { name: "Write the first shot" }).click();
    for (const [n, shot] of SHOTS.entries()) {
      await writeShot(page, { ...shot, who: "Ada", more: n + 1 < SHOTS.length });
    }
    await page.locator(".budget", { hasText: "520 credits" }).waitFor();
    await page.getByRole("button", { name: /^Make 4 stills/ }).click();
    await framesAre(page, "still", 4);
    await balanceIs(page, 975);
    await page.getByRole("button", { name: "Approve shot 1" }).click();
    await page.getByRole("button", { name: /^Animate 1 shot/ }).waitFor();
    await page.getByRole("button", { name: "Approve shot 3" }).click();
    await page.locator(".is-chosen", { hasText: "280 credits" }).waitFor();
    await page.locator(".is-saved", { hasText: "240 credits" }).waitFor();
    await page.getByRole("button", { name: /^Animate 2 shots/ }).click();
    await framesAre(page, "filmed", 2);
    await balanceIs(page, 735);
    assert.equal(await receiptsOf(page), 280, "the approved part, and nothing else");
    await page.getByRole("link", { name: "Play the film" }).click();
    await page.getByText("2 shots").waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.locator(".film-caption", { hasText: SHOTS[2].words }).waitFor();
    await page.locator("#film[data-seen]").waitFor({ state: "attached" });
    const film = await saved(page, "Film, one MP4");
    assert.equal(film.subarray(4, 8).toString(), "ftyp");
    const shots = await saved(page, "Shots and list, zip");
    assert.ok(shots.includes("shots.csv") && shots.includes(SHOTS[2].words), "the list is in it");
  });
});

test("frames are moved by hand and by key, and a board is deleted without its stills", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro");
    await page.goto("/director");
    await page.getByLabel("Title").fill("Harbour");
    await page.getByRole("button", { name: /^Make the board/ }).click();
    await page.getByRole("link", { name: "Write the first shot" }).click();
    for (const [n, shot] of SHOTS.slice(0, 3).entries()) {
      await writeShot(page, { ...shot, who: "Nobody", more: n < 2 });
    }
    const first = page.locator(".sheet > li").first();
    await page.locator(".frame[data-place='3']").dragTo(page.locator(".frame[data-place='1']"));
    await first.filter({ hasText: SHOTS[2].words }).waitFor();
    await page.getByRole("button", { name: "Move shot 2 earlier" }).press("Enter");
    await first.filter({ hasText: SHOTS[0].words }).waitFor();
    await page.getByRole("button", { name: "Duplicate shot 1" }).click();
    await page.locator(".frame[data-place='4']").waitFor();
    await page.getByRole("button", { name: "Delete shot 2" }).click();
    await page.locator(".frame[data-place='4']").waitFor({ state: "detached" });
    await page.getByText("Settings", { exact: true }).click();
    await page.getByText("Delete the board").click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("No boards yet.").waitFor();
  });
});

/** A board on which frames stand everywhere a frame can stand. */
async function lookAtBoards(page, faults) {
  await faults.look("director-boards-empty", "/director");
  await page.getByLabel("Title").fill("Harbour at night");
  await page.getByLabel("Cap in credits").fill("600");
  await page.getByRole("button", { name: /^Make the board/ }).click();
  await page.getByRole("link", { name: "Write the first shot" }).click();
  await page.getByRole("heading", { name: "Shot 1" }).waitFor();
  await faults.judge("director-plan");
  const words = [...SHOTS.map((shot) => shot.words), "A storm [sandbox:refuse]", "Fog [sandbox:stuck]"];
  for (const [n, one] of words.entries()) {
    const { move } = SHOTS[n % SHOTS.length];
    await writeShot(page, { words: one, who: "Ada", move, more: n + 1 < words.length });
  }
  const board = page.url();
  await faults.look("director-board", board);
  await page.getByRole("button", { name: /^Make 6 stills/ }).click();
  await framesAre(page, "still", 4);
  await framesAre(page, "missed", 1);
  await framesAre(page, "drawing", 1);
  await faults.look("director-contact-sheet", board);
  await page.getByRole("link", { name: "Edit shot 2" }).click();
  await page.getByLabel("What it shows").fill("Her hand on a wet rope [sandbox:stuck]");
  await page.getByRole("button", { name: "Save the shot" }).click();
  await page.waitForURL(board);
  for (const number of [1, 2, 3]) {
    await page.getByRole("button", { name: `Approve shot ${number}` }).click();
    await page.getByRole("button", { name: `Approved shot ${number}` }).waitFor();
  }
  await page.getByRole("button", { name: /^Animate 3 shots/ }).click();
  await framesAre(page, "filmed", 2);
  await faults.look("director-running", board);
  await faults.look("director-film", `${board}/film`);
  await faults.look("director-boards", "/director");
  await page.goto(board);
  await page.getByText("Settings", { exact: true }).click();
  await faults.judge("director-board-settings");
}

test("every page of it can be looked at, wide and narrow", async () => {
  for (const viewport of SIZES) {
    await visit(place, { viewport, beyond: true }, async (page, visitor) => {
      await countShifts(visitor.context);
      const faults = new Faults(page, viewport);
      await signUp(page);
      await faults.look("director-paywall", "/director");
      await subscribe(page, "Pro");
      await faults.look("director-characters-empty", "/director/characters");
      await makeCharacter(page, "Ada");
      await actorIs(page, "Ada", "ready");
      await makeCharacter(page, "Bea [sandbox:fail]");
      await actorIs(page, "Bea", "failed");
      await makeCharacter(page, "Cleo [sandbox:stuck]");
      await actorIs(page, "Cleo", "training");
      await faults.judge("director-characters");
      await page.goto("/director/shot");
      await page.getByLabel("Prompt").fill("Ada crosses the bridge in the rain");
      await page.getByRole("button", { name: /^Generate/ }).click();
      await cardIs(page, "Ada crosses the bridge in the rain", "ready");
      await chooseMove(page, "Pan left");
      await faults.judge("director-shot");
      await lookAtBoards(page, faults);
      faults.assertNone();
    });
  }
});
