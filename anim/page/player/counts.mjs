import { edgesAt } from "./bars.mjs";
/** @import { Bins, Frame } from "./types.mjs" */

// As anim/panels/counts.py.

/**
 * @typedef {object} Column
 * @property {number} left
 * @property {number} right
 * @property {number} wrong height of the wrong examples.
 * @property {number} top height of all examples.
 * @property {number} cut how many there are, where the column is higher than its axis; else 0.
 */

/**
 * Return where the columns of a run stand in a frame.
 * @param {Bins} bins
 * @param {Frame} frame
 * @param {{ low: number, most: number, width: number }} axes lowest score, upper limit of counts,
 *   and the share of its bin that a column takes.
 * @returns {Column[]}
 */
export function columnsAt(bins, frame, { low, most, width }) {
  const edges = edgesAt(bins, frame, low);
  const [counts, hits] = [bins.counts.mix(frame), bins.hits.mix(frame)];
  // Numbers are those of a snapshot.
  const known = bins.counts.row(frame.before);
  return Array.from(counts, (count, bin) => {
    const middle = (edges[bin + 1] + edges[bin]) / 2;
    const half = ((edges[bin + 1] - edges[bin]) / 2) * width;
    return {
      left: (middle - half - low) / (1 - low),
      right: (middle + half - low) / (1 - low),
      wrong: Math.min((count - hits[bin]) / most, 1),
      top: Math.min(count / most, 1),
      cut: known[bin] > most ? known[bin] : 0,
    };
  });
}
