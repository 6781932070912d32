import assert from "node:assert/strict";
import { test } from "node:test";
import { binAfter, commandOf, isModified } from "../../anim/page/player/keyboard.mjs";

test("arrows skip a snapshot, ten with shift", () => {
  assert.deepEqual(commandOf("ArrowRight", {}), { skip: 1 });
  assert.deepEqual(commandOf("ArrowLeft", { isShifted: true }), { skip: -10 });
});

test("home and end seek", () => {
  assert.deepEqual(commandOf("Home", {}), { seek: 0 });
  assert.deepEqual(commandOf("End", {}), { seek: 1 });
});

test("the space bar plays and pauses, but on a button it presses that", () => {
  assert.equal(commandOf(" ", {}), "toggle");
  assert.equal(commandOf(" ", { isButton: true }), undefined);
});

test("only the scrubber takes keys that scroll the page elsewhere", () => {
  for (const key of ["ArrowUp", "ArrowDown", "PageUp", "PageDown"]) {
    assert.equal(commandOf(key, {}), undefined);
  }
  assert.deepEqual(commandOf("ArrowUp", { isScrubber: true }), { skip: 1 });
  assert.deepEqual(commandOf("PageDown", { isScrubber: true }), { skip: -10 });
});

test("other keys are the browser's", () => {
  assert.equal(commandOf("Tab", { isScrubber: true }), undefined);
  assert.ok(isModified({ altKey: false, ctrlKey: true, metaKey: false }));
});

const BINS = { busiest: 4, last: 9 };

test("a walk over bins begins at the busiest and stops at the ends", () => {
  assert.equal(binAfter("ArrowRight", -1, BINS), 5);
  assert.equal(binAfter("ArrowUp", 5, BINS), 6);
  assert.equal(binAfter("ArrowRight", 9, BINS), 9);
  assert.equal(binAfter("ArrowLeft", 0, BINS), 0);
  assert.equal(binAfter("Home", 5, BINS), 0);
  assert.equal(binAfter("End", 5, BINS), 9);
});

test("escape leaves a bin, and means nothing without one", () => {
  assert.equal(binAfter("Escape", 5, BINS), -1);
  assert.equal(binAfter("Escape", -1, BINS), undefined);
});
