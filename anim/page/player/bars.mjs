import { doDiffer, edgesOf, mixed, stretchesAt } from "./bins.mjs";
import { fadingOf } from "./clock.mjs";
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
 * @typedef {object} Bar
 * @property {number[]} x left, middle or the kink of the line, and right.
 * @property {number[]} line heights of the ideal line there.
 * @property {number[]} chance of what chance may make of it.
 * @property {number[]} top of the share.
 * @property {number} presence in [0, 1].
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
    const { counts, examples, filled, shares, ideals, band, intervals } = bins;
    const columns = counts.columns;
    this.presence = filled.map((there, at) =>
      there && examples.values[at] >= design.fewest ? 1 : 0,
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
    // Bins that differ hold about equally many. Gaps between them would come and go.
    if (edges instanceof Matrix) return null;
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
    const { before, after, fraction } = frame;
    const ends = [before, after].map((row) => this.#edges(row));
    return stretchesAt(this.bins, frame, this.low).map(({ low, high, bins }) => {
      const [middle, half] = [(high + low) / 2, (high - low) / 2];
      /** @param {Matrix} values @param {number} [from] */
      const mix = (values, from) => mixed(values, frame, bins, from);
      const wide = (this.widths ? mix(this.widths) : 1) * half;
      const [left, right] = [middle - wide, middle + wide];
      const hasKink = this.isFolded && left < 0.5 && right > 0.5;
      const scores = [left, hasKink ? 0.5 : middle, right];
      const lines = ends.map((known, side) => this.#line(known, bins[side], scores, pixels));
      const line = lines[0].map((start, place) => start + fraction * (lines[1][place] - start));
      const gap = mix(this.gaps);
      const limits = [mix(this.chances), mix(this.chances, this.bins.counts.columns)];
      const byChance = clipped(gap, Math.min(limits[0], 0), Math.max(limits[1], 0));
      return {
        x: scores.map((score) => this.place(score)),
        line,
        chance: line.map((height) => clipped(height + byChance, 0, 1)),
        top: line.map((height) => clipped(height + gap, 0, 1)),
        presence: mix(this.presence),
      };
    });
  }

  /** @param {number} row */
  #edges(row) {
    return edgesOf(this.bins, row, this.low);
  }

  /**
   * Return the ideal line under a bar at some scores.
   * @param {ArrayLike<number>} edges
   * @param {number} bin -1 for none.
   * @param {number[]} scores
   * @param {number} pixels
   */
  #line(edges, bin, scores, pixels) {
    const [low, high] = [edges[bin], edges[bin + 1]];
    // In narrow bins a slope looks like the teeth of a saw.
    const isFlat = bin >= 0 && ((high - low) / (1 - this.low)) * pixels < this.design.sloped;
    return scores.map((score) => idealOf(isFlat ? (low + high) / 2 : score, this.isFolded));
  }

  /**
   * Return places, ends and strengths of the intervals of bars that are there: where bins differ
   * between two snapshots, the intervals of one fade into those of the other.
   * @param {Frame} frame
   * @returns {[x: number, low: number, high: number, strength: number][]}
   */
  whiskers(frame) {
    const { bins, intervals, presence } = this;
    if (!intervals) return [];
    const differ = doDiffer(bins, frame);
    return fadingOf(frame, differ).flatMap(([row, strength]) => {
      const edges = this.#edges(row);
      const shown = differ ? { ...frame, before: row, after: row } : frame;
      const ends = intervals.mix(shown);
      return Array.from(presence.mix(shown)).flatMap((there, bin, { length }) => {
        const middle = (edges[bin + 1] + edges[bin]) / 2;
        const ideal = idealOf(middle, this.isFolded);
        const [low, high] = [ends[bin], ends[length + bin]].map((end) =>
          clipped(ideal + end, 0, 1),
        );
        return there > 0 ? [[this.place(middle), low, high, strength]] : [];
      });
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
    const edges = this.#edges(row);
    return Array.from(bins.examples.row(row), halfEven).flatMap((count, bin) => {
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
