import { Axes, MARGIN } from "./axes.mjs";
import { binAt } from "./bins.mjs";
import { drawing, put, svg } from "./elements.mjs";
import { short } from "./formatting.mjs";
import { rectangle } from "./paths.mjs";
/** @import { ChartPlace, Frame, Tick } from "./types.mjs" */

/** Pixels above axes, and below them with and without numbers and a name. */
const ABOVE = 8;
export const BELOW = { named: 44, bare: 10 };

/** What charts of bins share: axes, a foot below them, and the mark of a bin. */
export class Chart {
  /** @type {Float64Array} */
  edges = new Float64Array();
  /** @type {Float64Array} */
  counts = new Float64Array();
  cursor = svg("path", { class: "cursor" });

  /**
   * @param {number} rank of its run.
   * @param {ChartPlace} place
   * @param {number} footShare of the height; 0 for axes without a foot.
   */
  constructor(rank, { width, height, isLeft, isBottom }, footShare = 0) {
    this.rank = rank;
    this.height = height;
    this.root = drawing(width, height);
    this.left = isLeft ? MARGIN.left : MARGIN.between;
    this.width = Math.max(width - this.left - MARGIN.right, 1);
    const room = height - ABOVE - (isBottom ? BELOW.named : BELOW.bare);
    const depth = room * footShare;
    const main = {
      left: this.left,
      top: ABOVE,
      width: this.width,
      height: room - (depth && depth + 4),
    };
    const foot = { ...main, top: ABOVE + room - depth, height: depth };
    this.axes = new Axes(this.root, main).paved();
    this.foot = depth ? new Axes(this.root, foot).paved() : this.axes;
  }

  /** @returns {Tick[]} */
  get scoreTicks() {
    if (this.width < 300) return [0, 0.5, 1].map((share) => [share, short(share)]);
    return [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => [share, share.toFixed(1)]);
  }

  /**
   * Show a frame.
   * @param {Frame} frame
   */
  update({ edges, counts }) {
    this.edges = edges;
    this.counts = counts;
  }

  /**
   * Mark a bin; -1 marks none.
   * @param {number} bin
   */
  mark(bin) {
    const [left, right] = this.edges.slice(bin, bin + 2).map((edge) => this.axes.x(edge));
    put(this.cursor, "d", bin < 0 ? "" : rectangle(left, this.axes.top, right, this.foot.bottom));
  }

  /** @param {number} x in pixels from the left of the chart. */
  binUnder(x) {
    const score = (x - this.left) / this.width;
    return score < 0 || score > 1 ? -1 : binAt(this.edges, score);
  }

  /** The bin with most examples. */
  get busiest() {
    return this.counts.indexOf(Math.max(...this.counts));
  }

  get lastBin() {
    return this.edges.length - 2;
  }

  /** @param {number} bin */
  middleOf(bin) {
    return this.axes.x((this.edges[bin] + this.edges[bin + 1]) / 2);
  }
}
