// Payloads as a plugin's host sends them, and as nobody should.

import { disguised } from './hostile.mjs';

const TYPES = [
  'session.created', 'session.deleted', 'session.updated', 'session.compacted', 'session.idle', 'session.error', 'session.status', 'session.status', 'message.updated',
  'message.part.updated', 'tool.execute.before', 'unknown', '', 'constructor', '__proto__',
];

/** @param {import('./world.mjs').World} world @param {any} id */
export function events(world, id) {
  const { r } = world;
  const type = r.pick(TYPES);
  const info = { id, sessionID: id, parentID: r.chance(0.3) ? r.pick(['a', 'b', id, 5, null]) : undefined };
  const status = r.pick(['busy', 'idle', { type: 'busy' }, { type: 'retry' }, { type: 'idle' }, null, 7]);
  const properties = r.pick([{ info }, { sessionID: id, status }, { part: info }, { ...info, status, info }, null, 'text', [], undefined, new Map()]);
  const event = r.pick([{ type, properties }, { type, properties }, { type, properties }, { event: { type, properties } }, { type }, { properties }, null, undefined, 5, type, [], () => {}]);
  // Only own data properties are read: getters and traps of reading never run.
  if (event !== null && typeof event === 'object' && r.chance(0.2)) return disguised(world, /** @type {any} */ (event));
  return event;
}
