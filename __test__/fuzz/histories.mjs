// Histories whose callbacks, getters and `toJSON`s come back, and pushes of what is no message.
//
// The oracle: both sides pass the audit; every text is the one that was written; the JSON is the array's; what
// was trimmed was told once, as plain messages with their texts; the totals are those of what is there.

import { createRequire } from 'node:module';
import { Fault, World, drain } from './world.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, HistoryGoneError, SharedHistory } = require('../../index.js');

const KINDS = [
  'push', 'push', 'push', 'push', 'push', 'pushMany', 'pushOdd', 'pushOdd', 'pushOwn', 'pushLast', 'pushParts', 'pop', 'shift', 'splice', 'unshift', 'window', 'pin', 'json', 'refresh', 'stream', 'stream', 'stream',
  'write', 'assign', 'truncate', 'sort', 'reverse', 'fill', 'nativePush', 'nativeSplice', 'iterate', 'map', 'totals', 'totals', 'validate', 'close', 'handle', 'shared', 'fresh',
];
const TEXTS = ['', 'short', 'é', '漢字', '🙂 and more', '\ud800', '\0'];

/** Bytes of the UTF-8 form; a lone surrogate counts three. */
const bytesOf = (text) => Buffer.byteLength(text);

export class Histories extends World {
  constructor(seed) {
    super(seed);
    this.begin();
  }

  begin() {
    const { r } = this;
    /** Messages of which the text is known, by what holds it. */
    this.texts = new WeakMap();
    this.told = 0;
    /** The message made last. @type {any} */
    this.last = undefined;
    const o = {};
    if (r.chance(0.8)) o.maxMessages = r.pick([1, 2, 3, 6, 12]);
    if (r.chance(0.3)) o.maxTokens = r.pick([1, 50, 400]);
    if (r.chance(0.3)) o.maxBytes = r.pick([1, 300, 3000]);
    if (r.chance(0.3)) o.keepFirst = r.pick([0, 1, 2]);
    if (r.chance(0.3)) o.countTokens = (message) => (this.reenter('countTokens'), message.role.length);
    if (r.chance(0.2)) o.turnStart = (message) => (this.reenter('turnStart'), message.role === 'user');
    o.sealAfter = r.pick([0, 1, 2000, Infinity]);
    let telling = false;
    if (r.chance(0.8)) o.onTrim = (messages) => {
      this.ensure(!telling, () => 'onTrim is called within itself');
      telling = true;
      try {
        return this.trimmed(messages);
      } finally {
        telling = false;
      }
    };
    this.given = o;
    /** Messages that other histories may have adopted. */
    this.elsewhere = new WeakSet();
    this.history = new BoundedHistory(o);
    this.closed = false;
    this.simple = true;
    /** What another thread would read of it. */
    this.shared = undefined;
  }

  trimmed(messages) {
    this.told += messages.length;
    const isPlain = (message) => Object.getOwnPropertyDescriptor(message, 'content')?.get === undefined;
    for (const message of messages) {
      // What has been put back since it was trimmed, and before this was told, is a message of the history again (a
      // callback pushed it, a native sort wrote it back): until it is trimmed, taken out, or the history closed.
      if (!isPlain(message) && !this.closed && !this.history.includes(message)) this.calmly(() => this.history.validate());
      // Or it is another history's by now.
      if (!isPlain(message) && this.elsewhere.has(message)) continue;
      const back = !isPlain(message) && !this.closed && this.history.includes(message);
      this.ensure(isPlain(message) || back || this.closed, () => 'a trimmed message is not plain');
      if (this.closed && !isPlain(message)) continue;
      const text = this.texts.get(message);
      this.ensure(text === undefined || message.content === text, () => `a trimmed message of ${JSON.stringify(text.slice(0, 20))}… (${text.length}) holds ${JSON.stringify(message.content)?.slice(0, 40)}… (${message.content?.length})`);
    }
    this.reenter('onTrim');
    return this.r.chance(0.1) ? Promise.resolve().then(() => this.reenter('onTrim')) : undefined;
  }

  text() {
    const { r } = this;
    return r.pick(TEXTS) + 'x'.repeat(r.pick([0, 3, 300, 2500]));
  }

  message() {
    const message = { role: this.r.pick(['user', 'user', 'assistant', 'assistant', 'system']), content: this.text() };
    this.texts.set(message, message.content);
    this.last = message;
    return message;
  }

