/** The panels that show a moment: bars of accuracy against the ideal, and counts. */

const LEVELS = 16;
const FULL_COUNT = 100;
const FAINTEST = 0.3;
// Pixels under the axes, with numbers and a name, and without.
const [BELOW, BELOW_NOTHING] = [44, 10];

/** How strong a bar is, of LEVELS: fainter with few examples, fading as it goes. */
function levelOf(count, presence) {
  const sure = Math.sqrt(Math.min(count / FULL_COUNT, 1));
  return Math.round((FAINTEST + (1 - FAINTEST) * sure) * presence * (LEVELS - 1));
}

/** Paths in one colour, one for each strength of it. */
class Ramp {
  constructor(axes, kind) {
    this.paths = Array.from({ length: LEVELS }, (_, level) => axes.path(`${kind} level-${level}`));
  }

  begin() {
    this.shapes = new Array(LEVELS).fill("");
  }

  end() {
    this.paths.forEach((path, level) => put(path, "d", this.shapes[level]));
  }
}

/** What a chart of bins shares: its place, and which bin a pointer is on. */
class Chart {
  constructor(rank, size, { isLeft, isBottom }) {
    const { width, height } = size;
    this.rank = rank;
    this.root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.left = isLeft ? MARGIN.left : MARGIN.between;
    this.width = Math.max(width - this.left - MARGIN.right, 1);
    this.scoreTicks = (this.width < 300 ? [0, 0.5, 1] : [0, 0.2, 0.4, 0.6, 0.8, 1]).map((share) => [
      share,
      this.width < 300 ? short(share) : share.toFixed(1),
    ]);
    Object.assign(this, { height, isLeft, isBottom });
  }

  /** Marks the bin that is looked at; -1 marks none. */
  mark(bin) {
    const [left, right] = bin < 0 ? [0, 0] : this.edges.slice(bin, bin + 2);
    const top = this.axes.top;
    const shape = rectangle(this.axes.x(left), top, this.axes.x(right), this.foot.bottom);
    put(this.cursor, "d", bin < 0 ? "" : shape);
  }

  /** @param x in pixels from the left of the chart. */
  binUnder(x) {
    const score = (x - this.left) / this.width;
    return score < 0 || score > 1 ? -1 : binAt(this.edges, score);
  }

  /** The bin with most examples. */
  get busiest() {
    return this.counts.indexOf(Math.max(...this.counts));
  }

  middleOf(bin) {
    return this.axes.x((this.edges[bin] + this.edges[bin + 1]) / 2);
  }
}

/** Accuracy in each bin, or along a curve, over a thin histogram of the bins' examples. */
class ReliabilityChart extends Chart {
  constructor(model, view, rank, size, sides) {
    super(rank, size, sides);
    const { left, width, height } = this;
    const [top, below] = [8, sides.isBottom ? BELOW : BELOW_NOTHING];
    const room = height - top - below;
    const depth = room * 0.13;
    this.isScore = view.view === "score";
    this.hasWrong = !view.view.startsWith("class:");
    this.axes = new Axes(this.root, { left, top, width, height: room - depth - 4 }).paved();
    this.foot = new Axes(this.root, { left, top: top + room - depth, width, height: depth }).paved();
    this.axes.beside(
      [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => [share, share.toFixed(1)]),
      { hasText: sides.isLeft },
    );
    this.axes.below(this.scoreTicks, { hasText: false });
    this.foot.below(this.scoreTicks, { hasText: sides.isBottom });
    const bins = view.runs[rank];
    if (sides.isLeft) {
      const kind = { bars: "in bin", smooth: "(smoothed)", isotonic: "(isotonic)" }[model.curve];
      this.axes.nameBeside(`${this.hasWrong ? "accuracy" : "share"} ${kind}`);
      this.foot.nameBeside("√ n");
    }
    if (sides.isBottom) this.axes.nameBelow(height - 6, view.label);
    this.veil = bins.band && this.axes.path("veil");
    this.accuracy = new Ramp(this.axes, "accuracy");
    this.under = new Ramp(this.axes, "under");
    this.over = new Ramp(this.axes, "over");
    this.points = this.foot.path("points");
    this.wrong = this.foot.path("over level-15");
    this.ends = bins.band && this.axes.path("ends");
    this.axes.path("ideal").setAttribute(
      "d",
      polyline(
        (this.isScore ? [0, 0.5, 1] : [0, 1]).map((share) => this.axes.x(share)),
        (this.isScore ? [1, 0.5, 1] : [0, 1]).map((share) => this.axes.y(share)),
      ),
    );
    this.whiskers = bins.intervals && this.axes.path("whiskers");
    this.cursor = this.axes.path("cursor");
    this.isCured = model.runs[rank].isCured;
    const where = [left + width * 0.62, this.axes.y(0.12)];
    this.noCure = this.axes.text("number middle", ...where, "");
  }

