/** Pictures made on the spot. */

import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/**
 * A PNG with a soft gradient from one colour to another, as a file to be chosen.
 * @param {string} name @param {[number, number, number]} from @param {[number, number, number]} to
 */
export function picture(name, from, to, [width, height] = [640, 360]) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const part = (x + y) / (width + height);
      const at = y * (width * 3 + 1) + 1 + x * 3;
      from.forEach((colour, n) => {
        rows[at + n] = Math.round(colour + (to[n] - colour) * part);
      });
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return { name, mimeType: "image/png", buffer: Buffer.concat([SIGNATURE, ...parts]) };
}

function chunk(name, body) {
  const named = Buffer.concat([Buffer.from(name), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
