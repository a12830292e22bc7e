// The naive reference of groups: sessions are entries of the naive map, members are plain lists. What a
// session holds is found by scanning. No code in common with the library.

import { Reference } from './reference.mjs';

const same = (a, b) => a === b || Object.is(a, b);

/** The sessions: as entries of a map, but what leaves takes its descendants along. */
class Sessions extends Reference {
  constructor(options, group) {
    super(options);
    this.group = group;
  }

  descendants(id) {
    return this.entries.filter((entry) => entry.value.line.includes(id)).sort((a, b) => b.value.line.length - a.value.line.length);
  }

  remove(entry, reason) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    for (const child of this.descendants(entry.key)) {
      if (this.entries.includes(child)) this.remove(child, reason);
    }
    this.counts.removed[reason] = (this.counts.removed[reason] ?? 0) + 1;
    this.group.ended(entry.key, reason);
  }

  /** Makes room for a session that may leave with an ancestor meanwhile. */
  set(key, value, options) {
    const weight = options.size;
    const more = () => (this.find(key) === undefined ? 1 : 0);
    const extra = () => weight - (this.find(key)?.weight ?? 0);
    this.present(key);
    const grows = more() === 1 || extra() > 0;
    if (grows) {
      for (let reason = this.exceeded(more(), extra()); reason !== undefined; reason = this.exceeded(more(), extra())) {
        const entry = this.coldest(this.find(key));
        if (entry === undefined) break;
        this.tryRemove(entry, reason);
      }
    }
    const entry = this.find(key);
    if (entry === undefined && this.entries.length + 1 > this.o.hardMaxSize) {
      throw Object.assign(new Error('full'), { code: 'ERR_SESSION_LIMIT' });
    }
    const { ttl, maxAge } = options;
    const now = { touched: this.now, born: this.now, used: this.seq++, ttl, maxAge, weight, busySince: undefined, checkAt: undefined };
    if (entry === undefined) {
      this.entries.push({ key, value, pins: new Set(), ...now });
      this.counts.added += 1;
    } else {
      Object.assign(entry, now);
      this.counts.updated += 1;
    }
    return this.find(key).value;
  }
}

/** A member: its entries in insertion order. */
class Member {
  constructor(group, name, kind, options) {
    Object.assign(this, { group, name, isSet: kind === 'set', o: options, entries: [] });
    this.ids = options.sessionOf ?? ((key) => key);
    this.direct = options.sessionOf === undefined && options.ttl === undefined;
    this.most = options.maxPerSession ?? (options.sessionOf === undefined ? Infinity : 1000);
  }

  find(key) {
    return this.entries.find((entry) => same(entry.key, key));
  }

  of(id) {
    return this.entries.filter((entry) => same(entry.id, id)).sort((a, b) => a.used - b.used);
  }

  deadline({ ttl, maxAge, touched, born }) {
    const idle = touched + (ttl ?? this.o.ttl ?? Infinity);
    const age = born + (maxAge ?? Infinity);
    return age < idle ? { at: age, reason: 'age' } : { at: idle, reason: 'idle' };
  }

  /** The entry alone leaves. */
  remove(entry, reason) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.group.tell(this, entry, reason);
  }

  expire() {
    for (const entry of this.entries.slice()) {
      const { at, reason } = this.deadline(entry);
      if (at > this.group.now) continue;
      this.remove(entry, reason);
      this.group.weigh(entry.id);
    }
  }

  /** As a read: the session is there and so is the entry. */
  present(key) {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    this.group.sessions.present(entry.id);
    return this.find(key);
  }

  use(entry) {
    this.group.sessions.get(entry.id);
    entry.touched = this.group.now;
    entry.used = this.group.seq++;
  }

  get(key) {
    const entry = this.present(key);
    if (entry !== undefined) this.use(entry);
    return entry?.value;
  }

  has(key) {
    const entry = this.present(key);
    if (entry !== undefined && this.isSet) this.use(entry);
    return entry !== undefined;
  }

  touch(key, ttl) {
    const entry = this.present(key);
    if (entry === undefined) return false;
    if (this.direct) return this.group.sessions.touch(key, ttl);
    if (ttl !== undefined) entry.ttl = ttl;
    this.group.sessions.touch(entry.id);
    entry.touched = this.group.now;
    entry.used = this.group.seq++;
    return true;
  }

  set(key, value, options = {}) {
    const { group } = this;
    const weight = options.size ?? this.o.sizeOf?.(value, key) ?? 0;
    if (weight > group.o.maxBytes) throw new RangeError('too heavy');
    const id = this.find(key)?.id ?? this.ids(key);
    const out = this.find(key) ?? (this.of(id).length >= this.most ? this.of(id)[0] : undefined);
    const size = group.weightOf(id) - (out?.weight ?? 0) + weight;
    const limits = this.direct ? { ttl: options.ttl, maxAge: options.maxAge } : {};
    if (group.begin(id, { ...limits, size }) === undefined) return;
    const entry = this.find(key);
    const own = { touched: group.now, born: group.now, ttl: options.ttl, maxAge: options.maxAge, weight, used: group.seq++ };
    if (entry === undefined) {
      this.entries.push({ key, value: this.isSet ? key : value, id, ...own });
    } else {
      const old = entry.value;
      Object.assign(entry, own, { value: this.isSet ? entry.value : value });
      if (!this.isSet && !Object.is(old, value)) group.tell(this, { ...entry, value: old }, 'replace');
    }
    if (this.direct) Object.assign(this.find(key), { ttl: undefined, maxAge: undefined });
    while (this.of(id).length > this.most) this.remove(this.of(id)[0], 'lru');
    group.weigh(id);
  }

  delete(key, reason = 'delete') {
    const entry = this.present(key);
    if (entry === undefined) return false;
    const { group } = this;
    if (group.count(entry.id) === 1) {
      group.sessions.remove(group.sessions.find(entry.id), reason);
      if (reason === 'delete') group.graves.delete(entry.id);
    } else {
      this.remove(entry, reason);
      group.weigh(entry.id);
    }
    return true;
  }

  clear() {
    for (const { key } of this.entries.slice()) {
      if (this.find(key) !== undefined) this.delete(key, 'clear');
    }
  }
}

