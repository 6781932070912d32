/**
 * Shapes of what the modules hand to each other. The data of a page are those that
 * `anim.page.payload.page_data` returns, after JSON; everything below `Model` is made here.
 */

import type { Clock } from "./clock.mjs";
import type { Matrix } from "./matrix.mjs";

declare global {
  /** The text of player.css, which anim/page/html.py puts before the modules. */
  const PLAYER_STYLE: string;
}

/** Name, shape [S, ...], and whole numbers to 1, of an array that anim/page/pack.py packed. */
export type ArraySpec = [name: string, shape: number[], per: number];

export type Pace = "step" | "log";

export interface Unit {
  name: string;
  /** Training steps in one unit. */
  steps: number;
}

/** Scales of a strip's y axis, see anim/settings/panels.py. */
export type Scale = "unit" | "zero-based" | "log2";

/** A panel that shows time. */
export interface StripData {
  title: string;
  /** Key and name of each line. */
  series: [key: string, name: string][];
  scale: Scale;
  /** Whether only recalibrated runs have the series. */
  needsRecalibration: boolean;
}

/** What a legend says of a run. */
export interface RunWords {
  name: string;
  /** Whether it stands for replicas: counts are means, everything else medians. */
  isMedian: boolean;
  /** What its band is. */
  bandName: string;
  /** Whether its band lies around the ideal, and shares its entry of the legend. */
  isBandOfIdeal: boolean;
  spreadName: string;
}

export interface RunInfo extends RunWords {
  /** [S] */
  steps: number[];
  axis: [first: number, last: number];
  isRecalibrated: boolean;
}

export interface RunData extends RunInfo {
  /** By name: values [S] flattened, null where there is none. */
  series: Record<string, (number | null)[]>;
  /** By name: low and high [S, 2] flattened, null where there is none. */
  spreads: Record<string, (number | null)[]>;
}

export interface BinsData {
  /** [B + 1] where all snapshots share their bins; packed as `edges` [S, B + 1] otherwise. */
  edges?: number[];
}

/** What a view calls its hits. */
export interface HitWords {
  hit: string;
  miss: string;
  /** The share of hits, in a legend and on the y axis. */
  share: string;
  axis: string;
}

export interface ViewInfo {
  /** `score`, `confidence`, `class:NAME`, ... */
  view: string;
  name: string;
  /** What the x axis shows. */
  label: string;
  /** Whether the ideal share for score s is max(s, 1 - s), instead of s. */
  isFolded: boolean;
  /** Whether shares are those of the labels of a class, instead of accuracies. */
  countsLabels: boolean;
  words: HitWords;
}

export interface ViewData extends ViewInfo {
  runs: BinsData[];
}

/** Colours, as CSS names them: a role each, see anim/settings/themes.py. */
export interface Colours {
  background: string;
  panel: string;
  text: string;
  muted: string;
  grid: string;
  bar: string;
  cap: string;
  under: string;
  over: string;
  under_pale: string;
  over_pale: string;
  under_text: string;
  over_text: string;
  ideal: string;
  dot: string;
  wrong: string;
  ghost: string;
  page: string;
  scheme: "light" | "dark";
  /** Of the name and the line of each run. */
  runs: string[];
}

export interface Themes {
  light: Colours;
  dark: Colours;
}

export interface PageInfo {
  version: number;
  title: string;
  caption: string;
  alt: string;
  unit: Unit;
  /** First and last step of the time axis. */
  axis: [first: number, last: number];
  seconds: number;
  /** Seconds at the end without change. */
  hold: number;
  /** Whether what lies between two snapshots is shown. */
  tween: boolean;
  pace: Pace;
  /** Names of the panels that show a moment. */
  charts: string[];
  /** The panels that show time, at least one. */
  strips: StripData[];
  /** What follows the name of the share on the y axis, see anim/settings/curves.py. */
  shareKind: string;
  /** Neighbouring runs that belong together, such as before and after recalibration. */
  together: number;
  font: string | null;
  themes: Themes;
}

export interface PageData extends PageInfo {
  runs: RunData[];
  views: ViewData[];
  arrays: ArraySpec[];
  packed: string;
}

export interface UntimedRun extends RunInfo {
  /** By name: [S, 1] */
  series: Record<string, Matrix>;
  /** By name: [S, 2], low and high. */
  spreads: Record<string, Matrix>;
}

/** A run's scalars over time. */
export interface Run extends UntimedRun {
  clock: Clock;
  /** [S] positions in [0, 1]. */
  places: number[];
}

/** A run's bins in one view: each [S, B], where not said otherwise. */
export interface Bins {
  /** [S, B + 1], or [B + 1] for all snapshots. */
  edges: Matrix | Float64Array;
  counts: Matrix;
  hits: Matrix;
  confidences: Matrix;
  /** 1 where a bin has examples; of replicas the share in which it has. */
  filled: Matrix;
  shares: Matrix;
  ideals: Matrix;
  /** [S, 2 B], or [S, 2 P] for a curve of P places: low ends, then high ends. */
  band?: Matrix;
  /** [S, 2 B]: low ends, then high ends. */
  intervals?: Matrix;
  /** [S, P] */
  curve?: Matrix;
}

export interface View extends ViewInfo {
  runs: Bins[];
}

export interface UntimedModel extends PageInfo {
  runs: UntimedRun[];
  views: View[];
}

/** The data of a page, unpacked, with clocks. */
export interface Model extends UntimedModel {
  runs: Run[];
  clock: Clock;
  /** Positions in [0, 1] of all snapshots of all runs, ascending. */
  places: number[];
}

/** Where a position lies between snapshots: `fraction` of the way from `index` to the next. */
export interface Moment {
  index: number;
  fraction: number;
  position: number;
}

/** What a run shows at a moment: a row of each of `Bins`, and its scalars. */
export interface Frame {
  moment: Moment;
  edges: Float64Array;
  counts: Float64Array;
  hits: Float64Array;
  shares: Float64Array;
  ideals: Float64Array;
  confidences: Float64Array;
  /** How much of a bin is there, 0 to 1. */
  presence: Float64Array;
  band: Float64Array | null;
  intervals: Float64Array | null;
  curve: Float64Array | null;
  series: Record<string, Float64Array>;
  spreads: Record<string, Float64Array>;
}

/** Left and right side of a bar, in pixels. */
export type Sides = [left: number, right: number];

/** A place on an axis as a share of its length, and its text. */
export type Tick = [share: number, text: string];

/** Class names of a swatch, and what it stands for. */
export type LegendEntry = [kind: string, text: string];

/** Name and text of what is known of a bin. */
export type Fact = [name: string, text: string];

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where a chart stands in its grid: the leftmost and the lowest ones have numbers beside them. */
export interface ChartPlace {
  width: number;
  height: number;
  isLeft: boolean;
  isBottom: boolean;
}

/** What a key asks for: so many snapshots on, a share of the whole time, or play and pause. */
export type Command = { skip: number } | { seek: number } | "toggle";
