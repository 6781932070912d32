import { Axes } from "./axes.mjs";
import { edgesOf } from "./bins.mjs";
import { drawing, put, svg } from "./elements.mjs";
import { ticksFor } from "./layout.mjs";
import { rectangle } from "./paths.mjs";
/** @import { Bins, CellSize, Design, Frame, Model, View } from "./types.mjs" */

/**
 * Where a chart stands in its grid: the leftmost and the lowest ones have numbers beside them.
 * @typedef {object} ChartPlace
 * @property {CellSize} size
 * @property {number} left beside its axes, in pixels.
 * @property {number} right
 * @property {boolean} isLeft
 * @property {boolean} isBottom
 */

/**
 * The axes of a chart, and the lower edge of all that it shows.
 * @typedef {{ root: SVGElement, axes: Axes, end: number }} ChartBase
 */

/**
 * Draw axes of scores, without marks.
 * @param {Design} design
 * @param {View} view
 * @param {ChartPlace} place
 * @returns {ChartBase}
 */
export function baseOf(design, view, { size, left, right, isBottom }) {
  const below = isBottom ? design.labels : design.bare;
  const end = design.above + size.axes + below + size.rows * design.pitch;
  const root = drawing(left + size.width + right, end + design.under);
  const box = { left, top: design.above, width: size.width, height: size.axes };
  const axes = new Axes(root, box).paved();
  if (isBottom) {
    axes.below(ticksFor(view.scoreTicks, size.width));
    axes.named(view.words.scores);
  }
  return { root, axes, end };
}

/** What charts of bins share: axes, and the mark of a bin. */
export class Chart {
  /** @type {Float64Array} */
  edges = new Float64Array();
  row = 0;
  cursor = svg("path", { class: "cursor" });

  /**
   * @param {Model} model
   * @param {View} view
   * @param {number} rank of its run.
   * @param {ChartPlace} place
   * @param {ChartBase} base with axes.
   */
  constructor({ design, runs }, view, rank, place, base = baseOf(design, view, place)) {
    this.rank = rank;
    this.run = runs[rank];
    this.view = view;
    /** @type {Bins} */
    this.bins = view.runs[rank];
    this.left = place.left;
    this.width = place.size.width;
    this.root = base.root;
    this.axes = base.axes;
    this.end = base.end;
  }

  /**
   * Show a frame.
   * @param {Frame} frame
   */
  update(frame) {
    // Those of the snapshot that facts are of.
    this.row = frame.before;
    this.edges = edgesOf(this.bins, this.row, this.view.low);
  }

  /**
   * Mark a bin; -1 marks none.
   * @param {number} bin
   */
  mark(bin) {
    const [left, right] = Array.from(this.edges.slice(bin, bin + 2), (edge) =>
      this.axes.x(this.place(edge)),
    );
    put(this.cursor, "d", bin < 0 ? "" : rectangle(left, this.axes.top, right, this.end));
  }

  /** @param {number} score */
  place(score) {
    return (score - this.view.low) / (1 - this.view.low);
  }

  /** @param {number} x in pixels from the left of the chart. */
  binUnder(x) {
    const place = (x - this.left) / this.width;
    if (place < 0 || place > 1) return -1;
    let bin = 0;
    while (bin < this.lastBin && place >= this.place(this.edges[bin + 1])) bin++;
    return bin;
  }

  /** The bin with most examples. */
  get busiest() {
    const counts = this.bins.counts.row(this.row);
    return counts.indexOf(Math.max(...counts));
  }

  get lastBin() {
    return this.edges.length - 2;
  }
}
