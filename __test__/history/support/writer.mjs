// A worker that writes into a history: `{ handle, writer, count, mode }`.

import { createRequire } from 'node:module';
import { parentPort as parent, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const { SharedHistory, HistoryGoneError } = require('../../../index.js');

const { handle, writer, count, mode } = workerData;

function write() {
  const history = SharedHistory.open(handle);
  let longest = 0;
  for (let n = 0; n < count; n += 1) {
    longest = Math.max(longest, history.push({
      role: n % 2 === 0 ? 'user' : 'assistant', content: `${writer}:${n} → ${'x'.repeat(n % 300)}`, parts: [{ text: `${n}` }, { long: 'y'.repeat(250) }],
    }));
  }
  return { pushed: count, longest, length: history.length };
}

/** Reads until the history is gone. */
function read() {
  const history = SharedHistory.open(handle);
  let reads = 0;
  parent.postMessage('reading', []);
  try {
    for (;;) {
      const all = history.toArray();
      const json = JSON.parse(history.toJSONBuffer());
      const window = history.window({ maxMessages: 3 });
      const last = history.at(-1);
      if (![...all, ...json, ...window, last ?? all[0]].every((message) => message === undefined || typeof message.content === 'string')) throw new Error('a torn message');
      reads += 1;
    }
  } catch (error) {
    if (!(error instanceof HistoryGoneError)) throw error;
  }
  return { reads };
}

/** Writes until it is ended from outside. */
function endless() {
  const history = SharedHistory.open(handle);
  parent.postMessage('writing', []);
  for (let n = 0; ; n += 1) history.push({ role: 'user', content: `${writer}:${n}` });
}

parent.postMessage({ write, read, endless }[mode](), []);
