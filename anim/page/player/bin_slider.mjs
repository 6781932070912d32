import { html, put, scaleOf } from "./elements.mjs";
import { binOf, factOf } from "./facts.mjs";
import { binAfter, isModified } from "./keyboard.mjs";
/** @import { Chart } from "./chart.mjs" */
/** @import { Frame } from "./types.mjs" */

/** What walks through the bins of a chart with keys, and says them. */
export class BinSlider {
  /** The inspected bin; -1 for none. */
  bin = -1;
  root = html("div", { role: "slider", tabindex: "0", "aria-valuemin": "0" });
  look;

  /**
   * @param {Chart} chart
   * @param {string} label
   * @param {(slider: BinSlider, bin: number) => void} look called with the bin to be looked at.
   * @param {Node[]} content
   */
  constructor(chart, label, look, ...content) {
    this.chart = chart;
    this.look = /** @param {number} bin */ (bin) => look(this, bin);
    this.root.append(...content);
    put(this.root, "aria-label", label);
    this.#listen();
  }

  #listen() {
    const { root, chart } = this;
    root.addEventListener("blur", () => this.look(-1));
    root.addEventListener("focus", () => {
      if (root.matches(":focus-visible") && this.bin < 0) this.look(chart.busiest);
    });
    root.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (isModified(event) || event.shiftKey) return;
    const { busiest, lastBin } = this.chart;
    const target = binAfter(event.key, this.bin, { busiest, last: lastBin });
    if (target === undefined) return;
    event.preventDefault();
    this.look(target);
  }

  /**
   * Show a frame and say its bin; while it plays, screen readers hear only of another bin.
   * @param {Frame} frame
   * @param {boolean} isPlaying
   */
  update(frame, isPlaying) {
    const { chart } = this;
    const now = Math.max(this.bin, 0);
    chart.update(frame);
    chart.mark(this.bin);
    if (isPlaying && this.root.getAttribute("aria-valuenow") === String(now)) return;
    const fact = factOf(chart.view.facts, binOf(chart.bins, chart.row, now), chart.run.isMedian);
    put(this.root, "aria-valuemax", String(chart.lastBin));
    put(this.root, "aria-valuenow", String(now));
    put(this.root, "aria-valuetext", this.bin < 0 ? "no bin" : fact);
  }
}

/**
 * Let a pointer or a finger look at bins.
 * @param {HTMLElement} field with the chart.
 * @param {(x: number, y: number) => BinSlider} under what is there, in pixels of the chart.
 */
export function watchPointer(field, under) {
  field.classList.add("bins");
  /** @param {PointerEvent} event */
  const point = ({ clientX, clientY }) => {
    const { left, top } = field.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top].map((place) => place / scaleOf(field));
    const { chart, look } = under(x, y);
    look(chart.binUnder(x));
  };
  field.addEventListener("pointermove", point);
  field.addEventListener("pointerdown", point);
  field.addEventListener("pointerleave", ({ pointerType }) => {
    // A lifted finger leaves too, and the numbers are read after that.
    if (pointerType === "mouse") under(0, 0).look(-1);
  });
}
