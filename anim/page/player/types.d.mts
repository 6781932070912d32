/**
 * Shapes of what the modules hand to each other. The data of a page are those that
 * `anim.page.payload.page_data` returns, after JSON; everything below `Model` is made here.
 */

import type { Matrix } from "./matrix.mjs";

declare global {
  /** The text of player.css, which anim/page/html.py puts before the modules. */
  const PLAYER_STYLE: string;
}

/** Name, shape [S, ...], and whole numbers to 1, of an array that anim/page/pack.py packed. */
export type ArraySpec = [name: string, shape: number[], per: number];

/** A place on an axis as a share of its length, and its text. */
export type Tick = [share: number, text: string];

/** Ticks, each after the size in pixels from which on an axis has these. */
export type TicksByRoom = [size: number, ticks: Tick[]][];

/** A text with places of numbers. */
export type Template = (string | number)[];

/** A mark, and what it means. */
export interface KeyEntry {
  mark: string;
  text: string;
}

/** Lengths and shares, see anim/panels/page_layout.py. */
export interface Design {
  left: number;
  right: number;
  narrowLeft: number;
  narrowRight: number;
  between: number;
  above: number;
  labels: number;
  bare: number;
  under: number;
  aspect: number;
  lowest: number;
  highest: number;
  cellNarrowest: number;
  mostColumns: number;
  list: number;
  entry: number;
  head: number;
  strip: number;
  lowStrip: number;
  stripAbove: number;
  footer: number;
  names: number;
  narrowNames: number;
  nameApart: number;
  narrow: number;
  dots: number;
  fewestRows: number;
  mostRows: number;
  pitch: number;
  fewest: number;
  narrowest: number;
  widest: number;
  sloped: number;
  column: number;
}

/** Which snapshot is shown when, see anim/timeline/clock.py. */
export interface ClockData {
  /** [S] what the clock says. */
  texts: string[];
  /** [S] */
  steps: number[];
  /** [S] on the time axis, in [0, 1]. */
  places: number[];
  /** [S] in [0, 1]: the share of the moving part at which each is reached. */
  times: number[];
  /** [K] snapshots that are shown while it plays. */
  keys: number[];
  /** [K] in [0, 1]: the share of the moving part at which each of them is. */
  beats: number[];
  /** Shapes rest for this share of the time between two beats at least. */
  rest: number;
  /** For so many seconds they move at most. */
  move: number;
  seconds: number;
  /** Seconds at the end without change. */
  hold: number;
  /** Whether what lies between two snapshots is shown while it plays. */
  tween: boolean;
}

/** A scalar of a run over time; packed: `y` [T], and `spread` [T, 2]. */
export interface StripLineData {
  rank: number;
  mark: "solid" | "dashed";
  /** [T] */
  x: number[];
}

/** A panel that shows time, see anim/panels/strips.py. */
export interface StripData {
  title: string;
  values: Tick[];
  ticks: TicksByRoom;
  lines: StripLineData[];
  isFilled: boolean;
  hasMarks: boolean;
  unity: number | null;
  key: KeyEntry[];
}

export interface Run {
  name: string;
  /** [S] */
  steps: number[];
  /** Steps of snapshots that could not be read. */
  lost: number[];
  /** For each snapshot of the clock the row that is shown. */
  shown: number[];
  /** [S] on the time axis. */
  places: number[];
  /** Whether it stands for replicas: counts are means, everything else medians. */
  isMedian: boolean;
  isRecalibrated: boolean;
}

export interface BinsData {
  /** [B + 1] where all snapshots share their bins; packed as `edges` [S, B + 1] otherwise. */
  edges?: number[];
}

export interface ScoreName {
  place: number;
  align: "left" | "center" | "right";
  text: string;
}

/** Words of a view, see anim/panels/words.py. */
export interface ViewWords {
  sentence: Template;
  short: Template;
  share: string;
  scores: ScoreName[];
  dots: string[];
  /** What the wrong ones among the dots are; empty where none are. */
  wrong: string;
  notes: Notes;
}

/** What a diagram says where something is not drawn, see anim/panels/notes.py. */
export interface Notes {
  recalibration: string;
  few: string;
  medians: string;
}

