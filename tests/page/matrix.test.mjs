import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "../../anim/page/player/matrix.mjs";

const matrix = new Matrix(2, 3, Float64Array.of(0, NaN, 4, 10, 6, NaN));

test("a mix lies between two rows, and is NaN where one of them is", () => {
  assert.deepEqual([...matrix.mix({ index: 0, fraction: 0.25 })], [2.5, NaN, NaN]);
});

test("a filled mix takes the value that is there", () => {
  assert.deepEqual([...matrix.mixFilled({ index: 0, fraction: 0.25 })], [2.5, 6, 4]);
});

test("the last row needs no next one", () => {
  assert.deepEqual([...matrix.mix({ index: 1, fraction: 0 })], [10, 6, NaN]);
  assert.deepEqual([...matrix.mixFilled({ index: 1, fraction: 0 })], [10, 6, NaN]);
});

test("rows of another matrix follow", () => {
  const both = matrix.with(new Matrix(1, 3, Float64Array.of(1, 2, 3)));
  assert.deepEqual([both.rows, both.columns], [3, 3]);
  assert.deepEqual([both.at(0, 2), both.at(2, 0), both.at(2, 2)], [4, 1, 3]);
});
