import { edgesAt, idealOf } from "./bars.mjs";
import { Matrix } from "./matrix.mjs";
import { clipped } from "./rounding.mjs";
/** @import { Bins, Frame } from "./types.mjs" */

// As anim/panels/curve.py.

/**
 * @typedef {object} CurveMarks
 * @property {number[]} x
 * @property {number[]} line heights of the ideal line.
 * @property {number[]} chance of what chance may make of it.
 * @property {number[]} top of the curve.
 * @property {number[]} presence 0 where no examples support the curve.
 * @property {[low: number[], high: number[]] | null} spread ends of the curves of several runs.
 */

/** The curve of a run. */
export class Curve {
  /**
   * @param {Bins} bins with a curve.
   * @param {{ low: number, isFolded: boolean }} view
   */
  constructor(bins, { low, isFolded }) {
    const { curve, band, spread } = bins;
    if (!curve) throw new Error("there is no curve");
    const places = curve.columns;
    const all = Array.from({ length: places }, (_, at) => at / (places - 1));
    const shown = all.map((_, at) => at).filter((at) => all[at] >= low - 1e-9);
    this.scores = shown.map((at) => all[at]);
    this.x = this.scores.map((score) => (score - low) / (1 - low));
    this.line = this.scores.map((score) => idealOf(score, isFolded));
    const count = shown.length;
    this.presence = new Matrix(curve.rows, count);
    this.gaps = new Matrix(curve.rows, count);
    this.chances = new Matrix(curve.rows, 2 * count);
    this.spreads = spread ? new Matrix(curve.rows, 2 * count) : null;
    for (let row = 0; row < curve.rows; row++) {
      const supported = this.supported(bins, row);
      shown.forEach((at, place) => {
        const value = curve.at(row, at);
        if (!supported[place] || !Number.isFinite(value)) return;
        const here = row * count + place;
        this.presence.values[here] = 1;
        this.gaps.values[here] = value - this.line[place];
        /** @type {[Matrix | null, Matrix | undefined][]} */
        const pairs = [
          [this.chances, band],
          [this.spreads, spread],
        ];
        for (const [to, from] of pairs) {
          if (!to || !from) continue;
          for (const end of [0, 1]) {
            const value = from.at(row, end * places + at);
            const known = Number.isFinite(value) ? value - this.line[place] : 0;
            to.values[(2 * row + end) * count + place] = known;
          }
        }
      });
    }
  }

  /**
   * Return whether the bin of each score has examples.
   * @param {Bins} bins
   * @param {number} row
   */
  supported(bins, row) {
    const still = { before: row, after: row, fraction: 0, position: 0 };
    const edges = edgesAt(bins, still, -Infinity);
    const counts = bins.counts.row(row);
    let bin = 0;
    return this.scores.map((score) => {
      while (bin + 1 < counts.length && score >= edges[bin + 1]) bin++;
      return counts[bin] > 0;
    });
  }

  /**
   * Return where the curve is in a frame.
   * @param {Frame} frame
   * @returns {CurveMarks}
   */
  at(frame) {
    const [gaps, chances] = [this.gaps.mix(frame), this.chances.mix(frame)];
    const spreads = this.spreads?.mix(frame);
    const { x, line } = this;
    const count = x.length;
    return {
      x,
      line,
      chance: line.map((height, at) => {
        const [low, high] = [Math.min(chances[at], 0), Math.max(chances[count + at], 0)];
        return height + clipped(gaps[at], low, high);
      }),
      top: line.map((height, at) => height + gaps[at]),
      presence: Array.from(this.presence.mix(frame)),
      spread: spreads
        ? [
            line.map((height, at) => height + spreads[at]),
            line.map((height, at) => height + spreads[count + at]),
          ]
        : null,
    };
  }
}

/**
 * Return first and last place of each piece of at least two places where something is there.
 * @param {number[]} presence
 */
export function piecesOf(presence) {
  /** @type {[first: number, last: number][]} */
  const found = [];
  presence.forEach((there, at) => {
    if (!(there > 0)) return;
    if (at && presence[at - 1] > 0) found[found.length - 1][1] = at;
    else found.push([at, at]);
  });
  return found.filter(([first, last]) => last > first);
}