/** Words of what is known of a bin, see anim/panels/facts.py. */
export interface FactWords {
  says: [Template, Template, Template];
  sides: [string, string, string];
  right: Template;
  under: Template;
  over: Template;
  even: string;
  chance: Template;
  byChance: string;
  none: string;
  medians: string;
  heads: string[];
  hint: string;
  isPlain: boolean;
  isFolded: boolean;
}

export interface ViewInfo {
  /** `score`, `confidence`, `class:NAME`, ... */
  view: string;
  name: string;
  /** Whether the ideal share for score s is max(s, 1 - s), instead of s. */
  isFolded: boolean;
  /** The lowest score that can be. */
  low: number;
  scoreTicks: TicksByRoom;
  shareTicks: TicksByRoom;
  /** [2, L] places of the ideal line. */
  line: [number[], number[]];
  /** The upper limit of counts. */
  most: number | null;
  countTicks: TicksByRoom;
  key: KeyEntry[];
  countsKey: KeyEntry[];
  words: ViewWords;
  facts: FactWords;
  /** Of each run: texts, and which of them are the numbers of each snapshot, [S, 3]. */
  numbers: { texts: string[]; rows: number[][] }[];
  /** How the only run ends, in longer and shorter forms, and the row of that snapshot. */
  verdict: { row: number; mark: string; forms: string[] } | null;
}

export interface ViewData extends ViewInfo {
  runs: BinsData[];
}

/** Colours, as CSS names them: a role each, see anim/settings/themes.py. */
export interface Colours {
  [role: string]: string | string[];
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
  design: Design;
  clock: ClockData;
  /** Names of the panels that show a moment. */
  charts: string[];
  /** Whether several runs are lines in one chart. */
  isOverlaid: boolean;
  /** Which classes of one run the charts are of, in longer and shorter words; empty for runs. */
  classes: string[];
  /** Neighbouring runs that belong together, such as before and after recalibration. */
  together: number;
  font: string | null;
  themes: Themes;
  runs: Run[];
}

export interface PageData extends PageInfo {
  strips: StripData[];
  views: ViewData[];
  arrays: ArraySpec[];
  packed: string;
}

/** A run's bins in one view: each [S, B], where not said otherwise. */
export interface Bins {
  /** [S, B + 1], or [B + 1] for all snapshots. */
  edges: Matrix | Float64Array;
  counts: Matrix;
  /** How many examples are in each bin, with weights effectively; else the counts. */
  examples: Matrix;
  hits: Matrix;
  confidences: Matrix;
  /** 1 where a bin has a bar. */
  filled: Matrix;
  shares: Matrix;
  ideals: Matrix;
  /** [S, D], ascending. */
  dots: Matrix;
  /** [S, D] */
  wrong?: Matrix;
  /** [S, 2 B], or [S, 2 P] for a curve of P places: low ends, then high ends. */
  band?: Matrix;
  /** [S, 2 B]: low ends, then high ends. */
  intervals?: Matrix;
  /** [S, P] */
  curve?: Matrix;
  /** [S, 2 P]: low ends, then high ends. */
  spread?: Matrix;
}

export interface View extends ViewInfo {
  runs: Bins[];
}

export interface StripLine extends StripLineData {
  /** [T] */
  y: Float64Array;
  /** [T] each. */
  spread: [Float64Array, Float64Array] | null;
}

export interface StripPanel extends StripData {
  lines: StripLine[];
}

/** The data of a page, unpacked. */
export interface Model extends PageInfo {
  strips: StripPanel[];
  views: View[];
}

/** Which snapshots of the clock are shown, see anim/timeline/clock.py. */
export interface Moment {
  index: number;
  following: number;
  fraction: number;
  /** Of the playhead on the time axis. */
  position: number;
}

/** The same for the rows of a run. */
export interface Frame {
  before: number;
  after: number;
  fraction: number;
  position: number;
}

/** What is known of a bin, see anim/panels/facts.py. */
export interface Bin {
  low: number;
  high: number;
  count: number;
  share: number;
  ideal: number;
  band: [number, number] | null;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** How large each cell is, see anim/panels/page_layout.py. */
export interface CellSize {
  columns: number;
  width: number;
  axes: number;
  rows: number;
}

/** What a key asks for: so many snapshots on, a share of the whole time, or play and pause. */
export type Command = { skip: number } | { seek: number } | "toggle";
