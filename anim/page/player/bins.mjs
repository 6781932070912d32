import { Matrix } from "./matrix.mjs";
/** @import { Bins, Frame } from "./types.mjs" */

// As anim/panels/bins.py.

/**
 * Return whether a frame lies between two snapshots whose bins differ.
 * @param {Bins} bins
 * @param {Frame} frame
 */
export const doDiffer = ({ edges }, { before, after }) =>
  edges instanceof Matrix && before !== after;

/**
 * Return the edges of the bins of a snapshot, on an axis that begins at the lowest score.
 * @param {Bins} bins
 * @param {number} row
 * @param {number} low
 */
export function edgesOf({ edges }, row, low) {
  const known = edges instanceof Matrix ? edges.row(row) : edges;
  return known.map((edge) => Math.max(edge, low));
}

/**
 * A bin, or what lies between the edges of two snapshots.
 * @typedef {object} Stretch
 * @property {number} low
 * @property {number} high
 * @property {[start: number, end: number]} bins those that hold it, -1 where none does.
 */

/**
 * Return what lies beside each other in a frame: bins, or where these differ between two snapshots,
 * what lies between the edges of both. Edges do not travel: what does so flashes.
 * @param {Bins} bins
 * @param {Frame} frame
 * @param {number} low
 * @returns {Stretch[]}
 */
export function stretchesAt(bins, frame, low) {
  const before = edgesOf(bins, frame.before, low);
  if (!doDiffer(bins, frame)) {
    return Array.from(before.slice(1), (high, bin) => ({
      low: before[bin],
      high,
      bins: [bin, bin],
    }));
  }
  const after = edgesOf(bins, frame.after, low);
  const edges = [...new Set([...before, ...after])].sort((one, other) => one - other);
  return edges.slice(1).map((high, at) => {
    const middle = (high + edges[at]) / 2;
    return { low: edges[at], high, bins: [binAt(before, middle), binAt(after, middle)] };
  });
}

/**
 * Return the bin of a score; -1 if none has it.
 * @param {ArrayLike<number>} edges
 * @param {number} score
 */
function binAt(edges, score) {
  let bin = -1;
  while (bin + 1 < edges.length && edges[bin + 1] <= score) bin++;
  return bin < edges.length - 1 ? bin : -1;
}

/**
 * Return what lies between the values of bins in two snapshots; 0 is that of none.
 * @param {Matrix} values
 * @param {Frame} frame
 * @param {[start: number, end: number]} bins
 * @param {number} [from] where the values of bins begin in each row.
 */
export function mixed(values, { before, after, fraction }, bins, from = 0) {
  const start = bins[0] < 0 ? 0 : values.at(before, from + bins[0]);
  if (before === after) return start;
  const end = bins[1] < 0 ? 0 : values.at(after, from + bins[1]);
  return start + fraction * (end - start);
}
