import { MARGIN } from "./axes.mjs";
import { BinSlider } from "./bin_slider.mjs";
import { BELOW } from "./chart.mjs";
import { CHARTS } from "./charts.mjs";
import { html, say, swatch } from "./elements.mjs";
import { factsOf, numbersOf } from "./formatting.mjs";
import { Tip } from "./tip.mjs";
/** @import { Frame, Model, View } from "./types.mjs" */

const NARROWEST = 300;

/**
 * Return the widths of columns: the first has numbers beside it, and all are as wide inside.
 * @param {Pick<Model, "together"> & { runs: { length: number } }} model
 * @param {number} width
 */
export function columnWidths({ runs, together }, width) {
  const across = Math.max(1, Math.floor(width / NARROWEST / together)) * together;
  const columns = Math.min(runs.length, width < NARROWEST * together ? 1 : across);
  const [first, other] = [MARGIN.left + MARGIN.right, MARGIN.between + MARGIN.right];
  const inner = Math.floor((width - first - other * (columns - 1)) / columns);
  return Array.from({ length: columns }, (_, column) => inner + (column ? other : first));
}

/** Charts of all runs, and the numbers of the bin that is looked at. */
export class ChartGrid {
  root = html("div");
  tip = new Tip();
  view = "";
  /** @type {{ slider: BinSlider, numbers: HTMLElement }[]} */
  #charts = [];
  /** @type {BinSlider | null} */
  #looked = null;
  #redraw;

  /** @param {() => void} redraw called when another bin is to be looked at. */
  constructor(redraw) {
    this.#redraw = redraw;
  }

  /**
   * @param {Model} model
   * @param {View} view
   * @param {number} width
   */
  layOut(model, view, width) {
    const at =
      view.view === this.view
        ? this.#charts.findIndex(({ slider }) => slider === this.#looked)
        : -1;
    const before = at < 0 ? null : this.#looked;
    const hasFocus = before?.root.matches(":focus");
    this.view = view.view;
    const widths = columnWidths(model, width);
    const grids = model.charts.map((name) =>
      model.runs.map((_, rank) => this.#chart(name, model, view, rank, widths)),
    );
    this.#charts = grids.flat();
    this.root.replaceChildren(
      ...grids.map((charts) =>
        grid(
          charts.map(({ root }) => root),
          widths,
        ),
      ),
    );
    // What is looked at while more snapshots come stays looked at.
    this.#looked = before && this.#charts[at].slider;
    if (before && this.#looked) this.#looked.bin = before.bin;
    if (hasFocus) this.#looked?.root.focus();
  }

  /**
   * Return a chart with the name and the numbers of its run, where there are several runs.
   * @param {string} kind of the chart.
   * @param {Model} model
   * @param {View} view
   * @param {number} rank
   * @param {number[]} widths
   */
  #chart(kind, model, view, rank, widths) {
    const { name } = model.runs[rank];
    const isAlone = model.runs.length === 1;
    const isBottom = rank + widths.length >= model.runs.length;
    // Axes are as high with numbers under them as without.
    const tall = Math.round(Math.min(Math.max(widths[0] * 0.55, 240), 400)) - BELOW.named;
    const chart = new CHARTS[kind](model, view, rank, {
      width: widths[rank % widths.length],
      height: tall + (isBottom ? BELOW.named : BELOW.bare),
      isLeft: rank % widths.length === 0,
      isBottom,
    });
    const label = isAlone ? "Bins" : `Bins of ${name}`;
    const slider = new BinSlider(chart, label, (looked, bin) => this.#look(looked, bin));
    const numbers = html("span", { class: "numbers" });
    const title = html("b", { class: "name", dir: "auto", title: name }, swatch("accuracy"), name);
    const head = html("div", { class: "head" }, title, numbers);
    head.style.paddingLeft = `${chart.left}px`;
    const parts = isAlone ? [slider.root] : [head, slider.root];
    return { slider, numbers, root: html("div", { class: `run-${rank}` }, ...parts) };
  }

  /**
   * @param {BinSlider} slider
   * @param {number} bin
   */
  #look(slider, bin) {
    if (this.#looked) this.#looked.bin = -1;
    this.#looked = slider;
    slider.bin = bin;
    this.#redraw();
  }

  /**
   * @param {Model} model
   * @param {Frame[]} frames
   * @param {boolean} isPlaying
   */
  update({ runs }, frames, isPlaying) {
    for (const { slider, numbers } of this.#charts) {
      const { rank } = slider.chart;
      const { isMedian, isRecalibrated } = runs[rank];
      slider.update(frames[rank], isMedian, isPlaying);
      if (runs.length > 1) say(numbers, numbersOf(frames[rank], "error", isRecalibrated));
    }
    const looked = this.#looked;
    if (!looked || looked.bin < 0) return this.tip.hide();
    const { chart, bin } = looked;
    const facts = factsOf(frames[chart.rank], bin, runs[chart.rank].isMedian);
    return this.tip.show(facts, looked.root, chart.middleOf(bin));
  }
}

/**
 * @param {HTMLElement[]} charts
 * @param {number[]} widths
 */
function grid(charts, widths) {
  const root = html("div", { class: "charts" }, ...charts);
  root.style.gridTemplateColumns = widths.map((wide) => `${wide}px`).join(" ");
  return root;
}
