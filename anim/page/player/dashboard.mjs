import { ChartGrid } from "./chart_grid.mjs";
import { SAME } from "./clock.mjs";
import { html, put, say } from "./elements.mjs";
import { momentText, numbersOf } from "./formatting.mjs";
import { framesAt } from "./frame.mjs";
import { legendItem, legendOf } from "./legend.mjs";
import { Strip } from "./strip.mjs";
import { linesOf } from "./strip_lines.mjs";
import { tableOf } from "./table.mjs";
/** @import { Frame, Model, View } from "./types.mjs" */

/** Milliseconds between two tables while it plays. */
const TABLE_EVERY = 500;

/** All that is drawn: a header, a legend, charts, strips, and a table. */
export class Dashboard {
  title = html("p", { class: "title", role: "heading", "aria-level": "2", dir: "auto" });
  scrubber = html("div", {
    class: "scrubber",
    role: "slider",
    tabindex: "0",
    "aria-label": "Time",
  });
  #now = html("p", { class: "now" });
  #caption = html("p", { class: "caption", dir: "auto" });
  #numbers = html("p", { class: "numbers" });
  #legend = html("ul", { class: "legend", "aria-label": "Legend" });
  #time = html("div", { class: "strips" });
  #table = html("div", { class: "tables", tabindex: "0", role: "region", "aria-label": "Numbers" });
  #details = html("details", {}, html("summary", {}, "The numbers as a table"), this.#table);
  /** @type {Strip[]} */
  #strips = [];
  #charts;
  /** @type {{ model: Model, view: View } | null} */
  #shown = null;
  /** @type {{ frames: Frame[], time: number }} */
  #last = { frames: [], time: 0 };
  #tabulated = 0;

  /** @param {() => void} redraw called when something else is to be looked at. */
  constructor(redraw) {
    this.#charts = new ChartGrid(redraw);
    this.#details.addEventListener("toggle", redraw);
    this.scrubber.addEventListener("focus", () => this.#announce());
  }

  /** What stands above the controls. */
  get above() {
    return [
      html("div", { class: "row" }, this.title, this.#now),
      html("div", { class: "row" }, this.#caption, this.#numbers),
      this.#legend,
      this.#charts.root,
      html("div", { class: "time" }, this.#time, this.scrubber),
    ];
  }

  /** What stands below the controls. */
  get below() {
    return [this.#details, this.#charts.tip.root];
  }

  get isLaidOut() {
    return this.#shown !== null;
  }

  /**
   * Draw everything that stands still.
   * @param {Model} model
   * @param {View} view
   * @param {number} width
   */
  layOut(model, view, width) {
    this.#shown = { model, view };
    say(this.title, model.title);
    this.title.hidden = !model.title;
    put(this.#table, "aria-label", `Numbers: ${model.title}`);
    say(this.#caption, model.caption);
    this.#legend.replaceChildren(...legendOf(model, view).map(legendItem));
    this.#charts.layOut(model, view, width);
    this.#layOutStrips(model, width);
  }

  /**
   * @param {Model} model
   * @param {number} width
   */
  #layOutStrips(model, width) {
    const height = model.strips.length > 2 ? 56 : 72;
    this.#strips = model.strips
      .filter((strip) => linesOf(model, strip).length)
      .map(
        (strip, at, all) =>
          new Strip(model, strip, { width, height, isLast: at === all.length - 1 }),
      );
    this.#time.replaceChildren(
      ...this.#strips.flatMap(({ legend, root }) => {
        const items = legend.map(([kind, text]) => legendItem([`stroke ${kind}`, text]));
        return items.length ? [html("ul", { class: "legend" }, ...items), root] : [root];
      }),
    );
  }

  /** @param {number} position in [0, 1]. */
  framesAt(position) {
    return this.#shown ? framesAt(this.#shown.model, this.#shown.view, position) : [];
  }

  /**
   * @param {number} position in [0, 1].
   * @param {boolean} isPlaying
   */
  draw(position, isPlaying) {
    if (!this.#shown) return;
    const { model } = this.#shown;
    const frames = this.framesAt(position);
    const time = Math.floor(model.clock.stepAt(position) / model.unit.steps + SAME);
    say(this.#now, momentText(model.unit, time));
    say(this.#numbers, frames.length > 1 ? "" : numbersOf(frames[0], "calibration error"));
    this.#charts.update(model, frames, isPlaying);
    for (const strip of this.#strips) strip.update(frames, position);
    this.#last = { frames, time };
    if (!isPlaying) this.#announce();
    const isDue = !isPlaying || performance.now() - this.#tabulated > TABLE_EVERY;
    if (this.#details.open && isDue) this.#tabulate(model);
  }

  /** Say the moment to screen readers; not while it moves, unless they come to the scrubber. */
  #announce() {
    if (!this.#shown) return;
    const { unit, clock, runs } = this.#shown.model;
    const { frames, time } = this.#last;
    const texts = frames.map((frame, rank) => {
      const name = runs.length > 1 ? `${runs[rank].name}: ` : "";
      return `${name}${numbersOf(frame, "calibration error") || "nothing to show"}`;
    });
    /** @param {number} step */
    const units = (step) => String(Math.floor(step / unit.steps));
    put(this.scrubber, "aria-valuemin", units(clock.first));
    put(this.scrubber, "aria-valuemax", units(clock.last));
    put(this.scrubber, "aria-valuenow", String(time));
    put(this.scrubber, "aria-valuetext", `${momentText(unit, time)}, ${texts.join("; ")}`);
  }

  /** @param {Model} model */
  #tabulate({ runs, unit }) {
    const when = momentText(unit, this.#last.time);
    this.#tabulated = performance.now();
    this.#table.replaceChildren(
      ...this.#last.frames.map((frame, rank) => {
        const { name, isMedian } = runs[rank];
        return tableOf(frame, runs.length > 1 ? `${name}, ${when}` : when, isMedian);
      }),
    );
  }
}
