// Places in `lib/` to break, one at a time, for `npm run fuzz:broken`.

/**
 * @typedef {object} Break
 * @property {string} name what is wrong then
 * @property {'collections' | 'groups' | 'histories' | 'parsing'} world
 * @property {string} file in `lib/`
 * @property {string} from stands there once
 * @property {string} to
 * @property {number} [steps] of which it takes more than usual
 * @property {boolean} [expected] whether the fuzzer is to notice; it is
 */

/** @type {Break[]} */
export const breaks = [
  {
    name: 'one entry in fifty stays in the index', world: 'collections', file: 'slots.js',
    from: '      index.delete(key);\n    }\n    if (this.spared',
    to: '      if ((globalThis.broken = (globalThis.broken ?? 0) + 1) % 50 !== 0) index.delete(key);\n    }\n    if (this.spared',
  },
  {
    name: 'no hook where a new entry takes a victim’s place', world: 'collections', file: 'grants.js',
    from: "if (this.hooked) this.reporter().push(victim, base.read.call(owner, victim), 'lru');", to: '',
  },
  {
    name: 'no hook for what was replaced', world: 'collections', file: 'store.js',
    from: "if (this.hooked && !Object.is(old, value) && !this.base.isSet) this.reporter().push(key, old, 'replace');", to: '',
  },
  {
    name: 'hooks that are left over are forgotten', world: 'collections', file: 'hooks.js',
    from: 'else this.queue.splice(0, this.next);', to: 'else this.queue.length = 0;',
    // A sequence has fewer steps than an operation may run hooks; `__test__/endless/` has them.
    expected: false,
  },
  { name: 'one hook in a hundred runs twice', world: 'collections', file: 'hooks.js', from: '        this.runOne(removal);\n', to: '        this.runOne(removal);\n        globalThis.broken = (globalThis.broken ?? 0) + 1;\n        if (globalThis.broken % 100 === 0) this.runOne(removal);\n' },
  { name: 'a hook that throws ends the others', world: 'collections', file: 'hooks.js', from: '      this.report(error, key, reason);\n    }\n  }\n\n  /**\n   * @param {PromiseLike', to: '      this.report(error, key, reason);\n      this.next = this.queue.length;\n    }\n  }\n\n  /**\n   * @param {PromiseLike' },
  { name: 'a question that closes its collection is answered', world: 'collections', file: 'removals.js', from: '    if (this.closed) return 0;\n    engine.flush();', to: '    engine.flush();' },
  { name: 'a question within a question begins a removal', world: 'collections', file: 'removals.js', from: '    if (this.asking > 0) return left;\n', to: '', expected: false },
  { name: 'what sizeOf closes is stored into', world: 'collections', file: 'store.js', from: "    this.open(); // `sizeOf` may have closed it\n    this.engine.refresh();", to: '    this.engine.refresh();', expected: false },
  { name: 'a load wins over what was stored meanwhile', world: 'collections', file: 'store.js', from: '    // What is stored has won over a load, also over one that a callback has just begun.\n    this.loads?.delete(key);', to: '', expected: false },
  { name: 'a lease is given back twice', world: 'collections', file: 'lease.js', from: '    this.#store = undefined;\n    this[ENDED]();', to: '    this[ENDED]();' },
  { name: 'names given ahead stay although one was read', world: 'collections', file: 'store.js', from: '    if (this.next < this.grants && this.victims) this.revoke();\n    return slot;', to: '    return slot;' },

  { name: 'a write that failed keeps its session’s weight', world: 'groups', file: 'group/entries.js', from: '        group.takeBack(session);\n        throw error;', to: '        throw error;', steps: 3_000_000 },
  { name: 'an entry that leaves keeps its weight', world: 'groups', file: 'group/entries.js', from: 'if (this.weights !== null) setWeight(this, slot, session, 0);', to: '' },
  { name: 'the core is not told a session’s weight', world: 'groups', file: 'group/sessions.js', from: '    this.call(OP.WEIGH);', to: '' },
  { name: 'children stay when their parent expires', world: 'groups', file: 'group/sessions.js', from: '      count += this.endDescendants(session.id, reason);\n', to: '' },
  { name: 'a clock comes between session and entry', world: 'groups', file: 'group/entries.js', from: '        this.engine.steady = true;\n', to: '' },
  { name: 'a session that ends leaves a member’s entry', world: 'groups', file: 'group/direct.js', from: '    this.base.delete.call(this.owner, id);\n    this.index.delete(id);', to: '    this.base.delete.call(this.owner, id);' },
  { name: 'members are not told before their group', world: 'groups', file: 'group/hooks.js', from: '      for (const [inner, held] of entries) this.invoke(each.hook, [inner, held, reason], inner, reason);\n', to: '' },
  { name: 'a tombstone holds nobody back', world: 'groups', file: 'group/graves.js', from: '      this.dropped += 1;\n      return false;', to: '      this.dropped += 1;', expected: false },
  { name: 'a session has an entry too many in a member', world: 'groups', file: 'group/entries.js', from: 'more.count > this.maxPerSession; more', to: 'more.count > this.maxPerSession + 1; more' },

  { name: 'onTrim within onTrim', world: 'histories', file: 'history/leave.js', from: 'if (onTrim === undefined || state.telling) return;', to: 'if (onTrim === undefined) return;' },
  { name: 'what was trimmed is told twice, now and then', world: 'histories', file: 'history/leave.js', from: '      state.trimmed = [];\n', to: '      state.trimmed = (globalThis.broken = (globalThis.broken ?? 0) + 1) % 50 === 0 ? messages.slice(0, 1) : [];\n' },
  { name: 'the array is not looked at anew', world: 'histories', file: 'history/settle.js', from: 'steady = version === state.version && isSame(found.looked, array);', to: 'steady = true;' },
  { name: 'an order that closes its history leaves messages', world: 'histories', file: 'history/methods.js', from: '  if (state.closed) history.length = 0;\n', to: '' },
  { name: 'placeholders while code of messages runs', world: 'histories', file: 'history/json.js', from: "  if (!isBare(array)) return Buffer.from(JSON.stringify(array));\n", to: '' },
  { name: 'a message is adopted twice', world: 'histories', file: 'history/adopt.js', from: 'if (isTaken(planned)) replan(planned);\n  else if', to: 'if' },
  { name: 'a text that was written between plan and adoption is lost', world: 'histories', file: 'history/adopt.js', from: '  else if (isStale(planned)) surveyed(planned);\n', to: '' },
  { name: 'a text that left stays to be written', world: 'histories', file: 'history/leave.js', from: '    state.dirty.delete(text);\n', to: '', expected: false },
  { name: 'a text that a callback settled is settled again', world: 'histories', file: 'history/settle.js', from: '      if (!state.dirty.has(text)) continue;\n', to: '', expected: false },
  { name: 'messages leave without their texts', world: 'histories', file: 'history/leave.js', from: 'if (materialise(holders[at], text, value)) frozen.add(holders[at]);', to: 'if (at === 0 && materialise(holders[at], text, value)) frozen.add(holders[at]);' },
  { name: 'what was taken out in twos and more stays in Rust', world: 'histories', file: 'history/settle.js', from: '    remove(state, gone);\n', to: '    if (gone.length < 2) remove(state, gone);\n' },
  { name: 'others see what was', world: 'histories', file: 'history/sharing.js', from: '  native.skeleton(state.id, m, text, nonceOf(state));\n', to: '  if (m % 7 !== 0) native.skeleton(state.id, m, text, nonceOf(state));\n' },

  { name: 'the largest limit of all providers instead of the smallest', world: 'parsing', file: 'history/settings.js', from: 'Math.min(limits.window[option] ?? Infinity, number)', to: 'Math.max(limits.window[option] ?? 0, number)' },
  { name: 'half a message is a limit', world: 'parsing', file: 'history/settings.js', from: "  const number = read(name, value, 1, true);", to: '  const number = read(name, value, 1, false);' },
  { name: 'a provider may be called __proto__', world: 'parsing', file: 'history/settings.js', from: "      Object.defineProperty(limits.windows, match[1], { value: {}, writable: true, enumerable: true, configurable: true });", to: '      limits.windows[match[1]] = {};' },
  { name: 'events are read by their getters', world: 'parsing', file: 'group/events.js', from: '  return Object.getOwnPropertyDescriptor(value, name)?.value;', to: '  return /** @type {any} */ (value)[name];' },
  { name: 'the version of a sync event is part of its type', world: 'parsing', file: 'group/events.js', from: ".replace(/\\.\\d+$/, '')", to: '' },
];
