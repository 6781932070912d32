import { mixed, stretchesAt } from "./bins.mjs";
import { Matrix } from "./matrix.mjs";
/** @import { Bins, Frame } from "./types.mjs" */

// As anim/panels/counts.py.

/**
 * @typedef {object} Column
 * @property {number} left
 * @property {number} right
 * @property {number} wrong height of the wrong examples.
 * @property {number} top height of all examples.
 * @property {number} count of all examples.
 */

/**
 * Lowest score, upper limit of counts, and the share of its bin that a column takes.
 * @typedef {{ low: number, most: number, width: number }} CountScale
 */

/**
 * Return where the columns of a run stand in a frame.
 * @param {Bins} bins
 * @param {Frame} frame
 * @param {CountScale} scale
 * @returns {Column[]}
 */
export function columnsAt(bins, frame, { low, most, width }) {
  // Gaps between bins that differ would come and go.
  const share = bins.edges instanceof Matrix ? 1 : width;
  return stretchesAt(bins, frame, low).map((one) => {
    const [middle, half] = [(one.high + one.low) / 2, ((one.high - one.low) / 2) * share];
    const [count, hits] = [bins.counts, bins.hits].map((all) => mixed(all, frame, one.bins));
    return {
      left: (middle - half - low) / (1 - low),
      right: (middle + half - low) / (1 - low),
      wrong: Math.min((count - hits) / most, 1),
      top: Math.min(count / most, 1),
      count,
    };
  });
}

/**
 * Return place and number of examples of the columns of a snapshot that are higher than their axis.
 * @param {Bins} bins
 * @param {Frame} frame its first snapshot.
 * @param {CountScale} scale
 */
export const cutAt = (bins, frame, scale) =>
  columnsAt(bins, { ...frame, after: frame.before }, scale)
    .filter(({ count }) => count > scale.most)
    .map(({ left, right, count }) => [(left + right) / 2, count]);
