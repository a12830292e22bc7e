// Real text: what a tool would answer that reads files of this repository and of its dependencies.
// Each output is read from disk and decoded anew, so nothing here keeps text alive but its user.

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const TEXT = new Set(['.cjs', '.js', '.json', '.md', '.mjs', '.mts', '.rs', '.toml', '.ts', '.txt', '.yml']);
const SKIP = new Set(['.bin', '.git', 'demo-results', 'target']);
const ENOUGH = 4000;
const KB = 1024;

/**
 * Paths of text files, in the same order on every run.
 * @param {string} root
 */
export function textFiles(root) {
  const files = [];
  const folders = [root];
  while (folders.length > 0 && files.length < ENOUGH) {
    const folder = folders.shift();
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (SKIP.has(entry.name)) continue;
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      else if (entry.isFile() && TEXT.has(extname(entry.name))) files.push(join(folder, entry.name));
    }
  }
  return files;
}

export class Tools {
  /** Bytes of text read. */
  bytes = 0;
  #files;
  #random;

  /**
   * @param {readonly string[]} files
   * @param {import('./random.mjs').Random} random
   */
  constructor(files, random) {
    this.#files = files;
    this.#random = random;
  }

  /** One tool call: the whole output, the excerpt that goes into the conversation, and the answer to it. */
  call() {
    const output = this.#read(this.#outputSize());
    this.bytes += output.length;
    return {
      output: decode(output, 0, output.length),
      observation: this.#excerpt(output, this.#random.between(1 * KB, 5 * KB)),
      answer: this.#excerpt(output, this.#random.between(KB / 2, 1.5 * KB)),
    };
  }

  /** Most outputs are a few KB, some a large file, a few a whole listing. */
  #outputSize() {
    const dice = this.#random.next();
    if (dice < 0.8) return this.#random.between(1 * KB, 12 * KB);
    if (dice < 0.98) return this.#random.between(20 * KB, 100 * KB);
    return this.#random.between(130 * KB, 400 * KB);
  }

  /** File after file, as a search over several would print them, until there is enough. @param {number} size */
  #read(size) {
    const parts = [];
    for (let missing = size; missing > 0; ) {
      const file = this.#files[this.#random.between(0, this.#files.length - 1)];
      const part = readFileSync(file).subarray(0, missing);
      parts.push(part);
      // An empty file still counts as a try, or a folder of them would never end this.
      missing -= Math.max(part.length, 1);
    }
    return Buffer.concat(parts);
  }

  /**
   * @param {Buffer} output
   * @param {number} size
   */
  #excerpt(output, size) {
    const start = this.#random.between(0, Math.max(0, output.length - size));
    return decode(output, start, Math.min(start + size, output.length));
  }
}

/**
 * Decoding the bytes again is what makes an excerpt a string of its own: `slice` of a string would keep
 * the whole output alive, and every variant would leak by that alone.
 * @param {Buffer} bytes
 * @param {number} start
 * @param {number} end
 */
function decode(bytes, start, end) {
  while (start < end && (bytes[start] & 0xc0) === 0x80) start += 1;
  return bytes.toString('utf8', start, end);
}
