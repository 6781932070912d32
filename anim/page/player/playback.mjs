import { clipped } from "./rounding.mjs";

/** Milliseconds that a frame may take; a page that was busy or hidden goes on where it was. */
const LONGEST_FRAME = 100;

/** The time that is shown, which goes on by itself while it plays and can be seen. */
export class Playback {
  /** Seconds since the beginning. */
  time = 0;
  rate = 1;
  duration = NaN;
  isPlaying = false;
  #isVisible = false;
  #request = 0;
  #draw;

  /** @param {() => void} draw called after each change that time makes. */
  constructor(draw) {
    this.#draw = draw;
  }

  /** @param {boolean} isVisible */
  set isVisible(isVisible) {
    this.#isVisible = isVisible;
    this.#go();
  }

  start() {
    this.isPlaying = true;
    this.#go();
  }

  /** Ask for no more frames until it is seen again. */
  cancel() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
  }

  #go() {
    if (!this.isPlaying || !this.#isVisible || this.#request) return;
    let before = performance.now();
    /** @param {number} now */
    const tick = (now) => {
      this.#request = 0;
      if (!this.isPlaying || !this.#isVisible) return;
      this.advance(now - before);
      before = now;
      this.#draw();
      this.#request = requestAnimationFrame(tick);
    };
    this.#request = requestAnimationFrame(tick);
  }

  /**
   * Go on, and back to the beginning from the end.
   * @param {number} milliseconds that have passed.
   */
  advance(milliseconds) {
    const passed = clipped(milliseconds, 0, LONGEST_FRAME);
    const time = this.time + (passed / 1000) * this.rate;
    this.time = time >= this.duration ? 0 : time;
  }
}
