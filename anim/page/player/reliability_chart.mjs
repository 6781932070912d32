import { idealOf, sidesOf } from "./bins.mjs";
import { Chart } from "./chart.mjs";
import { put, say } from "./elements.mjs";
import { polyline, rectangle, round } from "./paths.mjs";
import { piecesOf } from "./pieces.mjs";
import { Ramp, levelOf } from "./strength.mjs";
/** @import { Pieces } from "./pieces.mjs" */
/** @import { ChartPlace, Frame, LegendEntry, Model, RunWords, Tick, View } from "./types.mjs" */

const FOOT_SHARE = 0.13;

/** Accuracy in each bin, or along a curve, above a low histogram of the examples in each bin. */
export class ReliabilityChart extends Chart {
  /**
   * @param {Model} model
   * @param {View} view
   * @param {number} rank
   * @param {ChartPlace} place
   */
  constructor(model, view, rank, place) {
    super(rank, place, FOOT_SHARE);
    const bins = view.runs[rank];
    this.isFolded = view.isFolded;
    this.hasWrong = !view.countsLabels;
    this.isRecalibrated = model.runs[rank].isRecalibrated;
    this.nameAxes(model, view, place);
    this.veil = bins.band && this.axes.path("veil");
    this.accuracy = new Ramp(this.axes, "accuracy");
    this.under = new Ramp(this.axes, "under");
    this.over = new Ramp(this.axes, "over");
    this.points = this.foot.path("points");
    this.wrong = this.foot.path("over level-15");
    this.ends = bins.band && this.axes.path("ends");
    this.drawIdeal();
    this.whiskers = bins.intervals && this.axes.path("whiskers");
    this.root.append(this.cursor);
    this.notice = this.axes.text(
      "number middle",
      this.left + this.width * 0.62,
      this.axes.y(0.12),
      "",
    );
  }

  /**
   * Return the legend of the charts of all runs.
   * @param {RunWords[]} runs
   * @param {View} view
   * @returns {LegendEntry[]}
   */
  static legend(runs, view) {
    const { share } = view.words;
    /** @type {LegendEntry[]} */
    const items =
      runs.length > 1 ? [] : [["accuracy", `${runs[0].isMedian ? "median " : ""}${share}`]];
    items.push(["under", "under-confident"], ["over", "over-confident"]);
    const banded = runs.find((_, rank) => view.runs[rank].band);
    if (banded?.isBandOfIdeal) items.push(["band", banded.bandName]);
    else {
      items.push(["ideal", "ideal"]);
      if (banded) items.push(["veil", banded.bandName]);
    }
    const spread = runs.find((_, rank) => view.runs[rank].intervals);
    if (spread) items.push(["whisker", spread.spreadName]);
    return items;
  }

  /**
   * @param {Model} model
   * @param {View} view
   * @param {ChartPlace} place
   */
  nameAxes({ shareKind }, { label, words }, { isLeft, isBottom }) {
    /** @type {Tick[]} */
    const tenths = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => [share, share.toFixed(1)]);
    this.axes.beside(tenths, isLeft);
    this.axes.below(this.scoreTicks, false);
    this.foot.below(this.scoreTicks, isBottom);
    if (isLeft) {
      this.axes.nameBeside(`${words.axis} ${shareKind}`);
      this.foot.nameBeside("√ n");
    }
    if (isBottom) this.axes.nameBelow(this.height - 6, label);
  }

  drawIdeal() {
    const scores = this.isFolded ? [0, 0.5, 1] : [0, 1];
    const path = polyline(
      scores.map((score) => this.axes.x(score)),
      scores.map((score) => this.axes.y(idealOf(score, this.isFolded))),
    );
    this.axes.path("ideal").setAttribute("d", path);
  }

  /** @param {Frame} frame */
  update(frame) {
    super.update(frame);
    const pieces = piecesOf(frame, this.axes, this.isFolded);
    this.drawBars(pieces);
    this.drawHistogram(frame);
    this.drawBand(frame, pieces);
    this.drawIntervals(frame, pieces);
    const isEmpty = this.isRecalibrated && frame.presence.every((presence) => !presence);
    say(this.notice, isEmpty ? "no cure: the held-out examples do not tell one" : "");
  }

  /** @param {Pieces} pieces */
  drawBars({ sides, shares, ideals, counts, presence }) {
    const ramps = [this.accuracy, this.under, this.over];
    ramps.forEach((ramp) => ramp.begin());
    sides.forEach(([left, right], at) => {
      const level = presence[at] > 0 ? levelOf(counts[at], presence[at]) : 0;
      if (!level) return;
      const [share, ideal] = [shares[at], ideals[at] || 0];
      const low = this.axes.y(Math.min(share, ideal));
      this.accuracy.shapes[level] += rectangle(left, low, right, this.axes.bottom);
      const gap = share >= ideal ? this.under : this.over;
      gap.shapes[level] += rectangle(left, this.axes.y(Math.max(share, ideal)), right, low);
    });
    ramps.forEach((ramp) => ramp.end());
  }

  /** @param {Frame} frame */
  drawHistogram({ edges, counts, hits }) {
    const most = Math.max(...counts, 1);
    const { left, width, top, height } = this.foot;
    let [wrong, points] = ["", ""];
    sidesOf(edges, left, width).forEach(([start, end], bin) => {
      const depth = Math.sqrt(counts[bin] / most);
      const share = this.hasWrong && counts[bin] ? (counts[bin] - hits[bin]) / counts[bin] : 0;
      const split = top + depth * share * height;
      wrong += rectangle(start, top, end, split);
      points += rectangle(start, split, end, top + depth * height);
    });
    put(this.wrong, "d", wrong);
    put(this.points, "d", points);
  }

  /**
   * Draw what chance reaches: the area behind the bars, and its ends over them.
   * @param {Frame} frame
   * @param {Pieces} pieces
   */
  drawBand({ band, curve }, { sides, presence }) {
    if (!band || !this.veil || !this.ends) return;
    const half = band.length / 2;
    /** @param {number} first */
    const y = (first) => this.axes.y(curve ? (band[first] + band[first + 1]) / 2 : band[first]);
    let [veil, low, high] = ["", "", ""];
    let isOpen = false;
    sides.forEach(([left, right], at) => {
      const [bottom, top] = [y(at), y(half + at)];
      const isThere = presence[at] > 0 && Number.isFinite(top);
      if (isThere) {
        veil += rectangle(left, top, right, bottom);
        const start = `${curve && isOpen ? "L" : "M"}${round(curve ? (left + right) / 2 : left)}`;
        const end = curve ? "" : `H${round(right)}`;
        low += `${start} ${round(bottom)}${end}`;
        high += `${start} ${round(top)}${end}`;
      }
      isOpen = isThere;
    });
    put(this.veil, "d", veil);
    put(this.ends, "d", low + high);
  }

  /**
   * @param {Frame} frame
   * @param {Pieces} pieces
   */
  drawIntervals({ intervals, counts, presence }, { sides }) {
    if (!intervals || !this.whiskers) return;
    let shape = "";
    sides.forEach(([left, right], bin) => {
      const [low, high] = [intervals[bin], intervals[counts.length + bin]];
      if (!(presence[bin] > 0) || !Number.isFinite(low)) return;
      const middle = (left + right) / 2;
      shape += rectangle(middle - 0.8, this.axes.y(high), middle + 0.8, this.axes.y(low));
    });
    put(this.whiskers, "d", shape);
  }
}
