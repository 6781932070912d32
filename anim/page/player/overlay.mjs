import { fadingOf } from "./clock.mjs";
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
    const { examples, filled, confidences, shares } = bins;
    this.curve = bins.curve ? new Curve(bins, view) : null;
    this.there = filled.map((there, at) => (there && examples.values[at] >= design.fewest ? 1 : 0));
    this.x = confidences.map((score) => (score - view.low) / (1 - view.low));
    this.y = shares;
  }

  /**
   * Return whether there is a line in a snapshot.
   * @param {number} row
   */
  isDrawn(row) {
    return this.curve ? this.curve.isDrawn(row) : this.there.row(row).some(Boolean);
  }

  /**
   * Return places and strengths of the lines in a frame: heights are NaN where one is broken.
   * That of a snapshot fades into that of the next one: lines that travelled flashed.
   * @param {Frame} frame
   */
  at(frame) {
    const { curve } = this;
    return fadingOf(frame).map(([row, strength]) => {
      if (!curve) {
        /** @param {Matrix} values */
        const of = (values) => values.row(row).filter((_, bin) => this.there.at(row, bin));
        return { x: of(this.x), y: of(this.y), strength };
      }
      const { x, top, presence } = curve.at({ ...frame, before: row, after: row });
      return { x, y: top.map((height, at) => (presence[at] > 0 ? height : NaN)), strength };
    });
  }
}

/**
 * Return whether a line is that of a single bin: then it is a dot.
 * @param {ArrayLike<number>} x
 */
export const isPoint = (x) => x.length === 1;

/**
 * Return the height of name and numbers of a run in the list of runs.
 * @param {Design} design
 * @param {number} height of the axes.
 * @param {number} runs how many there are.
 */
export const entryHeight = (design, height, runs) => Math.min(height / runs, design.entry);
