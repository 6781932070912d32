import assert from "node:assert/strict";
import { test } from "node:test";
import { columnWidths } from "../../anim/page/player/chart_grid.mjs";
import { isStrip } from "../../anim/page/player/charts.mjs";
import { shortened } from "../../anim/page/player/shortened.mjs";
import { limitsOf } from "../../anim/page/player/strip_lines.mjs";

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

test("a panel that is no chart is a strip", () => {
  assert.equal(isStrip({ panel: "counts" }), false);
  assert.equal(isStrip({ panel: "ece", title: "ECE", series: [["ece", "ECE"]] }), true);
});

test("limits of accuracy end at 1 and begin at a tenth", () => {
  assert.deepEqual(limitsOf("accuracy", [0.55, NaN, 0.9]), [0.5, 1]);
  assert.deepEqual(limitsOf("accuracy", [NaN]), [0, 1]);
});

test("limits of an error begin at 0", () => {
  assert.deepEqual(limitsOf("ece", [0.1, 0.5]), [0, 0.54]);
  assert.deepEqual(limitsOf("ece", []), [0, 1]);
});

test("limits of a metric below 0 hold it", () => {
  assert.deepEqual(limitsOf("metric:x", [-2, -1]), [-2.16, 0]);
});

test("limits of the temperature hold 1", () => {
  const [low, high] = limitsOf("temperature", [2, 3]);
  assert.ok(low < 1 && high > 3);
});

test("a long text is cut to what fits", () => {
  const measure = (/** @type {string} */ text) => text.length;
  assert.equal(shortened("accuracy", 8, measure), "accuracy");
  assert.equal(shortened("accuracy in bin", 8, measure), "accurac…");
  assert.equal(shortened("accuracy in bin", 10, measure), "accuracy…");
});
