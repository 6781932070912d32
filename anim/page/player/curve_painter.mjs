import { Curve, piecesOf } from "./curve.mjs";
import { put } from "./elements.mjs";
import { areaBetween, polyline } from "./paths.mjs";
/** @import { Axes } from "./axes.mjs" */
/** @import { Bins, Frame, View } from "./types.mjs" */

/** Paints a curve, and its gaps to the ideal line as areas. */
export class CurvePainter {
  /**
   * @param {Axes} axes
   * @param {Bins} bins
   * @param {View} view
   */
  constructor(axes, bins, view) {
    this.axes = axes;
    this.curve = new Curve(bins, view);
    this.gaps = ["under-pale", "under", "over-pale", "over"].map((kind) =>
      axes.path(`gap ${kind}`),
    );
    this.spread = axes.path("spread");
    this.line = axes.path("curve");
  }

  /** @param {Frame} frame */
  update(frame) {
    const { axes } = this;
    const { x, line, chance, top, presence, spread } = this.curve.at(frame);
    const gaps = ["", "", "", ""];
    let [path, around] = ["", ""];
    for (const [first, last] of piecesOf(presence)) {
      /** @param {number[]} heights */
      const ys = (heights) => heights.slice(first, last + 1).map((height) => axes.y(height));
      const xs = x.slice(first, last + 1).map((place) => axes.x(place));
      [Math.max, Math.min].forEach((farther, side) => {
        const pale = chance.map((height, at) => farther(height, line[at]));
        const full = top.map((height, at) => farther(height, line[at]));
        gaps[2 * side] += areaBetween(xs, ys(line), ys(pale));
        gaps[2 * side + 1] += areaBetween(xs, ys(pale), ys(full));
      });
      path += polyline(xs, ys(top));
      for (const end of spread ?? []) around += polyline(xs, ys(end));
    }
    this.gaps.forEach((area, kind) => put(area, "d", gaps[kind]));
    put(this.line, "d", path);
    put(this.spread, "d", around);
  }
}
