import { Bars } from "./bars.mjs";
import { put } from "./elements.mjs";
import { Levels } from "./levels.mjs";
import { areaBetween, dotAt, polyline, round } from "./paths.mjs";
/** @import { Axes } from "./axes.mjs" */
/** @import { Bins, Design, Frame, View } from "./types.mjs" */

/** Paints bars: grey bodies, gaps pale and full, caps, and dots of bins with few examples. */
export class BarPainter {
  /**
   * @param {Axes} axes
   * @param {Bins} bins
   * @param {View} view
   * @param {Design} design
   */
  constructor(axes, bins, view, design) {
    this.axes = axes;
    this.bars = new Bars(bins, view, design);
    this.bodies = new Levels(axes, "body");
    const kinds = ["under-pale", "over-pale", "under", "over"];
    this.gaps = kinds.map((kind) => axes.path(`gap ${kind}`));
    this.caps = new Levels(axes, "cap");
    this.points = ["few", "few"].map((kind) => axes.path(kind));
    this.whiskers = bins.intervals && new Levels(axes, "whiskers");
  }

  /** A bin with few examples has dots in place of its bar: nothing is missing. */
  isDrawn() {
    return true;
  }

  /** @param {Frame} frame */
  update(frame) {
    const { axes, bodies, caps, whiskers } = this;
    bodies.begin();
    caps.begin();
    const gaps = ["", "", "", ""];
    for (const { x, line, chance, top, presence } of this.bars.at(frame, axes.width)) {
      const xs = x.map((place) => axes.x(place));
      const [lines, chances, tops] = [line, chance, top].map((one) => one.map((y) => axes.y(y)));
      const floor = xs.map(() => axes.bottom);
      const lower = tops.map((y, at) => Math.max(y, lines[at]));
      if (presence > 0) bodies.add(presence, areaBetween(xs, lower, floor));
      const isOver = line.some((height, at) => top[at] < height) ? 1 : 0;
      gaps[isOver] += areaBetween(xs, lines, chances);
      gaps[2 + isOver] += areaBetween(xs, chances, tops);
      if (presence > 0) caps.add(presence, polyline(xs, tops));
    }
    bodies.end();
    caps.end();
    this.gaps.forEach((path, kind) => put(path, "d", gaps[kind]));
    whiskers?.begin();
    for (const [x, low, high, strength] of this.bars.whiskers(frame)) {
      const [from, to] = [low, high].map((share) => round(axes.y(share)));
      whiskers?.add(strength, `M${round(axes.x(x))} ${from}V${to}`);
    }
    whiskers?.end();
    this.drawPoints(frame);
  }

  /** @param {Frame} frame */
  drawPoints({ before, after, fraction }) {
    const shares = before === after ? [1, 0] : [1 - fraction, fraction];
    [before, after].forEach((row, at) => {
      const places = shares[at] ? this.bars.points(row) : [];
      const path = places.map(([x, y]) => dotAt(this.axes.x(x), this.axes.y(y))).join("");
      put(this.points[at], "d", path.includes("NaN") ? "" : path);
      put(this.points[at], "opacity", String(round(shares[at])));
    });
  }
}
