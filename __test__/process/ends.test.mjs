// How a process ends with maps, groups and histories in it: as it would without them. Each program runs twice in
// children with a hard time-out, with plain collections and with ours; code, signal and output must be the same.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';

/** Ours: alive, with hooks, with text being compressed. */
const OURS = `
  const { BoundedHistory } = require(INDEX);
  globalThis.make = (onRemove) => new RobustSessionMap({ exitTimeout: 100, onRemove });
  const group = globalThis.group = new SessionGroup({ exitTimeout: 100, onRemove: () => {} });
  group.map('m').set('a', 1);
  const history = globalThis.history = new BoundedHistory({ sealAfter: 0 });
  for (let n = 0; n < 40; n += 1) history.push({ role: 'user', content: 'text '.repeat(2000) });
`;

/** Plain collections, which call the hook themselves where a program removes. */
const PLAIN = `
  globalThis.make = (onRemove) => {
    const map = new Map();
    const remove = map.delete.bind(map);
    map.delete = (key) => { const value = map.get(key); const had = remove(key); if (had && onRemove) onRemove(key, value); return had; };
    return map;
  };
`;

const PROGRAMS = {
  'by itself': "const map = make(); map.set('a', 1); print('end');",
  'by itself, after timers': "const map = make(); map.set('a', 1); setTimeout(() => print('later'), 30);",
  'process.exit in a hook': "const map = make(() => process.exit(5)); map.set('a', 1); map.delete('a'); print('not here');",
  'process.exit later': "const map = make(); map.set('a', 1); setTimeout(() => process.exit(3), 5); setInterval(() => {}, 1000);",
  'a rejection that nobody handles, beside a map': "const map = make(); map.set('a', 1); setTimeout(() => Promise.reject(new Error('unhandled')), 5);",
  'a throw that nobody catches, beside a map': "const map = make(); map.set('a', 1); setTimeout(() => { throw new Error('uncaught'); }, 5);",
  'a vm context that holds one': "const vm = require('node:vm'); const context = vm.createContext({ make, print }); vm.runInContext(\"var map = make(); map.set('a', 1); print(map.get('a'))\", context);",
};

const facts = ({ code, signal, late, lines }) => ({ code, signal, late, lines });
const kind = (stderr) => ['uncaught', 'unhandled', 'panicked', 'Segmentation'].filter((word) => stderr.includes(word));

describe('a process ends as it does without us', () => {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    test(name, async () => {
      const [without, ours] = await Promise.all([script(PLAIN + program), script(OURS + program)]);
      assert.deepStrictEqual(facts(ours), facts(without), ours.stderr);
      assert.deepStrictEqual(kind(ours.stderr), kind(without.stderr));
      assert.strictEqual(without.late, false);
    });
  }

  test('SIGTERM while text is being compressed', async () => {
    const wait = "setInterval(() => {}, 1000); print('ready');";
    const options = { kill: { after: 'ready', signal: /** @type {const} */ ('SIGTERM') } };
    const [without, ours] = await Promise.all([script(wait, options), script(OURS + wait, options)]);
    assert.deepStrictEqual(facts(ours), facts(without), ours.stderr);
  });

  // A hook that throws is not the host's throw: it is told as a warning, and the process goes on.
  test('a throw or a rejection in a hook is a warning, and the code stays 0', async () => {
    const { code, lines, stderr } = await script(`${OURS}
      process.on('warning', (warning) => print(warning.message));
      const map = make((key) => { if (key === 'a') throw new Error('hook threw'); return Promise.reject(new Error('hook rejected')); });
      map.set('a', 1).set('b', 2);
      map.delete('a');
      map.delete('b');
      setTimeout(() => print('goes on'), 30);
    `);
    assert.deepStrictEqual([code, lines], [0, ['hook threw', 'hook rejected', 'goes on']], stderr);
  });
});
