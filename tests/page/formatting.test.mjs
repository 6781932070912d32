import assert from "node:assert/strict";
import { test } from "node:test";
import * as formatting from "../../anim/page/player/formatting.mjs";

test("thousands are set apart by thin spaces", () => {
  assert.deepEqual([0, 999, 1000, 1234567].map(formatting.grouped), [
    "0",
    "999",
    "1\u2009000",
    "1\u2009234\u2009567",
  ]);
});

test("a number that is missing is a dash", () => {
  assert.equal(formatting.fixed(NaN, 3), "–");
  assert.equal(formatting.fixed(0.12345, 3), "0.123");
});

test("numbers of axes are short", () => {
  const texts = [0, 0.5, -2, 1500, 2e6, 5e-4].map(formatting.short);
  assert.deepEqual(texts, ["0", "0.5", "−2", "1500", "2e6", "5e−4"]);
});

test("counts of axes are in thousands", () => {
  assert.deepEqual([20, 1000, 12500].map(formatting.thousands), ["20", "1k", "12.5k"]);
});

test("scores have no zeros at their end", () => {
  assert.deepEqual([0.1 + 0.2, 1, 1 / 3].map(formatting.scoreText), ["0.3", "1", "0.333333"]);
});

test("a moment is counted in its unit", () => {
  assert.equal(formatting.momentText({ name: "epoch", steps: 10 }, 1200), "epoch 1\u2009200");
  assert.equal(formatting.momentText({ name: "percent", steps: 1 }, 50), "50 %");
});

test("numbers of a run leave out what is missing", () => {
  const series = {
    accuracy: Float64Array.of(0.9),
    ece: Float64Array.of(NaN),
    temperature: Float64Array.of(1.2345),
  };
  assert.equal(formatting.numbersOf({ series }, "error"), "accuracy 0.900");
  assert.equal(formatting.numbersOf({ series }, "error", true), "accuracy 0.900\u2003T 1.23");
});

test("an empty bin has a range and a count", () => {
  const frame = {
    edges: Float64Array.of(0, 0.5, 1),
    counts: Float64Array.of(0, 1200),
    shares: Float64Array.of(0.25, 0.75),
    confidences: Float64Array.of(NaN, 0.8),
    presence: Float64Array.of(0, 1),
  };
  const texts = (/** @type {number} */ bin) =>
    formatting.factsOf(frame, bin, false).map(([, text]) => text);
  assert.deepEqual(texts(0), ["0 to 0.5", "0", "–", "–"]);
  assert.deepEqual(texts(1), ["0.5 to 1", "1\u2009200", "0.750000", "0.800000"]);
  const names = formatting.factsOf(frame, 1, true).map(([name]) => name);
  assert.deepEqual(names, ["range", "mean count", "median accuracy", "median confidence"]);
});
