import { clipped } from "./rounding.mjs";
import { countUpTo } from "./strips.mjs";
/** @import { ClockData, Frame, Moment, Run } from "./types.mjs" */

// As anim/timeline/clock.py and reel.py.

/** Shares of the time, and of a move, that are nearer to an end are at it. */
const SAME = 1e-9;
const ARRIVED = 1e-6;

/**
 * Return what is shown while it plays, at a share in [0, 1] of the moving part.
 * @param {ClockData} clock
 * @param {number} share
 * @returns {Moment}
 */
export function playedAt({ keys, beats, places, seconds, tween, rest, move }, share) {
  const last = keys.length - 1;
  const at = clipped(countUpTo(beats, share + SAME) - 1, 0, last);
  const then = Math.min(at + 1, last);
  const rested = beats[at] + rest * (beats[then] - beats[at]);
  const leaves = Math.max(rested, beats[then] - move / seconds);
  const moved = (share - leaves) / Math.max(beats[then] - leaves, SAME);
  const isMoving = then > at && tween && moved > ARRIVED;
  if (isMoving && moved > 1 - ARRIVED) return restingAt(places, keys[then]);
  if (!isMoving) return restingAt(places, keys[at]);
  const fraction = moved ** 2 * (3 - 2 * moved);
  const [index, following] = [keys[at], keys[then]];
  const position = places[index] + fraction * (places[following] - places[index]);
  return { index, following, fraction, position };
}

/**
 * Return what is shown of a snapshot, at rest.
 * @param {number[]} places
 * @param {number} index
 * @returns {Moment}
 */
export function restingAt(places, index) {
  return { index, following: index, fraction: 0, position: places[index] };
}

/**
 * Return the last snapshot at or before a value, the first one before all.
 * @param {number[]} list of values of the snapshots, ascending.
 * @param {number} value
 */
export function reached(list, value) {
  return Math.max(countUpTo(list, value + SAME) - 1, 0);
}

/**
 * Return what is shown of a run at a moment; nothing moves across a snapshot that was lost.
 * @param {Run} run
 * @param {Moment} moment
 * @returns {Frame}
 */
export function frameOf({ shown, places, steps, lost }, moment) {
  const [before, after] = [shown[moment.index], shown[moment.following]];
  const position = clipped(moment.position, places[0], places[places.length - 1]);
  const isBroken = lost.some((step) => step > steps[before] && step < steps[after]);
  if (before === after || isBroken) return { before, after: before, fraction: 0, position };
  return { before, after, fraction: moment.fraction, position };
}

/**
 * Return rows of what fades instead of moving, each with its strength; see `Frame.fading` in
 * anim/timeline/track.py.
 * @param {Frame} frame
 * @param {boolean} fades whether it does; what does not is that of the first row.
 * @returns {[row: number, strength: number][]}
 */
export function fadingOf({ before, after, fraction }, fades = true) {
  if (!fades || before === after || fraction === 0) return [[before, 1]];
  return [
    [before, 1 - fraction ** 2],
    [after, 1 - (1 - fraction) ** 2],
  ];
}
