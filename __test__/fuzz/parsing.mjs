// Settings and events as nobody should write them, beside readers that do it the simplest way. Events that are right are drawn with
// what they say, then spoiled: one that is spoiled may say less, or what stands in it.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { disguised } from './hostile.mjs';
import { World } from './world.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, BoundedHistory, limitsFromSettings } = require('../../index.js');
const { readEvent } = require('../../lib/group/events.js');

const PREFIXES = ['P', 'CLAUDE_MEM', '_', '__proto__', '7', 'a.b*', 'MAX', 'P_MAX_TOKENS'];
const NAMES = ['SESSION_TTL_MINUTES', 'MAX_ACTIVE_SESSIONS', 'MAX_CONVERSATION_HISTORY', 'MAX_CONTEXT_MESSAGES', 'MAX_TOKENS'];
const PROVIDERS = ['OPENROUTER', '__proto__', 'constructor', 'a\nb', '_', '', 'MAX_TOKENS', 'é', '\ud800', 'X_', 'toString'];
const TEXTS = ['5', ' 50 ', '0', '0.5', '2.50', '1.', '.5', '1e3', '0x10', '-1', '+1', '', ' ', '5 5', '٣', '5\n', '\u00a07', '1_000', '9'.repeat(20), '9'.repeat(400), 'Infinity', 'sixty'];
const OTHERS = [true, false, null, undefined, {}, [], [5], 5n, Symbol('5'), () => 5, new Number(5), new Date(0), { valueOf: () => 5 }];
const NUMBERS = [0, 1, 2, 50, 0.5, 1.5, -1, -0, NaN, Infinity, -Infinity, 2 ** 53, 1e300];

/** A decimal number as such files have it, or nothing. @param {string} text */
function decimal(text) {
  const parts = text.trim().split('.');
  const digits = (/** @type {string} */ part) => part !== '' && [...part].every((each) => '0123456789'.includes(each));
  return parts.length <= 2 && parts.every(digits) ? Number(text) : undefined;
}

/** What one setting says, or the error that it is. @param {unknown} value @param {boolean} minutes */
function plainRead(value, minutes) {
  const number = typeof value === 'string' ? decimal(value) : value;
  if (typeof number !== 'number') return TypeError;
  if (Number.isNaN(number) || number === Infinity) return RangeError;
  return minutes ? (number < 0 ? RangeError : number * 60_000) : number < 1 || number % 1 !== 0 ? RangeError : number;
}

/**
 * The limits, or the first key that is wrong.
 * @param {[string, unknown][]} entries @param {string} prefix
 */
function plainLimits(entries, prefix) {
  const limits = { sessions: {}, history: {}, window: {}, windows: new Map() };
  for (const [key, value] of entries) {
    if (!key.startsWith(`${prefix}_`) || value === undefined) continue;
    const rest = key.slice(prefix.length + 1);
    const name = NAMES.find((each) => rest === each) ?? NAMES.slice(3).find((each) => rest.endsWith(`_${each}`) && rest.length > each.length + 1);
    if (name === undefined) continue;
    const read = plainRead(value, name === 'SESSION_TTL_MINUTES');
    if (typeof read !== 'number') return { key, error: read };
    if (name === 'SESSION_TTL_MINUTES') limits.sessions.ttl = read;
    else if (name === 'MAX_ACTIVE_SESSIONS') limits.sessions.maxSize = read;
    else if (name === 'MAX_CONVERSATION_HISTORY') limits.history.maxMessages = read;
    else {
      const option = name === 'MAX_TOKENS' ? 'maxTokens' : 'maxMessages';
      limits.window[option] = Math.min(read, limits.window[option] ?? Infinity);
      const provider = rest.slice(0, -name.length - 1);
      if (provider !== '') limits.windows.set(provider, { ...limits.windows.get(provider), [option]: read });
    }
  }
  return { limits };
}

