import assert from "node:assert/strict";
import { test } from "node:test";
import { growing, outline, polyline, rectangle } from "../../anim/page/player/paths.mjs";

test("a line is broken where it has no value", () => {
  assert.equal(polyline([0, 1, 2, 3, 4], [5, 6, NaN, 7, 8]), "M0 5L1 6M3 7L4 8");
});

test("the beginning of a growing line is its text up to a point", () => {
  const xs = [0, 1, 2, 3];
  const ys = [5, NaN, 7, 8.125];
  const { path, ends } = growing(xs, ys);
  ends.forEach((end, at) => {
    assert.equal(path.slice(0, end), polyline(xs.slice(0, at + 1), ys.slice(0, at + 1)));
  });
});

test("a rectangle without height is not drawn", () => {
  assert.equal(rectangle(0, 5, 10, 5), "");
  assert.equal(rectangle(0, 5, 10, NaN), "");
  assert.equal(rectangle(0, 5, 10, 6.256), "M0 5H10V6.26H0z");
});

test("an outline goes there along the low ends and back along the high ones, in pieces", () => {
  const points = [
    { x: 0, low: 9, high: 1 },
    { x: 1, low: 8, high: 2 },
    { x: 2, low: NaN, high: NaN },
    { x: 3, low: 7, high: 3 },
  ];
  assert.equal(outline(points), "M0 9L1 8L1 2L0 1zM3 7L3 3z");
});
