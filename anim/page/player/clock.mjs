/** @import { Moment, Pace } from "./types.mjs" */

/** Positions closer than this are the same: dividing seconds and steps leaves rounding errors. */
export const SAME = 1e-9;

/** Steps to positions in [0, 1] and back. */
export class Clock {
  /**
   * @param {[first: number, last: number]} axis
   * @param {Pace} pace
   */
  constructor([first, last], pace) {
    this.first = first;
    this.last = last;
    this.isLog = pace === "log";
    this.span = this.paced(last);
  }

  /** @param {number} step */
  paced(step) {
    return this.isLog ? Math.log1p(step - this.first) : step - this.first;
  }

  /** @param {number} step */
  place(step) {
    return this.span ? this.paced(step) / this.span : 1;
  }

  /** @param {number} position */
  stepAt(position) {
    const since = position * this.span;
    return this.first + (this.isLog ? Math.expm1(since) : since);
  }
}

/**
 * Return where a position lies between snapshots. Nothing moves before the first one and after
 * the last one, or between them if `tween` is false.
 * @param {number[]} places [S] in [0, 1], ascending.
 * @param {number} position
 * @param {boolean} tween
 * @returns {Moment}
 */
export function momentAt(places, position, tween) {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] <= position + SAME) low = middle + 1;
    else high = middle;
  }
  const index = Math.min(Math.max(low - 1, 0), places.length - 1);
  const isStill = !tween || index === places.length - 1 || position <= places[index] + SAME;
  if (isStill) return { index, fraction: 0, position: places[index] };
  const fraction = (position - places[index]) / (places[index + 1] - places[index]);
  return { index, fraction, position };
}

/**
 * Return the place of the snapshot that is `count` snapshots after a position, or before it if
 * `count` is negative. From between two snapshots, one back is the earlier of them.
 * @param {number[]} places [S] in [0, 1], ascending.
 * @param {number} position
 * @param {number} count
 */
export function placeAfter(places, position, count) {
  const reached = places.filter((place) => place <= position + SAME).length;
  const passed = places.filter((place) => place < position - SAME).length;
  const target = count > 0 ? reached - 1 + count : passed + count;
  return places[Math.min(Math.max(target, 0), places.length - 1)];
}
