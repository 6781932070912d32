import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { inflate, unpack } from "../../anim/page/player/packing.mjs";

/**
 * Pack one array as anim/page/pack.py does.
 * @param {(number | null)[][]} rows
 * @param {number} per
 */
function packed(rows, per) {
  /** @type {number[]} */
  const bytes = [];
  rows[0].forEach((_, column) => {
    let before = 0;
    for (const row of rows) {
      const value = row[column];
      const whole = value === null ? 0 : Math.round(value * per) + 1;
      const difference = whole - before;
      let left = difference < 0 ? -2 * difference - 1 : 2 * difference;
      for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
      bytes.push(left);
      before = whole;
    }
  });
  return bytes;
}

test("arrays come back in order, with their shapes", () => {
  const counts = [
    [0, 5, 300],
    [2, 4, 70_000],
  ];
  const scores = [
    [0.125, null],
    [0.5, 1],
  ];
  const bytes = Uint8Array.from([...packed(counts, 1), ...packed(scores, 1000)]);
  const found = unpack(bytes, [
    ["counts", [2, 3], 1],
    ["scores", [2, 1, 2], 1000],
  ]);
  assert.deepEqual([...found.counts.values], counts.flat());
  assert.deepEqual([...found.scores.values], [0.125, NaN, 0.5, 1]);
  assert.deepEqual([found.scores.rows, found.scores.columns], [2, 2]);
});

test("numbers beyond 32 bits come back", () => {
  const large = [[2 ** 40], [1], [2 ** 50]];
  const { one } = unpack(Uint8Array.from(packed(large, 1)), [["one", [3, 1], 1]]);
  assert.deepEqual([...one.values], large.flat());
});

test("a base64 text of zlib is inflated", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, at) => (at * at) % 251);
  const text = deflateSync(bytes).toString("base64");
  assert.deepEqual(await inflate(text), bytes);
});
