'use strict';

// What an event of the host says about sessions. Payloads come from elsewhere: only own data properties
// of objects are read, so no getter runs and nothing is inherited; whatever a proxy throws counts as
// saying nothing.

const { Set } = globalThis; // as they were: a program may put our classes in their place

/**
 * @typedef {object} Notice
 * @property {'deleted' | 'created' | 'used' | 'running' | 'resting' | 'disposed'} what
 * @property {string} id the session; of `disposed` the directory
 * @property {string | undefined} parent
 */

/** `session.*` events that say no more than that the session is in use. */
const USES = new Set(['session.updated', 'session.compacted']);
/** The session is not running any more. */
const RESTS = new Set(['session.idle', 'session.error']);
/** Kinds of `session.status`. */
const RUNNING = new Set(['busy', 'retry', 'running']);
/** Sessions remembered that run and have not begun. */
const MOST_EARLY = 1000;

/**
 * @param {unknown} value
 * @param {string} name
 */
function own(value, name) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/**
 * The first that is an id.
 * @param {unknown[]} candidates
 * @returns {string | undefined}
 */
function idOf(...candidates) {
  return /** @type {string | undefined} */ (candidates.find((each) => typeof each === 'string' && each !== ''));
}

/**
 * The event's type and payload; of a `sync` event those of what is in it, without the version.
 * @param {unknown} event
 */
function unwrap(event) {
  const type = own(event, 'type');
  if (type !== 'sync') return { type, payload: own(event, 'properties') };
  const inner = own(event, 'syncEvent');
  const versioned = own(inner, 'type');
  return {
    type: typeof versioned === 'string' ? versioned.replace(/\.\d+$/, '') : undefined,
    payload: own(inner, 'data'),
  };
}

/**
 * @param {unknown} event
 * @returns {Notice | undefined}
 */
function read(event) {
  const { type, payload } = unwrap(event);
  if (typeof type !== 'string') return undefined;
  const info = own(payload, 'info');
  const stated = own(payload, 'sessionID');
  if (type.startsWith('session.')) return readSession(type, payload, info, stated);
  if (type.startsWith('message.') || type.startsWith('tool.')) {
    // `info.id` is a message's here.
    const id = idOf(stated, own(info, 'sessionID'), own(own(payload, 'part'), 'sessionID'));
    return id === undefined ? undefined : { what: 'used', id, parent: undefined };
  }
  if (type !== 'server.instance.disposed') return undefined;
  const directory = idOf(own(payload, 'directory'));
  return directory === undefined ? undefined : { what: 'disposed', id: directory, parent: undefined };
}

/**
 * @param {string} type
 * @param {unknown} payload
 * @param {unknown} info
 * @param {unknown} stated
 * @returns {Notice | undefined}
 */
function readSession(type, payload, info, stated) {
  const id = idOf(own(info, 'id'), stated);
  if (id === undefined) return undefined;
  const parent = idOf(own(info, 'parentID'));
  if (type === 'session.deleted') return { what: 'deleted', id, parent };
  if (type === 'session.created') return { what: 'created', id, parent };
  if (USES.has(type)) return { what: 'used', id, parent };
  if (RESTS.has(type)) return { what: 'resting', id, parent };
  if (type !== 'session.status') return undefined;
  const status = own(payload, 'status');
  const kind = typeof status === 'string' ? status : own(status, 'type');
  if (kind === 'idle') return { what: 'resting', id, parent };
  return { what: RUNNING.has(kind) ? 'running' : 'used', id, parent };
}

/**
 * @param {unknown} event
 * @returns {Notice | undefined} `undefined` if it says nothing
 */
function readEvent(event) {
  try {
    return read(event);
  } catch {
    return undefined;
  }
}

/**
 * Carries out what an event says. Never begins a session.
 * @param {import('./sessions').SessionStore} store
 * @param {Notice} notice
 */
function follow(store, { what, id, parent }) {
  if (what === 'disposed') {
    if (id === store.given.directory) store.close();
    return;
  }
  if (what === 'deleted' || what === 'resting') store.early.delete(id);
  if (what === 'deleted') {
    store.remove(id, 'event');
    store.lineage.known.delete(id);
    return;
  }
  if (what === 'created') store.graves.lift(id);
  if (parent !== undefined) learnParent(store, id, parent);
  if (!store.touch(id, undefined)) {
    if (what === 'running') runEarly(store, id);
    return;
  }
  const session = store.session(id);
  if (session === undefined) return;
  if (what === 'running' && !session.running?.held) session.running = store.pin(id);
  if (what === 'resting') {
    const lease = session.running;
    session.running = undefined;
    lease?.release();
  }
}

/**
 * A session runs before anything was stored for it: it gets its lease when it begins.
 * @param {import('./sessions').SessionStore} store
 * @param {string} id
 */
function runEarly({ early }, id) {
  early.add(id);
  if (early.size > MOST_EARLY) early.delete(early.values().next().value);
}

/**
 * An event names a session's parent: what is there follows it.
 * @param {import('./sessions').SessionStore} store
 * @param {string} id
 * @param {string} parent
 */
function learnParent(store, id, parent) {
  const { lineage } = store;
  if (!lineage.learn(id, parent)) return;
  const session = store.session(id);
  for (const each of session === undefined ? lineage.of(id) : [session, ...lineage.of(id)]) {
    let { ancestors } = each;
    try {
      ancestors = lineage.ancestorsOf(each.id);
    } catch (error) {
      store.reporter().report(error, each.id, 'event');
    }
    if (each.gone) continue; // `parentOf` has ended it
    lineage.release(each);
    lineage.adopt(each, ancestors);
  }
}

exports.readEvent = readEvent;
exports.follow = follow;
