// Groups whose callbacks keep giving them something to do.

import { describe } from '../harness.mjs';
import { endless } from './cases.mjs';

/** Every session and entry that was stored is there or was told, once. */
const LEDGER = `
  let stored = 0;
  let told = 0;
  const put = (member) => member.set(stored += 1, stored);
  const all = (group) => group.validate();
`;

describe('groups with callbacks that go on for ever', () => {
  endless('a hook of the group that begins another session', `${LEDGER}
    const group = new SessionGroup({ maxSize: 2, onRemove: () => { told += 1; if (!stopped) put(member); } });
    const member = group.map('m');
    for (let left = 3; left > 0; left -= 1) put(member);
    print('ended', all(group), group.size);
    await turns(3);
    stopped = true;
    await group.settled();
    print('all told', told + group.size === stored, all(group));
  `, ['ended true 2', 'all told true true']);

  endless('a hook of a member that stores another entry in a session that is full', `${LEDGER}
    const group = new SessionGroup();
    const entries = group.map('e', { sessionOf: () => 'one', maxPerSession: 2, onRemove: () => { told += 1; if (!stopped) put(entries); } });
    for (let left = 3; left > 0; left -= 1) put(entries);
    print('ended', all(group), entries.size);
    await turns(3);
    stopped = true;
    await group.settled();
    print('all told', told + entries.size === stored, all(group));
  `, ['ended true 2', 'all told true true']);

  endless('hooks of entries that are due at once, and of their sessions', `${LEDGER}
    const clock = new ManualClock();
    const group = new SessionGroup({ ttl: 0, clock, onRemove: () => { if (!stopped) put(entries); } });
    const member = group.map('m');
    const entries = group.map('e', { sessionOf: (key) => key % 5, ttl: 0, onRemove: () => { told += 1; if (!stopped) put(entries); } });
    for (let left = 20; left > 0; left -= 1) put(entries);
    print('ended', group.size < 20, [...entries].length < 5000, [...group].length < 5000, [...member].length === 0, all(group));
    clock.advance(5);
    await turns(3);
    stopped = true;
    clock.advance(5);
    await turns(3);
    await group.settled();
    print('all told', group.size, told === stored, all(group));
  `, ['ended true true true true true', 'all told 0 true true']);

  endless('iterating over a member whose sessions are due at once and begin again', `${LEDGER}
    const clock = new ManualClock();
    const group = new SessionGroup({ ttl: 0, clock, onRemove: () => { told += 1; if (!stopped) put(member); } });
    const member = group.map('m');
    for (let left = 3; left > 0; left -= 1) put(member);
    print('ended', [...member].length < 5000, all(group));
    stopped = true;
    clock.advance(5);
    await group.settled();
    print('all told', told === stored, all(group));
  `, ['ended true true', 'all told true true']);

  endless('isBusy that begins sessions', `${LEDGER}
    const group = new SessionGroup({ maxSize: 2, isBusy: () => { if (!stopped) put(member); return false; }, onRemove: () => { told += 1; } });
    const member = group.map('m');
    for (let left = 10; left > 0; left -= 1) put(member);
    print('ended', all(group));
    group.sweep();
    group.shed(3);
    group.drop(1);
    print('ended', all(group));
    stopped = true;
    put(member);
    group.sweep();
    print('all told', group.size, told + group.size === stored, all(group));
  `, ['ended true', 'ended true', 'all told 2 true true']);

  endless('sessionOf that begins loads whenever it is asked', `
    const group = new SessionGroup();
    let begun = 0;
    let asked = 0;
    const entries = group.map('e', { sessionOf: (key) => {
      asked += 1;
      if (!stopped) entries.getOrLoad('load' + (begun += 1), async () => begun).catch(() => {});
      return key === 'a' ? 'one' : 'two';
    } });
    entries.set('a', 1);
    entries.getOrLoad('first', () => new Promise(() => {}));
    group.drop('two');
    entries.delete('a');
    print('ended', asked < 20, all());
    stopped = true;
    await turns(2);
    print('loaded', entries.size > 0, all());
    function all() { return group.validate(); }
  `, ['ended true true', 'loaded true true']);

  endless('sessionOf that makes members with loads of their own whenever it is asked', `
    const group = new SessionGroup();
    let made = 0;
    const sessionOf = (key) => {
      if (!stopped) {
        const member = group.map('m' + (made += 1), { sessionOf });
        member.getOrLoad(made, () => new Promise(() => {}));
      }
      return 'one';
    };
    const first = group.map('first', { sessionOf });
    first.getOrLoad('k', () => new Promise(() => {}));
    group.drop('one');
    print('ended', made, group.validate());
    stopped = true;
    first.set('a', 1);
    print('goes on', group.size, group.validate());
  `, ['ended 1 true', 'goes on 1 true']);

  endless('parentOf that invents parents, and begins a session for each', `
    let next = 0;
    const group = new SessionGroup({ maxSize: 50, parentOf: () => {
      next += 1;
      if (!stopped && next % 1000 !== 0) return 'p' + next;
    } });
    const member = group.map('m');
    member.set('a', 1);
    group.handleEvent({ type: 'session.created', properties: { info: { id: 'a', parentID: 'b' } } });
    print('ended', group.validate(), next < 500);
  `, ['ended true true']);

  endless('a conversation that is trimmed whenever its session is told about', `
    let told = 0;
    const group = new SessionGroup({ maxSize: 2, maxBytes: 10_000, onRemove: (id, reason, parts) => {
      told += 1;
      if (!stopped) talks.of('s' + told).push({ role: 'user', content: 'again '.repeat(1000) });
    } });
    const talks = group.history('talks', { maxMessages: 3 });
    for (let left = 3; left > 0; left -= 1) talks.of('a' + left).push({ role: 'user', content: 'text '.repeat(1000) });
    print('ended', group.validate(), group.size);
    await turns(3);
    stopped = true;
    await group.settled();
    print('all told', group.stats().removed.lru + group.stats().removed.bytes === told, group.validate());
  `, ['ended true 1', 'all told true true']);
});
