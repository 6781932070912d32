/** The whole picture: a header, a legend, charts, strips, and a table. */

const TABLE_EVERY = 500;

class Picture {
  title = html("p", { class: "title", role: "heading", "aria-level": "2", dir: "auto" });
  scrubber = html("div", { class: "scrubber", role: "slider", tabindex: "0", "aria-label": "Time" });
  #now = html("p", { class: "now" });
  #caption = html("p", { class: "caption", dir: "auto" });
  #numbers = html("p", { class: "numbers" });
  #legend = html("ul", { class: "legend", "aria-label": "Legend" });
  #strips = html("div", { class: "strips" });
  #table = html("div", { class: "tables", tabindex: "0", role: "region", "aria-label": "Numbers" });
  #details = html("details", {}, html("summary", {}, "The numbers as a table"), this.#table);
  #lanes = [];
  #cells;
  #last = null;
  #tabulated = 0;

  /** @param redraw called when something else is to be looked at. */
  constructor(redraw) {
    this.#cells = new Cells(redraw);
    this.#details.addEventListener("toggle", redraw);
    this.scrubber.addEventListener("focus", () => this.#tell());
  }

  /** What stands above the controls, and what stands below. */
  get above() {
    return [
      html("div", { class: "row" }, this.title, this.#now),
      html("div", { class: "row" }, this.#caption, this.#numbers),
      this.#legend,
      this.#cells.root,
      html("div", { class: "time" }, this.#strips, this.scrubber),
    ];
  }

  get below() {
    return [this.#details, this.#cells.tip];
  }

  /** Makes all that stands still. */
  layOut(model, view, width) {
    Object.assign(this, { model, view });
    say(this.title, model.title);
    this.title.hidden = !model.title;
    put(this.#table, "aria-label", `Numbers: ${model.title}`);
    say(this.#caption, model.caption);
    this.#legend.replaceChildren(...this.#key().map(([kind, text]) => entry(kind, text)));
    this.#cells.layOut(model, view, width);
    this.#layOutStrips(width);
  }

  #layOutStrips(width) {
    const strips = this.model.panels.filter(({ panel }) => !CHARTS[panel]);
    const accuracy = { panel: "accuracy", title: "accuracy", series: [["accuracy", "accuracy"]] };
    const shown = strips.length ? strips : [accuracy];
    const height = shown.length > 2 ? 56 : 72;
    this.#lanes = shown
      .map((strip, at) => new Strip(this.model, strip, width, height, at === shown.length - 1))
      .filter(({ lines }) => lines.length);
    this.#strips.replaceChildren(
      ...this.#lanes.flatMap(({ key, root }) => {
        const entries = key.map(([kind, text]) => entry(`stroke ${kind}`, text));
        return entries.length ? [html("ul", { class: "legend" }, ...entries), root] : [root];
      }),
    );
  }

  /** What the colours and the lines mean. */
  #key() {
    const { panels, runs } = this.model;
    const has = (name) => panels.some(({ panel }) => panel === name);
    const isOfClass = this.view.view.startsWith("class:");
    if (!has("reliability")) {
      if (has("counts")) {
        const [hit, miss] = isOfClass ? ["this class", "other classes"] : ["correct", "wrong"];
        return [["accuracy", hit], ["over", miss]];
      }
      return runs.length > 1 ? runs.map(({ name }, rank) => [`accuracy run-${rank}`, name]) : [];
    }
    const share = isOfClass ? "share of labels" : "accuracy";
    const items = runs.length > 1 ? [] : [["accuracy", `${runs[0].isMedian ? "median " : ""}${share}`]];
    items.push(["under", "under-confident"], ["over", "over-confident"]);
    const bins = this.view.runs;
    const banded = runs.find((_, rank) => bins[rank].band);
    const isOfChance = banded && !banded.bandName;
    items.push(isOfChance ? ["band", "ideal ± chance (95 %)"] : ["ideal", "ideal"]);
    if (banded && !isOfChance) items.push(["veil", banded.bandName]);
    const spread = runs.find((_, rank) => bins[rank].intervals);
    if (spread) items.push(["whisker", spread.spreadName]);
    return items;
  }

  framesAt(position) {
    const { runs, tween } = this.model;
    return runs.map((run, rank) =>
      frameOf(run, this.view.runs[rank], momentAt(run.places, position, tween)),
    );
  }

  draw(position, isPlaying) {
    const { runs, unit, clock } = this.model;
    const frames = this.framesAt(position);
    const time = Math.floor(clock.stepAt(position) / unit.steps + SAME);
    say(this.#now, momentText(unit, time));
    say(this.#numbers, runs.length > 1 ? "" : numbersOf(frames[0], "calibration error"));
    this.#cells.update(frames, isPlaying);
    for (const strip of this.#lanes) strip.update(frames, position);
    this.#last = { frames, time };
    if (!isPlaying) this.#tell();
    const isDue = !isPlaying || performance.now() - this.#tabulated > TABLE_EVERY;
    if (this.#details.open && isDue) this.#tabulate();
  }

  /** Tells screen readers where it stands; not while it moves, unless they come to ask. */
  #tell() {
    if (!this.#last) return;
    const { unit, clock, runs } = this.model;
    const { frames, time } = this.#last;
    const texts = frames.map((frame, rank) => {
      const name = runs.length > 1 ? `${runs[rank].name}: ` : "";
      return `${name}${numbersOf(frame, "calibration error") || "nothing to show"}`;
    });
    const units = (step) => String(Math.floor(step / unit.steps));
    put(this.scrubber, "aria-valuemin", units(clock.first));
    put(this.scrubber, "aria-valuemax", units(clock.last));
    put(this.scrubber, "aria-valuenow", String(time));
    put(this.scrubber, "aria-valuetext", `${momentText(unit, time)}, ${texts.join("; ")}`);
  }

  #tabulate() {
    const { runs, unit } = this.model;
    const { frames, time } = this.#last;
    const when = momentText(unit, time);
    this.#tabulated = performance.now();
    this.#table.replaceChildren(
      ...frames.map((frame, rank) => {
        const { name, isMedian } = runs[rank];
        return tableOf(frame, runs.length > 1 ? `${name}, ${when}` : when, isMedian);
      }),
    );
  }
}

function swatch(kind) {
  return html("i", { class: `swatch ${kind}` });
}

function entry(kind, text) {
  return html("li", {}, swatch(kind), text);
}
