// What is told of the histories: sections of text and tables.

import { SOURCE } from './history-text.mjs';
import { titles } from './history-ways.mjs';

const PASS = '✔ pass';
const MISS = '✘ MISS';
const MB = 2 ** 20;

const bytes = (value) => Math.round(value).toLocaleString('en');
const verdict = (value, limit, goal = -Infinity) => (value <= limit ? `${PASS}${value <= goal ? ', goal too' : ''}` : MISS);

/** @param {any[]} all results by runtime */
export function sections(all) {
  return [memorySection(all), waysSection(all), returnedSection(all), speedSection(all), stallSection(all), churnSection(all)].filter(({ rows }) => rows.length > 0);
}

function memorySection(all) {
  const rows = all.flatMap(({ name, memory }) => [false, true].flatMap((parts) => {
    const of = (what, sealed) => memory.find((each) => each.job.what === what && each.job.parts === parts && each.job.sealed === sealed)?.result;
    const arrays = of('arrays', false);
    if (arrays === undefined) return [];
    return [[false, parts ? undefined : 0.7], [true, parts ? 1 / 3 : 0.25]].flatMap(([sealed, limit]) => {
      const found = of('histories', sealed);
      if (found === undefined) return [];
      const ratio = found.perMessage / arrays.perMessage;
      return [[
        name, parts ? 'array of parts' : 'string', sealed ? 'sealed' : 'unsealed', bytes(arrays.perMessage), bytes(found.perMessage), bytes(found.heap), ratio.toFixed(3),
        limit === undefined ? '' : `≤ ${limit.toFixed(2)}`, limit === undefined ? '' : verdict(ratio, limit, sealed && !parts ? 0.2 : undefined),
      ]];
    });
  }));
  const sample = all.flatMap(({ memory }) => memory).at(0)?.result;
  return {
    title: 'Resident bytes per message, surface included',
    text: [
      `${SOURCE}; ${sample === undefined ? '' : `${bytes(sample.chars)} characters and ${bytes(sample.bytes)} bytes of UTF-8 a message, ${Math.round(sample.wide * 100)} % of them with a non-Latin-1 character, ${bytes(sample.messages)} messages`}.`,
      'Each in a process of its own, after forced collection.',
    ],
    head: ['runtime', 'content', 'state', 'arrays', 'BoundedHistory', 'of that, JS heap', 'ratio', 'limit', ''],
    rows,
  };
}

function waysSection(all) {
  const rows = all.flatMap(({ name, memory, speed }) => {
    const of = (what, sealed) => memory.find(({ job }) => job.what === what && !job.parts && job.sealed === sealed)?.result.perMessage;
    const arrays = of('arrays', false);
    const time = (id) => speed?.few[id]?.median.toFixed(2) ?? '–';
    const line = (title, weight, ...ids) => (weight === undefined ? [] : [[name, title, bytes(weight), (weight / arrays).toFixed(2), ...ids.map(time)]]);
    return arrays === undefined ? [] : [
      ...line('arrays', arrays, 'pushPlain', 'readPlain', 'pushSplice'),
      ...Object.entries(titles).flatMap(([id, title]) => line(title, of(id, false), `push-${id}`, `read-${id}`, '')),
      ...line('BoundedHistory', of('histories', false), 'push', 'read', 'pushTrim'),
      ...line('BoundedHistory, sealed', of('histories', true), '', 'readSealed', ''),
    ];
  });
  return {
    title: 'Ways to hold a message',
    text: [
      'Resident bytes a message as above; times in µs for messages of 5 KB (UTF-8) with one character beyond Latin-1 (`--only memory,speed`). “at a bound”:',
      'a push to 200 messages that removes the oldest: an array by splice, which may break the conversation; BoundedHistory by turns, which does not.',
      'A sealed message is read by expanding its block once; the next ones from it cost what unsealed ones do.',
    ],
    head: ['runtime', 'way', 'bytes a message', '÷ arrays', 'push', 'read one', 'push at a bound'],
    rows,
  };
}

