'use strict';

// How a member comes into being: a map or a set whose store is one of the group's.

const { DirectStore } = require('./direct');
const { EntryStore } = require('./entries');
const { EntryMap, EntrySet } = require('./faces');
const { RobustSessionMap } = require('../map');
const { RobustSessionSet } = require('../set');
const { Membership } = require('./membership');
const { parseMemberOptions } = require('./options');
const { text } = require('../options');
const { show } = require('../errors');
const { Map } = globalThis; // as they were: a program may put our classes in their place

/**
 * The member of a name: made if there is none, else the one there is.
 * @param {import('./sessions').SessionStore} store
 * @param {any} Type
 * @param {string} kind as the group's method is called
 * @param {string} title
 * @param {unknown} options
 * @param {(options: any) => any} [kindOf] the store's class
 * @param {(what: string, given: unknown) => any} [parse]
 */
function join(store, Type, kind, title, options, kindOf = storeFor, parse = parseMemberOptions) {
  const what = `${store.name}.${kind}`;
  text(`${what}: name`, title);
  const known = store.members.find((each) => each.title === title);
  if (known !== undefined) {
    if (known.owner.constructor !== Type) throw new TypeError(`${what}(${show(title)}): this member is not a ${kind}`);
    if (options !== undefined && options !== null) {
      throw new TypeError(`${what}(${show(title)}): the member is there already; give its options once, where it is made`);
    }
    return known.owner;
  }
  const parsed = parse(`${what}(${show(title)})`, options);
  if (store.closed) throw store.closedError();
  const Kind = kindOf(parsed);
  const Face = Kind === EntryStore ? ENTRY_FACES.get(Type) : Type;
  return new Face(new Membership((owner, base) => {
    const made = new Kind(store, title, parsed, owner, base);
    store.members.push(made);
    if (parsed.onRemove !== undefined) store.listen();
    return made;
  }));
}

/** @type {Map<any, any>} */
const ENTRY_FACES = new Map();
ENTRY_FACES.set(RobustSessionMap, EntryMap).set(RobustSessionSet, EntrySet);

/** @param {Readonly<import('./options').MemberOptions>} options */
function storeFor({ sessionOf, ttl }) {
  return sessionOf === undefined && ttl === Infinity ? DirectStore : EntryStore;
}

exports.join = join;