/** What right events are made of. @type {[string, string, Record<string, unknown>?][]} */
const SESSION_EVENTS = [
  ['session.created', 'created'], ['session.deleted', 'deleted'], ['session.updated', 'used'], ['session.compacted', 'used'], ['session.idle', 'resting'], ['session.error', 'resting'],
  ['session.status', 'running', { status: { type: 'busy' } }], ['session.status', 'running', { status: 'retry' }], ['session.status', 'resting', { status: { type: 'idle' } }],
  ['session.status', 'used', { status: 'unheard of' }],
];
const WHAT = new Set(['deleted', 'created', 'used', 'running', 'resting', 'disposed']);
const IDS = ['ses_1', 'a', '__proto__', 'constructor', ' ', '\ud800', '0', 'x'.repeat(5000)];

export class Parsing extends World {
  operate() {
    if (this.r.chance(0.6)) this.settings();
    else this.event();
  }

  /** A value of a setting by lot. */
  value() {
    const { r } = this;
    const text = r.pick(TEXTS);
    const at = r.below(text.length + 1);
    return r.pick([r.pick(NUMBERS), 1 + r.below(1000), String(1 + r.below(1000)), text, text.slice(0, at) + r.pick([' ', '5', '.', 'e', '\0', '-']) + text.slice(at), r.pick(OTHERS)]);
  }

  settings() {
    const { r } = this;
    const prefix = r.pick(PREFIXES);
    const own = {};
    for (let left = r.below(5); left > 0; left -= 1) {
      const provider = r.chance(0.4) ? `${r.pick(PROVIDERS)}_` : '';
      const key = `${r.chance(0.9) ? `${prefix}_` : r.pick(PREFIXES)}${provider}${r.pick(NAMES)}${r.chance(0.05) ? r.pick(['S', ' ', '\n']) : ''}`;
      Object.defineProperty(own, key, { value: this.value(), enumerable: r.chance(0.95), configurable: true, writable: true });
    }
    const way = r.below(4);
    if (way === 0) return this.fromText(own, prefix);
    if (way === 1) return this.fromEnvironment(own, prefix);
    this.compare(disguised(this, own), prefix, Object.entries(own));
  }

  /** As JSON, spoiled now and then. @param {object} own @param {string} prefix */
  fromText(own, prefix) {
    const { r } = this;
    let text;
    try {
      text = JSON.stringify(own);
    } catch {
      return; // a BigInt
    }
    if (r.chance(0.3)) {
      const at = r.below(text.length);
      text = text.slice(0, at) + r.pick(['', '"', '}', ',', '\\u', '\0', '[]']) + text.slice(at + r.below(3));
    }
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    const usable = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    this.compare(text, prefix, usable ? Object.entries(parsed) : undefined);
  }

  /** @param {object} own @param {string} prefix */
  fromEnvironment(own, prefix) {
    const before = { ...process.env };
    for (const [key, value] of Object.entries(own)) {
      if (/^\w+$/.test(key) && typeof value === 'string' && !value.includes('\0')) process.env[key] = value;
    }
    try {
      this.compare(this.r.pick([undefined, null, process.env]), prefix, Object.entries(process.env));
    } finally {
      for (const key of Object.keys(process.env)) if (before[key] === undefined) delete process.env[key];
    }
  }

  /**
   * @param {unknown} settings @param {string} prefix
   * @param {[string, unknown][] | undefined} entries what they say; nothing if they are no settings
   */
  compare(settings, prefix, entries) {
    const wanted = entries === undefined ? { key: '', error: TypeError } : plainLimits(entries, prefix);
    const shown = () => `limitsFromSettings ${JSON.stringify(prefix)} of ${entries?.map(([key, value]) => `${JSON.stringify(key)}: ${typeof value} ${String(value)}`).join(', ')}`;
    const fits = (error) => wanted.error !== undefined && error instanceof wanted.error && error.message.includes(wanted.key);
    const { done, answer, error } = this.attempt('limitsFromSettings', () => limitsFromSettings(settings, prefix), fits);
    if (!done) return this.ensure(error?.place !== undefined || wanted.error !== undefined, () => `${shown()}: ${String(error)}`);
    if (wanted.error !== undefined) return this.finding(`${shown()}: no error about ${wanted.key}`);
    const { windows, ...others } = wanted.limits;
    try {
      assert.deepStrictEqual({ ...answer, windows: Object.entries(answer.windows) }, { ...others, windows: [...windows] });
    } catch (difference) {
      return this.finding(`${shown()}: ${difference.message}`);
    }
    this.ensure(({}).maxTokens === undefined && ({}).maxMessages === undefined, () => `${shown()}: Object.prototype was written to`);
    // They are options: what one of them refuses was no limit.
    this.attempt('new RobustSessionMap', () => new RobustSessionMap(answer.sessions).close());
    this.attempt('new BoundedHistory', () => {
      const history = new BoundedHistory(answer.history);
      history.window(answer.window);
      history.close();
    });
  }

