// The naive reference: what the documentation says, written with plain objects and full scans. It has
// no code in common with the library. Slow and obvious on purpose.

const same = (a, b) => a === b || Object.is(a, b);

export class Reference {
  constructor(options = {}, base = 'map') {
    this.o = {
      ttl: 1_800_000, maxAge: Infinity, maxSize: 1000, maxBytes: Infinity, maxBusy: 1_800_000,
      hardMaxSize: Infinity, touchOnHas: base === 'set', ...options,
    };
    this.isSet = base === 'set';
    this.now = 0;
    this.seq = 0;
    this.entries = []; // in insertion order
    this.log = [];
    this.counts = { added: 0, updated: 0, hits: 0, misses: 0, overflows: 0, removed: {} };
    this.closed = false;
  }

  find(key) {
    return this.entries.find((entry) => same(entry.key, key));
  }

  deadline(entry) {
    const idle = entry.touched + (entry.ttl ?? this.o.ttl);
    const age = entry.born + (entry.maxAge ?? this.o.maxAge);
    return age < idle ? { at: age, reason: 'age' } : { at: idle, reason: 'idle' };
  }

  dueReason(entry) {
    const { at, reason } = this.deadline(entry);
    return at <= this.now ? reason : undefined;
  }

  /** When the entry has to be looked at. */
  look(entry) {
    return entry.checkAt ?? this.deadline(entry).at;
  }

