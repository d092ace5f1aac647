/** One studio and one browser for the tests of a file. */

import { after, before } from "node:test";

import { Studio } from "./studio.js";
import { openBrowser } from "./visitor.js";

/**
 * Opens both before the file's tests and closes them after.
 * @param {Record<string, string>} [settings] of the studio
 * @returns {{studio: Studio, browser: import("playwright-core").Browser}} filled once tests run
 */
export function openPlace(settings) {
  const place = {};
  before(async () => {
    place.browser = await openBrowser();
    place.studio = await Studio.open(settings);
  });
  after(async () => {
    await place.browser?.close();
    await place.studio?.close();
  });
  return place;
}

/** Nothing takes longer than the machine needs for it: for tests that are not about watching. */
export const INSTANT = { NEXORA_SANDBOX_PACE: "instant" };
