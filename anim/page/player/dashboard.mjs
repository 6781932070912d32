import { ChartGrid } from "./chart_grid.mjs";
import { frameOf } from "./clock.mjs";
import { html, put } from "./elements.mjs";
import { Header } from "./header.mjs";
import { hasNames, sidesOf } from "./layout.mjs";
import { Strip } from "./strip.mjs";
import { tableOf } from "./table.mjs";
/** @import { Frame, Model, Moment, View } from "./types.mjs" */

/** Milliseconds between two tables while it plays. */
const TABLE_EVERY = 500;

/** All that is drawn: a header, charts, strips, and a table. */
export class Dashboard {
  scrubber = html("div", {
    class: "scrubber",
    role: "slider",
    tabindex: "0",
    "aria-label": "Time",
  });
  #strips = html("div", { class: "strips" });
  #time = html("div", { class: "time" }, this.#strips, this.scrubber);
  #table = html("div", { class: "tables", tabindex: "0", role: "region", "aria-label": "Numbers" });
  #details = html("details", {}, html("summary", {}, "The numbers as a table"), this.#table);
  #header = new Header();
  /** @type {Strip[]} */
  #lines = [];
  #charts;
  /** @type {{ model: Model, view: View } | null} */
  #shown = null;
  /** @type {{ frames: Frame[], index: number }} */
  #last = { frames: [], index: 0 };
  #tabulated = 0;

  /** @param {() => void} redraw called when something else is to be looked at. */
  constructor(redraw) {
    this.#charts = new ChartGrid(redraw);
    this.#details.addEventListener("toggle", redraw);
    this.scrubber.addEventListener("focus", () => this.#announce());
  }

  get title() {
    return this.#header.title;
  }

  /** What stands above the controls. */
  get above() {
    return [this.#header.root, this.#charts.root, this.#charts.facts, this.#time];
  }

  /** What stands below the controls. */
  get below() {
    return [this.#header.caption, this.#details];
  }

  get isLaidOut() {
    return this.#shown !== null;
  }

  /**
   * Draw everything that stands still.
   * @param {Model} model
   * @param {View} view
   * @param {number} width
   * @param {HTMLElement} root around all of this.
   */
  layOut(model, view, width, root) {
    this.#shown = { model, view };
    const { design, strips } = model;
    const isNarrow = width < design.narrow;
    const sides = sidesOf(design, width);
    root.classList.toggle("narrow", isNarrow);
    root.style.setProperty("--left", `${sides.left}px`);
    root.style.setProperty("--right", `${sides.right}px`);
    root.style.setProperty("--names", `${hasNames(model) ? sides.names : 0}px`);
    put(this.#table, "aria-label", `Numbers: ${model.title}`);
    this.#header.layOut(model, view, isNarrow);
    this.#charts.layOut(model, view, width);
    this.#time.hidden = !strips.length;
    this.#lines = strips.map((strip, at) => {
      const place = { width, isLow: strips.length > 2, isLast: at === strips.length - 1 };
      return new Strip(model, strip, place);
    });
    this.#strips.replaceChildren(...this.#lines.map((strip) => strip.root));
  }

  /** @param {Moment} moment */
  framesAt(moment) {
    return this.#shown ? this.#shown.model.runs.map((run) => frameOf(run, moment)) : [];
  }

  /**
   * @param {Moment} moment
   * @param {boolean} isPlaying
   */
  draw(moment, isPlaying) {
    if (!this.#shown) return;
    const { model, view } = this.#shown;
    const frames = this.framesAt(moment);
    this.#header.update(model.clock.texts[moment.index], view, frames[0].before);
    this.#charts.update(model, view, frames, isPlaying);
    for (const strip of this.#lines) strip.update(frames, moment.position);
    this.#last = { frames, index: moment.index };
    if (!isPlaying) this.#announce();
    const isDue = !isPlaying || performance.now() - this.#tabulated > TABLE_EVERY;
    if (this.#details.open && isDue) this.#tabulate(model, view);
  }

  /** Say the moment to screen readers; not while it moves, unless they come to the scrubber. */
  #announce() {
    if (!this.#shown) return;
    const { model, view } = this.#shown;
    const { clock, runs } = model;
    const { frames, index } = this.#last;
    const texts = frames.map((frame, rank) => {
      const name = runs.length > 1 ? `${runs[rank].name}: ` : "";
      return `${name}${Header.said(view, rank, frame.before)}`;
    });
    put(this.scrubber, "aria-valuemin", "0");
    put(this.scrubber, "aria-valuemax", String(clock.steps.length - 1));
    put(this.scrubber, "aria-valuenow", String(index));
    put(this.scrubber, "aria-valuetext", `${clock.texts[index]}, ${texts.join("; ")}`);
  }

  /**
   * @param {Model} model
   * @param {View} view
   */
  #tabulate({ runs, clock }, view) {
    const now = clock.texts[this.#last.index];
    this.#tabulated = performance.now();
    this.#table.replaceChildren(
      ...this.#last.frames.map(({ before }, rank) => {
        const { name, isMedian } = runs[rank];
        const title = `${isMedian ? view.facts.medians : ""}${runs.length > 1 ? `${name}, ` : ""}`;
        return tableOf(view.facts, view.runs[rank], before, title + now);
      }),
    );
  }
}
