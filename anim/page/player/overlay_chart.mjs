import { baseOf, Chart } from "./chart.mjs";
import { put } from "./elements.mjs";
import { ticksFor } from "./layout.mjs";
import { Note, noteOf } from "./notes.mjs";
import { isPoint, OverlayLine } from "./overlay.mjs";
import { polyline } from "./paths.mjs";
/** @import { ChartBase, ChartPlace } from "./chart.mjs" */
/** @import { Frame, Model, View } from "./types.mjs" */

/** A run in the diagram of all runs. */
export class OverlaidRun extends Chart {
  /** @type {[x: number[], y: number[]]} */
  points = [[], []];

  /**
   * @param {Model} model
   * @param {View} view
   * @param {number} rank
   * @param {ChartPlace} place
   * @param {ChartBase} base of all of them.
   * @param {Note} note of all of them.
   */
  constructor(model, view, rank, place, base, note) {
    super(model, view, rank, place, base);
    this.note = note;
    this.line = new OverlayLine(this.bins, view, model.design);
    this.paths = [0, 1].map(() => this.axes.path(`overlaid run-${rank}`));
  }

  /** @param {Frame} frame */
  update(frame) {
    super.update(frame);
    const lines = this.line.at(frame);
    this.paths.forEach((path, at) => {
      const { x, y, strength } = lines[at] ?? { x: [], y: [], strength: 0 };
      const points = this.axes.placed(x, y);
      if (!at) this.points = points;
      // A dot is a line without length.
      put(path, "d", polyline(...points) + (isPoint(x) ? "h0" : ""));
      put(path, "opacity", String(strength));
      path.classList.toggle("point", isPoint(x));
    });
    const isDrawn = this.line.isDrawn(frame.before);
    this.note.say(
      noteOf(this.view.words.notes, this.run, this.bins, frame.before, isDrawn),
      this.rank,
    );
  }

  /** @param {number} bin */
  mark(bin) {
    super.mark(bin);
    this.paths.forEach((path) => path.classList.toggle("looked", bin >= 0));
  }

  /**
   * Return how far a point of the line is from a place.
   * @param {number} x
   * @param {number} y
   */
  distance(x, y) {
    const [xs, ys] = this.points;
    const far = xs.map((place, at) => Math.hypot(place - x, ys[at] - y));
    return Math.min(...far.filter(Number.isFinite));
  }
}

/**
 * Return all runs as lines in one diagram.
 * @param {Model} model
 * @param {View} view
 * @param {ChartPlace} place
 */
export function overlaidRuns(model, view, place) {
  const base = baseOf(model.design, view, place);
  const { axes, root } = base;
  axes.beside(ticksFor(view.shareTicks, axes.height));
  axes.nameBeside(view.words.share, 20);
  axes.path("ideal thin", polyline(...axes.placed(...view.line)));
  const note = new Note(axes, view.words.notes);
  const runs = model.runs.map((_, rank) => new OverlaidRun(model, view, rank, place, base, note));
  root.append(...note.texts);
  root.append(...runs.map((run) => run.cursor));
  return runs;
}
