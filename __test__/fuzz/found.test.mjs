// What the fuzzer has found, each as a case of its own.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { contract, put, read, KINDS } from '../support/scope.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

describe('sweep takes a collection back below its limits when a kept entry has been used since', () => {
  for (const kind of KINDS) {
    contract(kind, (scope) => {
      const all = scope.of(kind, { ttl: 10, maxSize: 1, isBusy: (value, key) => key === 'a', touchOnHas: true });
      put(all, 'a');
      scope.advance(1);
      put(all, 'b');
      read(all, 'a'); // kept no more: in use
      assert.deepStrictEqual([all.size, all.stats().busy], [2, 0]);
      assert.strictEqual(all.sweep(), 1);
      assert.deepStrictEqual(scope.left(), ['b:lru']);
    });
  }

  test('group', () => {
    const group = new SessionGroup({ ttl: 10, maxSize: 1, isBusy: (id) => id === 'a', clock: new ManualClock() });
    const member = group.map('m').set('a', 1).set('b', 1);
    for (const sweep of [() => group.sweep(), () => member.sweep()]) {
      member.set('b', 1).get('a');
      assert.strictEqual(group.size, 2);
      assert.strictEqual(sweep(), 1);
      assert.deepStrictEqual([...group], ['a']);
    }
    group.validate();
  });
});
