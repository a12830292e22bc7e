// The reference model of the native part: the same functions, with plain arrays, without a thought for
// speed or memory. What it holds is never freed before `close`.

const SYSTEM = 1;
const TURN = 2;
const ASSISTANT = 4;
const USER = 16;
const PINNED = 32;


class Message {
  constructor(m, { flags, tokens, fixedBytes, fixedChars, calls, answers }) {
    Object.assign(this, { m, flags, tokens, fixedBytes, fixedChars });
    this.calls = calls === '' ? [] : calls.split('\n');
    this.answers = answers === '' ? [] : answers.split('\n');
    /** Text ids in order. */
    this.ts = [];
    this.head = false;
    /** The number of its turn, of those that can go by themselves. */
    this.turn = 0;
    /** All that stay or go together. @type {Set<Message>} */
    this.ring = new Set([this]);
    this.seen = true;
    this.skeleton = '';
    this.nonce = '';
  }
}

const bytesOf = (text) => Buffer.byteLength(text);

class History {
  constructor(limits) {
    this.setLimits(limits);
    this.texts = [];
    /** @type {Message[]} */
    this.kept = [];
    /** @type {Message[]} */
    this.waiting = [];
    /** @type {Message[]} */
    this.listed = [];
    this.next = 0;
    this.modelFirst = false;
    this.leading = 0;
    this.turn = 0;
    /** Messages, bytes and tokens dropped and forgotten. */
    this.forgotten = [0, 0, 0];
    this.shared = false;
    this.status = new Float64Array(10);
  }

  setLimits([maxMessages, maxTokens, maxBytes, keepFirst]) {
    Object.assign(this, { maxMessages, maxTokens, maxBytes, keepFirst: this.keepFirst ?? keepFirst });
  }

  weigh(message) {
    let bytes = message.fixedBytes;
    let chars = message.fixedChars;
    for (const t of message.ts) {
      bytes += bytesOf(this.texts[t]);
      chars += this.texts[t].length;
    }
    return { bytes, chars, tokens: message.tokens === -1 ? Math.ceil(chars / 4) : message.tokens };
  }

  totals(messages = this.kept) {
    const sum = { messages: messages.length, bytes: 0, chars: 0, tokens: 0 };
    for (const message of messages) {
      const weight = this.weigh(message);
      for (const unit of ['bytes', 'chars', 'tokens']) sum[unit] += weight[unit];
    }
    return sum;
  }

  publish() {
    const { messages, bytes, chars, tokens } = this.totals();
    const waiting = this.waiting.filter(({ seen }) => seen).length;
    const news = [...this.kept, ...this.waiting].filter(({ seen }) => !seen).length;
    // What waits may still be written to.
    const going = this.totals(this.waiting);
    const dropped = [going.messages, going.bytes, going.tokens].map((amount, index) => amount + this.forgotten[index]);
    this.status.set([messages, bytes, chars, tokens, waiting, this.next, news, ...dropped]);
  }

  push(given, texts) {
    const message = new Message(this.next, given);
    this.next += 1;
    for (const text of texts) message.ts.push(this.texts.push(text) - 1);
    this.enter(message);
    this.trim();
    this.publish();
    return message;
  }

  /** Ties the last of the order to those before it. */
  enter(message) {
    const { kept } = this;
    const last = kept.at(-1);
    for (const id of message.answers) {
      const caller = kept.findLast(({ calls }) => calls.includes(id));
      if (caller !== undefined) join(caller, message);
    }
    // Calls told in messages of their own, one after the other: their results follow all of them.
    if (last !== undefined && message.calls.length > 0 && message.flags & ASSISTANT && last.calls.length > 0
      && [...last.ring].every(({ flags }) => flags & ASSISTANT)) join(last, message);
    this.turn += message.flags & TURN && message.ring.size === 1 ? 1 : 0;
    message.turn = this.turn;
    const head = kept.filter((each) => each.head).length;
    if (head === kept.length) {
      if (message.flags & SYSTEM && this.leading === head) {
        this.leading += 1;
        message.head = true;
      } else if (head - this.leading < this.keepFirst) message.head = true;
      else this.modelFirst = Boolean(message.flags & ASSISTANT);
    }
    kept.push(message);
  }

  over(messages, maxMessages = this.maxMessages, maxTokens = this.maxTokens, maxBytes = this.maxBytes) {
    const sum = this.totals(messages);
    return sum.messages > maxMessages || sum.tokens > maxTokens || sum.bytes > maxBytes;
  }

