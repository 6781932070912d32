import { BinSlider, watchPointer } from "./bin_slider.mjs";
import { CountsChart } from "./counts_chart.mjs";
import { html, say, swatch } from "./elements.mjs";
import { binOf, factOf } from "./facts.mjs";
import { numbersOf, Sentence } from "./header.mjs";
import { keyItems } from "./key.mjs";
import { cellSize, overlaySize, sidesOf } from "./layout.mjs";
import { entryHeight } from "./overlay.mjs";
import { overlaidRuns } from "./overlay_chart.mjs";
import { ReliabilityChart } from "./reliability_chart.mjs";
/** @import { Frame, Model, View } from "./types.mjs" */

/** Charts by the name of their panel. */
const CHARTS = { reliability: ReliabilityChart, counts: CountsChart };

/** Charts of all runs, and a line with what is known of the bin that is looked at. */
export class ChartGrid {
  root = html("div");
  facts = html("p", { class: "facts", dir: "auto" });
  view = "";
  /** @type {{ slider: BinSlider, sentence: Sentence }[]} */
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
    const seen = at < 0 ? null : this.#looked;
    const hasFocus = seen?.root.matches(":focus");
    this.view = view.view;
    const grids = model.charts.map((name) =>
      model.isOverlaid ? this.#overlay(model, view, width) : this.#grid(name, model, view, width),
    );
    this.#charts = grids.flatMap(({ charts }) => charts);
    this.root.replaceChildren(...grids.flatMap(({ parts }) => parts));
    this.facts.hidden = !grids.length;
    // What is looked at while more snapshots come stays looked at.
    this.#looked = seen && this.#charts[at].slider;
    if (seen && this.#looked) this.#looked.bin = seen.bin;
    if (hasFocus) this.#looked?.root.focus();
  }

  /**
   * Return the charts of a panel, with a key if it has one of its own.
   * @param {string} name of the panel.
   * @param {Model} model
   * @param {View} view
   * @param {number} width
   */
  #grid(name, model, view, width) {
    const { design, runs, together, classes } = model;
    const withDots = name === "reliability" && !classes.length;
    const size = cellSize(design, runs.length, together, width, withDots);
    const sides = sidesOf(design, width);
    const lefts = Array.from({ length: size.columns }, (_, at) => (at ? design.between : sides.left));
    const charts = runs.map((_, rank) => {
      const column = rank % size.columns;
      const place = {
        size,
        left: lefts[column],
        right: sides.right,
        isLeft: column === 0,
        // Where a chart has no other below it, all of its row have labels.
        isBottom: (Math.floor(rank / size.columns) + 2) * size.columns > runs.length,
      };
      return this.#chart(name, model, view, rank, place);
    });
    const root = html("div", { class: "charts" }, ...charts.map((chart) => chart.root));
    root.style.gridTemplateColumns = lefts
      .map((left) => `${left + size.width + sides.right}px`)
      .join(" ");
    const key = html("ul", { class: "key" }, ...keyItems(view.countsKey));
    return { charts, parts: name === "counts" ? [key, root] : [root] };
  }

  /**
   * Return the chart of all runs, with a list of their names and numbers.
   * @param {Model} model
   * @param {View} view
   * @param {number} width
   */
  #overlay(model, view, width) {
    const { design, runs } = model;
    const [size, sides] = [overlaySize(design, width), sidesOf(design, width)];
    const lines = overlaidRuns(model, view, { size, ...sides, isLeft: true, isBottom: true });
    const charts = lines.map((line) => {
      const { name } = runs[line.rank];
      const { title, sentence } = this.#named(runs[line.rank], line.rank, view);
      const parts = [html("span", {}, swatch("solid"), title), sentence.root];
      const slider = this.#slider(line, `Bins of ${name}`, ...parts);
      slider.root.className = `entry run-${line.rank}`;
      return { slider, sentence, root: slider.root };
    });
    const field = html("div", {}, lines[0].root);
    watchPointer(field, (x, y) => {
      const far = lines.map((line) => line.distance(x, y));
      return charts[far.indexOf(Math.min(...far))].slider;
    });
    const list = html("div", { class: "list" }, ...charts.map(({ root }) => root));
    list.style.gridAutoRows = `${entryHeight(design, size.axes, runs.length)}px`;
    return { charts, parts: [html("div", { class: "overlay" }, field, list)] };
  }

  /**
   * @param {import("./chart.mjs").Chart} chart
   * @param {string} label
   * @param {Node[]} content
   */
  #slider(chart, label, ...content) {
    return new BinSlider(chart, label, (looked, bin) => this.#look(looked, bin), ...content);
  }

  /**
   * Return the name of a run, or what its chart is called, and its numbers.
   * @param {{ name: string, heading?: string }} run
   * @param {number} rank
   * @param {View} view
   */
  #named({ name, heading = name }, rank, view) {
    const sentence = new Sentence(html("span", { class: "numbers" }));
    sentence.template = view.words.short;
    return { title: html("b", { class: `name run-${rank}`, dir: "auto", title: heading }, heading), sentence };
  }

  /**
   * Return a chart with the name and the numbers of its run, where there are several runs.
   * @param {string} kind of the chart.
   * @param {Model} model
   * @param {View} view
   * @param {number} rank
   * @param {import("./chart.mjs").ChartPlace} place
   */
  #chart(kind, model, view, rank, place) {
    const { name } = model.runs[rank];
    const isAlone = model.runs.length === 1;
    const chart = new CHARTS[/** @type {keyof typeof CHARTS} */ (kind)](model, view, rank, place);
    const label = isAlone ? "Bins" : `Bins of ${name}`;
    const slider = this.#slider(chart, label, chart.root);
    watchPointer(slider.root, () => slider);
    const { title, sentence } = this.#named(model.runs[rank], rank, view);
    const head = html("div", { class: "head" }, title, sentence.root);
    head.style.height = `${model.design.head}px`;
    head.style.paddingLeft = `${chart.left}px`;
    const parts = isAlone ? [slider.root] : [head, slider.root];
    return { slider, sentence, root: html("div", {}, ...parts) };
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
   * @param {View} view
   * @param {Frame[]} frames
   * @param {boolean} isPlaying
   */
  update({ runs }, view, frames, isPlaying) {
    for (const { slider, sentence } of this.#charts) {
      const { rank } = slider.chart;
      slider.update(frames[rank], isPlaying);
      sentence.update(numbersOf(view, rank, frames[rank].before));
    }
    const looked = this.#looked;
    if (!looked || looked.bin < 0) {
      say(this.facts, view.facts.hint);
      this.facts.classList.add("hint");
      return;
    }
    const { chart, bin } = looked;
    const { name, isMedian } = runs[chart.rank];
    const fact = factOf(view.facts, binOf(chart.bins, chart.row, bin), isMedian);
    say(this.facts, runs.length > 1 ? `${name}: ${fact}` : fact);
    this.facts.classList.remove("hint");
  }
}
