// As anim/panels/notes.py.

import { say } from "./elements.mjs";
/** @import { Axes } from "./axes.mjs" */
/** @import { Bins, Notes } from "./types.mjs" */

/**
 * Return what is said of a snapshot; "" if nothing.
 * @param {Notes} notes of the diagram.
 * @param {{ isMedian: boolean, isRecalibrated: boolean }} run
 * @param {Bins} bins of the run.
 * @param {number} row which of its snapshots.
 * @param {boolean} isDrawn whether a part of its curve or line, if there is to be one, is there.
 */
export function noteOf(notes, run, bins, row, isDrawn) {
  if (run.isRecalibrated && bins.counts.row(row).every((count) => !count)) {
    return notes.recalibration;
  }
  if (isDrawn) return "";
  return run.isMedian ? notes.medians : notes.few;
}

/** A note in a diagram: the first one of those of its runs. */
export class Note {
  /** @type {string[]} */
  #said = [];

  /**
   * @param {Axes} axes
   * @param {Notes} notes
   */
  constructor(axes, notes) {
    const lines = Object.values(notes).map((note) => note.split("\n").length);
    this.texts = Array.from({ length: Math.max(...lines) }, (_, line) =>
      axes.text("name middle", axes.x(0.5), axes.y(0.3) + 16 * line, ""),
    );
  }

  /**
   * @param {string} note of a run.
   * @param {number} rank of the run.
   */
  say(note, rank = 0) {
    this.#said[rank] = note;
    const lines = (this.#said.find(Boolean) ?? "").split("\n");
    this.texts.forEach((text, line) => say(text, lines[line] ?? ""));
  }
}
