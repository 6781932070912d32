import assert from "node:assert/strict";
import { test } from "node:test";
import { binAt, sidesOf } from "../../anim/page/player/bins.mjs";
import { piecesOf } from "../../anim/page/player/pieces.mjs";
import { levelOf, LEVELS } from "../../anim/page/player/strength.mjs";
/** @import { Frame } from "../../anim/page/player/types.mjs" */

test("a bin holds its lower edge, and the last one its upper edge, too", () => {
  const edges = [0, 0.5, 1];
  assert.deepEqual(
    [0, 0.49, 0.5, 1].map((score) => binAt(edges, score)),
    [0, 0, 1, 1],
  );
});

test("bars stand apart where there is room", () => {
  assert.deepEqual(sidesOf([0, 0.5, 1], 10, 200), [
    [15, 105],
    [115, 205],
  ]);
});

test("narrow bars touch", () => {
  const sides = sidesOf(
    Array.from({ length: 101 }, (_, at) => at / 100),
    0,
    200,
  );
  sides.slice(1).forEach(([left], at) => assert.ok(Math.abs(left - sides[at][1]) < 1e-9));
});

test("a bin without width has a bar, within the axis", () => {
  const sides = sidesOf([0, 0, 1, 1], 0, 300);
  for (const [left, right] of sides) assert.ok(right - left >= 1 && right <= 300);
});

test("a bar is the stronger, the more examples it has, and fades with its presence", () => {
  const levels = [1, 25, 100, 1000].map((count) => levelOf(count, 1));
  assert.deepEqual(
    levels,
    [...levels].sort((one, other) => one - other),
  );
  assert.deepEqual(levels.slice(2), [LEVELS - 1, LEVELS - 1]);
  assert.ok(levels[0] > 0);
  assert.equal(levelOf(1000, 0), 0);
});

/** @type {Frame} */
const FRAME = {
  moment: { index: 0, fraction: 0, position: 0 },
  edges: Float64Array.of(0, 0.5, 1),
  counts: Float64Array.of(10, 20),
  hits: Float64Array.of(8, 12),
  shares: Float64Array.of(0.8, 0.6),
  ideals: Float64Array.of(0.7, 0.7),
  confidences: Float64Array.of(0.3, 0.7),
  presence: Float64Array.of(1, 0.5),
  band: null,
  intervals: null,
  curve: null,
  series: {},
  spreads: {},
};

test("bars are the pieces of a chart without a curve", () => {
  const pieces = piecesOf(FRAME, { left: 0, width: 200 }, true);
  assert.equal(pieces.shares, FRAME.shares);
  assert.equal(pieces.sides.length, 2);
});

test("pieces of a curve lie between its places, and are as strong as their bins", () => {
  const frame = { ...FRAME, curve: Float64Array.of(1, 0.8, 0.6, 0.8, NaN) };
  const pieces = piecesOf(frame, { left: 0, width: 200 }, true);
  assert.deepEqual(pieces.sides, [
    [0, 50],
    [50, 100],
    [100, 150],
    [150, 200],
  ]);
  assert.deepEqual([...pieces.shares], [0.9, 0.7, 0.7, NaN]);
  assert.deepEqual([...pieces.ideals], [0.875, 0.625, 0.625, 0.875]);
  assert.deepEqual([...pieces.counts], [10, 10, 20, 20]);
  assert.deepEqual([...pieces.presence], [1, 1, 0.5, 0]);
});
