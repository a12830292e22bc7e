// Rule 10, and line 7: other threads open a history by its handle.

import assert from 'node:assert';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, test } from '../harness.mjs';
import { BoundedHistory, HistoryGoneError, SharedHistory, histories, outline, passIdle, says, seal, user } from './support/scope.mjs';

const start = (data) => new Worker(new URL('./support/writer.mjs', import.meta.url), { workerData: data });

/** @param {Worker} worker @returns {Promise<any>} its next message */
async function answer(worker) {
  const [message] = await Promise.race([
    once(worker, 'message'),
    once(worker, 'error').then(([error]) => {
      throw error;
    }),
  ]);
  return message;
}

describe('rule 10: a shared history', () => {
  histories('reads what the owner has, as copies', (make) => {
    const h = make();
    h.push(user('a'), says('b'));
    const shared = SharedHistory.open(structuredClone(h.handle));
    assert.strictEqual(Array.isArray(shared), false);
    assert.strictEqual(shared.length, 2);
    assert.deepStrictEqual([shared.at(0), shared.at(-1), shared.at(2), shared.at(-3)], [user('a'), says('b'), undefined, undefined]);
    assert.notStrictEqual(shared.at(0), h[0]);
    assert.deepStrictEqual(shared.toArray(), [user('a'), says('b')]);
    assert.strictEqual(shared.toJSONBuffer().toString(), JSON.stringify(h));
    assert.deepStrictEqual(shared.window({ maxMessages: 1 }), h.window({ maxMessages: 1 }));
    h.push(user('c'));
    h.at(-1).content += 'd';
    h[0].extra = { text: 'nested' };
    h.refresh();
    assert.deepStrictEqual(shared.toArray(), structuredClone(h));
    h.splice(0, 1);
    assert.deepStrictEqual(shared.toArray(), structuredClone(h));
    h.reverse();
    h[1].content = [{ type: 'text', text: '\ud800 odd' }];
    h.refresh();
    passIdle();
    seal();
    assert.deepStrictEqual(shared.toArray(), structuredClone(h));
    assert.strictEqual(shared.toJSONBuffer().toString(), JSON.stringify(h));
  });

  histories('what others push comes to the owner at the next method call', (make) => {
    const h = make({ maxMessages: 10 });
    h.push(user('a'));
    const shared = SharedHistory.open(h.handle);
    const given = { role: 'assistant', content: 'b', list: [{ text: 'part' }, 'x'.repeat(300)] };
    assert.strictEqual(shared.push(given, user('c')), 3);
    assert.ok('value' in Object.getOwnPropertyDescriptor(given, 'content'), 'the message stays its owner’s');
    assert.strictEqual(h.length, 1);
    h.refresh();
    assert.deepStrictEqual(h, [user('a'), given, user('c')]);
    assert.strictEqual(h.chars, 1 + 1 + 4 + 300 + 1);
    h[1].content += '!';
    h[1].list[0].text = 'changed';
    assert.strictEqual(h.byteLength, 1 + 2 + 7 + 300 + 1);
    assert.deepStrictEqual(shared.at(1), { ...given, content: 'b!', list: [{ text: 'changed' }, 'x'.repeat(300)] });
    for (let n = 0; n < 30; n += 1) shared.push(user(`${n}`));
    h.push(user('own'));
    assert.ok(h.length <= 10);
    assert.strictEqual(outline(h.slice(-3)), '28 29 own');
    assert.deepStrictEqual(shared.toArray(), structuredClone(h));
  });

  histories('bad messages are refused, nothing is pushed', (make) => {
    const h = make();
    const shared = SharedHistory.open(h.handle);
    assert.throws(() => shared.push(user('a'), { role: 'user', content: 1n }), TypeError);
    assert.strictEqual(shared.length, 0);
    const part = { text: 'same' };
    shared.push({ role: 'user', content: [part, part] });
    h.refresh();
    assert.deepStrictEqual(h, [{ role: 'user', content: [part, part] }]);
  });

  histories('a handle whose history is gone, and a view that was closed', () => {
    const h = new BoundedHistory();
    const { handle } = h;
    const [shared, closed] = [SharedHistory.open(handle), SharedHistory.open(handle)];
    closed.close();
    h.push(user('a'));
    const uses = [
      (one) => one.length, (one) => one.push(user('x')), (one) => one.at(0), (one) => one.window(), (one) => one.toArray(), (one) => one.toJSONBuffer(),
    ];
    for (const use of uses) assert.throws(() => use(closed), /was closed/);
    assert.strictEqual(shared.length, 1);
    h.close();
    for (const use of uses) {
      assert.throws(() => use(shared), (error) => error instanceof HistoryGoneError && error.code === 'ERR_HISTORY_GONE');
    }
    assert.throws(() => SharedHistory.open(handle), HistoryGoneError);
  });

  histories('four workers and the owner lose nothing and keep each writer’s order', async (make) => {
    const [count, names] = [400, ['w0', 'w1', 'w2', 'w3']];
    const h = make({ maxMessages: Infinity });
    const { handle } = h;
    const workers = names.map((writer) => start({ handle, writer, count, mode: 'write' }));
    const done = Promise.all(workers.map(answer));
    let working = true;
    done.finally(() => {
      working = false;
    }).catch(() => {});
    let own = 0;
    while (working) {
      for (let burst = 0; burst < 20; burst += 1, own += 1) h.push(user(`own:${own}`));
      if (own % 60 === 0) h.validate();
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { pushed, longest } of await done) assert.ok(pushed === count && longest >= count);
    await Promise.all(workers.map((worker) => worker.terminate()));
    h.refresh();
    h.validate();
    assert.strictEqual(h.length, own + names.length * count);
    for (const name of [...names, 'own']) {
      const numbers = h.map(({ content }) => content.split(' ')[0].split(':')).filter(([writer]) => writer === name).map(([, n]) => Number(n));
      assert.deepStrictEqual(numbers, Array.from({ length: name === 'own' ? own : count }, (_, n) => n), name);
    }
    const message = h.find(({ content }) => content.startsWith('w2:299 '));
    assert.deepStrictEqual(message, { role: 'assistant', content: `w2:299 → ${'x'.repeat(299)}`, parts: [{ text: '299' }, { long: 'y'.repeat(250) }] });
    assert.strictEqual(SharedHistory.open(handle).toJSONBuffer().toString(), JSON.stringify(h));
  });

  histories('the same under a bound', async (make) => {
    const h = make({ maxMessages: 50 });
    const workers = ['w0', 'w1'].map((writer) => start({ handle: h.handle, writer, count: 500, mode: 'write' }));
    const done = Promise.all(workers.map(answer));
    let working = true;
    done.finally(() => {
      working = false;
    }).catch(() => {});
    while (working) {
      h.push(user('own'), says('own'));
      assert.ok(h.length <= 51, `${h.length}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await done;
    await Promise.all(workers.map((worker) => worker.terminate()));
    h.validate();
    assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(h));
  });

  test('readers go on while the owner writes, and end when it closes', async () => {
    const h = new BoundedHistory({ maxMessages: 20 });
    h.push(user('first'));
    const readers = [start({ handle: h.handle, mode: 'read' }), start({ handle: h.handle, mode: 'read' })];
    await Promise.all(readers.map(answer));
    const done = Promise.all(readers.map(answer));
    for (let n = 0; n < 300; n += 1) {
      h.push({ role: 'user', content: `u${n}`, more: ['z'.repeat(n)] }, says('a'.repeat(n)));
      h.at(-1).content += '!';
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    h.validate();
    h.close();
    for (const { reads } of await done) assert.ok(reads > 0);
    await Promise.all(readers.map((reader) => reader.terminate()));
  });

  test('workers that end at any moment leave the rest sound', async () => {
    const h = new BoundedHistory({ maxMessages: 100 });
    for (let round = 0; round < 6; round += 1) {
      const worker = start({ handle: h.handle, writer: `w${round}`, mode: 'endless' });
      await answer(worker);
      for (let n = 0; n < 20 * round; n += 1) h.push(user(`own ${n}`));
      await worker.terminate();
      h.validate();
      assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(h));
    }
    h.close();
  });

  test('a history made in a worker goes with it', async () => {
    const source = `
      const { parentPort } = require('node:worker_threads');
      const { BoundedHistory } = require(${JSON.stringify(fileURLToPath(new URL('../../index.js', import.meta.url)))});
      globalThis.kept = new BoundedHistory([{ role: 'user', content: 'in the worker' }]);
      parentPort.on('message', () => process.exit());
      parentPort.postMessage(globalThis.kept.handle);
    `;
    const worker = new Worker(source, { eval: true });
    const handle = await answer(worker);
    const shared = SharedHistory.open(handle);
    assert.deepStrictEqual(shared.toArray(), [user('in the worker')]);
    await worker.terminate();
    assert.throws(() => shared.length, HistoryGoneError);
  });

  // `countTokens` stands for another thread that is quicker: it pushes between the look at the array and the call to Rust.
  for (const maxMessages of [Infinity, 4]) {
    histories(`a push from outside while the owner changes the order, at most ${maxMessages}`, (make) => {
      let shared;
      let during = 0;
      const countTokens = ({ content }) => {
        for (; during > 0; during -= 1) shared.push(user(`outside ${during} during ${content}`));
        return 1;
      };
      const h = make({ maxMessages, countTokens }, [user('a'), says('b'), user('c'), says('d')]);
      shared = SharedHistory.open(h.handle);
      for (const change of [() => h.splice(1, 0, user('in')), () => h.unshift(user('first'))]) {
        during = 2;
        change();
        h.refresh();
        h.validate();
        assert.ok(h.length <= maxMessages, outline(h));
        assert.deepStrictEqual(shared.toArray(), structuredClone(h));
      }
      if (maxMessages === Infinity) assert.strictEqual(h.filter(({ content }) => content.startsWith('outside')).length, 4);
    });
  }

  test('an owner that changes the order while others push', async () => {
    const h = new BoundedHistory({ maxMessages: 30 });
    const workers = ['a', 'b'].map((writer) => start({ handle: h.handle, writer, mode: 'endless' }));
    await Promise.all(workers.map(answer));
    for (let n = 0; n < 300; n += 1) {
      h.push(user(`own ${n}`));
      h.splice(Math.max(0, h.length - 2), 0, user(`spliced ${n}`));
      h.reverse();
      if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
    h.refresh();
    h.validate();
    assert.ok(h.length <= 30);
    h.close();
  });

  // Gemini's calls have no ids: whoever pushes call and answer, and whoever looks at them again, they belong together.
  for (const [who, pick] of [['another', () => 1], ['both in turn', (n) => n % 2], ['call and answer apart', (n, isAnswer) => (isAnswer ? 1 : 0)]]) {
    histories(`tool calls without ids, pushed by ${who}`, (make) => {
      const said = (role, part) => ({ role, parts: [part] });
      const h = make({ maxMessages: 7 }, [said('user', { text: 'init' }), said('model', { text: 'ok' }), said('user', { text: 'go' })]);
      const writers = [h, SharedHistory.open(h.handle)];
      for (let n = 0; n < 12; n += 1) {
        writers[pick(n, false)].push(said('model', { functionCall: { name: 'f', args: {} } }));
        if (n % 3 === 0) h.refresh();
        writers[pick(n, true)].push(said('user', { functionResponse: { name: 'f', response: { n } } }));
        h.refresh();
        assert.ok(h.length <= 7);
        h.forEach(({ parts: [part] }, at) => {
          assert.strictEqual(part.functionResponse !== undefined, h[at - 1]?.parts[0].functionCall !== undefined, JSON.stringify(h));
        });
      }
    });
  }

  histories('an answer without an id that was taken back and pushed anew', (make) => {
    const said = (role, part) => ({ role, parts: [part] });
    const answer = (n) => Object.freeze(said('user', { functionResponse: { name: 'f', response: { n } } }));
    const h = make({ maxMessages: 5 }, [said('user', { text: 'init' })]);
    for (let n = 0; n < 8; n += 1) {
      h.push(said('model', { functionCall: { name: 'f', args: {} } }), answer(n));
      h.pop();
      h.splice(h.length, 0, answer(n));
      h.forEach(({ parts: [part] }, at) => {
        assert.strictEqual(part.functionResponse !== undefined, h[at - 1]?.parts[0].functionCall !== undefined, JSON.stringify(h));
      });
    }
  });

  test('a number that is no history’s', () => {
    const h = new BoundedHistory();
    for (const history of [h.handle.history + 2 ** 32, -1, 1.5, NaN, '1']) {
      assert.throws(() => SharedHistory.open({ ...h.handle, history }), TypeError);
    }
    h.close();
  });
});
