import { Curve } from "./curve.mjs";
import { Matrix } from "./matrix.mjs";
/** @import { Bins, Design, Frame } from "./types.mjs" */

// As anim/panels/overlay.py.

/** The line of a run: its curve, or through mean score and share of hits of its bins. */
export class OverlayLine {
  /**
   * @param {Bins} bins
   * @param {{ low: number, isFolded: boolean }} view
   * @param {Design} design
   */
  constructor(bins, view, design) {
    const { counts, filled, confidences, shares } = bins;
    this.curve = bins.curve ? new Curve(bins, view) : null;
    const isThere = filled.map((there, at) =>
      there && counts.values[at] >= design.fewest ? 1 : 0,
    );
    const scores = confidences.map((score) => (score - view.low) / (1 - view.low));
    this.x = between(scores, isThere);
    this.y = between(shares, isThere);
  }

  /**
   * Return places of the line in a frame: heights are NaN where it is broken.
   * @param {Frame} frame
   */
  at(frame) {
    const { curve } = this;
    if (!curve) return { x: this.x.mix(frame), y: this.y.mix(frame) };
    const { x, top, presence } = curve.at(frame);
    return { x, y: top.map((height, at) => (presence[at] > 0 ? height : NaN)) };
  }
}

/**
 * Return whether a line is all in one place: then it is a dot.
 * @param {number[] | Float64Array} x
 */
export const isPoint = (x) => x.every((place) => Math.abs(place - x[0]) < 1e-9);

/**
 * Return values with those of bins that are not there on the line between others.
 * @param {Matrix} values
 * @param {Matrix} isThere
 */
function between(values, isThere) {
  const found = new Matrix(values.rows, values.columns);
  for (let row = 0; row < values.rows; row++) {
    const there = Array.from(isThere.row(row).keys()).filter((bin) => isThere.at(row, bin));
    let next = 0;
    for (let bin = 0; bin < values.columns; bin++) {
      while (there[next] < bin) next++;
      const [before, after] = [there[next - 1] ?? there[0], there[next] ?? there.at(-1)];
      const fraction = after > before ? (bin - before) / (after - before) : 0;
      const [start, end] = [values.at(row, before), values.at(row, after)];
      found.row(row)[bin] = start + fraction * (end - start);
    }
  }
  return found;
}

/**
 * Return the height of name and numbers of a run in the list of runs.
 * @param {Design} design
 * @param {number} height of the axes.
 * @param {number} runs how many there are.
 */
export const entryHeight = (design, height, runs) => Math.min(height / runs, design.entry);
