import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { framesAt } from "../../anim/page/player/frame.mjs";
import { extended, load } from "../../anim/page/player/loading.mjs";
/** @import { Colours, PageData } from "../../anim/page/player/types.mjs" */

/** @type {Colours} */
const COLOURS = {
  background: "#fff",
  panel: "#fff",
  text: "#000",
  muted: "#555",
  grid: "#ddd",
  over: "#f80",
  points: "#ccc",
  ideal: "#000",
  page: "#fff",
  scheme: "light",
  runs: [["#00f", "#aaf"]],
};

/**
 * Return data of one run with two bins: counts 0 and 4, then 2 and 4; all that are there are hits,
 * with a mean score of 0.25 in the first bin and of 0.75 in the second.
 * @param {number[]} steps two of them.
 * @param {boolean} isFolded
 * @returns {PageData}
 */
function dataOf(steps, isFolded = false) {
  // Whole numbers + 1, as differences down each column, zigzag: all are small here.
  const counts = [2, 4, 10, 0];
  const confidences = [0, 4, 8, 0];
  const bytes = Uint8Array.from([...counts, ...counts, ...confidences]);
  return {
    version: 2,
    title: "A title",
    caption: "",
    alt: "",
    unit: { name: "step", steps: 1 },
    axis: [steps[0], steps[1]],
    seconds: 2,
    hold: 1,
    tween: true,
    pace: "step",
    charts: ["reliability"],
    strips: [],
    shareKind: "in bin",
    together: 1,
    font: null,
    themes: { light: COLOURS, dark: COLOURS },
    runs: [
      {
        name: "run 1",
        steps,
        axis: [steps[0], steps[1]],
        isMedian: false,
        isRecalibrated: false,
        bandName: "",
        isBandOfIdeal: false,
        spreadName: "",
        series: { accuracy: [0.5, 1], loss: [null, 3] },
        spreads: { loss: [null, null, 2, 4] },
      },
    ],
    views: [
      {
        view: "any name",
        name: "any name",
        label: "score of 1",
        isFolded,
        countsLabels: false,
        words: { hit: "correct", miss: "wrong", share: "accuracy", axis: "accuracy" },
        runs: [{ edges: [0, 0.5, 1] }],
      },
    ],
    arrays: [
      ["0/0/counts", [2, 2], 1],
      ["0/0/hits", [2, 2], 1],
      ["0/0/confidences", [2, 2], 4],
    ],
    packed: deflateSync(bytes).toString("base64"),
  };
}

test("which bins are filled, and their shares and ideals, follow from counts and means", async () => {
  const [bins] = (await load(dataOf([0, 10]))).views[0].runs;
  assert.deepEqual([...bins.counts.values], [0, 4, 2, 4]);
  assert.deepEqual([...bins.filled.values], [0, 1, 1, 1]);
  assert.deepEqual([...bins.shares.values], [NaN, 1, 1, 1]);
  assert.deepEqual([...bins.ideals.values], [NaN, 0.75, 0.25, 0.75]);
});

test("ideals of a folded view rise towards both ends", async () => {
  const [bins] = (await load(dataOf([0, 10], true))).views[0].runs;
  assert.deepEqual([...bins.ideals.values], [NaN, 0.75, 0.75, 0.75]);
});

test("scalars and spreads are matrices, with NaN for null", async () => {
  const [run] = (await load(dataOf([0, 10]))).runs;
  assert.deepEqual([...run.series.loss.values], [NaN, 3]);
  assert.deepEqual([run.spreads.loss.rows, run.spreads.loss.columns], [2, 2]);
});

test("data of another version are refused", async () => {
  await assert.rejects(load({ ...dataOf([0, 10]), version: 1 }), /data of version 1, not 2/);
});

test("halfway between two snapshots a bin that fills is half there", async () => {
  const model = await load(dataOf([0, 10]));
  const [frame] = framesAt(model, model.views[0], 0.5);
  assert.deepEqual([...frame.counts], [1, 4]);
  assert.deepEqual([...frame.presence], [0.5, 1]);
  assert.deepEqual([...frame.shares], [1, 1]);
  assert.deepEqual([...frame.series.accuracy], [0.75]);
});

test("later snapshots follow, and the clock runs until the last of them", async () => {
  const model = extended(await load(dataOf([0, 10])), await load(dataOf([20, 40])));
  assert.deepEqual(model.runs[0].steps, [0, 10, 20, 40]);
  assert.deepEqual(model.places, [0, 0.25, 0.5, 1]);
  assert.equal(model.clock.last, 40);
  assert.deepEqual([...model.views[0].runs[0].counts.values], [0, 4, 2, 4, 0, 4, 2, 4]);
  assert.deepEqual([...model.runs[0].series.accuracy.values], [0.5, 1, 0.5, 1]);
});