  trim() {
    while (this.over(this.kept)) {
      const gone = next(this.kept, this);
      if (gone.size === 0) break;
      const going = this.kept.filter((message) => gone.has(message));
      this.kept = this.kept.filter((message) => !gone.has(message));
      this.waiting.push(...going);
    }
  }

  find(m) {
    const found = [...this.kept, ...this.waiting].find((message) => message.m === m);
    if (found === undefined) throw new Error(`naive: there is no message ${m}`);
    return found;
  }

  window(maxMessages, maxTokens) {
    let left = this.kept;
    for (;;) {
      if (!this.over(left, maxMessages, maxTokens, Infinity)) return left;
      const gone = next(left, this);
      if (gone.size === 0) return left;
      left = left.filter((message) => !gone.has(message));
    }
  }

  /** @param {(t: string) => string} text of a placeholder's number */
  json(message) {
    return splice(message.skeleton, message.nonce, (t) => JSON.stringify(this.texts[t]));
  }
}

function join(a, b) {
  const ring = new Set([...a.ring, ...b.ring]);
  for (const member of ring) member.ring = ring;
}

function splice(skeleton, nonce, text) {
  if (nonce === '') return skeleton;
  return skeleton.replaceAll(new RegExp(`"${nonce}(\\d+)"`, 'g'), (_, number) => text(Number(number)));
}

/** What goes next: the oldest turn that can, then the oldest step of the last. */
function next(kept, { modelFirst, turn: current }) {
  const head = kept.filter((message) => message.head).length;
  const opener = kept.findLast(({ flags }) => flags & TURN);
  const spoken = kept.findLast(({ flags }) => flags & ASSISTANT);
  const asked = kept.findLast(({ flags }) => flags & (USER | ASSISTANT));
  const stays = (message) => message.head || message.flags & PINNED || message === opener || message === spoken
    || (message === asked && message.flags & USER) || message === kept.at(-1);
  for (let from = head; from < kept.length;) {
    const nextTurn = kept.findIndex(({ turn }, at) => at > from && turn !== kept[from].turn);
    const end = nextTurn === -1 ? kept.length : nextTurn;
    const to = kept[from].turn === current ? from + 1 : end;
    const gone = new Set();
    for (const message of kept.slice(from, to)) {
      if (gone.has(message) || [...message.ring].some((member) => kept.includes(member) && stays(member))) continue;
      for (const member of message.ring) gone.add(member);
    }
    spareTheFront(kept, head, modelFirst, gone);
    if (gone.size > 0) return gone;
    from = to;
  }
  return new Set();
}

function spareTheFront(kept, head, modelFirst, gone) {
  const front = kept[head];
  if (modelFirst || !gone.has(front)) return;
  const first = kept.slice(head).find((message) => !gone.has(message));
  if (first === undefined || !(first.flags & ASSISTANT)) return;
  for (const member of front.ring) gone.delete(member);
}


