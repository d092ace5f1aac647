/** Looks at page after page, so that one run names every fault. */

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";

import { assertAccessible, assertFits, assertNoShift, assertUncut, settle } from "./judge.js";
import { NARROW, SCREENS, WIDE } from "./visitor.js";

const JUDGES = [assertNoShift, assertFits, assertUncut, assertAccessible];
/** A desk and a telephone. */
export const SIZES = [WIDE, NARROW];

/** Leaves a picture of each page in target/screens. */
export class Faults {
  #found = [];
  #page;
  #viewport;

  constructor(page, viewport) {
    this.#page = page;
    this.#viewport = viewport;
  }

  async look(name, address, judges) {
    await this.#page.goto(address, { waitUntil: "load" });
    await this.judge(name, judges);
  }

  /** Judges the page as it stands. */
  async judge(name, judges = JUDGES) {
    const file = `${SCREENS}/${name}-${this.#viewport.width}.png`;
    await mkdir(SCREENS, { recursive: true });
    await settle(this.#page);
    await this.#page.screenshot({ path: file, fullPage: true, caret: "initial" });
    for (const judge of judges) {
      try {
        await judge(this.#page);
      } catch (error) {
        if (error.code !== "ERR_ASSERTION") throw error;
        this.#found.push(`${name}: ${error.message}`);
      }
    }
  }

  assertNone() {
    assert.equal(this.#found.length, 0, `\n${this.#found.join("\n\n")}`);
  }
}
