// Rule 7: equality by vitest's expectations, which are a library of their own, and by those of bun:test.

import * as chai from 'chai';
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import { describe } from '../harness.mjs';
import { histories, says, seal, user } from './support/scope.mjs';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
const expectations = { vitest: chai.expect };
if (process.versions.bun !== undefined) expectations['bun:test'] = (await import('bun:test')).expect;

const conversation = () => [user('one'), { role: 'assistant', content: [{ type: 'text', text: 'two' }], id: 7 }, says('three')];

describe('rule 7: equal by expectation', () => {
  for (const [name, expect] of Object.entries(expectations)) {
    histories(name, (make) => {
      const h = make({}, conversation());
      for (let round = 0; round < 2; round += 1) {
        expect(h).toStrictEqual(conversation());
        expect(h).toEqual(conversation());
        expect(conversation()).toStrictEqual(h);
        expect(conversation()).toEqual(h);
        expect(h[1]).toStrictEqual(conversation()[1]);
        expect(h[0]).toMatchObject({ role: 'user' });
        expect(h).toHaveLength(3);
        expect(h).toContainEqual(says('three'));
        expect(h).toContain(h[2]);
        expect(h).not.toEqual(conversation().slice(1));
        expect(h).not.toStrictEqual([...conversation().slice(0, 2), says('other')]);
        expect(h).not.toEqual([...conversation().slice(0, 2), says('other')]);
        seal();
      }
    });
  }
});
