import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf, playedAt, reached, restingAt } from "../../anim/page/player/clock.mjs";

const clock = {
  texts: ["0", "1", "2"],
  steps: [0, 1, 2],
  places: [0, 0.5, 1],
  times: [0, 0.7, 1],
  keys: [0, 2],
  beats: [0, 1],
  seconds: 2,
  rest: 0.25,
  move: 0.5,
  hold: 1,
  tween: true,
};

test("while it plays shapes rest, then move to the next key", () => {
  assert.deepEqual(playedAt(clock, 0.7), restingAt(clock.places, 0));
  const moving = playedAt(clock, 0.875);
  assert.deepEqual([moving.index, moving.following, moving.position], [0, 2, 0.5]);
  assert.deepEqual(playedAt(clock, 1), restingAt(clock.places, 2));
  assert.equal(playedAt({ ...clock, tween: false }, 0.875).following, 0);
});

test("the snapshot at a time is the last one before it", () => {
  assert.deepEqual(
    [0, 0.69, 0.7, 1].map((share) => reached(clock.times, share)),
    [0, 0, 1, 2],
  );
});

test("nothing moves across a snapshot that was lost", () => {
  const moment = { index: 0, following: 2, fraction: 0.5, position: 0.5 };
  const run = {
    name: "",
    steps: [0, 1, 5],
    lost: [3],
    shown: [0, 1, 2],
    places: [0, 0.5, 1],
    isMedian: false,
    isRecalibrated: false,
  };
  assert.deepEqual(frameOf(run, moment), { before: 0, after: 0, fraction: 0, position: 0.5 });
  assert.equal(frameOf({ ...run, lost: [] }, moment).after, 2);
});
