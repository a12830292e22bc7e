'use strict';

// One queue for all hooks of a group: members' entries that left alone, and sessions, which left all
// members in one step. Of a session first the members are told, in the order in which they were made,
// then the group: once, with what each member held.

const { Hooks, isThenable } = require('../hooks');
const { partsOf } = require('./parts');

/** @typedef {{ key: any, value: any, reason: import('../../index').RemoveReason, member?: import('./member').Member }} Removal */

class GroupHooks extends Hooks {
  /** @param {any} options the group's */
  constructor(options) {
    super(options);
    /** @type {(id: any, reason: any, parts: any) => unknown} */
    this.onEnd = options.onRemove;
  }

  /**
   * An entry left its member while its session stays, or was replaced.
   * @param {import('./member').Member} member
   * @param {any} key
   * @param {any} value
   * @param {import('../../index').RemoveReason} reason
   */
  pushEntry(member, key, value, reason) {
    /** @type {Removal} */
    const removal = { key, value, reason, member };
    this.queue.push(removal);
  }

  /**
   * @override
   * @param {Removal} removal
   */
  runOne({ key, value, reason, member }) {
    if (member !== undefined) {
      this.invoke(member.hook, [key, value, reason], key, reason);
      return;
    }
    /** @type {import('./session').Left[]} */
    const left = value.left;
    for (const { member: each, entries } of left) {
      if (each.hook === undefined) continue;
      for (const [inner, held] of entries) this.invoke(each.hook, [inner, held, reason], inner, reason);
    }
    if (this.onEnd !== undefined) this.invoke(this.onEnd, [key, reason, partsOf(left)], key, reason);
    value.left = undefined;
  }

  /**
   * @param {((...args: any[]) => any) | undefined} hook
   * @param {any[]} args
   * @param {any} key
   * @param {import('../../index').RemoveReason} reason
   */
  invoke(hook, args, key, reason) {
    try {
      const result = hook?.(...args);
      if (isThenable(result)) this.track(result, key, reason);
    } catch (error) {
      this.report(error, key, reason);
    }
  }
}

exports.GroupHooks = GroupHooks;