  update(frame) {
    Object.assign(this, { edges: frame.edges, counts: frame.counts });
    const places = this.placesOf(frame);
    this.bars(places);
    this.histogram(frame);
    if (this.veil) this.band(frame, places);
    if (this.whiskers) this.intervals(frame, places);
    const isEmpty = this.isCured && frame.presence.every((presence) => !presence);
    say(this.noCure, isEmpty ? "no cure: the held-out examples do not tell one" : "");
  }

  /** What stands side by side: the bins, or pieces of a curve too fine to be seen. */
  placesOf(frame) {
    const { left, width } = this.axes;
    if (!frame.curve) return { ...frame, sides: sidesOf(frame.edges, left, width) };
    const pieces = frame.curve.length - 1;
    const middle = (values, at) => (values[at] + values[at + 1]) / 2;
    const edges = Array.from({ length: pieces + 1 }, (_, at) => at / pieces);
    const each = (give) => Float64Array.from({ length: pieces }, (_, at) => give(at));
    const shares = each((at) => middle(frame.curve, at));
    const bins = each((at) => binAt(frame.edges, middle(edges, at)));
    return {
      sides: edges.slice(1).map((edge, at) => [left + edges[at] * width, left + edge * width]),
      shares,
      ideals: each((at) => {
        const score = middle(edges, at);
        return this.isScore ? Math.max(score, 1 - score) : score;
      }),
      counts: each((at) => frame.counts[bins[at]]),
      presence: each((at) => (Number.isFinite(shares[at]) ? frame.presence[bins[at]] : 0)),
    };
  }

  bars({ sides, shares, ideals, counts, presence }) {
    const ramps = [this.accuracy, this.under, this.over];
    ramps.forEach((ramp) => ramp.begin());
    sides.forEach(([left, right], bin) => {
      if (!(presence[bin] > 0)) return;
      const level = levelOf(counts[bin], presence[bin]);
      if (!level) return;
      const [share, ideal] = [shares[bin], ideals[bin] || 0];
      const low = this.axes.y(Math.min(share, ideal));
      this.accuracy.shapes[level] += rectangle(left, low, right, this.axes.bottom);
      const gap = share >= ideal ? this.under : this.over;
      gap.shapes[level] += rectangle(left, this.axes.y(Math.max(share, ideal)), right, low);
    });
    ramps.forEach((ramp) => ramp.end());
  }

  histogram({ edges, counts, hits }) {
    const most = Math.max(...counts, 1);
    const { top, height } = this.foot;
    let [wrong, points] = ["", ""];
    sidesOf(edges, this.foot.left, this.foot.width).forEach(([left, right], bin) => {
      const depth = Math.sqrt(counts[bin] / most);
      const share = this.hasWrong && counts[bin] ? (counts[bin] - hits[bin]) / counts[bin] : 0;
      const split = top + depth * share * height;
      wrong += rectangle(left, top, right, split);
      points += rectangle(left, split, right, top + depth * height);
    });
    put(this.wrong, "d", wrong);
    put(this.points, "d", points);
  }

