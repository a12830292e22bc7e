// Histories whose callbacks, getters and orders keep giving them something to do.

import { describe } from '../harness.mjs';
import { endless } from './cases.mjs';

/** Natively, behind the history's back. */
const NATIVE = `
  const { passNow } = require(INDEX.replace('index.js', 'lib/history/idle.js'));
  let made = 0;
  const say = (role = 'user') => ({ role, content: 'message ' + (made += 1) });
  const push = (history, message) => Array.prototype.push.call(history, message);
`;

describe('histories with callbacks that go on for ever', () => {
  endless('onTrim that pushes again each time', `${NATIVE}
    let told = 0;
    const history = new BoundedHistory({ maxMessages: 3, keepFirst: 0, onTrim: (messages) => { told += messages.length; if (!stopped) history.push(say()); } });
    for (let left = 5; left > 0; left -= 1) history.push(say());
    print('ended', history.validate(), history.length);
    const before = told;
    await turns(3);
    print('goes on', told > before, history.validate());
    stopped = true;
    await turns(3);
    print('all told', told === history.dropped.messages, told + history.length === made, history.validate());
  `, ['ended true 3', 'goes on true true', 'all told true true true']);

  endless('a getter of a message that puts another into the array at every look', `${NATIVE}
    const history = new BoundedHistory({ maxMessages: Infinity });
    const odd = (message) => Object.defineProperty(message, 'extra', { get() { if (!stopped) push(history, say()); return 1; }, enumerable: true, configurable: true });
    history.push(say());
    push(history, odd(say()));
    print('ended', history.tokens > 0, history.validate());
    for (const use of [() => history.tokens, () => history.refresh(), () => history.push(say()), () => history.window(), () => history.pop(), () => history.toJSONBuffer(), () => history.sort(() => 0)]) {
      push(history, odd(say()));
      use();
      print('ended', history.validate());
    }
    passNow();
    stopped = true;
    history.refresh();
    print('none lost', history.length === made - 1, history.validate());
  `, ['ended true true', ...Array.from({ length: 7 }, () => 'ended true'), 'none lost true true']);

  endless('a getter of a message that takes another out and puts it back at every look', `${NATIVE}
    const history = new BoundedHistory({ maxMessages: 5, countTokens: () => 1 });
    const odd = (message) => Object.defineProperty(message, 'extra', { get() { if (!stopped) push(history, { ...Array.prototype.shift.call(history) }); return 1; }, enumerable: true, configurable: true });
    for (let left = 4; left > 0; left -= 1) history.push(say());
    push(history, odd(say()));
    for (let left = 10; left > 0; left -= 1) history.push(say());
    print('ended', history.validate(), history.length <= 5);
    stopped = true;
    history.refresh();
    history.push(say());
    print('works', history.length, history.validate());
  `, ['ended true true', 'works 5 true']);

  endless('an element of the array that is another message at every look', `${NATIVE}
    const history = new BoundedHistory();
    history.push(say(), say(), say());
    Object.defineProperty(history, 1, { get: () => say(), enumerable: true, configurable: true });
    history.push(say());
    print('ended', history.length, history.validate());
    history.refresh();
    print('ended', history.length, history.tokens > 0, history.validate());
  `, ['ended 4 true', 'ended 4 true true']);

  endless('countTokens that writes to other messages', `${NATIVE}
    const history = new BoundedHistory({ countTokens: (message) => {
      if (!stopped && history !== undefined) for (const each of history) each.content += '.';
      return message.content.length;
    } });
    for (let left = 4; left > 0; left -= 1) history.push(say());
    history[0].content += '!';
    print('ended', history.tokens > 0, history.validate());
    passNow();
    history.refresh();
    print('ended', history.validate());
    stopped = true;
    history.refresh();
    print('counted', history.chars === history.reduce((sum, { content }) => sum + content.length, 0), history.validate());
  `, ['ended true true', 'ended true', 'counted true true']);

  endless('countTokens that puts another message into the array', `${NATIVE}
    const history = new BoundedHistory({ maxMessages: 20, countTokens: (message) => { if (!stopped && history !== undefined) push(history, say()); return 1; } });
    history.push(say());
    print('ended', history.validate());
    history.refresh();
    passNow();
    history[0].content += '!';
    print('ended', history.tokens > 0, history.validate());
    stopped = true;
    history.refresh();
    print('none lost', history.length + history.dropped.messages === made, history.length, history.validate());
  `, ['ended true', 'ended true true', 'none lost true 20 true']);

  endless('countTokens and turnStart that ask the history', `${NATIVE}
    let asked = 0;
    const ask = () => { asked += 1; return history === undefined ? 1 : history.tokens + history.length + history.refresh().length; };
    const history = new BoundedHistory({ countTokens: ask, turnStart: (message) => { ask(); return message.role === 'user'; } });
    history.push(say());
    history.push(say());
    passNow();
    history[0].content += '!';
    history[1].content += '!';
    print('ended', history.tokens > 0, history.validate(), asked < 100);
    passNow();
    history.refresh();
    print('ended', history.validate(), asked < 200);
  `, ['ended true true true', 'ended true true']);

  endless('turnStart that pushes, while all messages are looked at', `${NATIVE}
    let within = false;
    const history = new BoundedHistory({ maxMessages: Infinity, turnStart: () => {
      if (stopped || within || history === undefined) return true;
      within = true;
      history.push(say());
      within = false;
      return true;
    } });
    history.push(say());
    passNow();
    history.refresh();
    print('ended', history.length < 20, history.validate());
    passNow();
    print('ended', history.length < 40, history.validate());
    stopped = true;
    history.refresh();
    print('none lost', history.length === made, history.validate());
  `, ['ended true true', 'ended true true', 'none lost true true']);

  endless('toJSON of a message that other threads see, which changes texts and the array', `${NATIVE}
    const history = new BoundedHistory({ maxMessages: 10 });
    history.push(say());
    const { handle } = history;
    const odd = () => {
      const message = say();
      message.extra = { toJSON() { if (!stopped) { message.content += '.'; history[0].content += '.'; push(history, say()); } return 1; } };
      return message;
    };
    push(history, odd());
    history.push(say());
    history[1].content += '!';
    print('ended', history.tokens > 0, history.validate());
    history.refresh();
    print('ended', history.length <= 10, history.validate());
    stopped = true;
    history.refresh();
    print('none lost', history.length + history.dropped.messages === made, history.validate());
  `, ['ended true true', 'ended true true', 'none lost true true']);

  // These ended before, too: what a native `sort` does is bounded by itself.
  for (const [name, order] of Object.entries({
    'puts others into the array': 'push(history, say());',
    'pushes': 'history.push(say());',
    'pops': 'history.pop();',
    'takes all out': 'Array.prototype.splice.call(history, 0);',
    'sorts': 'if (depth < 3) { depth += 1; history.sort(order); depth -= 1; }',
    'writes': "history[0] !== undefined && (history[0].content += '.');",
  })) endless(`an order that ${name}`, `${NATIVE}
    let depth = 0;
    const history = new BoundedHistory({ maxMessages: 8 });
    const order = (a, b) => { ${order} return a.content < b.content ? -1 : 1; };
    for (let left = 8; left > 0; left -= 1) history.push(say());
    history.sort(order);
    print('ended', history.length <= 8, history.validate());
    history.push(say());
    print('works', history.at(-1).content === 'message ' + made, history.validate());
  `, ['ended true true', 'works true true']);

  endless('parts whose getters add parts', `${NATIVE}
    const history = new BoundedHistory();
    const parts = [];
    const part = () => ({ get type() { if (parts.at(-1) === this) parts.push(part()); return 'text'; }, text: 'part' });
    parts.push(part());
    const element = (at = elements.length) => Object.defineProperty(elements, at, { get() { if (at === elements.length - 1) element(); return 'x'; }, enumerable: true, configurable: true });
    const elements = [];
    element();
    history.push({ role: 'user', content: parts, elements });
    history.push({ role: 'assistant', content: 'ok', tool_calls: parts });
    print('ended', history.validate());
    history.refresh();
    print('ended', history.length, history.validate());
  `, ['ended true', 'ended 2 true']);

  endless('what calls itself without end is an error, and nothing has changed', `${NATIVE}
    const tries = {
      'a getter of ever deeper objects': (history) => { const deep = () => ({ role: 'user', get inner() { return deep(); } }); history.push(deep()); },
      'toJSON that answers itself': (history) => { const odd = () => ({ role: 'user', toJSON: odd }); history.push(odd()); },
    };
    for (const [name, run] of Object.entries(tries)) {
      const history = new BoundedHistory();
      history.push(say());
      let error;
      try { run(history); } catch (thrown) { error = thrown; }
      print(name, error === undefined || error instanceof RangeError || error instanceof TypeError, history.validate());
    }
    let depth = 0;
    const history = new BoundedHistory({ maxMessages: 10, countTokens: () => { if (depth > 0 && !stopped) history.push(say()); return 1; } });
    history.push(say());
    depth = 1;
    let error;
    try { history.push(say()); } catch (thrown) { error = thrown; }
    stopped = true;
    print('countTokens that pushes', error instanceof RangeError, history.length, history.validate());
    history.push(say());
    print('works', history.length, history.validate());
  `, ['a getter of ever deeper objects true true', 'toJSON that answers itself true true', 'countTokens that pushes true 1 true', 'works 2 true']);
});
