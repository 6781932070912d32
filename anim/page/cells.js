/** Charts of all runs in a grid, and the numbers of the bin that is looked at. */

const LEAST_CELL = 300;
const TIP_APART = 14;

class Cells {
  root = html("div");
  tip = html("dl", { class: "tip", hidden: "" });
  #charts = [];
  #looked = { chart: null, bin: -1 };
  #redraw;

  /** @param redraw called when something else is to be looked at. */
  constructor(redraw) {
    this.#redraw = redraw;
  }

  layOut(model, view, width) {
    const { chart: looked, bin } = this.#looked;
    const at = view.view === this.view?.view ? this.#charts.indexOf(looked) : -1;
    const hasFocus = at >= 0 && looked.field.matches(":focus");
    Object.assign(this, { model, view });
    const widths = this.#widths(width);
    const kinds = model.panels.map(({ panel }) => CHARTS[panel]).filter(Boolean);
    const grids = kinds.map((Kind) => model.runs.map((_, rank) => this.#chart(Kind, rank, widths)));
    this.#charts = grids.flat();
    this.root.replaceChildren(
      ...grids.map((charts) => {
        const grid = html("div", { class: "cells" }, ...charts.map((chart) => this.#cell(chart)));
        grid.style.gridTemplateColumns = widths.map((wide) => `${wide}px`).join(" ");
        return grid;
      }),
    );
    // What is looked at while more snapshots come stays looked at.
    const chart = this.#charts[at] ?? null;
    this.#looked = { chart, bin: chart ? bin : -1 };
    if (hasFocus) chart.field.focus();
  }

  /** Of the columns: the first has numbers beside it, and all are as wide inside. */
  #widths(width) {
    const { runs, together } = this.model;
    const across = Math.max(1, Math.floor(width / LEAST_CELL / together)) * together;
    const columns = Math.min(runs.length, width < LEAST_CELL * together ? 1 : across);
    const [first, other] = [MARGIN.left + MARGIN.right, MARGIN.between + MARGIN.right];
    const inner = Math.floor((width - first - other * (columns - 1)) / columns);
    return Array.from({ length: columns }, (_, column) => inner + (column ? other : first));
  }

  #chart(Kind, rank, widths) {
    const isLeft = rank % widths.length === 0;
    const isBottom = rank + widths.length >= this.model.runs.length;
    // Axes are as high with numbers under them as without.
    const tall = Math.round(Math.min(Math.max(widths[0] * 0.55, 240), 400)) - BELOW;
    const height = tall + (isBottom ? BELOW : BELOW_NOTHING);
    const size = { width: widths[rank % widths.length], height };
    return new Kind(this.model, this.view, rank, size, { isLeft, isBottom });
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
    const title = html("b", { class: "name", dir: "auto", title: name }, swatch("accuracy"), name);
    const head = html("div", { class: "head" }, title, chart.numbers);
    head.style.paddingLeft = `${chart.left}px`;
    const parts = isAlone ? [chart.field] : [head, chart.field];
    return html("div", { class: `cell run-${chart.rank}` }, ...parts);
  }

  #listen(chart) {
    const { field } = chart;
    const look = (bin) => {
      this.#looked = { chart, bin };
      this.#redraw();
    };
    const binNow = () => (this.#looked.chart === chart ? this.#looked.bin : -1);
    const point = ({ clientX }) => {
      const { left } = field.getBoundingClientRect();
      look(chart.binUnder((clientX - left) / scaleOf(field)));
    };
    field.addEventListener("pointermove", point);
    field.addEventListener("pointerdown", point);
    field.addEventListener("pointerleave", ({ pointerType }) => {
      // A finger that is lifted leaves too, and the numbers are read after that.
      if (pointerType === "mouse") look(-1);
    });
    field.addEventListener("blur", () => look(-1));
    field.addEventListener("focus", () => {
      if (field.matches(":focus-visible") && binNow() < 0) look(chart.busiest);
    });
    field.addEventListener("keydown", (event) => {
      const target = isModified(event) || event.shiftKey ? undefined : walk(chart, binNow(), event.key);
      if (target === undefined) return;
      event.preventDefault();
      look(target);
    });
  }

  update(frames, isPlaying) {
    const { runs } = this.model;
    for (const chart of this.#charts) {
      const frame = frames[chart.rank];
      chart.update(frame);
      if (runs.length > 1) say(chart.numbers, numbersOf(frame, "error", runs[chart.rank].isCured));
      this.#mark(chart, frame, isPlaying);
    }
    this.#tell(frames);
  }

  /** Marks the bin that is looked at; while it plays, screen readers are told of another one only. */
  #mark(chart, frame, isPlaying) {
    const bin = chart === this.#looked.chart ? this.#looked.bin : -1;
    chart.mark(bin);
    const isTold = chart.field.getAttribute("aria-valuenow") === String(Math.max(bin, 0));
    if (isPlaying && isTold) return;
    const facts = factsOf(frame, Math.max(bin, 0), this.model.runs[chart.rank].isMedian);
    put(chart.field, "aria-valuemax", String(chart.edges.length - 2));
    put(chart.field, "aria-valuenow", String(Math.max(bin, 0)));
    const text = bin < 0 ? "no bin" : facts.map((fact) => fact.join(" ")).join(", ");
    put(chart.field, "aria-valuetext", text);
  }

  #tell(frames) {
    const { chart, bin } = this.#looked;
    this.tip.hidden = bin < 0;
    if (bin < 0) return;
    const facts = factsOf(frames[chart.rank], bin, this.model.runs[chart.rank].isMedian).flat();
    while (this.tip.childElementCount < facts.length) this.tip.append(html("dt"), html("dd"));
    facts.forEach((text, at) => say(this.tip.children[at], text));
    this.#place(chart, bin);
  }

  /** Puts the tip beside the bin, inside of the picture. */
  #place(chart, bin) {
    const whole = this.tip.offsetParent;
    const [box, around] = [chart.field, whole].map((one) => one.getBoundingClientRect());
    const scale = scaleOf(whole);
    const middle = (box.left - around.left) / scale + chart.middleOf(bin);
    const width = this.tip.offsetWidth;
    const isFull = middle + TIP_APART + width > whole.offsetWidth;
    const x = isFull ? Math.max(middle - TIP_APART - width, 0) : middle + TIP_APART;
    const y = (box.top - around.top) / scale + TIP_APART;
    this.tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}

/** Where a key leads from a bin; -1 is none. */
function walk(chart, bin, key) {
  const now = bin < 0 ? chart.busiest : bin;
  const last = chart.edges.length - 2;
  const [up, down] = [Math.min(now + 1, last), Math.max(now - 1, 0)];
  if (key === "Escape") return bin < 0 ? undefined : -1;
  const targets = { ArrowRight: up, ArrowUp: up, ArrowLeft: down, ArrowDown: down, Home: 0, End: last };
  return targets[key];
}

/** How much larger an element is seen than it is laid out: pages scale slides. */
function scaleOf(element) {
  return element.getBoundingClientRect().width / element.offsetWidth || 1;
}

function isModified({ altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey;
}