export class GroupReference {
  constructor(options, members) {
    this.o = { maxBytes: Infinity, tombstone: 0, ...options };
    const isBusy = ({ id }) => this.keeps(id);
    this.sessions = new Sessions({ ...options, isBusy: (value) => isBusy(value) }, this);
    this.members = members.map(({ name, kind, options: given }) => new Member(this, name, kind, given));
    this.log = [];
    this.seq = 0;
    this.graves = new Map();
    this.resurrected = 0;
    this.tombstoned = 0;
  }

  get now() {
    return this.sessions.now;
  }

  keeps(id) {
    const busy = (one) => this.o.isBusy?.(one) ?? false;
    const held = this.sessions.descendants(id).some(({ key, pins }) => pins.size > 0 || key === this.storing || busy(key));
    return held || busy(id);
  }

  line(id) {
    const line = [];
    for (let at = this.o.parentOf?.(id); at !== undefined && at !== id && !line.includes(at); at = this.o.parentOf(at)) line.push(at);
    return line;
  }

  begin(id, options) {
    const known = this.sessions.present(id);
    if (known === undefined && this.graves.has(id)) {
      const late = this.o.tombstone === 0 || this.now - this.graves.get(id) < this.o.tombstone;
      if (late) this.resurrected += 1;
      if (late && this.o.tombstone > 0) {
        this.tombstoned += 1;
        return undefined;
      }
      this.graves.delete(id);
    }
    if (options.size > this.o.maxBytes) throw new RangeError('too heavy');
    this.storing = known === undefined ? undefined : id;
    try {
      return this.sessions.set(id, { id, line: this.line(id) }, options);
    } finally {
      this.storing = undefined;
    }
  }

  weightOf(id) {
    let sum = 0;
    for (const member of this.members) for (const { weight } of member.of(id)) sum += weight;
    return sum;
  }

  weigh(id) {
    const entry = this.sessions.find(id);
    if (entry !== undefined) entry.weight = this.weightOf(id);
  }

  count(id) {
    return this.members.reduce((sum, member) => sum + member.of(id).length, 0);
  }

  tell(member, { key, value }, reason) {
    if (member.o.onRemove !== undefined) this.log.push([member.name, key, value, reason]);
  }

  /** The session has left: everything of it leaves. */
  ended(id, reason) {
    const parts = {};
    for (const member of this.members) {
      const held = member.of(id);
      if (held.length === 0) continue;
      member.entries = member.entries.filter((entry) => !held.includes(entry));
      for (const entry of held) this.tell(member, entry, reason);
      if (member.o.sessionOf === undefined) parts[member.name] = member.isSet ? true : held[0].value;
      else parts[member.name] = held.map(({ key, value }) => (member.isSet ? key : [key, value]));
    }
    this.graves.set(id, this.now);
    this.log.push(['group', id, reason, parts]);
  }

  drop(id, reason = 'delete') {
    const entry = this.sessions.present(id);
    if (entry !== undefined) this.sessions.remove(entry, reason);
    for (const child of this.sessions.descendants(id)) {
      if (this.sessions.entries.includes(child)) this.sessions.remove(child, reason);
    }
    return entry !== undefined;
  }

  settle() {
    this.sessions.settle();
    for (const member of this.members) member.expire();
  }

  sweep() {
    this.sessions.sweep();
    for (const member of this.members) member.expire();
  }

  advance(ms) {
    const end = this.now + ms;
    for (;;) {
      const own = this.members.flatMap((member) => member.entries.map((entry) => member.deadline(entry).at));
      const next = Math.min(...own, ...this.sessions.entries.map((entry) => this.sessions.look(entry)), Infinity);
      if (next > end) break;
      this.sessions.now = Math.max(this.now, next);
      this.settle();
    }
    this.sessions.now = end;
  }

  shed(n) {
    this.sessions.settle();
    const before = this.sessions.entries.length;
    const left = () => before - this.sessions.entries.length;
    while (left() < n) {
      const entry = this.sessions.coldest(undefined);
      if (entry === undefined) break;
      this.sessions.tryRemove(entry, 'pressure');
    }
    return left();
  }
}
