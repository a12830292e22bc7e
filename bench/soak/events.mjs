// The host's events as a plugin gets them: in no order, about sessions that are there, gone or never were.

const TYPES = [
  'session.created', 'session.updated', 'session.idle', 'session.error', 'session.compacted', 'message.updated', 'message.part.updated',
  'tool.execute.after',
];

/**
 * @param {import('./world.mjs').World} world
 * @param {ReturnType<typeof import('../../__test__/support/random.mjs').random>} random
 */
export function events({ group }, random) {
  let strangers = 0;
  const stranger = () => {
    strangers += 1;
    return `stranger_${strangers}`;
  };
  const status = (/** @type {string} */ id, /** @type {string} */ type) => group.handleEvent({ type: 'session.status', properties: { sessionID: id, status: { type } } });
  return {
    'event.any': { share: 10, run: (/** @type {string} */ id) => group.handleEvent({ type: random.pick(TYPES), properties: { sessionID: id } }) },
    'event.busy': { share: 2, run: (/** @type {string} */ id) => status(id, 'busy') },
    'event.retry': { share: 0.5, run: (/** @type {string} */ id) => status(id, 'retry') },
    'event.idle': { share: 2, run: (/** @type {string} */ id) => status(id, 'idle') },
    'event.child': { share: 0.5, run: (/** @type {string} */ id) => group.handleEvent({ type: 'session.created', properties: { info: { id: stranger(), parentID: id } } }) },
    // Nobody will ever say that these are over.
    'event.stranger': { share: 2, run: () => status(stranger(), 'busy') },
    'event.strange-delete': { share: 1, run: () => group.handleEvent({ type: 'session.deleted', properties: { info: { id: stranger() } } }) },
    'event.odd': { share: 0.5, run: () => group.handleEvent(random.pick([null, undefined, 5, 'x', {}, { type: 5 }, { type: 'session.deleted' }, { type: 'session.status', properties: [] }])) },
  };
}
