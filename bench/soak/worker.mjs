// A worker thread of the soak: loads the addon, makes structures of its own, shares histories with the main thread,
// and ends by itself, or in the middle of all that.

import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as sleep } from 'node:timers/promises';

const { handle, lives, kind, seed } = workerData;
const begin = performance.now();

/** The measure of what workers cost that do nothing with this library. */
if (kind === 'empty') await sleep(lives);
else await work();
parentPort.close();

async function work() {
  const { default: robust } = await import('../../index.js');
  const { random } = await import('../../__test__/support/random.mjs');
  const { BoundedHistory, HistoryGoneError, RobustSessionMap, SessionGroup, SharedHistory } = robust;
  const chance = random(seed);
  const map = new RobustSessionMap({ name: 'worker', ttl: 50, maxSize: 200, onRemove: (key, history) => history.close() });
  const group = new SessionGroup({ name: 'worker', ttl: 50, maxSize: 50 });
  const talk = group.history('talk', { maxMessages: 8, sealAfter: 50 });
  const own = new BoundedHistory({ maxMessages: 20, sealAfter: 50 });
  const text = () => `From a worker — ${'word '.repeat(10 + chance.below(200))}`;
  own.push({ role: 'user', content: text() });
  parentPort.postMessage(own.handle, []);

  const shared = opened();
  while (performance.now() - begin < lives) {
    for (let i = 0; i < 20; i += 1) {
      const history = new BoundedHistory({ maxMessages: 5 });
      history.push({ role: 'user', content: text() });
      map.set(chance.below(500), history);
      talk.of(`ses_${chance.below(100)}`).push({ role: 'user', content: text() });
    }
    own.push({ role: 'user', content: text() });
    map.get(chance.below(500));
    use();
    await sleep(5);
  }
  for (const structure of [map, group, own]) structure.validate();
  // Some tidy up, some just end.
  if (chance.chance(0.5)) for (const structure of [map, group, own]) structure.close();

  function opened() {
    try {
      return handle === undefined ? undefined : SharedHistory.open(handle);
    } catch (error) {
      if (!(error instanceof HistoryGoneError)) throw error;
      return undefined;
    }
  }

  /** The history's session may be over at any moment. */
  function use() {
    try {
      if (shared === undefined) return;
      shared.push({ role: 'user', content: text() });
      shared.window({ maxMessages: 3 });
      if (chance.chance(0.1)) shared.toJSONBuffer();
    } catch (error) {
      if (!(error instanceof HistoryGoneError)) throw error;
    }
  }
}
