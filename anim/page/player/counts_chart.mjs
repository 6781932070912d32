import { Chart } from "./chart.mjs";
import { columnsAt, cutAt } from "./counts.mjs";
import { put, svg } from "./elements.mjs";
import { ticksFor } from "./layout.mjs";
import { rectangle } from "./paths.mjs";
import { clipped, grouped } from "./rounding.mjs";
/** @import { ChartPlace } from "./chart.mjs" */
/** @import { Frame, Model, View } from "./types.mjs" */

/** How many examples there are at each score, right on wrong ones, or those of a class on others. */
export class CountsChart extends Chart {
  /**
   * @param {Model} model
   * @param {View} view
   * @param {number} rank
   * @param {ChartPlace} place
   */
  constructor(model, view, rank, place) {
    super(model, view, rank, place);
    const { axes, root } = this;
    this.column = model.design.column;
    axes.beside(ticksFor(view.countTicks, axes.height), place.isLeft);
    const [upper, lower] = view.countsKey;
    this.hits = axes.path(upper.mark);
    this.misses = axes.path(lower.mark);
    this.numbers = root.appendChild(svg("g"));
    root.append(this.cursor);
  }

  /** @param {Frame} frame */
  update(frame) {
    super.update(frame);
    const { axes, view } = this;
    const scale = { low: view.low, most: view.most ?? 1, width: this.column };
    let [hits, misses] = ["", ""];
    for (const { left, right, wrong, top } of columnsAt(this.bins, frame, scale)) {
      const [start, end] = [axes.x(left), axes.x(right)];
      misses += rectangle(start, axes.y(wrong), end, axes.bottom);
      hits += rectangle(start, axes.y(top), end, axes.y(wrong));
    }
    put(this.hits, "d", hits);
    put(this.misses, "d", misses);
    this.drawNumbers(
      cutAt(this.bins, frame, scale).map(([x, count]) => [axes.x(x), grouped(count)]),
    );
  }

  /** @param {[x: number, text: string][]} numbers of columns that are cut. */
  drawNumbers(numbers) {
    const texts = numbers.map(([x, text]) => {
      const half = 4 * text.length;
      const { left, width } = this.axes;
      const middle = clipped(x, left + half, left + width - half);
      return this.axes.text("cut middle", middle, this.axes.top + 12, text);
    });
    this.numbers.replaceChildren(...texts);
  }
}
