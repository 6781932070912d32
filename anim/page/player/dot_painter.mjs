import { Dots } from "./dots.mjs";
import { put } from "./elements.mjs";
import { dotAt, round } from "./paths.mjs";
/** @import { Axes } from "./axes.mjs" */
/** @import { Bins, Frame } from "./types.mjs" */

/** Paints a hundred dots; those that come and those that go fade in their cells. */
export class DotPainter {
  #rows = "";

  /**
   * @param {Axes} axes
   * @param {Bins} bins
   * @param {number} low the lowest score.
   * @param {{ pitch: number }} design
   */
  constructor(axes, bins, low, { pitch }) {
    this.axes = axes;
    const [columns, rows] = [axes.width, axes.height].map((size) => Math.floor(size / pitch));
    this.dots = new Dots(bins, low, columns, rows);
    this.pitch = pitch;
    this.paths = ["dot", "wrong"].map((kind) => [0, 1, 2].map(() => axes.path(kind)));
  }

  /** @param {Frame} frame */
  update({ before, after, fraction }) {
    if (this.#rows !== `${before} ${after}`) this.draw(before, after);
    for (const [, goes, comes] of this.paths) {
      put(goes, "opacity", String(round(1 - fraction)));
      put(comes, "opacity", String(round(fraction)));
    }
  }

  /**
   * @param {number} before
   * @param {number} after
   */
  draw(before, after) {
    this.#rows = `${before} ${after}`;
    const { axes, pitch, dots } = this;
    const wide = axes.width / dots.columns;
    this.dots.fading(before, after).forEach((groups, kind) =>
      groups.forEach((cells, fade) => {
        const shapes = cells.map((cell) => {
          const [column, row] = [Math.floor(cell / dots.rows), cell % dots.rows];
          return dotAt(axes.left + (column + 0.5) * wide, axes.top + (row + 0.5) * pitch);
        });
        put(this.paths[kind][fade], "d", shapes.join(""));
      }),
    );
  }
}
