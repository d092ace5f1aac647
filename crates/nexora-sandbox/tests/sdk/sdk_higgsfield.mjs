// The official Higgsfield client of Node.js against the sandbox, for what only it can do: the older
// protocol, characters, the list of motions. node sdk_higgsfield.mjs http://127.0.0.1:PORT
import { HiggsfieldClient } from "@higgsfield/client";
import { createHiggsfieldClient } from "@higgsfield/client/v2";

const baseURL = process.argv[2].replace(/\/$/, "") + "/hf";
const quick = { baseURL, pollInterval: 50, maxPollTime: 20_000, maxRetries: 0 };
const client = new HiggsfieldClient({ ...quick, apiKey: "id", apiSecret: "secret" });
let passed = 0;

function check(name, condition) {
  if (!condition) {
    console.error(`sdk higgsfield (node): ${name} failed`);
    process.exit(1);
  }
  passed += 1;
}

const motions = await client.getMotions();
const crash = motions.find((motion) => motion.name === "Crash Zoom In");
check("the motions have names and ids", crash.id.length === 36);

const picture = { type: "image_url", image_url: "https://a.example/b.png" };
const set = await client.generate("/v1/image2video/dop", {
  model: "dop-turbo",
  prompt: "it begins to move",
  input_images: [picture],
  motions: [{ id: crash.id, strength: 0.8 }],
});
check("a set of jobs completes", set.isCompleted);
check("its clip has an address", set.jobs[0].results.raw.url.endsWith(".mp4"));

const character = await client.createSoulId({ name: "Ada", input_images: [picture, picture] });
check("a character is trained", character.isCompleted);
const listed = await client.listSoulIds();
check("characters are listed", listed.items[0].id === character.id);

const newer = createHiggsfieldClient({ ...quick, credentials: "id:secret" });
const still = await newer.subscribe("higgsfield-ai/soul/standard", {
  input: { prompt: "a portrait" },
});
check("a still is made", still.images.length === 1);

console.log(`sdk higgsfield (node): ${passed} checks passed`);
