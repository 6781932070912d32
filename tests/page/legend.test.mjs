import assert from "node:assert/strict";
import { test } from "node:test";
import { coloursOf, pageColoursOf } from "../../anim/page/player/colours.mjs";
import { legendOf } from "../../anim/page/player/legend.mjs";
import { Matrix } from "../../anim/page/player/matrix.mjs";
/** @import { Bins, Colours } from "../../anim/page/player/types.mjs" */

const EMPTY = new Matrix(0, 0);
/** @type {Bins} */
const BINS = {
  edges: EMPTY,
  counts: EMPTY,
  hits: EMPTY,
  confidences: EMPTY,
  filled: EMPTY,
  shares: EMPTY,
  ideals: EMPTY,
};
const WORDS = { hit: "inside", miss: "outside", share: "share inside", axis: "inside" };
const RUN = {
  name: "one",
  isMedian: false,
  bandName: "calibrated (pointwise 95 %)",
  isBandOfIdeal: false,
  spreadName: "95 % interval",
};

/**
 * Return the texts of a legend.
 * @param {{ charts?: string[], runs?: (typeof RUN)[], bins?: Partial<Bins> }} shown
 */
function texts({ charts = ["reliability"], runs = [RUN], bins = {} }) {
  const view = {
    view: "any name",
    name: "any name",
    label: "",
    isFolded: false,
    countsLabels: false,
    words: WORDS,
    runs: runs.map(() => ({ ...BINS, ...bins })),
  };
  return legendOf({ charts, runs }, view).map(([, text]) => text);
}

test("a legend says what the colours of one run mean", () => {
  assert.deepEqual(texts({}), ["share inside", "under-confident", "over-confident", "ideal"]);
});

test("a band of the ideal shares its entry, and any band says what it is", () => {
  const ideal = { ...RUN, bandName: "ideal ± chance", isBandOfIdeal: true };
  assert.deepEqual(texts({ runs: [ideal], bins: { band: EMPTY } }).slice(3), ["ideal ± chance"]);
  const apart = texts({ bins: { band: EMPTY } }).slice(3);
  assert.deepEqual(apart, ["ideal", "calibrated (pointwise 95 %)"]);
  const replicas = { ...RUN, isMedian: true, bandName: "90 % of replicas" };
  assert.deepEqual(texts({ runs: [replicas], bins: { band: EMPTY } }), [
    "median share inside",
    "under-confident",
    "over-confident",
    "ideal",
    "90 % of replicas",
  ]);
});

test("the colours of counts are hits and misses, in the words of the view", () => {
  assert.deepEqual(texts({ charts: ["counts"] }), ["inside", "outside"]);
});

test("the legend of a reliability chart stands for that of counts too", () => {
  assert.deepEqual(texts({ charts: ["counts", "reliability"] }), texts({}));
});

test("several runs are named where nothing else is", () => {
  const runs = [RUN, { ...RUN, name: "two" }];
  assert.deepEqual(texts({ charts: [], runs }), ["one", "two"]);
  assert.equal(texts({ runs })[0], "under-confident");
});

/** @type {Colours} */
const LIGHT = {
  background: "white",
  panel: "white",
  text: "black",
  muted: "gray",
  grid: "silver",
  bar: "silver",
  cap: "black",
  under: "blue",
  over: "orange",
  under_pale: "lightblue",
  over_pale: "bisque",
  under_text: "blue",
  over_text: "orangered",
  ideal: "black",
  dot: "gray",
  wrong: "black",
  ghost: "silver",
  page: "white",
  scheme: "light",
  runs: ["purple", "green"],
};
/** @type {Colours} */
const DARK = { ...LIGHT, page: "black", scheme: "dark" };

test("colours of roles and runs are variables of both themes", () => {
  const sheet = coloursOf({ light: LIGHT, dark: DARK });
  assert.equal(sheet.split("--under:blue;--over:orange;--under-pale:lightblue;").length, 4);
  assert.equal(sheet.split("--run-0:purple;--run-1:green;").length, 4);
  assert.ok(sheet.includes(".run-1{--run:var(--run-1)}"));
  assert.ok(sheet.includes(".level-1{--presence:14.29%}"));
  assert.ok(sheet.includes(".level-7{--presence:100%}"));
});

test("a page has the background of the theme that is asked for", () => {
  const themes = { light: LIGHT, dark: DARK };
  const darkPart = "@media (prefers-color-scheme:dark){:root{background:black}}";
  assert.ok(pageColoursOf(themes, null).startsWith(`:root{background:white}${darkPart}`));
  assert.ok(!pageColoursOf(themes, "light").includes("black"));
  assert.ok(!pageColoursOf(themes, "dark").includes("white"));
});