  /** One with parts, calls and answers. */
  parts() {
    const { r } = this;
    this.simple = false;
    const id = `call${r.below(3)}`;
    return r.pick([
      () => ({ role: 'user', content: [{ type: 'text', text: this.text() }] }),
      () => ({ role: 'assistant', content: [{ type: 'text', text: this.text() }, { type: 'tool_use', id, name: 'read', input: { path: this.text() } }] }),
      () => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: this.text() }] }),
      () => ({ role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: this.text() } }] }),
      () => ({ role: 'tool', tool_call_id: id, content: this.text() }),
    ])();
  }

  /** What runs code when it is read, or is no message. */
  odd() {
    const { r } = this;
    this.simple = false;
    const come = (answer) => () => (this.reenter('a getter of a message'), answer);
    const cycle = { role: 'user', content: 'x' };
    cycle.self = cycle;
    const call = (name) => (...args) => (this.reenter(`the trap ${name}`), Reflect[name](...args));
    const text = this.text();
    return r.pick([
      () => ({ role: 'user', get content() { return come(text)(); } }),
      () => ({ get role() { return come('user')(); }, content: text }),
      () => ({ role: 'user', content: text, toJSON: come({ role: 'user', content: 'other' }) }),
      () => ({ role: 'user', content: { toJSON: come('other') } }),
      () => ({ role: 'user', content: text, meta: { toJSON: come('other') } }),
      () => ({ get meta() { return come('other')(); }, role: 'user', content: text }),
      () => ({ role: 'user', content: [{ type: 'text', get text() { return come(text)(); } }] }),
      () => new Proxy({ role: 'user', content: text }, { get: call('get'), ownKeys: call('ownKeys'), getOwnPropertyDescriptor: call('getOwnPropertyDescriptor'), defineProperty: call('defineProperty') }),
      () => ({ role: 'user', content: text, count: 1n }),
      () => ({ role: 'user', content: () => text }),
      () => ({ role: 'user', content: text, deep: [Symbol('s')] }),
      () => cycle,
      () => Object.freeze({ role: 'user', content: text }),
      () => ({ role: { toString: come('user') }, content: text }),
      () => ({ role: 'assistant', content: [{ functionCall: { name: { toString: come('f') }, args: {} } }] }),
      () => null, () => 5, () => 'text', () => [], () => undefined,
    ])();
  }

  operate() {
    const { r, history: h } = this;
    const kind = r.pick(KINDS);
    const gone = (error) => error instanceof HistoryGoneError && this.closed;
    const run = (fn) => this.attempt(kind, fn, gone);
    const loose = (fn) => this.attempt(kind, fn, (error) => gone(error) || error instanceof TypeError || error instanceof RangeError);
    switch (kind) {
      case 'push': return run(() => h.push(this.message()));
      case 'pushMany': return run(() => h.push(this.message(), this.message(), this.message()));
      case 'pushParts': return run(() => h.push(this.parts()));
      case 'pushOdd': return loose(() => h.push(this.message(), this.odd()));
      case 'pushOwn': return h.length > 0 && loose(() => h.push(h[r.below(h.length)]));
      // In a callback about it: it is planned, and not adopted yet.
      case 'pushLast': return this.last !== undefined && run(() => h.push(this.last));
      case 'pop': return run(() => h.pop());
      case 'shift': return run(() => h.shift());
      case 'splice': return run(() => h.splice(r.below(5), r.below(3), this.message()));
      case 'unshift': return run(() => h.unshift(this.message()));
      case 'window': return run(() => this.ensure(Array.isArray(h.window({ maxMessages: 1 + r.below(5) })), () => 'window answers no array'));
      case 'pin': return loose(() => h.pin(r.below(6) - 3, r.chance(0.7)));
      case 'json': return loose(() => h.toJSONBuffer());
      case 'refresh': return loose(() => h.refresh());
      case 'stream': return run(() => this.stream(h.at(-1)));
      case 'write': return h.length > 0 && run(() => this.stream(h[r.below(h.length)]));
      case 'assign': return h.length > 0 && (h[r.below(h.length)] = this.message());
      case 'truncate': return this.closed || (h.length = Math.max(0, h.length - r.below(3)));
      case 'sort': return run(() => h.sort(() => (this.reenter('an order'), r.below(3) - 1)));
      case 'reverse': return run(() => void Reflect.apply(h.reverse, h, []));
      case 'fill': return run(() => h.fill(this.message(), r.below(4), r.below(6)));
      case 'nativePush': return this.closed || Array.prototype.push.call(h, this.message());
      case 'nativeSplice': return this.closed || Array.prototype.splice.call(h, r.below(4), 1);
      case 'iterate': return run(() => this.walk());
      case 'map': return run(() => h.map((message) => (this.reenter('a body'), message?.role)));
      case 'totals': return run(() => this.ensure(h.byteLength >= 0 && h.chars >= 0 && h.tokens >= 0 && h.dropped.messages >= 0, () => 'totals'));
      case 'validate': return run(() => h.validate());
      case 'close': return r.chance(0.1) && run(() => this.close());
      case 'handle': return r.chance(0.2) && run(() => void (this.shared = SharedHistory.open(h.handle)));
      case 'shared': return this.shared && run(() => this.look());
      case 'fresh': {
        if (!r.chance(0.2)) return false;
        const messages = [this.message(), this.odd()];
        for (const message of messages) if (typeof message === 'object' && message !== null) this.elsewhere.add(message);
        return loose(() => new BoundedHistory({ maxMessages: 3 }, messages).validate());
      }
      default: throw new Error(kind);
    }
  }

  stream(message) {
    if (message === undefined || typeof message !== 'object' || message === null) return;
    const text = this.texts.get(message);
    if (text === undefined) return;
    const more = this.text();
    message.content += more;
    this.texts.set(message, text + more);
  }

  walk() {
    let most = 30;
    for (const message of this.history) {
      this.reenter('a body');
      this.stream(message);
      most -= 1;
      if (most === 0) break;
    }
  }

  /** As another thread does, which may do so at any time. */
  look() {
    const { shared } = this;
    let texts;
    try {
      texts = shared.toJSONBuffer().toString();
    } catch (error) {
      return this.ensure(this.closed && error instanceof HistoryGoneError, () => `as others see it: ${error.message}`);
    }
    this.ensure(Array.isArray(JSON.parse(texts)), () => 'others see no array');
    return texts;
  }

  close() {
    this.closed = true;
    this.history.close();
  }

  check() {
    this.calmly(() => (this.closed ? this.checkClosed() : this.checkOpen()));
    if (this.findings.length > 0) throw this.findings[0];
    if (this.closed) this.begin();
  }

  checkOpen() {
    const { history: h, given } = this;
    h.validate();
    for (const message of h) {
      const text = this.texts.get(message);
      this.ensure(text === undefined || message.content === text, () => `a text is not what was written: ${JSON.stringify(text.slice(0, 20))}… (${text.length}) reads ${JSON.stringify(message.content)?.slice(0, 40)}… (${message.content?.length})`);
    }
    this.ensure(Array.isArray(h) && h.length > 0 === [...h].length > 0, () => 'not its own length');
    const { json, error } = jsonOf(h);
    if (error === undefined) this.ensure(h.toJSONBuffer().toString() === json, () => 'the JSON is not the array\'s');
    if (error === undefined && this.shared !== undefined) this.ensure(h.refresh() && this.look() === json, () => 'others see another JSON than the array\'s');
    if (given.onTrim !== undefined) this.ensure(h.dropped.messages === this.told, () => `${h.dropped.messages} messages dropped, told of ${this.told}`);
    if (this.simple && h.every((message) => this.texts.has(message))) {
      const sum = (of) => h.reduce((total, message) => total + of(this.texts.get(message)), 0);
      this.ensure(h.chars === sum((text) => text.length), () => `${h.chars} chars, ${sum((text) => text.length)} there`);
      this.ensure(h.byteLength === sum(bytesOf), () => `${h.byteLength} bytes, ${sum(bytesOf)} there`);
      if (given.countTokens === undefined) this.ensure(h.tokens === sum((text) => Math.ceil(text.length / 4)), () => `${h.tokens} tokens`);
    }
    h.validate();
  }

  checkClosed() {
    const { history: h } = this;
    h.validate();
    this.ensure(h.length === 0 && h.byteLength === 0 && h.tokens === 0 && h.toJSONBuffer().toString() === '[]', () => 'closed, and not empty');
    let caught;
    try {
      h.push({ role: 'user', content: 'x' });
    } catch (error) {
      caught = error;
    }
    this.ensure(caught instanceof HistoryGoneError, () => 'a closed history takes a message');
  }

  async settle() {
    await drain();
    if (this.findings.length > 0) throw this.findings[0];
  }

  async finish() {
    await drain();
    this.quiet += 1;
    this.check();
    if (!this.closed) this.close();
    this.checkClosed();
    if (this.findings.length > 0) throw this.findings[0];
  }
}

/** What JSON.stringify answers; what messages throw there is theirs. */
function jsonOf(history) {
  try {
    return { json: JSON.stringify(history) };
  } catch (error) {
    if (error instanceof Fault) throw error;
    return { error };
  }
}
