import assert from "node:assert/strict";
import { test } from "node:test";
import { Playback } from "../../anim/page/player/playback.mjs";

/** @param {Partial<Playback>} state */
const playbackOf = (state) => Object.assign(new Playback(() => {}), { duration: 2 }, state);

test("time goes on at its rate", () => {
  const playback = playbackOf({ time: 1, rate: 2 });
  playback.advance(50);
  assert.equal(playback.time, 1.1);
});

test("a page that was busy goes on where it was", () => {
  const playback = playbackOf({ time: 1 });
  playback.advance(60_000);
  assert.equal(playback.time, 1.1);
});

test("the end is followed by the beginning", () => {
  const playback = playbackOf({ time: 1.99 });
  playback.advance(16);
  assert.equal(playback.time, 0);
});