/** The functions of `lib/history/native.js`. */
export function naiveNative() {
  /** @type {Map<number, History>} */
  const histories = new Map();
  let ids = 0;
  const at = (id) => {
    const found = histories.get(id);
    if (found === undefined) throw Object.assign(new Error('naive: gone'), { code: 'ERR_HISTORY_GONE' });
    return found;
  };
  const descriptor = (flags, tokens, fixedBytes, fixedChars, calls, answers) => ({ flags, tokens, fixedBytes, fixedChars, calls, answers });
  const pushed = (id, rest, texts) => at(id).push(descriptor(...rest), texts);
  /** Changes, then trims and publishes. */
  const change = (id, fn, trims = true) => {
    const history = at(id);
    const answer = fn(history);
    if (trims) history.trim();
    history.publish();
    return answer;
  };
  return {
    hold(limits) {
      ids += 1;
      const id = ids;
      const history = new History(limits);
      histories.set(id, history);
      return { id, status: history.status, close: () => void histories.delete(id) };
    },
    push: (id, ...rest) => pushed(id, rest, [rest.pop()]).ts[0],
    pushMany: (id, ...rest) => Uint32Array.from(pushed(id, rest, rest.pop()).ts),
    waiting(id) {
      const history = at(id);
      history.listed = history.waiting.filter(({ seen }) => seen);
      return Float64Array.from(history.listed, ({ m }) => m).sort();
    },
    forget: (id) => change(id, (history) => {
      const sum = history.totals(history.listed);
      history.forgotten = [sum.messages, sum.bytes, sum.tokens].map((amount, index) => amount + history.forgotten[index]);
      history.waiting = history.waiting.filter((message) => !history.listed.includes(message));
      history.listed = [];
    }),
    text: (id, t) => at(id).texts[t],
    texts: (id, ts) => Array.from(ts, (t) => at(id).texts[t]),
    setText: (id, m, t, text) => change(id, (history) => void (history.texts[t] = text)),
    addText: (id, m, text) => change(id, (history) => {
      const t = history.texts.push(text) - 1;
      history.find(m).ts.push(t);
      return t;
    }),
    dropText: (id, m, t) => change(id, (history) => {
      const message = history.find(m);
      message.ts = message.ts.filter((other) => other !== t);
    }),
    update: (id, m, ...rest) => change(id, (history) => {
      const message = history.find(m);
      const { flags, calls, answers, ...numbers } = descriptor(...rest);
      const same = message.calls.join('\n') === calls && message.answers.join('\n') === answers && message.flags === flags;
      Object.assign(message, numbers, { flags });
      if (same) return;
      message.calls = calls === '' ? [] : calls.split('\n');
      message.answers = answers === '' ? [] : answers.split('\n');
      retie(history);
    }),
    remove: (id, ms) => change(id, (history) => {
      const gone = new Set(ms);
      history.waiting = history.waiting.filter(({ m }) => !gone.has(m));
      history.kept = history.kept.filter(({ m }) => !gone.has(m));
      retie(history);
      // What the user takes out is all that goes: the next push decides again.
    }, false),
    reorder: (id, ms) => change(id, (history) => {
      if (history.kept.length !== ms.length || history.kept.some(({ m }) => !ms.includes(m))) throw new Error('naive: not the kept messages');
      const place = new Map([...ms].map((m, index) => [m, index]));
      history.kept.sort((a, b) => place.get(a.m) - place.get(b.m));
      retie(history);
    }, false),
    pin: (id, m, on) => change(id, (history) => {
      const message = history.find(m);
      message.flags = on ? message.flags | PINNED : message.flags & ~PINNED;
    }),
    window: (id, maxMessages, maxTokens) => Float64Array.from(at(id).window(maxMessages, maxTokens), ({ m }) => m),
    limits: (id, limits) => change(id, (history) => history.setLimits(limits)),
    validate: (id) => void at(id),
    json(id, skeleton, nonce, count) {
      let found = 0;
      const json = splice(skeleton, nonce, (t) => {
        found += 1;
        return JSON.stringify(at(id).texts[t]);
      });
      if (found !== count) throw new Error(`naive: ${found} placeholders, not ${count}`);
      return Buffer.from(json);
    },
    share: (id) => void (at(id).shared = true),
    skeleton: (id, m, skeleton, nonce) => void Object.assign(at(id).find(m), { skeleton, nonce }),
    news: (id) => {
      const history = at(id);
      const all = [...history.kept, ...history.waiting].filter(({ seen }) => !seen).sort((a, b) => a.m - b.m);
      for (const message of all) message.seen = true;
      history.publish();
      return all.map(({ m, nonce, skeleton }) => `${m}\n${nonce}\n${skeleton}`);
    },
    join: (id) => (histories.has(id) ? [...at(id).status] : undefined),
    sharedPush(id, ...rest) {
      if (!histories.has(id)) return undefined;
      const [skeleton, nonce, texts] = rest.splice(-3);
      const message = pushed(id, rest, texts);
      message.seen = false;
      message.nonce = nonce;
      message.skeleton = splice(skeleton, nonce, (index) => `"${nonce}${message.ts[index]}"`);
      at(id).publish();
      return at(id).kept.length;
    },
    sharedAt(id, index) {
      if (!histories.has(id)) return null;
      const message = at(id).kept[index];
      return message === undefined || message.skeleton === '' ? undefined : at(id).json(message);
    },
    sharedWindow: (id, maxMessages, maxTokens) => (histories.has(id)
      ? `[${at(id).window(maxMessages, maxTokens).filter(isShown).map((message) => at(id).json(message)).join()}]` : null),
    sharedJson: (id) => (histories.has(id) ? Buffer.from(`[${at(id).kept.filter(isShown).map((message) => at(id).json(message)).join()}]`) : null),
    ids: () => Float64Array.from(histories.keys()),
  };
}

/** Whether others see a message. */
const isShown = ({ skeleton }) => skeleton !== '';

/** Works out all ties and the head anew. */
function retie(history) {
  const { kept } = history;
  history.kept = [];
  history.leading = 0;
  history.turn = 0;
  history.turn = 0;
  for (const message of kept) Object.assign(message, { ring: new Set([message]), head: false });
  for (const message of kept) history.enter(message);
}
