import assert from "node:assert/strict";
import { test } from "node:test";
import { columnWidths } from "../../anim/page/player/chart_grid.mjs";
import { Matrix } from "../../anim/page/player/matrix.mjs";
import { shortened } from "../../anim/page/player/shortened.mjs";
import { limitsOf, linesOf } from "../../anim/page/player/strip_lines.mjs";

/** @param {number} count @param {number} together */
const runs = (count, together = 1) => ({ runs: { length: count }, together });

test("axes of all columns are as wide, and fill the width", () => {
  const widths = columnWidths(runs(3), 960);
  const inner = widths.map((width, column) => width - (column ? 16 + 14 : 54 + 14));
  assert.equal(new Set(inner).size, 1);
  assert.ok(widths.reduce((sum, width) => sum + width) > 960 - 3);
});

test("runs that belong together stay in one row, unless there is no room for them", () => {
  assert.equal(columnWidths(runs(4, 2), 960).length, 2);
  assert.equal(columnWidths(runs(4, 2), 1200).length, 4);
  assert.equal(columnWidths(runs(4, 2), 599).length, 1);
});

test("limits of a unit scale end at 1 and begin at a tenth", () => {
  assert.deepEqual(limitsOf("unit", [0.55, NaN, 0.9]), [0.5, 1]);
  assert.deepEqual(limitsOf("unit", [NaN]), [0, 1]);
});

test("limits of a zero-based scale begin at 0", () => {
  assert.deepEqual(limitsOf("zero-based", [0.1, 0.5]), [0, 0.54]);
  assert.deepEqual(limitsOf("zero-based", []), [0, 1]);
});

test("limits of a zero-based scale hold values below 0", () => {
  assert.deepEqual(limitsOf("zero-based", [-2, -1]), [-2.16, 0]);
});

test("limits of a logarithmic scale hold 1", () => {
  const [low, high] = limitsOf("log2", [2, 3]);
  assert.ok(low < 1 && high > 3);
  assert.ok(limitsOf("log2", []).every((limit) => limit > 0 && limit < Infinity));
});

/** @param {string} name @param {boolean} isRecalibrated */
const runWith = (name, isRecalibrated) => ({
  isRecalibrated,
  series: { [name]: new Matrix(1, 1, Float64Array.of(2)) },
});

test("a strip that needs a recalibration has lines of recalibrated runs only", () => {
  const recorded = [runWith("heat", false), runWith("heat", true)];
  /** @param {boolean} needsRecalibration */
  const ranks = (needsRecalibration) =>
    linesOf({ runs: recorded }, { series: [["heat", "heat"]], needsRecalibration }).map(
      ({ rank }) => rank,
    );
  assert.deepEqual(ranks(true), [1]);
  assert.deepEqual(ranks(false), [0, 1]);
});

test("a long text is cut to what fits", () => {
  const measure = (/** @type {string} */ text) => text.length;
  assert.equal(shortened("accuracy", 8, measure), "accuracy");
  assert.equal(shortened("accuracy in bin", 8, measure), "accurac…");
  assert.equal(shortened("accuracy in bin", 10, measure), "accuracy…");
});