  /** What chance reaches: the area behind the bars, and its ends over them. */
  band(frame, { sides, presence }) {
    const half = frame.band.length / 2;
    const at = (end, place) => {
      const first = end * half + place;
      return frame.curve ? (frame.band[first] + frame.band[first + 1]) / 2 : frame.band[first];
    };
    let [veil, low, high] = ["", "", ""];
    let isOpen = false;
    sides.forEach(([left, right], place) => {
      const [bottom, top] = [this.axes.y(at(0, place)), this.axes.y(at(1, place))];
      const isThere = presence[place] > 0 && Number.isFinite(top);
      if (isThere) {
        veil += rectangle(left, top, right, bottom);
        const start = frame.curve && isOpen ? "L" : "M";
        const end = frame.curve ? "" : `H${round(right)}`;
        const x = round(frame.curve ? (left + right) / 2 : left);
        low += `${start}${x} ${round(bottom)}${end}`;
        high += `${start}${x} ${round(top)}${end}`;
      }
      isOpen = isThere;
    });
    put(this.veil, "d", veil);
    put(this.ends, "d", low + high);
  }

  intervals(frame, { sides }) {
    const bins = frame.counts.length;
    let shape = "";
    sides.forEach(([left, right], bin) => {
      const [low, high] = [frame.intervals[bin], frame.intervals[bins + bin]];
      if (!(frame.presence[bin] > 0) || !Number.isFinite(low)) return;
      const middle = (left + right) / 2;
      shape += rectangle(middle - 0.8, this.axes.y(high), middle + 0.8, this.axes.y(low));
    });
    put(this.whiskers, "d", shape);
  }
}

/** Examples in each bin, right ones stacked on wrong ones: the post's Figure 1. */
class CountsChart extends Chart {
  constructor(model, view, rank, size, sides) {
    super(rank, size, sides);
    const { left, width, height } = this;
    const below = sides.isBottom ? BELOW : BELOW_NOTHING;
    this.axes = new Axes(this.root, { left, top: 8, width, height: height - 8 - below }).paved();
    this.foot = this.axes;
    this.most = Math.max(1, ...view.runs.map(({ counts }) => counts.values.reduce(maximum, 0)));
    const ticks = rootTicks(this.most).map((count) => [this.tall(count), thousands(count)]);
    this.axes.beside(ticks, { hasText: sides.isLeft });
    this.axes.below(this.scoreTicks, { hasText: sides.isBottom });
    if (sides.isLeft) this.axes.nameBeside("points (√ axis)");
    if (sides.isBottom) this.axes.nameBelow(height - 6, view.label);
    this.hits = this.axes.path("accuracy level-15");
    this.wrong = this.axes.path("over level-15");
    this.cursor = this.axes.path("cursor");
  }

  tall(count) {
    return Math.sqrt(count / this.most) / 1.02;
  }

  update({ edges, counts, hits }) {
    Object.assign(this, { edges, counts });
    let [wrong, right] = ["", ""];
    sidesOf(edges, this.left, this.width).forEach(([start, end], bin) => {
      const split = this.axes.y(this.tall(counts[bin] - hits[bin]));
      wrong += rectangle(start, split, end, this.axes.bottom);
      right += rectangle(start, this.axes.y(this.tall(counts[bin])), end, split);
    });
    put(this.wrong, "d", wrong);
    put(this.hits, "d", right);
  }
}

const maximum = (one, other) => (other > one ? other : one);

/** About four round numbers that stand apart on a square-root axis. */
function rootTicks(most) {
  if (most < 20) return [0, Math.floor(most)];
  const power = 10 ** Math.floor(Math.log10(most));
  const top = power * [5, 2, 1].find((lead) => power * lead <= most);
  return [0, top / 20, top / 4, top];
}

function thousands(count) {
  return count >= 1000 ? `${short(count / 1000)}k` : short(count);
}

const CHARTS = { reliability: ReliabilityChart, counts: CountsChart };
