/** The studio under test: the real binary, on a data folder of its own. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const BINARY = path.resolve(
  process.env.NEXORA_BIN ?? path.join(import.meta.dirname, "../../../target/debug/nexora"),
);
const WORK = process.env.NEXORA_WORK ?? tmpdir();
/** A debug build on a busy machine is open within a few seconds; this is far beyond. */
const OPENING_MS = 60_000;

/** The settings every studio here runs with: nobody's own environment reaches it. */
const SETTINGS = {
  PATH: process.env.PATH,
  // Every test signs somebody up, all from one address, and types faster than people do.
  NEXORA_SIGN_UPS_PER_HOUR: "1000",
  NEXORA_REQUESTS_PER_MINUTE: "100000",
};

export class Studio {
  #child = null;
  #port = "0";
  #folder;
  #settings;
  #said = [];
  url = "";

  /** Opens a studio nobody has used yet. @param {Record<string, string>} settings */
  static async open(settings = {}) {
    const studio = new Studio();
    studio.#folder = await mkdtemp(path.join(WORK, "studio-"));
    studio.#settings = settings;
    await studio.#start();
    return studio;
  }

  /** What it printed since it was opened. */
  get said() {
    return this.#said.join("\n");
  }

  /** Where the sandbox plays the services the studio has no keys for. */
  get sandbox() {
    const address = /(http:\/\/127\.0\.0\.1:\d+)\/lemon\//.exec(this.said)?.[1];
    if (!address) throw new Error(`No sandbox was announced:\n${this.said}`);
    return address;
  }

  /** Runs another command of the binary on this studio's data, beside it. @param {string[]} words */
  async tell(...words) {
    const running = spawn(BINARY, words, { cwd: this.#folder, env: this.#env(), stdio: "ignore" });
    const [code] = await once(running, "exit");
    if (code !== 0) throw new Error(`nexora ${words.join(" ")} ended with ${code}`);
  }

  /** Stops the studio and opens it again: same address, same data. */
  async restart() {
    await this.#stop();
    await this.#start();
  }

  /** Stops the studio for good. */
  async close() {
    await this.#stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start() {
    const options = { cwd: this.#folder, env: this.#env(), stdio: ["ignore", "pipe", "pipe"] };
    this.#child = spawn(BINARY, options);
    live.add(this.#child);
    this.#said = [];
    createInterface(this.#child.stderr).on("line", (line) => this.#said.push(line));
    this.url = await this.#address();
    this.#port = new URL(this.url).port;
  }

  #env() {
    const data = path.join(this.#folder, "data");
    return { ...SETTINGS, ...this.#settings, PORT: this.#port, NEXORA_DATA: data };
  }

  /** The address the studio says it is open at. */
  async #address() {
    const late = AbortSignal.timeout(OPENING_MS);
    const lines = createInterface(this.#child.stdout);
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error([why, ...this.#said].join("\n")));
      lines.on("line", (line) => {
        this.#said.push(line);
        const address = /is open at (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (address) resolve(address);
      });
      this.#child.once("error", (error) => fail(`${BINARY}: ${error.message}`));
      this.#child.once("exit", (code) => fail(`The studio ended with ${code} before it opened.`));
      late.addEventListener("abort", () => fail("The studio did not open."));
    });
  }

  async #stop() {
    const child = this.#child;
    if (child.exitCode !== null) throw new Error(`The studio ended by itself: ${child.exitCode}`);
    child.kill("SIGTERM");
    const [code, signal] = await once(child, "exit");
    live.delete(child);
    if (code !== 0) throw new Error([`Stopping ended with ${code ?? signal}`, ...this.#said].join("\n"));
  }
}

/** No studio outlives its tests. */
const live = new Set();
process.on("exit", () => live.forEach((child) => child.kill("SIGKILL")));
