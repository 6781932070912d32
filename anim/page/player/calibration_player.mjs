import { placeAfter, momentAt } from "./clock.mjs";
import { coloursOf, pageColoursOf } from "./colours.mjs";
import { Controls } from "./controls.mjs";
import { Dashboard } from "./dashboard.mjs";
import { html } from "./elements.mjs";
import { commandOf, isModified } from "./keyboard.mjs";
import { follow } from "./live.mjs";
import { extended, load } from "./loading.mjs";
import { Playback } from "./playback.mjs";
import { followNotebook, watchPageKeys, watchSight, watchWidth } from "./surroundings.mjs";
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
    this.#playback.time = Math.min(Math.max(seconds, 0), this.duration || Infinity);
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
    if (this.currentTime >= this.#model.seconds) this.#playback.time = 0;
    this.#playback.start();
    this.#controls.isPlaying = true;
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    if (this.paused) return;
    this.#playback.isPlaying = false;
    this.#controls.isPlaying = false;
    this.dispatchEvent(new Event("pause"));
    this.#draw();
  }

  /** The step that is shown. */
  get step() {
    return this.#model ? this.#model.clock.stepAt(this.#position) : NaN;
  }

  set step(step) {
    const { clock, seconds } = this.#loaded;
    this.currentTime = clock.place(step) * seconds;
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

  /** The bins that are shown, of each run: range, count, accuracy and confidence. */
  get bins() {
    return this.#dashboard.framesAt(this.#position).map((frame) =>
      Array.from(frame.counts, (count, bin) => ({
        low: frame.edges[bin],
        high: frame.edges[bin + 1],
        count,
        accuracy: frame.presence[bin] ? frame.shares[bin] : NaN,
        confidence: frame.presence[bin] ? frame.confidences[bin] : NaN,
      })),
    );
  }

  /**
   * Show data in place of what is shown.
   * @param {PageData} data as anim/page/payload.py makes it.
   */
  async show(data) {
    const isAtEnd = this.#position >= 1;
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
    if (isAtEnd || this.currentTime > this.duration) this.#playback.time = this.duration;
    this.#root.classList.remove("waiting");
    this.#choose(Math.min(this.#viewAt, model.views.length - 1));
  }

  /**
   * Add later snapshots of the same runs.
   * @param {PageData} data
   */
  async extend(data) {
    const isAtEnd = this.#position >= 1;
    const { step } = this;
    this.#adopt(extended(this.#loaded, await load(data)));
    this.#layOut();
    if (isAtEnd && this.paused) this.currentTime = this.duration;
    else this.step = step;
  }

  get #loaded() {
    if (!this.#model) throw new DOMException("there is no data yet", "InvalidStateError");
    return this.#model;
  }

  /** Where it stands in [0, 1]; NaN without data. */
  get #position() {
    if (!this.#model) return NaN;
    const { places, seconds, tween } = this.#model;
    return momentAt(places, Math.min(this.currentTime / seconds, 1), tween).position;
  }

  /** @param {Model} model */
  #adopt(model) {
    this.#model = model;
    this.#playback.duration = model.seconds + model.hold;
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
    /** @param {PointerEvent} event */
    const seek = ({ clientX }) => {
      const { left, width } = scrubber.getBoundingClientRect();
      this.#seek(Math.min(Math.max((clientX - left) / width, 0), 1));
    };
    scrubber.addEventListener("pointerdown", (event) => {
      if (event.button || !this.#model) return;
      scrubber.setPointerCapture(event.pointerId);
      seek(event);
    });
    scrubber.addEventListener("pointermove", (event) => {
      if (scrubber.hasPointerCapture(event.pointerId)) seek(event);
    });
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

  /** @param {number} share of the time until nothing changes any more. */
  #seek(share) {
    this.pause();
    this.currentTime = share * this.#loaded.seconds;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const target = event.composedPath()[0];
    if (!this.#model || event.defaultPrevented || isModified(event) || !(target instanceof Element))
      return;
    const { localName } = target;
    if (localName === "select" || target.role === "region") return;
    const command = commandOf(event.key, {
      isShifted: event.shiftKey,
      isButton: localName === "button" || localName === "summary",
      isScrubber: target === this.#dashboard.scrubber,
    });
    if (!command) return;
    event.preventDefault();
    if (command === "toggle") this.#toggle();
    else if ("seek" in command) this.#seek(command.seek);
    else this.#seek(placeAfter(this.#model.places, this.#position, command.skip));
  }

  #layOut() {
    const width = this.#width || this.clientWidth;
    if (!this.#model || !width) return;
    this.#dashboard.layOut(this.#model, this.#model.views[this.#viewAt], width);
    this.#draw();
  }

  #draw() {
    if (!this.#dashboard.isLaidOut) return;
    this.#dashboard.draw(this.#position, !this.paused);
    this.dispatchEvent(new Event("timeupdate"));
  }
}
