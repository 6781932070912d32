/** @import { Sides } from "./types.mjs" */

/**
 * Return left and right sides of bars in pixels, with a gap between them where there is room.
 * @param {ArrayLike<number>} edges [B + 1] in [0, 1].
 * @param {number} left of the axis, in pixels.
 * @param {number} width of the axis, in pixels.
 */
export function sidesOf(edges, left, width) {
  const typical = width / (edges.length - 1);
  const gap = typical < 4 ? 0 : Math.max(1, typical * 0.1);
  /** @type {Sides[]} */
  const sides = [];
  for (let bin = 0; bin + 1 < edges.length; bin++) {
    const start = left + edges[bin] * width + gap / 2;
    const narrowest = start + Math.min(Math.max(typical / 2, 1), 3);
    const end = Math.max(left + edges[bin + 1] * width - gap / 2, narrowest);
    const beyond = Math.max(end - (left + width), 0);
    sides.push([start - beyond, end - beyond]);
  }
  return sides;
}

/**
 * Return the bin of a score: [low, high), the last one closed.
 * @param {ArrayLike<number>} edges [B + 1] in [0, 1].
 * @param {number} score
 */
export function binAt(edges, score) {
  let bin = 0;
  while (bin + 2 < edges.length && score >= edges[bin + 1]) bin++;
  return bin;
}

/**
 * Return the share that a calibrated model has at a score.
 * @param {number} score
 * @param {boolean} isFolded whether it predicts the other one of two classes below 0.5.
 */
export function idealOf(score, isFolded) {
  return isFolded ? Math.max(score, 1 - score) : score;
}
