// Every combination of a group's options, with 0, 1, 25 and 50 sessions spread over a member of every kind:
// the same answers, hooks, members and figures as the naive reference, audited after each scene.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { AXES, GroupPair } from './group-pair.mjs';
import { count, forEach, product, withClocks } from './space.mjs';
import { blame } from '../support/blame.mjs';

const { hooks: HOOKS, ...REST } = AXES;
const MEMBERS = 6;

/** From both ends, and one that never was. */
function some(pair) {
  const ids = pair.ids();
  return [...new Set([ids[0], ids[1], ids[Math.floor(ids.length / 2)], ids.at(-1), 1000])].filter((id) => id !== undefined);
}

const SCENES = {
  'read through each member'(pair) {
    for (const id of some(pair)) for (let at = 0; at < MEMBERS; at += 1) pair.read(at, id);
    // Who was read last, through whichever member, leaves last.
    pair.both('shed', () => pair.group.shed(2), () => pair.model.shed(2));
  },
  'stored anew'(pair) {
    for (const id of some(pair)) for (let at = 0; at < MEMBERS; at += 1) pair.store(at, id, 1);
    for (const id of some(pair)) for (const call of [2, 3]) pair.store(3, id, call);
  },
  'time passes'(pair) {
    pair.advance(60);
    for (const id of some(pair)) pair.both('touch', () => pair.group.touch(id), () => pair.model.sessions.touch(id));
    pair.advance(60);
    for (const id of some(pair)) pair.both('remaining', () => pair.group.remaining(id), () => pair.model.sessions.remaining(id));
    pair.advance(140);
    pair.compareState();
    pair.advance(1000);
  },
  'ended one by one'(pair) {
    for (const id of [1, 2, 3]) for (let at = 0; at < 3; at += 1) pair.store(at, id);
    for (const id of some(pair)) for (let at = 0; at < MEMBERS; at += 1) pair.delete(at, id);
    for (const id of [1, 2, 3]) for (let at = 0; at < 3; at += 1) pair.store(at, id);
    pair.both('drop', () => pair.group.drop(2), () => pair.model.drop(2));
    pair.both('drop again', () => pair.group.drop(2), () => pair.model.drop(2));
    for (const [real, model] of pair.leases) pair.both('release', () => real.release(), () => pair.model.sessions.release(model));
  },
  'a member cleared, then all'(pair) {
    for (const id of [4, 5, 6]) for (let at = 0; at < 4; at += 1) pair.store(at, id);
    pair.both('clear agents', () => pair.real[0].clear(), () => {
      pair.model.settle();
      pair.model.members[0].clear();
    });
    pair.compareState();
    pair.both('clear', () => pair.group.clear(), () => pair.model.sessions.clear());
  },
};

async function run(combination) {
  const pair = new GroupPair(combination);
  for (const [name, scene] of Object.entries(SCENES)) {
    try {
      scene(pair);
      pair.audit();
    } catch (error) {
      throw blame(error, name);
    }
  }
  await pair.close();
}

describe(`${count(AXES)} combinations of a group's options and population`, () => {
  for (const hooks of HOOKS) {
    test(`hooks ${hooks}: ${count(REST)} combinations`, async () => {
      assert.strictEqual(await forEach(withClocks(product({ hooks: [hooks], ...REST })), run), count(REST));
    });
  }
});
