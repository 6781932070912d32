import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, momentAt, placeAfter } from "../../anim/page/player/clock.mjs";
/** @import { Pace } from "../../anim/page/player/types.mjs" */

/** @type {Pace[]} */
const PACES = ["step", "log"];

for (const pace of PACES) {
  test(`steps come back from their positions, pace ${pace}`, () => {
    const clock = new Clock([10, 5000], pace);
    assert.equal(clock.place(10), 0);
    assert.equal(clock.place(5000), 1);
    for (const step of [10, 11, 63, 999.5, 5000]) {
      assert.ok(Math.abs(clock.stepAt(clock.place(step)) - step) < 1e-9 * step);
    }
  });
}

test("equal steps take equal time with pace step", () => {
  assert.equal(new Clock([0, 200], "step").place(50), 0.25);
});

test("equal ratios of steps take equal time with pace log", () => {
  const clock = new Clock([0, 999], "log");
  assert.ok(Math.abs(clock.place(9) - 1 / 3) < 1e-12);
  assert.ok(Math.abs(clock.place(99) - 2 / 3) < 1e-12);
});

test("a single step is at the end", () => {
  assert.equal(new Clock([7, 7], "step").place(7), 1);
  assert.equal(new Clock([7, 7], "log").stepAt(1), 7);
});

test("a snapshot is shown as it is, however its position is computed", () => {
  for (const pace of PACES) {
    const clock = new Clock([0, 590], pace);
    const places = Array.from({ length: 60 }, (_, at) => clock.place(10 * at));
    for (const [at, place] of places.entries()) {
      for (const seconds of [7, 10, 0.3]) {
        const moment = momentAt(places, (place * seconds) / seconds, true);
        assert.deepEqual(moment, { index: at, fraction: 0, position: place });
      }
    }
  }
});

test("between two snapshots a fraction of the way is gone", () => {
  const { index, fraction, position } = momentAt([0, 0.5, 1], 0.625, true);
  assert.deepEqual([index, fraction, position], [1, 0.25, 0.625]);
});

test("without tween the snapshot before is shown", () => {
  assert.deepEqual(momentAt([0, 0.5, 1], 0.9, false), { index: 1, fraction: 0, position: 0.5 });
});

test("nothing moves before the first snapshot and after the last", () => {
  assert.deepEqual(momentAt([0.25, 0.75], 0.1, true), { index: 0, fraction: 0, position: 0.25 });
  assert.deepEqual(momentAt([0.25, 0.75], 0.9, true), { index: 1, fraction: 0, position: 0.75 });
});

test("skipping goes from snapshot to snapshot and stops at the ends", () => {
  const places = [0, 0.25, 0.5, 1];
  assert.equal(placeAfter(places, 0.25, 1), 0.5);
  assert.equal(placeAfter(places, 0.25, -1), 0);
  assert.equal(placeAfter(places, 0.3, 1), 0.5);
  assert.equal(placeAfter(places, 0.3, -1), 0.25);
  assert.equal(placeAfter(places, 0.5, 10), 1);
  assert.equal(placeAfter(places, 0.5, -10), 0);
});
