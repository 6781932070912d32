// Prints what the player shows of a page at some moments, for test_twins.py.

import { readFileSync } from "node:fs";
import { Bars } from "../../anim/page/player/bars.mjs";
import { Chart } from "../../anim/page/player/chart.mjs";
import { frameOf, playedAt, reached, restingAt } from "../../anim/page/player/clock.mjs";
import { columnsAt, cutAt } from "../../anim/page/player/counts.mjs";
import { Curve, piecesOf } from "../../anim/page/player/curve.mjs";
import { Dots } from "../../anim/page/player/dots.mjs";
import { binOf, factOf, tableRow, withNumbers } from "../../anim/page/player/facts.mjs";
import { numbersOf } from "../../anim/page/player/header.mjs";
import { cellSize, overlaySize, ticksFor } from "../../anim/page/player/layout.mjs";
import { load } from "../../anim/page/player/loading.mjs";
import { noteOf } from "../../anim/page/player/notes.mjs";
import { entryHeight, isPoint, OverlayLine } from "../../anim/page/player/overlay.mjs";
import { lineUntil, linesCrossed, spreadApart } from "../../anim/page/player/strips.mjs";
/** @import { Frame, Moment, StripPanel } from "../../anim/page/player/types.mjs" */

const { data, shares, widths } = JSON.parse(readFileSync(0, "utf8"));
const model = await load(data);
const { clock, design } = model;
const view = model.views[0];
const { isOverlaid } = model;

/** @param {number} width */
const sizeOn = (width) =>
  isOverlaid
    ? overlaySize(design, width)
    : cellSize(design, model.runs.length, model.together, width, !model.classes.length);
const size = sizeOn(widths[0]);

const cells = view.runs.map((bins) => ({
  overlaid: isOverlaid ? new OverlayLine(bins, view, design) : null,
  bars: isOverlaid || bins.curve ? null : new Bars(bins, view, design),
  curve: !isOverlaid && bins.curve ? new Curve(bins, view) : null,
  dots: isOverlaid
    ? null
    : new Dots(bins, view.low, Math.floor(size.width / design.pitch), size.rows),
}));

/** @param {Dots} dots @param {Frame} frame */
function dotsAt(dots, { before, after, fraction }) {
  return dots.fading(before, after).map(([stays, goes, comes]) => {
    const cells = new Array(dots.columns * dots.rows).fill(0);
    for (const cell of stays) cells[cell] = 1;
    for (const cell of goes) cells[cell] = 1 - fraction;
    for (const cell of comes) cells[cell] = fraction;
    return cells;
  });
}

/** @param {OverlayLine} line @param {Frame} frame */
const overlaidAt = (line, frame) =>
  line.at(frame).map(({ x, y, strength }) => ({
    x: Array.from(x),
    y: Array.from(y),
    strength,
    isPoint: isPoint(x),
  }));

/** @param {Frame} frame @param {number} rank */
function markedAt(frame, rank) {
  const chart = Object.assign(Object.create(Chart.prototype), { view, bins: view.runs[rank] });
  chart.update(frame);
  return { row: chart.row, edges: Array.from(chart.edges) };
}

/** @param {Frame} frame @param {number} rank */
function cellAt(frame, rank) {
  const { overlaid, bars, curve, dots } = cells[rank];
  const bins = view.runs[rank];
  const row = frame.before;
  const marks = curve?.at(frame);
  const { low, most } = view;
  const scale = most ? { low, most, width: design.column } : null;
  const facts = Array.from({ length: bins.counts.columns }, (_, bin) => binOf(bins, row, bin));
  return {
    frame,
    marked: markedAt(frame, rank),
    overlaid: overlaid && overlaidAt(overlaid, frame),
    bars: bars?.at(frame, size.width) ?? null,
    whiskers: bars?.whiskers(frame) ?? null,
    points: bars ? [bars.points(frame.before), bars.points(frame.after)] : null,
    note: noteOf(
      view.words.notes,
      model.runs[rank],
      bins,
      row,
      (overlaid ?? curve)?.isDrawn(row) ?? true,
    ),
    curve: marks ? { ...marks, pieces: piecesOf(marks.presence) } : null,
    dots: dots && dotsAt(dots, frame),
    columns: scale && columnsAt(bins, frame, scale).map(({ count, ...column }) => column),
    cut: scale && cutAt(bins, frame, scale),
    numbers: numbersOf(view, rank, row),
    sentence: withNumbers(view.words.sentence, numbersOf(view, rank, row)),
    short: withNumbers(view.words.short, numbersOf(view, rank, row)),
    facts: facts.map((bin) => factOf(view.facts, bin, model.runs[rank].isMedian)),
    table: facts.map((bin) => tableRow(view.facts, bin)),
  };
}

/** @param {StripPanel} strip @param {Frame[]} frames */
function stripAt({ lines, isFilled }, frames) {
  const come = lines.map(({ rank, x, y }) => lineUntil(x, y, frames[rank].position));
  const [one, other] = come;
  return { come, area: isFilled ? linesCrossed(one.x, one.y, other.y) : null };
}

/** @param {Moment} moment */
function shownAt(moment) {
  const frames = model.runs.map((run) => frameOf(run, moment));
  return {
    moment,
    clock: clock.texts[moment.index],
    isEnding: frames[0].before === view.verdict?.row,
    cells: frames.map(cellAt),
    strips: model.strips.map((strip) => stripAt(strip, frames)),
  };
}

const shown = {
  played: shares.map((/** @type {number} */ share) => shownAt(playedAt(clock, share))),
  rested: shares.map((/** @type {number} */ share) =>
    shownAt(restingAt(clock.places, reached(clock.times, share))),
  ),
  sizes: widths.map(sizeOn),
  entries: isOverlaid
    ? widths.map((/** @type {number} */ width) =>
        entryHeight(design, sizeOn(width).axes, model.runs.length),
      )
    : [],
  ticks: widths.map((/** @type {number} */ width) => ({
    scores: ticksFor(view.scoreTicks, width),
    shares: ticksFor(view.shareTicks, width),
    counts: ticksFor(view.countTicks, width),
    times: model.strips.map(({ ticks }) => ticksFor(ticks, width)),
  })),
  line: view.line,
  names: model.strips.map(({ lines }) =>
    spreadApart(
      lines.map(({ y }) => Array.from(y).filter(Number.isFinite).at(-1) ?? 0),
      0.2,
    ),
  ),
};
console.log(JSON.stringify(shown));
