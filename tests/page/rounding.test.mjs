import assert from "node:assert/strict";
import { test } from "node:test";
import { fixed, grouped, halfEven } from "../../anim/page/player/rounding.mjs";

test("a number between two goes to the even one, as in Python", () => {
  assert.deepEqual(
    [0.5, 1.5, 2.5, 12.5].map((value) => fixed(value, 0)),
    ["0", "2", "2", "12"],
  );
  assert.deepEqual(
    [0.25, 0.75, 0.35].map((value) => fixed(value, 1)),
    ["0.2", "0.8", "0.3"],
  );
  assert.equal(fixed(0.0625, 3), "0.062");
  assert.equal(halfEven(220.5), 220);
});

test("a whole number has thin spaces between groups of three digits", () => {
  assert.equal(grouped(1234567.5), "1\u2009234\u2009568");
  assert.equal(grouped(999), "999");
});
