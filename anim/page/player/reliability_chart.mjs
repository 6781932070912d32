import { Axes } from "./axes.mjs";
import { BarPainter } from "./bar_painter.mjs";
import { Chart } from "./chart.mjs";
import { CurvePainter } from "./curve_painter.mjs";
import { DotPainter } from "./dot_painter.mjs";
import { ticksFor } from "./layout.mjs";
import { Note, noteOf } from "./notes.mjs";
import { polyline } from "./paths.mjs";
/** @import { ChartPlace } from "./chart.mjs" */
/** @import { Frame, Model, View } from "./types.mjs" */

/** How often a run is right at each score, above a hundred dots for all examples. */
export class ReliabilityChart extends Chart {
  /**
   * @param {Model} model
   * @param {View} view
   * @param {number} rank
   * @param {ChartPlace} place
   */
  constructor(model, view, rank, place) {
    super(model, view, rank, place);
    const { axes, bins, root } = this;
    const { design } = model;
    axes.beside(ticksFor(view.shareTicks, axes.height), place.isLeft);
    if (place.isLeft) axes.nameBeside(view.words.share, 20);
    this.painter = bins.curve
      ? new CurvePainter(axes, bins, view)
      : new BarPainter(axes, bins, view, design);
    axes.path("ideal", polyline(...axes.placed(...view.line)));
    const { rows } = place.size;
    const height = rows * design.pitch;
    if (rows) {
      const box = { left: axes.left, top: this.end - height, width: axes.width, height };
      const below = new Axes(root, box);
      this.dots = new DotPainter(below, bins, view.low, design);
      if (place.isLeft) below.namesOfDots(view.words.dots, view.words.wrong);
    }
    root.append(this.cursor);
    this.note = new Note(axes, view.words.notes);
  }

  /** @param {Frame} frame */
  update(frame) {
    super.update(frame);
    this.painter.update(frame);
    this.dots?.update(frame);
    const isDrawn = this.painter.isDrawn(frame.before);
    this.note.say(noteOf(this.view.words.notes, this.run, this.bins, frame.before, isDrawn));
  }
}