function returnedSection(all) {
  return {
    title: 'Memory that comes back after 90 % of the sessions were dropped',
    text: ['Unsealed text, dropped without close(). Share of what those sessions held that left the process.'],
    head: ['runtime', 'what', 'held MB', 'left MB', 'came back', 'limit', ''],
    rows: all.flatMap(({ name, returned }) => returned.map(({ job: { what }, result: { held, left, share } }) => [
      name, what, bytes(held / MB), bytes(left / MB), `${(share * 100).toFixed(1)} %`, what === 'histories' ? '≥ 85 %' : '', what === 'histories' ? verdict(-share, -0.85) : '',
    ])),
  };
}

const TEXTS = { ascii: 'ASCII', few: 'one character beyond Latin-1', many: '8 % beyond ASCII' };
/** What is done, its title, and the limit in µs. */
const SPEEDS = [
  ['push', 'push', 6], ['pushTrim', 'push at a bound of 200, trimming', undefined], ['read', 'one content', 2], ['last20', 'last 20 with their content', 30],
  ['last20again', 'the same, read before', undefined], ['window20', 'window of 20', undefined], ['last20sealed', 'last 20, sealed', 150],
];

function speedSection(all) {
  return {
    title: 'Time per operation, µs',
    text: ['Messages of 5 KB (UTF-8) of real text, of three kinds. Medians of rounds, and the best round.'],
    head: ['runtime', 'operation', 'text', 'median', 'best', 'limit', ''],
    rows: all.flatMap(({ name, speed, kind: runtime }) => (speed === undefined ? [] : [
      ...Object.entries(TEXTS).flatMap(([kind, text]) => speedRows(name, text, speed[kind], runtime)),
      [name, 'new BoundedHistory() and close()', '', speed.make.median.toFixed(2), speed.make.best.toFixed(2), '', ''],
    ])),
  };
}

function speedRows(name, text, speed, runtime) {
  const limit = runtime === 'node' ? 0.5 : 1;
  const json = speed.json.median / speed.jsonPlain.median;
  return [
    ...SPEEDS.map(([id, title, most]) => [
      name, title, text, speed[id].median.toFixed(2), speed[id].best.toFixed(2), most === undefined ? '' : `≤ ${most}`, most === undefined ? '' : verdict(speed[id].median, most),
    ]),
    [name, 'toJSONBuffer of 200, sealed', text, speed.jsonSealed.median.toFixed(2), speed.jsonSealed.best.toFixed(2), '', ''],
    [
      name, 'toJSONBuffer of 200 ÷ JSON.stringify + Buffer.from', text, json.toFixed(2), (speed.json.best / speed.jsonPlain.best).toFixed(2), `≤ ${limit}`, verdict(json, limit),
    ],
  ];
}

function stallSection(all) {
  return {
    title: 'The event loop while histories are held and sealed',
    text: ['Gaps between turns of a loop that does nothing else; “empty”: the same loop before anything was held, which is what the machine itself does.'],
    head: ['runtime', 'held MB', 'seconds', 'longest gap ms', 'p99.9 ms', 'empty: longest ms', 'limit', ''],
    rows: all.flatMap(({ name, stall }) => (stall === undefined ? [] : [[
      name, bytes(stall.megabytes), stall.seconds.toFixed(0), stall.longest.toFixed(1), stall.p999.toFixed(2), stall.empty.toFixed(1), '≤ 10', verdict(stall.longest, 10),
    ]])),
  };
}

function churnSection(all) {
  return {
    title: 'Sessions that come and go at a fixed number',
    text: ['Resident MB, mean of the second and the third quarter of the time against the last: growth would be a leak.'],
    head: ['runtime', 'sessions made', 'at once', 'earlier MB', 'later MB', 'growth', ''],
    rows: all.flatMap(({ name, churn }) => (churn === undefined ? [] : [[
      name, bytes(churn.made), String(churn.count), bytes(churn.first / MB), bytes(churn.second / MB), `${((churn.second / churn.first - 1) * 100).toFixed(1)} %`, verdict(churn.second / churn.first, 1.15),
    ]])),
  };
}
