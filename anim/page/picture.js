/** The whole picture: a header, a legend, charts, strips, and the numbers of a bin. */

const LEAST_CELL = 300;
const TABLE_EVERY = 500;

class Picture {
  title = html("p", { class: "title", role: "heading", "aria-level": "2" });
  scrubber = html("div", { class: "scrubber", role: "slider", tabindex: "0", "aria-label": "Time" });
  #now = html("output", { class: "now" });
  #caption = html("p", { class: "caption" });
  #numbers = html("p", { class: "numbers" });
  #legend = html("ul", { class: "legend", "aria-label": "Legend" });
  #cells = html("div", { class: "cells" });
  #strips = html("div", { class: "strips" });
  #table = html("div", { class: "tables", tabindex: "0", role: "region", "aria-label": "Numbers" });
  #details = html("details", {}, html("summary", {}, "The numbers as a table"), this.#table);
  #tip = html("dl", { class: "tip", hidden: "" });
  #charts = [];
  #lanes = [];
  #looked = { chart: null, bin: -1 };
  #told = 0;
  #redraw;

  /** @param redraw called when something else is to be looked at. */
  constructor(redraw) {
    this.#redraw = redraw;
    this.#details.addEventListener("toggle", redraw);
  }

  /** What stands above the controls, and what stands below. */
  get above() {
    return [
      html("div", { class: "row" }, this.title, this.#now),
      html("div", { class: "row" }, this.#caption, this.#numbers),
      this.#legend,
      this.#cells,
      html("div", { class: "time" }, this.#strips, this.scrubber),
    ];
  }

  get below() {
    return [this.#details, this.#tip];
  }

  /** Makes all that stands still. */
  layOut(model, view, width) {
    const { chart: looked, bin } = this.#looked;
    const at = view.view === this.view?.view ? this.#charts.indexOf(looked) : -1;
    const hasFocus = at >= 0 && looked.field.matches(":focus");
    Object.assign(this, { model, view });
    say(this.title, model.title);
    this.title.hidden = !model.title;
    say(this.#caption, model.caption);
    this.#legend.replaceChildren(...this.#key().map(([kind, text]) => entry(kind, text)));
    this.#looked = { chart: null, bin: -1 };
    const { runs, together } = model;
    const across = Math.max(1, Math.floor(width / LEAST_CELL / together)) * together;
    const columns = Math.min(runs.length, width < LEAST_CELL * together ? 1 : across);
    // The first of a row has numbers beside it, and all are as wide inside.
    const [first, other] = [MARGIN.left + MARGIN.right, MARGIN.between + MARGIN.right];
    const inner = Math.floor((width - first - other * (columns - 1)) / columns);
    const widths = Array.from({ length: columns }, (_, column) => inner + (column ? other : first));
    this.#cells.style.gridTemplateColumns = widths.map((wide) => `${wide}px`).join(" ");
    const kinds = model.panels.map(({ panel }) => CHARTS[panel]).filter(Boolean);
    this.#charts = kinds.flatMap((Kind) => runs.map((_, rank) => this.#chart(Kind, rank, widths)));
    this.#cells.replaceChildren(...this.#charts.map((chart) => this.#cell(chart)));
    this.#layOutStrips(width);
    // What is looked at while more snapshots come stays looked at.
    const chart = this.#charts[at];
    if (!chart) return;
    this.#looked = { chart, bin };
    if (hasFocus) chart.field.focus();
  }

  #chart(Kind, rank, widths) {
    const columns = widths.length;
    const sides = {
      isLeft: rank % columns === 0,
      isBottom: rank + columns >= this.model.runs.length,
    };
    const height = Math.round(Math.min(Math.max(widths[0] * 0.55, 240), 400));
    const size = { width: widths[rank % columns], height };
    return new Kind(this.model, this.view, rank, size, sides);
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

  /** A chart with the name and the numbers of its run, where there are several. */
  #cell(chart) {
    const { runs } = this.model;
    const { name } = runs[chart.rank];
    const isAlone = runs.length === 1;
    chart.field = html("div", {
      class: "bins",
      role: "slider",
      tabindex: "0",
      "aria-label": isAlone ? "Bins" : `Bins of ${name}`,
      "aria-valuemin": "0",
    });
    chart.field.append(chart.root);
    chart.numbers = html("span", { class: "numbers" });
    this.#listen(chart);
    const title = html("b", { class: "name" }, swatch("accuracy"), name);
    const head = html("div", { class: "head" }, title, chart.numbers);
    head.style.paddingLeft = `${chart.left}px`;
    return html("div", { class: `cell run-${chart.rank}` }, ...(isAlone ? [] : [head]), chart.field);
  }

  #listen(chart) {
    const { field } = chart;
    const look = (bin) => {
      this.#looked = { chart, bin };
      this.#redraw();
    };
    const binNow = () => (this.#looked.chart === chart ? this.#looked.bin : -1);
    field.addEventListener("pointermove", ({ clientX }) =>
      look(chart.binUnder(clientX - field.getBoundingClientRect().left)),
    );
    field.addEventListener("pointerleave", () => look(-1));
    field.addEventListener("blur", () => look(-1));
    field.addEventListener("focus", () => {
      if (field.matches(":focus-visible") && binNow() < 0) look(chart.busiest);
    });
    field.addEventListener("keydown", (event) => {
      const now = binNow() < 0 ? chart.busiest : binNow();
      const last = chart.edges.length - 2;
      const [up, down] = [Math.min(now + 1, last), Math.max(now - 1, 0)];
      const targets = { ArrowRight: up, ArrowUp: up, ArrowLeft: down, ArrowDown: down, Home: 0, End: last, Escape: -1 };
      if (!(event.key in targets)) return;
      event.preventDefault();
      look(targets[event.key]);
    });
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
    const time = Math.floor(clock.stepAt(position) / unit.steps + 1e-9);
    say(this.#now, `${unit.name} ${grouped(time)}`);
    say(this.#numbers, runs.length > 1 ? "" : numbersOf(frames[0], "calibration error"));
    for (const chart of this.#charts) {
      const frame = frames[chart.rank];
      chart.update(frame);
      if (runs.length > 1) say(chart.numbers, numbersOf(frame, "error", runs[chart.rank].isCured));
    }
    for (const strip of this.#lanes) strip.update(frames, position);
    this.#look(frames);
    if (!isPlaying) this.#tell(frames, time);
    const isDue = !isPlaying || performance.now() - this.#told > TABLE_EVERY;
    if (this.#details.open && isDue) this.#tabulate(frames, time);
  }

  /** Tells screen readers where it stands; not while it moves. */
  #tell(frames, time) {
    const { unit, clock, runs } = this.model;
    const texts = frames.map((frame, rank) => {
      const name = runs.length > 1 ? `${runs[rank].name}: ` : "";
      return `${name}${numbersOf(frame, "calibration error")}`;
    });
    const units = (step) => String(Math.floor(step / unit.steps));
    put(this.scrubber, "aria-valuemin", units(clock.first));
    put(this.scrubber, "aria-valuemax", units(clock.last));
    put(this.scrubber, "aria-valuenow", String(time));
    put(this.scrubber, "aria-valuetext", `${unit.name} ${time}, ${texts.join("; ")}`);
  }

  #tabulate(frames, time) {
    const { runs, unit } = this.model;
    const when = `${unit.name} ${time}`;
    this.#told = performance.now();
    this.#table.replaceChildren(
      ...frames.map((frame, rank) => tableOf(frame, runs.length > 1 ? `${runs[rank].name}, ${when}` : when)),
    );
  }

  /** The numbers of the bin that is pointed at, or that has the focus. */
  #look(frames) {
    for (const chart of this.#charts) {
      const bin = chart === this.#looked.chart ? this.#looked.bin : -1;
      chart.mark(bin);
      const told = factsOf(frames[chart.rank], Math.max(bin, 0));
      put(chart.field, "aria-valuemax", String(chart.edges.length - 2));
      put(chart.field, "aria-valuenow", String(Math.max(bin, 0)));
      const text = bin < 0 ? "no bin" : told.map((fact) => fact.join(" ")).join(", ");
      put(chart.field, "aria-valuetext", text);
    }
    const { chart, bin } = this.#looked;
    this.#tip.hidden = bin < 0;
    if (bin < 0) return;
    const facts = factsOf(frames[chart.rank], bin).flat();
    while (this.#tip.childElementCount < facts.length) this.#tip.append(html("dt"), html("dd"));
    facts.forEach((text, at) => say(this.#tip.children[at], text));
    this.#place(chart, bin);
  }

  /** Puts the tip beside the bin, inside of the picture. */
  #place(chart, bin) {
    const box = chart.field.getBoundingClientRect();
    const whole = this.#tip.offsetParent.getBoundingClientRect();
    const middle = box.left - whole.left + chart.middleOf(bin);
    const width = this.#tip.offsetWidth;
    const isFull = middle + TIP_APART + width > whole.width;
    const x = isFull ? Math.max(middle - TIP_APART - width, 0) : middle + TIP_APART;
    const y = box.top - whole.top + TIP_APART;
    this.#tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}

const TIP_APART = 14;

function swatch(kind) {
  return html("i", { class: `swatch ${kind}` });
}

function entry(kind, text) {
  return html("li", {}, swatch(kind), text);
}
