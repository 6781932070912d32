import { clipped, halfEven } from "./rounding.mjs";
/** @import { CellSize, Design, PageInfo, Tick, TicksByRoom } from "./types.mjs" */

// As anim/panels/page_layout.py.

/**
 * Return the room beside axes on a page of that width.
 * @param {Design} design
 * @param {number} width
 */
export function sidesOf(design, width) {
  return width < design.narrow
    ? { left: design.narrowLeft, right: design.narrowRight, names: design.narrowNames }
    : { left: design.left, right: design.right, names: design.names };
}

/**
 * Return whether lines of strips have names: those of several runs.
 * @param {PageInfo} page
 */
export const hasNames = ({ runs, classes }) => runs.length > 1 && !classes.length;

/**
 * Return how large each cell is on a page of that width.
 * @param {Design} design
 * @param {number} runs how many there are.
 * @param {number} together how many of them belong together in one row.
 * @param {number} width
 * @param {boolean} withDots
 * @returns {CellSize}
 */
export function cellSize(design, runs, together, width, withDots) {
  const { left, right } = sidesOf(design, width);
  const columns = columnsOf(design, runs, together, width);
  const beside = left + right + (columns - 1) * (design.between + right);
  const inner = Math.floor((width - beside) / columns);
  const tall = heightOf(design, inner);
  if (!withDots || width < design.narrow) return { columns, width: inner, axes: tall, rows: 0 };
  const wanted = halfEven((tall * design.dots) / design.pitch);
  const rows = clipped(wanted, design.fewestRows, design.mostRows);
  return { columns, width: inner, axes: tall - rows * design.pitch, rows };
}

/**
 * Return how large a diagram of several runs is on a page of that width.
 * @param {Design} design
 * @param {number} width
 * @returns {CellSize}
 */
export function overlaySize(design, width) {
  const { left, right } = sidesOf(design, width);
  const inner = Math.floor(width - left - right - (width < design.narrow ? 0 : design.list));
  return { columns: 1, width: inner, axes: heightOf(design, inner), rows: 0 };
}

/** @param {Design} design @param {number} inner */
function heightOf({ aspect, lowest, highest }, inner) {
  return clipped(halfEven(aspect * inner), lowest, highest);
}

/**
 * @param {Design} design
 * @param {number} runs
 * @param {number} together
 * @param {number} width
 */
function columnsOf(design, runs, together, width) {
  const room = Math.max(1, Math.floor(width / design.cellNarrowest / together)) * together;
  const most = Math.max(Math.floor(design.mostColumns / together) * together, together);
  const isTight = width < design.cellNarrowest * together;
  const columns = Math.min(runs, isTight ? 1 : Math.min(room, most));
  const rows = Math.ceil(runs / columns);
  return Math.min(columns, Math.ceil(Math.ceil(runs / rows) / together) * together);
}

/**
 * Return the ticks of an axis of that size.
 * @param {TicksByRoom} ticks
 * @param {number} size in pixels.
 * @returns {Tick[]}
 */
export function ticksFor(ticks, size) {
  return ticks.filter(([from]) => from <= size).at(-1)?.[1] ?? [];
}
