import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../anim/page/player/clock.mjs";
import { binaryTicks, rootTicks, ticksOf, timeTicks } from "../../anim/page/player/ticks.mjs";
/** @import { Tick } from "../../anim/page/player/types.mjs" */

test("ticks are round numbers within the limits", () => {
  assert.deepEqual(
    ticksOf(0, 1, 5).map((one) => one.toFixed(1)),
    ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"],
  );
  assert.deepEqual(
    ticksOf(0.7, 1, 3).map((one) => one.toFixed(1)),
    ["0.7", "0.8", "0.9", "1.0"],
  );
  assert.deepEqual(ticksOf(-30, 70, 4), [-25, 0, 25, 50]);
});

test("whole ticks are whole numbers", () => {
  assert.deepEqual(ticksOf(0, 3, 6, true), [0, 1, 2, 3]);
  assert.deepEqual(ticksOf(0, 12, 5, true), [0, 5, 10]);
});

test("limits that are equal have one tick", () => {
  assert.deepEqual(ticksOf(4, 4, 5), [4]);
});

test("ticks of a logarithmic axis are powers of two", () => {
  assert.deepEqual(binaryTicks(0.4, 5, 4), [0.5, 1, 2, 4]);
  assert.deepEqual(binaryTicks(0.04, 17, 3), [0.125, 1, 8]);
});

test("ticks of a square-root axis are a round number and parts of it", () => {
  assert.deepEqual(rootTicks(7), [0, 7]);
  assert.deepEqual(rootTicks(640), [0, 25, 125, 500]);
  assert.deepEqual(rootTicks(2100), [0, 100, 500, 2000]);
});

/** @param {Tick[]} ticks */
const texts = (ticks) => ticks.map(([, text]) => text).reverse();

test("a time axis counts its units", () => {
  const ticks = timeTicks(new Clock([0, 1000], "step"), { name: "epoch", steps: 10 }, 600);
  assert.deepEqual(texts(ticks), ["0", "20", "40", "60", "80", "100"]);
  assert.deepEqual(ticks[0], [1, "100"]);
});

test("ticks of a logarithmic time axis do not run into each other", () => {
  const width = 400;
  const ticks = timeTicks(new Clock([0, 100_000], "log"), { name: "step", steps: 1 }, width);
  assert.equal(ticks[0][1], "100\u2009000");
  ticks.slice(1).forEach(([place], at) => assert.ok((ticks[at][0] - place) * width >= 44));
});
