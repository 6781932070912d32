import { binAt, idealOf, sidesOf } from "./bins.mjs";
/** @import { Frame, Sides } from "./types.mjs" */

/**
 * What stands side by side in a reliability chart: the bins, or pieces of a curve.
 * @typedef {object} Pieces
 * @property {Sides[]} sides
 * @property {Float64Array} shares
 * @property {Float64Array} ideals
 * @property {Float64Array} counts
 * @property {Float64Array} presence
 */

/**
 * Return a piece for each bin, or for each two neighbouring places of a curve.
 * @param {Frame} frame
 * @param {{ left: number, width: number }} axes in pixels.
 * @param {boolean} isFolded see `idealOf`.
 * @returns {Pieces}
 */
export function piecesOf(frame, { left, width }, isFolded) {
  const { curve } = frame;
  if (!curve) return { ...frame, sides: sidesOf(frame.edges, left, width) };
  const length = curve.length - 1;
  /** @param {(at: number) => number} give */
  const each = (give) => Float64Array.from({ length }, (_, at) => give(at));
  const middles = each((at) => (at / length + (at + 1) / length) / 2);
  const bins = Array.from(middles, (middle) => binAt(frame.edges, middle));
  const shares = each((at) => (curve[at] + curve[at + 1]) / 2);
  return {
    sides: Array.from({ length }, (_, at) => [
      left + (at / length) * width,
      left + ((at + 1) / length) * width,
    ]),
    shares,
    ideals: middles.map((score) => idealOf(score, isFolded)),
    counts: each((at) => frame.counts[bins[at]]),
    presence: each((at) => (Number.isFinite(shares[at]) ? frame.presence[bins[at]] : 0)),
  };
}
