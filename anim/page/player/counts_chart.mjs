import { sidesOf } from "./bins.mjs";
import { Chart } from "./chart.mjs";
import { put } from "./elements.mjs";
import { thousands } from "./formatting.mjs";
import { rectangle } from "./paths.mjs";
import { rootTicks } from "./ticks.mjs";
/** @import { ChartPlace, Frame, LegendEntry, Model, RunWords, Tick, View } from "./types.mjs" */

/** Examples in each bin, correct ones stacked on wrong ones. */
export class CountsChart extends Chart {
  /**
   * @param {Model} _model
   * @param {View} view
   * @param {number} rank
   * @param {ChartPlace} place
   */
  constructor(_model, view, rank, place) {
    super(rank, place);
    const all = view.runs.flatMap(({ counts }) =>
      counts.values.reduce((a, b) => Math.max(a, b), 0),
    );
    this.most = Math.max(1, ...all);
    /** @type {Tick[]} */
    const ticks = rootTicks(this.most).map((count) => [this.tall(count), thousands(count)]);
    this.axes.beside(ticks, place.isLeft);
    this.axes.below(this.scoreTicks, place.isBottom);
    if (place.isLeft) this.axes.nameBeside("points (√ axis)");
    if (place.isBottom) this.axes.nameBelow(this.height - 6, view.label);
    this.hits = this.axes.path("accuracy level-15");
    this.wrong = this.axes.path("over level-15");
    this.root.append(this.cursor);
  }

  /**
   * Return the legend.
   * @param {RunWords[]} _runs
   * @param {View} view
   * @returns {LegendEntry[]}
   */
  static legend(_runs, { words }) {
    return [
      ["accuracy", words.hit],
      ["over", words.miss],
    ];
  }

  /** @param {number} count */
  tall(count) {
    return Math.sqrt(count / this.most) / 1.02;
  }

  /** @param {Frame} frame */
  update(frame) {
    super.update(frame);
    const { edges, counts, hits } = frame;
    let [wrong, right] = ["", ""];
    sidesOf(edges, this.left, this.width).forEach(([start, end], bin) => {
      const split = this.axes.y(this.tall(counts[bin] - hits[bin]));
      wrong += rectangle(start, split, end, this.axes.bottom);
      right += rectangle(start, this.axes.y(this.tall(counts[bin])), end, split);
    });
    put(this.wrong, "d", wrong);
    put(this.hits, "d", right);
  }
}
