import { playedAt, reached, restingAt } from "./clock.mjs";
import { coloursOf, pageColoursOf } from "./colours.mjs";
import { Controls } from "./controls.mjs";
import { Dashboard } from "./dashboard.mjs";
import { html } from "./elements.mjs";
import { binOf } from "./facts.mjs";
import { commandIn } from "./keyboard.mjs";
import { follow } from "./live.mjs";
import { extended, load } from "./loading.mjs";
import { Playback } from "./playback.mjs";
import { clipped } from "./rounding.mjs";
import { followNotebook, watchDrag, watchPageKeys, watchSight, watchWidth } from "./surroundings.mjs";
/** @import { Model, PageData } from "./types.mjs" */

/**
 * <calibration-player>: plays the data of the <script type="application/json"> inside it.
 *
 * Attributes: `theme` (light or dark), `paused`, `page` (alone on its page), `heading-level`,
 * `live` (address of a server's events). Playing and seeking is as in a media element.
 */
export class CalibrationPlayer extends HTMLElement {
  /** @type {Model | null} */
  #model = null;
  #viewAt = 0;
  #width = 0;
  /** Whether a time was asked for. */
  #isSet = false;
  /** The snapshot at which it was paused; -1 if another time was asked for since. */
  #held = -1;
  /** @type {(() => void)[]} */
  #undo = [];
  #playback = new Playback(() => this.#draw());
  #dashboard = new Dashboard(() => this.#draw());
  #controls = new Controls({
    toggle: () => this.#toggle(),
    setRate: (rate) => (this.#playback.rate = rate),
    setView: (at) => this.#choose(at),
  });
  #colours = new CSSStyleSheet();
  #root = html("div", {
    class: "player waiting",
    role: "group",
    "aria-label": "Calibration while training",
  });

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    // The parser may not have come to the data yet.
    const isParsing = document.readyState === "loading";
    if (isParsing)
      document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    else this.#start();
  }

  disconnectedCallback() {
    this.#undo.splice(0).forEach((undo) => undo());
    this.#playback.cancel();
  }

  get paused() {
    return !this.#playback.isPlaying;
  }

  get duration() {
    return this.#playback.duration;
  }

  get currentTime() {
    return this.#playback.time;
  }

  set currentTime(seconds) {
    if (!Number.isFinite(seconds))
      throw new TypeError(`currentTime: expected seconds, got ${seconds}`);
    this.#isSet = true;
    this.#held = -1;
    this.#playback.time = clipped(seconds, 0, this.duration || Infinity);
    this.#draw();
  }

  get playbackRate() {
    return this.#playback.rate;
  }

  set playbackRate(rate) {
    if (!(rate > 0 && rate < Infinity))
      throw new TypeError(`playbackRate: expected more than 0, got ${rate}`);
    this.#playback.rate = rate;
    this.#controls.rate = rate;
  }

  play() {
    if (!this.#model || !this.paused) return;
    if (this.currentTime >= this.#model.clock.seconds) this.#playback.time = 0;
    this.#held = -1;
    this.#playback.start();
    this.#controls.isPlaying = true;
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    if (this.paused) return;
    this.#held = this.#moment?.index ?? -1;
    this.#playback.isPlaying = false;
    this.#controls.isPlaying = false;
    this.dispatchEvent(new Event("pause"));
    this.#draw();
  }

  /** The step of the snapshot that is shown. */
  get step() {
    const moment = this.#moment;
    return this.#model && moment ? this.#model.clock.steps[moment.index] : NaN;
  }

  /** Show the last snapshot at or before a step. */
  set step(step) {
    this.#show(reached(this.#loaded.clock.steps, step));
  }

  /** The view of the scores, by its name. */
  get view() {
    return this.#model?.views[this.#viewAt].view ?? "";
  }

  set view(name) {
    const found = this.#model?.views.findIndex(({ view }) => view === name) ?? -1;
    if (found < 0) throw new RangeError(`no view ${name}`);
    this.#choose(found);
  }

  /** The bins of the snapshot that is shown, of each run: range, count, accuracy, confidence. */
  get bins() {
    const [model, moment] = [this.#model, this.#moment];
    if (!model || !moment) return [];
    return this.#dashboard.framesAt(moment).map(({ before }, rank) => {
      const bins = model.views[this.#viewAt].runs[rank];
      return Array.from(bins.counts.row(before), (count, bin) => {
        const { low, high, share } = binOf(bins, before, bin);
        return { low, high, count, accuracy: share, confidence: bins.confidences.at(before, bin) };
      });
    });
  }

  /**
   * Show data in place of what is shown.
   * @param {PageData} data as anim/page/payload.py makes it.
   */
  async show(data) {
    const isAtEnd = this.#isAtEnd;
    const model = await load(data);
    this.#adopt(model);
    this.#controls.views = model.views;
    this.#colours.replaceSync(coloursOf(model.themes));
    if (model.font) this.#root.style.setProperty("--font", model.font);
    if (this.hasAttribute("page")) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(pageColoursOf(model.themes, this.getAttribute("theme")));
      document.adoptedStyleSheets = [sheet];
    }
    this.#held = -1;
    if (isAtEnd || this.currentTime > this.duration) this.#playback.time = this.duration;
    this.#root.classList.remove("waiting");
    this.#choose(Math.min(this.#viewAt, model.views.length - 1));
  }

  /**
   * Add later snapshots of the same runs.
   * @param {PageData} data
   */
  async extend(data) {
    const [step, isAtEnd] = [this.step, this.#isAtEnd];
    this.#adopt(extended(this.#loaded, await load(data)));
    this.#layOut();
    if (isAtEnd && this.paused) this.currentTime = this.duration;
    else this.step = step;
  }

  get #loaded() {
    if (!this.#model) throw new DOMException("there is no data yet", "InvalidStateError");
    return this.#model;
  }

  /** What is shown: while it plays, shapes move; else it is a snapshot as it is. */
  get #moment() {
    if (!this.#model) return null;
    const { clock } = this.#model;
    const share = Math.min(this.currentTime / clock.seconds, 1);
    if (!this.paused) return playedAt(clock, share);
    const index = this.#held < 0 ? reached(clock.times, share) : this.#held;
    return restingAt(clock.places, index);
  }

  /** Whether the last snapshot is shown. */
  get #isAtEnd() {
    return this.#moment?.index === (this.#model?.clock.steps.length ?? 0) - 1;
  }

  /**
   * Show a snapshot.
   * @param {number} index
   */
  #show(index) {
    const { clock } = this.#loaded;
    const last = clock.steps.length - 1;
    const at = clipped(index, 0, last);
    this.currentTime = clock.times[at] * clock.seconds;
    this.#held = at;
    this.#draw();
  }

  /** @param {Model} model */
  #adopt(model) {
    this.#model = model;
    this.#playback.duration = model.clock.seconds + model.clock.hold;
    this.#controls.hasTime = model.clock.steps.length > 1;
  }

  #build() {
    const style = new CSSStyleSheet();
    style.replaceSync(PLAYER_STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style, this.#colours];
    const { above, below, title, scrubber } = this.#dashboard;
    const level = this.getAttribute("heading-level");
    if (level) title.setAttribute("aria-level", level);
    this.#root.append(...above, this.#controls.root, ...below);
    this.#root.addEventListener("keydown", (event) => this.#press(event));
    root.append(this.#root);
    watchDrag(scrubber, (position) => this.#model && this.#seek(position));
  }

  async #start() {
    if (!this.isConnected || this.#undo.length) return;
    const live = this.getAttribute("live");
    this.#watch(live);
    // A player that was moved goes on as it was.
    if (this.#model) return;
    const script = this.querySelector('script[type="application/json"]');
    try {
      if (script) await this.show(JSON.parse(script.textContent ?? ""));
      else if (live === null) throw new Error("there is no data inside the player");
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (live === null) this.#begin();
  }

  /** @param {string | null} live */
  #watch(live) {
    this.#undo = [
      watchWidth(this, (width) => {
        if (!width || Math.abs(width - this.#width) < 1) return;
        this.#width = width;
        this.#layOut();
      }),
      watchSight(this, (isVisible) => (this.#playback.isVisible = isVisible)),
      followNotebook(this),
    ];
    if (live !== null) this.#undo.push(this.#follow(live));
    if (this.hasAttribute("page")) this.#undo.push(watchPageKeys((event) => this.#press(event)));
  }

  /** @param {string} address */
  #follow(address) {
    return follow(address, {
      whole: async (data) => {
        const isFirst = !this.#model;
        await this.show(data);
        if (isFirst) this.currentTime = this.duration;
      },
      more: (data) => this.extend(data),
      state: (text) => (this.#controls.status = text),
      fail: (error) => this.#fail(error),
    });
  }

  /** @param {unknown} error */
  #fail(error) {
    const isOld = typeof DecompressionStream === "undefined";
    const text = isOld ? "This browser is too old to play this." : "The data cannot be read.";
    this.#controls.status = `${text} (${error instanceof Error ? error.message : error})`;
    console.error(error);
  }

  /** Play, unless a reader prefers little motion: the end is shown first then. */
  #begin() {
    const prefersStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#isSet) this.#draw();
    else if (prefersStill || this.hasAttribute("paused")) this.currentTime = this.duration;
    else this.play();
  }

  #toggle() {
    if (this.paused) this.play();
    else this.pause();
  }

  /** @param {number} at */
  #choose(at) {
    this.#viewAt = at;
    this.#controls.view = at;
    this.#layOut();
  }

  /** @param {number} position on the time axis, in [0, 1]. */
  #seek(position) {
    this.pause();
    this.#show(reached(this.#loaded.clock.places, position));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const command = this.#model && commandIn(event, this.#dashboard.scrubber);
    if (!command) return;
    event.preventDefault();
    if (command === "toggle") this.#toggle();
    else if ("seek" in command) this.#seek(command.seek);
    else {
      this.pause();
      this.#show((this.#moment?.index ?? 0) + command.skip);
    }
  }

  #layOut() {
    const width = this.#width || this.clientWidth;
    if (!this.#model || !width) return;
    this.#dashboard.layOut(this.#model, this.#model.views[this.#viewAt], width, this.#root);
    // What is known of a bin stays in view above the controls.
    this.#root.style.setProperty("--controls", `${this.#controls.root.offsetHeight}px`);
    this.#draw();
  }

  #draw() {
    const moment = this.#moment;
    if (!moment || !this.#dashboard.isLaidOut) return;
    this.#dashboard.draw(moment, !this.paused);
    this.dispatchEvent(new Event("timeupdate"));
  }
}
