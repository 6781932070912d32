import { LEVELS } from "./colours.mjs";
import { put } from "./elements.mjs";
/** @import { Axes } from "./axes.mjs" */

/** Shapes of one colour that come and go: a path for each level of presence. */
export class Levels {
  /**
   * @param {Axes} axes
   * @param {string} kind
   */
  constructor(axes, kind) {
    this.shapes = Array.from({ length: LEVELS }, () => "");
    this.paths = this.shapes.map((_, level) => axes.path(`${kind} level-${level}`));
  }

  begin() {
    this.shapes.fill("");
  }

  /**
   * @param {number} presence in [0, 1].
   * @param {string} shape
   */
  add(presence, shape) {
    const level = Math.round(presence * (LEVELS - 1));
    if (level) this.shapes[level] += shape;
  }

  end() {
    this.paths.forEach((path, level) => put(path, "d", this.shapes[level]));
  }
}
