import { Matrix } from "./matrix.mjs";
import { clipped, halfEven } from "./rounding.mjs";
/** @import { Bins, Design, Frame } from "./types.mjs" */

// As anim/panels/bars.py.

/**
 * Return the share that a calibrated model has at a score.
 * @param {number} score
 * @param {boolean} isFolded whether it predicts the other one of two classes below 0.5.
 */
export function idealOf(score, isFolded) {
  return isFolded ? Math.max(score, 1 - score) : score;
}

/**
 * Return the edges of the bins of a frame, on an axis that begins at the lowest score.
 * @param {Bins} bins
 * @param {Frame} frame
 * @param {number} low
 */
export function edgesAt({ edges }, frame, low) {
  const known = edges instanceof Matrix ? edges.mix(frame) : edges;
  return known.map((edge) => Math.max(edge, low));
}

/**
 * @typedef {object} Bar
 * @property {number[]} x left, middle or the kink of the line, and right.
 * @property {number[]} line heights of the ideal line there.
 * @property {number[]} chance of what chance may make of it.
 * @property {number[]} top of the share.
 * @property {number} presence in [0, 1].
 * @property {[low: number, high: number] | null} whisker ends of an interval.
 */

/** The bars of a run. */
export class Bars {
  /**
   * @param {Bins} bins
   * @param {{ low: number, isFolded: boolean }} view
   * @param {Design} design
   */
  constructor(bins, { low, isFolded }, design) {
    this.bins = bins;
    this.low = low;
    this.isFolded = isFolded;
    this.design = design;
    const { counts, filled, shares, ideals, band, intervals } = bins;
    const columns = counts.columns;
    this.presence = filled.map((there, at) =>
      there && counts.values[at] >= design.fewest ? 1 : 0,
    );
    this.widths = this.#widths();
    /** @param {(at: number) => number} give */
    const where = (give) => this.presence.map((there, at) => (there ? give(at) : 0));
    this.gaps = where((at) => shares.values[at] - ideals.values[at]);
    /** @param {Matrix} ends */
    const around = (ends) =>
      ends.map((end, at) => {
        const row = Math.floor(at / (2 * columns));
        const bin = row * columns + (at % columns);
        return this.presence.values[bin] ? end - ideals.values[bin] : 0;
      });
    this.chances = band ? around(band) : new Matrix(counts.rows, 2 * columns);
    this.intervals = intervals && around(intervals);
  }

  #widths() {
    const { counts, edges } = this.bins;
    // Bins that move hold about equally many. Gaps between them would flash as they do.
    if (edges instanceof Matrix) return counts.map(() => 1);
    const { narrowest, widest } = this.design;
    const widths = new Matrix(counts.rows, counts.columns);
    for (let row = 0; row < counts.rows; row++) {
      const known = counts.row(row);
      const total = Math.max(
        known.reduce((sum, count) => sum + count, 0),
        1,
      );
      known.forEach((count, bin) => {
        const share = Math.min(((count / total) * counts.columns) / 2, 1);
        widths.values[row * counts.columns + bin] = narrowest + (widest - narrowest) * Math.sqrt(share);
      });
    }
    return widths;
  }

  /**
   * Return where the bars stand in a frame.
   * @param {Frame} frame
   * @param {number} pixels the width of the axis.
   * @returns {Bar[]}
   */
  at(frame, pixels) {
    const edges = edgesAt(this.bins, frame, this.low);
    const [widths, gaps, chances, presence] = [
      this.widths,
      this.gaps,
      this.chances,
      this.presence,
    ].map((one) => one.mix(frame));
    const intervals = this.intervals?.mix(frame);
    const count = gaps.length;
    return Array.from(gaps, (gap, bin) => {
      const middle = (edges[bin + 1] + edges[bin]) / 2;
      const half = (edges[bin + 1] - edges[bin]) / 2;
      const [left, right] = [middle - widths[bin] * half, middle + widths[bin] * half];
      const hasKink = this.isFolded && left < 0.5 && right > 0.5;
      const scores = [left, hasKink ? 0.5 : middle, right];
      const ideal = idealOf(middle, this.isFolded);
      // In narrow bins a slope looks like the teeth of a saw.
      const isFlat = ((2 * half) / (1 - this.low)) * pixels < this.design.sloped;
      const line = scores.map((score) => (isFlat ? ideal : idealOf(score, this.isFolded)));
      const byChance = clipped(gap, Math.min(chances[bin], 0), Math.max(chances[count + bin], 0));
      return {
        x: scores.map((score) => this.place(score)),
        line,
        chance: line.map((height) => clipped(height + byChance, 0, 1)),
        top: line.map((height) => clipped(height + gap, 0, 1)),
        presence: presence[bin],
        whisker: intervals
          ? [clipped(ideal + intervals[bin], 0, 1), clipped(ideal + intervals[count + bin], 0, 1)]
          : null,
      };
    });
  }

  /** @param {number} score */
  place(score) {
    return (score - this.low) / (1 - this.low);
  }

  /**
   * Return places of the examples of bins that have too few of them for a bar, side by side.
   * @param {number} row
   * @returns {[x: number, y: number][]}
   */
  points(row) {
    const { bins, isFolded, design } = this;
    const still = { before: row, after: row, fraction: 0, position: 0 };
    const edges = edgesAt(bins, still, this.low);
    return Array.from(bins.counts.row(row), halfEven).flatMap((count, bin) => {
      if (!(count > 0 && count < design.fewest)) return [];
      const [left, right] = [edges[bin], edges[bin + 1]];
      const gap = bins.shares.at(row, bin) - bins.ideals.at(row, bin);
      const share = clipped(idealOf((left + right) / 2, isFolded) + gap, 0, 1);
      return Array.from({ length: count }, (_, rank) => {
        const score = left + ((rank + 0.5) / count) * (right - left);
        return /** @type {[number, number]} */ ([this.place(score), share]);
      });
    });
  }
}
