/** <calibration-player>: plays the data of the script of type application/json inside of it. */

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const JUMP = 10;
const LONGEST_FRAME = 100;
const PLAY = "M3 1.5v13l11-6.5z";
const PAUSE = "M3 2h4v12H3zM9 2h4v12H9z";

class CalibrationPlayer extends HTMLElement {
  #model = null;
  #view = 0;
  #time = 0;
  #isSet = false;
  #rate = 1;
  #width = 0;
  #isPlaying = false;
  #isSeen = false;
  #request = 0;
  #undo = [];
  #picture = new Picture(() => this.#draw());
  #button = html("button", { class: "play", type: "button", "aria-label": "Play" });
  #speed = html("select");
  #choice = html("select");
  #status = html("output", { class: "status" });
  #colours = new CSSStyleSheet();
  #root = html("div", { class: "player waiting", role: "group", "aria-label": "Calibration while training" });

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    // The parser may not have come to the data yet.
    const isParsing = document.readyState === "loading";
    if (isParsing) document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    else this.#start();
  }

  disconnectedCallback() {
    this.#undo.splice(0).forEach((undo) => undo());
    cancelAnimationFrame(this.#request);
    this.#request = 0;
  }

  /** What follows is called as in a media element. */
  get paused() {
    return !this.#isPlaying;
  }

  get duration() {
    return this.#model ? this.#model.seconds + this.#model.hold : NaN;
  }

  get currentTime() {
    return this.#time;
  }

  set currentTime(seconds) {
    if (!Number.isFinite(seconds)) throw new TypeError(`currentTime: expected seconds, got ${seconds}`);
    this.#isSet = true;
    this.#time = Math.min(Math.max(seconds, 0), this.duration || Infinity);
    this.#draw();
  }

  get playbackRate() {
    return this.#rate;
  }

  set playbackRate(rate) {
    if (!(rate > 0 && rate < Infinity)) throw new TypeError(`playbackRate: expected more than 0, got ${rate}`);
    if (!SPEEDS.includes(rate)) this.#speed.append(html("option", { value: rate }, `${rate}×`));
    this.#rate = rate;
    this.#speed.value = String(rate);
  }

  play() {
    if (!this.#model || this.#isPlaying) return;
    if (this.#time >= this.#model.seconds) this.#time = 0;
    this.#turn(true);
    this.#go();
  }

  pause() {
    if (!this.#isPlaying) return;
    this.#turn(false);
    this.#draw();
  }

  /** The step that is shown. */
  get step() {
    return this.#model ? this.#model.clock.stepAt(this.#position) : NaN;
  }

  set step(step) {
    if (!this.#model) throw new DOMException("there is no data yet", "InvalidStateError");
    this.currentTime = this.#model.clock.place(step) * this.#model.seconds;
  }

  /** The view of the scores, by its name. */
  get view() {
    return this.#model?.views[this.#view].view ?? "";
  }

  set view(name) {
    const found = this.#model?.views.findIndex(({ view }) => view === name) ?? -1;
    if (found < 0) throw new RangeError(`no view ${name}`);
    this.#view = found;
    this.#choice.value = String(found);
    this.#layOut();
  }

  /** The bins that are shown, of each run: range, count, accuracy and confidence. */
  get bins() {
    if (!this.#picture.model) return [];
    return this.#picture.framesAt(this.#position).map((frame) =>
      Array.from(frame.counts, (count, bin) => ({
        low: frame.edges[bin],
        high: frame.edges[bin + 1],
        count,
        accuracy: frame.presence[bin] ? frame.shares[bin] : NaN,
        confidence: frame.presence[bin] ? frame.confidences[bin] : NaN,
      })),
    );
  }

  /** Shows this data, as anim/page/data.py makes it. */
  async show(data) {
    const isAtEnd = this.#model && this.#position >= 1;
    this.#adopt(await load(data));
    const { views, themes, font } = this.#model;
    const options = views.map(({ name }, at) => html("option", { value: at, dir: "auto" }, name));
    this.#choice.replaceChildren(...options);
    this.#choice.parentElement.hidden = views.length < 2;
    this.#view = Math.min(this.#view, views.length - 1);
    this.#choice.value = String(this.#view);
    this.#colours.replaceSync(coloursOf(themes));
    if (font) this.#root.style.setProperty("--font", font);
    if (this.hasAttribute("page")) this.#dressPage(themes);
    if (isAtEnd || this.#time > this.duration) this.#time = this.duration;
    this.#root.classList.remove("waiting");
    this.#layOut();
  }

  /** Adds later snapshots of the same runs. */
  async append(data) {
    const isAtEnd = this.#position >= 1;
    const { step } = this;
    this.#adopt(extended(this.#model, await load(data)));
    this.#layOut();
    if (isAtEnd && !this.#isPlaying) this.currentTime = this.duration;
    else this.step = step;
  }

  /** The page around it, where that is nothing but it. */
  #dressPage({ light, dark }) {
    const sheet = new CSSStyleSheet();
    const background = ({ page }) => `:root{background:${page}}`;
    const theme = this.getAttribute("theme");
    sheet.replaceSync(
      { light: background(light), dark: background(dark) }[theme] ??
        `${background(light)}@media (prefers-color-scheme:dark){${background(dark)}}`,
    );
    sheet.insertRule("main{max-width:60rem;margin:0 auto}");
    document.adoptedStyleSheets = [sheet];
  }

  #build() {
    const style = new CSSStyleSheet();
    style.replaceSync(CSS_OF_PLAYER);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style, this.#colours];
    this.#button.append(svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: PLAY })));
    this.#speed.append(...SPEEDS.map((rate) => html("option", { value: rate }, `${rate}×`)));
    this.#speed.value = "1";
    const level = this.getAttribute("heading-level");
    if (level) this.#picture.title.setAttribute("aria-level", level);
    const controls = html(
      "div",
      { class: "controls" },
      this.#button,
      html("label", {}, "Speed", this.#speed),
      html("label", {}, "View", this.#choice),
      this.#status,
    );
    this.#root.append(...this.#picture.above, controls, ...this.#picture.below);
    root.append(this.#root);
    this.#listen(root);
  }

  #listen(root) {
    this.#button.addEventListener("click", () => this.#toggle());
    this.#speed.addEventListener("change", () => (this.#rate = Number(this.#speed.value)));
    this.#choice.addEventListener("change", () => {
      this.view = this.#model.views[Number(this.#choice.value)].view;
    });
    root.addEventListener("keydown", (event) => this.#press(event));
    const { scrubber } = this.#picture;
    const seek = ({ clientX }) => {
      const { left, width } = scrubber.getBoundingClientRect();
      const share = Math.min(Math.max((clientX - left) / width, 0), 1);
      this.currentTime = share * this.#model.seconds;
    };
    scrubber.addEventListener("pointerdown", (event) => {
      if (event.button || !this.#model) return;
      scrubber.setPointerCapture(event.pointerId);
      this.pause();
      seek(event);
    });
    scrubber.addEventListener("pointermove", (event) => {
      if (scrubber.hasPointerCapture(event.pointerId)) seek(event);
    });
  }

  async #start() {
    if (!this.isConnected || this.#undo.length) return;
    this.#watch();
    // One that was moved goes on as it was.
    if (this.#model) return;
    const script = this.querySelector('script[type="application/json"]');
    try {
      if (script) await this.show(JSON.parse(script.textContent));
      else if (!this.hasAttribute("live")) throw new Error("there is no data inside of the player");
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.hasAttribute("live")) this.#begin();
  }

  /** Looks out for its width, for whether it can be seen, and on a page of its own for keys. */
  #watch() {
    const sizes = new ResizeObserver(([{ contentRect }]) => {
      if (!contentRect.width || Math.abs(contentRect.width - this.#width) < 1) return;
      this.#width = contentRect.width;
      this.#layOut();
    });
    const sight = new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1).isIntersecting;
      this.#go();
    });
    for (const observer of [sizes, sight]) {
      observer.observe(this);
      this.#undo.push(() => observer.disconnect());
    }
    this.#watchTheme();
    if (this.hasAttribute("live")) this.#follow(this.getAttribute("live"));
    if (!this.hasAttribute("page")) return;
    const press = (event) => event.target === document.body && this.#press(event);
    document.addEventListener("keydown", press);
    this.#undo.push(() => document.removeEventListener("keydown", press));
  }

  /** Notebooks switch between light and dark by themselves. */
  #watchTheme() {
    if (this.hasAttribute("theme") || !themeOfNotebook()) return;
    const follow = () => this.setAttribute("theme", themeOfNotebook());
    const changes = new MutationObserver(follow);
    changes.observe(document.body, { attributes: true });
    this.#undo.push(() => changes.disconnect(), () => this.removeAttribute("theme"));
    follow();
  }

  #fail(error) {
    const isOld = typeof DecompressionStream === "undefined";
    const text = isOld ? "This browser is too old to play this." : "The data cannot be read.";
    say(this.#status, `${text} (${error.message})`);
    console.error(error);
  }

  /** Who wants little motion sees the end first. */
  #begin() {
    const wantsStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#isSet) this.#draw();
    else if (wantsStill || this.hasAttribute("paused")) this.currentTime = this.duration;
    else this.play();
  }

  /** Hears of new snapshots from a server. */
  #follow(address) {
    const events = new EventSource(address);
    this.#undo.push(() => events.close());
    let queue = Promise.resolve();
    const hear = (name, act) =>
      events.addEventListener(name, ({ data }) => {
        queue = queue.then(() => act(JSON.parse(data))).catch((error) => this.#fail(error));
      });
    hear("whole", async (data) => {
      const isFirst = !this.#model;
      await this.show(data);
      if (isFirst) this.currentTime = this.duration;
    });
    hear("more", (data) => this.append(data));
    hear("state", ({ text }) => say(this.#status, text));
    events.addEventListener("error", () => say(this.#status, "The server does not answer."));
  }

  get #position() {
    const { places, seconds, tween } = this.#model;
    return momentAt(places, Math.min(this.#time / seconds, 1), tween).position;
  }

  #adopt(model) {
    model.clock = new Clock(model.axis, model.pace);
    for (const run of model.runs) {
      run.clock = new Clock(run.axis, model.pace);
      run.places = run.steps.map((step) => run.clock.place(step));
    }
    model.places = [...new Set(model.runs.flatMap(({ places }) => places))].sort((a, b) => a - b);
    this.#model = model;
  }

  #turn(isPlaying) {
    this.#isPlaying = isPlaying;
    put(this.#button, "aria-label", isPlaying ? "Pause" : "Play");
    put(this.#button.querySelector("path"), "d", isPlaying ? PAUSE : PLAY);
    this.dispatchEvent(new Event(isPlaying ? "play" : "pause"));
  }

  #toggle() {
    if (this.#isPlaying) this.pause();
    else this.play();
  }

  #go() {
    if (!this.#isPlaying || !this.#isSeen || this.#request) return;
    let before = performance.now();
    const tick = (now) => {
      this.#request = 0;
      if (!this.#isPlaying || !this.#isSeen) return;
      // A page that was busy or hidden goes on where it was.
      const passed = Math.min(Math.max(now - before, 0), LONGEST_FRAME);
      const time = this.#time + (passed / 1000) * this.#rate;
      before = now;
      this.#time = time >= this.duration ? 0 : time;
      this.#draw();
      this.#request = requestAnimationFrame(tick);
    };
    this.#request = requestAnimationFrame(tick);
  }

  /** So many snapshots on, or back. */
  #skip(count) {
    this.pause();
    const { places, seconds } = this.#model;
    const now = this.#position;
    // How many lie at or before this moment, and how many before it.
    const reached = places.filter((place) => place <= now + SAME).length;
    const passed = places.filter((place) => place < now - SAME).length;
    const target = count > 0 ? reached - 1 + count : passed + count;
    this.currentTime = places[Math.min(Math.max(target, 0), places.length - 1)] * seconds;
  }

  #press(event) {
    const target = event.composedPath()[0];
    const isTaken = event.defaultPrevented || isModified(event);
    const hasOwnKeys = target.localName === "select" || target.role === "region";
    if (!this.#model || isTaken || hasOwnKeys) return;
    const jump = event.shiftKey ? JUMP : 1;
    const seek = (seconds) => {
      this.pause();
      this.currentTime = seconds;
    };
    const acts = {
      ArrowRight: () => this.#skip(jump),
      ArrowLeft: () => this.#skip(-jump),
      Home: () => seek(0),
      End: () => seek(this.#model.seconds),
    };
    if (!["button", "summary"].includes(target.localName)) acts[" "] = () => this.#toggle();
    if (target === this.#picture.scrubber) {
      Object.assign(acts, { ArrowUp: acts.ArrowRight, ArrowDown: acts.ArrowLeft });
      Object.assign(acts, { PageUp: () => this.#skip(JUMP), PageDown: () => this.#skip(-JUMP) });
    }
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  #layOut() {
    const width = this.#width || this.clientWidth;
    if (!this.#model || !width) return;
    this.#picture.layOut(this.#model, this.#model.views[this.#view], width);
    this.#draw();
  }

  #draw() {
    if (!this.#model || !this.#picture.model) return;
    this.#picture.draw(this.#position, this.#isPlaying);
    this.dispatchEvent(new Event("timeupdate"));
  }
}

if (!customElements.get("calibration-player")) {
  customElements.define("calibration-player", CalibrationPlayer);
}