  /** A right event, and what it says. */
  right() {
    const { r } = this;
    const id = r.pick(IDS);
    const kind = r.below(5);
    if (kind === 0) return { event: { type: 'server.instance.disposed', properties: { directory: id } }, notice: { what: 'disposed', id, parent: undefined } };
    if (kind === 1) {
      const payload = r.pick([{ sessionID: id }, { info: { id: 'msg_1', sessionID: id } }, { part: { sessionID: id, id: 'prt_1' } }]);
      return { event: { type: r.pick(['message.updated', 'message.part.updated', 'tool.execute.before']), properties: payload }, notice: { what: 'used', id, parent: undefined } };
    }
    const [type, what, more] = r.pick(SESSION_EVENTS);
    const parent = r.chance(0.3) ? r.pick(IDS) : undefined;
    const properties = r.chance(0.7) || parent !== undefined ? { info: { id, parentID: parent }, ...structuredClone(more) } : { sessionID: id, ...structuredClone(more) };
    const event = kind === 2 ? { type: 'sync', syncEvent: { type: `${type}.${r.below(12)}`, data: properties } } : { type, properties };
    return { event, notice: { what, id, parent } };
  }

  event() {
    const { r } = this;
    const { event, notice } = this.right();
    const spoiled = r.chance(0.5);
    if (spoiled) this.spoil(event);
    const before = JSON.stringify(event, (_, value) => (typeof value === 'function' ? 'a function' : value));
    const found = readEvent(event);
    if (!spoiled) {
      this.ensure(same(found, notice), () => `${before} says ${JSON.stringify(found)}, not ${JSON.stringify(notice)}`);
    } else if (found !== undefined) {
      const { what, id, parent } = found;
      const stands = (/** @type {unknown} */ each) => typeof each === 'string' && each !== '' && before.includes(JSON.stringify(each));
      this.ensure(WHAT.has(what) && stands(id) && (parent === undefined || stands(parent)), () => `${before} says ${JSON.stringify(found)}`);
    }
    this.ensure(before === JSON.stringify(event, (_, value) => (typeof value === 'function' ? 'a function' : value)), () => `${before} was changed`);
  }

  /** Changes one thing in an event, or makes it run code when it is read. @param {any} event */
  spoil(event) {
    const { r } = this;
    let holder = event;
    let names = Object.keys(holder);
    while (r.chance(0.6)) {
      const inner = holder[r.pick(names)];
      if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0) break;
      holder = inner;
      names = Object.keys(holder);
    }
    const name = r.pick(names);
    const told = () => {
      this.finding(`${name} of an event was read by its code`);
    };
    switch (r.below(5)) {
      case 0:
        delete holder[name];
        break;
      case 1:
        holder[name] = r.pick([null, 5, '', [], {}, ['a'], true, () => {}]);
        break;
      case 2:
        Object.defineProperty(holder, name, { get: told, enumerable: false, configurable: true });
        break;
      case 3:
        Object.setPrototypeOf(holder, { [name]: holder[name] });
        delete holder[name];
        break;
      default:
        holder[name] = new Proxy(Object(holder[name]), { get: told, getOwnPropertyDescriptor: () => { throw new Error('a trap'); }, ownKeys: () => [] });
        Object.defineProperty(holder, name, { enumerable: false });
    }
  }

  async settle() {}

  check() {}

  async finish() {
    if (this.findings.length > 0) throw this.findings[0];
  }
}

/** @param {any} found @param {any} wanted */
function same(found, wanted) {
  return found !== undefined && found.what === wanted.what && found.id === wanted.id && found.parent === wanted.parent;
}