  remove(entry, reason) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.counts.removed[reason] = (this.counts.removed[reason] ?? 0) + 1;
    this.log.push([entry.key, entry.value, reason]);
  }

  recheck() {
    return Math.min(Math.max(this.o.maxBusy / 8, 250), 5000);
  }

  /** The entry is to go, for `reason` if it is idle (`undefined`: only if it is due). True if it went. */
  tryRemove(entry, reason) {
    const pinned = entry.pins.size > 0;
    if (!pinned && !(this.o.isBusy?.(entry.value, entry.key) ?? false)) {
      const why = reason ?? this.dueReason(entry);
      if (why === undefined) {
        entry.checkAt = undefined;
        entry.busySince = undefined;
        return false;
      }
      this.remove(entry, why);
      return true;
    }
    entry.busySince ??= this.now;
    const until = entry.busySince + this.o.maxBusy;
    if (until <= this.now) {
      this.remove(entry, 'busy-timeout');
      return true;
    }
    entry.checkAt = pinned ? until : Math.min(until, this.now + this.recheck());
    return false;
  }

  nextLook() {
    let first;
    for (const entry of this.entries) {
      if (this.look(entry) <= this.now && (first === undefined || this.look(entry) < this.look(first))) first = entry;
    }
    return first;
  }

  coldest(but) {
    let first;
    for (const entry of this.entries) {
      if (entry === but || entry.checkAt !== undefined) continue;
      if (first === undefined || entry.used < first.used) first = entry;
    }
    return first;
  }

  bytes() {
    return this.entries.reduce((sum, entry) => sum + entry.weight, 0);
  }

  exceeded(more, weight) {
    if (this.entries.length + more > this.o.maxSize) return 'lru';
    if (this.bytes() + weight > this.o.maxBytes) return 'bytes';
    return undefined;
  }

  /** Everything due goes, then what refused entries have left above the limits. */
  settle() {
    if (this.nextLook() === undefined) return 0;
    return this.sweep();
  }

  sweep() {
    const before = this.entries.length;
    for (let entry = this.nextLook(); entry !== undefined; entry = this.nextLook()) {
      this.tryRemove(entry, this.dueReason(entry));
    }
    this.evict(undefined, 0, 0);
    return before - this.entries.length;
  }

  evict(but, more, weight) {
    for (;;) {
      const reason = this.exceeded(more, weight);
      if (reason === undefined) return;
      // What is due goes before any entry that is alive.
      const due = this.nextLook();
      const overdue = due !== undefined && due !== but;
      const entry = overdue ? due : this.coldest(but);
      if (entry === undefined) return;
      this.tryRemove(entry, overdue ? this.dueReason(entry) : reason);
    }
  }

  advance(ms) {
    const end = this.now + ms;
    for (;;) {
      const next = Math.min(...this.entries.map((entry) => this.look(entry)), Infinity);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      this.settle();
    }
    this.now = end;
  }

  touchEntry(entry) {
    entry.touched = this.now;
    entry.used = this.seq++;
    entry.busySince = undefined;
    if (entry.checkAt === undefined) return;
    if (this.dueReason(entry) === undefined) entry.checkAt = undefined;
    else entry.checkAt = Math.min(entry.checkAt, this.now + this.recheck());
  }

  /** The entry, if it has not expired; an expired one leaves. */
  present(key) {
    const entry = this.find(key);
    if (entry === undefined || entry.checkAt > this.now) return entry;
    const reason = this.dueReason(entry);
    if (reason !== undefined && this.tryRemove(entry, reason)) return undefined;
    return entry;
  }

  get(key) {
    const entry = this.present(key);
    if (entry === undefined) {
      this.counts.misses += 1;
      return undefined;
    }
    this.counts.hits += 1;
    this.touchEntry(entry);
    return entry.value;
  }

  has(key) {
    if (this.o.touchOnHas) {
      const entry = this.present(key);
      this.get(key);
      return entry !== undefined;
    }
    return this.present(key) !== undefined;
  }

  peek(key) {
    return this.present(key)?.value;
  }

  set(key, value, options = {}) {
    const weight = options.size ?? this.o.sizeOf?.(value, key) ?? 0;
    if (weight > this.o.maxBytes) throw new RangeError('too heavy');
    const entry = this.present(key);
    const more = entry === undefined ? 1 : 0;
    const extra = weight - (entry?.weight ?? 0);
    if (more === 1 || extra > 0) this.evict(entry, more, extra);
    if (entry === undefined && this.entries.length + 1 > this.o.hardMaxSize) {
      throw Object.assign(new Error('full'), { code: 'ERR_SESSION_LIMIT' });
    }
    const { ttl, maxAge } = options;
    const now = { touched: this.now, born: this.now, used: this.seq++, ttl, maxAge, weight, busySince: undefined, checkAt: undefined };
    if (entry === undefined) {
      this.entries.push({ key: key === 0 ? 0 : key, value: this.isSet && value === 0 ? 0 : value, pins: new Set(), ...now });
      this.counts.added += 1;
    } else {
      const old = entry.value;
      Object.assign(entry, now);
      entry.value = this.isSet ? old : value;
      this.counts.updated += 1;
      if (!this.isSet && !Object.is(old, value)) this.log.push([entry.key, old, 'replace']);
    }
    const above = this.entries.length > this.o.maxSize || this.bytes() > this.o.maxBytes;
    if (above && (more === 1 || extra > 0)) this.counts.overflows += 1;
  }

  delete(key) {
    const entry = this.present(key);
    if (entry !== undefined) this.remove(entry, 'delete');
    return entry !== undefined;
  }

  touch(key, ttl) {
    const entry = this.present(key);
    if (entry === undefined) return false;
    if (ttl !== undefined) entry.ttl = ttl;
    this.touchEntry(entry);
    return true;
  }

  remaining(key) {
    const entry = this.present(key);
    return entry === undefined ? undefined : Math.max(0, this.deadline(entry).at - this.now);
  }

  /** Returns a token, or undefined. */
  pin(key) {
    const entry = this.present(key);
    const lease = { entry };
    entry?.pins.add(lease);
    return lease;
  }

  release(lease) {
    const { entry } = lease;
    if (entry === undefined || !entry.pins.delete(lease) || !this.entries.includes(entry)) return false;
    if (entry.pins.size === 0 && entry.checkAt !== undefined) {
      // Who may be busy on its own is asked anew, and its busy clock runs on.
      if (this.o.isBusy !== undefined && entry.busySince !== undefined) entry.checkAt = this.now;
      else [entry.checkAt, entry.busySince] = [undefined, undefined];
    }
    this.sweep();
    return true;
  }

  shed(n) {
    this.settle();
    let left = 0;
    while (left < n) {
      const entry = this.coldest(undefined);
      if (entry === undefined) break;
      if (this.tryRemove(entry, 'pressure')) left += 1;
    }
    return left;
  }

  clear(reason = 'clear') {
    this.settle();
    while (this.entries.length > 0) this.remove(this.entries[0], reason);
  }

  size() {
    this.settle();
    return this.entries.length;
  }

  state() {
    this.settle();
    return this.entries.map((entry) => [entry.key, entry.value]);
  }

  busy() {
    return this.entries.filter((entry) => entry.checkAt !== undefined).length;
  }

  pinned() {
    return this.entries.filter((entry) => entry.pins.size > 0).length;
  }
}
