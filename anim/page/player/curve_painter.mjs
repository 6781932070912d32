import { Curve, piecesOf } from "./curve.mjs";
import { put } from "./elements.mjs";
import { Levels } from "./levels.mjs";
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
    this.spreads = new Levels(axes, "spread");
    this.lines = new Levels(axes, "curve");
  }

  /** @param {number} row */
  isDrawn(row) {
    return this.curve.isDrawn(row);
  }

  /** @param {Frame} frame */
  update(frame) {
    const { axes, lines, spreads } = this;
    lines.begin();
    spreads.begin();
    const { x, line, chance, top, presence, spread } = this.curve.at(frame);
    const gaps = ["", "", "", ""];
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
      lines.add(presence[first], polyline(xs, ys(top)));
      for (const end of spread ?? []) spreads.add(presence[first], polyline(xs, ys(end)));
    }
    this.gaps.forEach((area, kind) => put(area, "d", gaps[kind]));
    lines.end();
    spreads.end();
  }
}
