'use strict';

/** Samples that the trend is taken over. */
const WINDOW = 60;
const MB = 2 ** 20;
const MINUTE = 60_000;

/** The slope of the last samples, by least squares. */
class Trend {
  constructor() {
    /** @type {{ at: number, bytes: number }[]} */
    this.samples = [];
  }

  /** @param {number} at ms @param {number} bytes */
  add(at, bytes) {
    this.samples.push({ at, bytes });
    if (this.samples.length > WINDOW) this.samples.shift();
  }

  /** MB per minute; 0 as long as there is no line. */
  get slope() {
    const { samples } = this;
    const n = samples.length;
    const mean = (/** @type {'at' | 'bytes'} */ column) => samples.reduce((sum, sample) => sum + sample[column], 0) / n;
    const [middle, level] = n < 2 ? [0, 0] : [mean('at'), mean('bytes')];
    let [above, below] = [0, 0];
    for (const { at, bytes } of samples) {
      above += (at - middle) * (bytes - level);
      below += (at - middle) ** 2;
    }
    return n < 2 || below === 0 ? 0 : ((above / below) * MINUTE) / MB;
  }
}

exports.Trend = Trend;
