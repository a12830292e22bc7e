'use strict';

// Who descends from whom. A session knows the ids of its ancestors, whether or not those hold anything;
// an ancestor's id finds the sessions that end with it. `parentOf` is asked when a session begins; what
// the host's events say about parents is remembered too, for a bounded number of ids.

const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/** Longest line of ancestors: `parentOf` may invent them for ever. */
const MOST_ANCESTORS = 100;
/** Parents known from events. */
const MOST_KNOWN = 1000;

class Lineage {
  /**
   * @param {((id: any) => any) | undefined} parentOf
   * @param {(id: any) => import('./session').Session | undefined} session what is there
   */
  constructor(parentOf, session) {
    this.parentOf = parentOf;
    this.session = session;
    /** @type {Map<any, any>} */
    this.known = new Map();
    /** @type {Map<any, Set<import('./session').Session>>} */
    this.descendants = new Map();
  }

  /** Asks the user. A line that comes back to where it was ends there. @param {any} id @returns {any[]} */
  ancestorsOf(id) {
    /** @type {any[]} */
    const line = [];
    if (this.parentOf === undefined && this.known.size === 0 && this.descendants.size === 0) return line;
    const seen = new Set([id]);
    for (let at = this.parent(id); at !== undefined && !seen.has(at) && line.length < MOST_ANCESTORS; at = this.parent(at)) {
      line.push(at);
      seen.add(at);
    }
    return line;
  }

  /** @param {any} id */
  parent(id) {
    const { parentOf } = this;
    // What an event said may be forgotten, while the session that it was about is still there.
    return parentOf?.(id) ?? this.known.get(id) ?? this.session(id)?.ancestors[0];
  }

  /**
   * What an event says. Answers whether it is news.
   * @param {any} id
   * @param {any} parent
   */
  learn(id, parent) {
    if (this.known.get(id) === parent) return false;
    this.known.delete(id);
    this.known.set(id, parent);
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value);
    return true;
  }

  /**
   * @param {import('./session').Session} session
   * @param {readonly any[]} ancestors
   */
  adopt(session, ancestors) {
    session.ancestors = ancestors;
    for (const id of ancestors) {
      const family = this.descendants.get(id);
      if (family === undefined) this.descendants.set(id, new Set([session]));
      else family.add(session);
    }
  }

  /** @param {import('./session').Session} session */
  release(session) {
    for (const id of session.ancestors) {
      const family = this.descendants.get(id);
      family?.delete(session);
      if (family?.size === 0) this.descendants.delete(id);
    }
  }

  /** The sessions that end with an id, deepest first. @param {any} id */
  of(id) {
    const family = this.descendants.get(id);
    if (family === undefined) return [];
    return [...family].sort((a, b) => b.ancestors.length - a.ancestors.length);
  }
}

exports.Lineage = Lineage;
