import { put } from "./elements.mjs";
/** @import { Axes } from "./axes.mjs" */

/** Strengths of a colour: player.css and colours.mjs give each a class. */
export const LEVELS = 16;
const FULL_COUNT = 100;
const FAINTEST = 0.3;

/**
 * Return the strength of a bar in [0, LEVELS): fainter with few examples, fading as it goes.
 * @param {number} count
 * @param {number} presence in [0, 1].
 */
export function levelOf(count, presence) {
  const sure = Math.sqrt(Math.min(count / FULL_COUNT, 1));
  return Math.round((FAINTEST + (1 - FAINTEST) * sure) * presence * (LEVELS - 1));
}

/** Paths of one colour, one for each strength. */
export class Ramp {
  /** @type {string[]} */
  shapes = [];

  /**
   * @param {Axes} axes
   * @param {string} kind
   */
  constructor(axes, kind) {
    this.paths = Array.from({ length: LEVELS }, (_, level) => axes.path(`${kind} level-${level}`));
  }

  begin() {
    this.shapes = new Array(LEVELS).fill("");
  }

  end() {
    this.paths.forEach((path, level) => put(path, "d", this.shapes[level]));
  }
}
