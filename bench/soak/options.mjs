// How long, how much, how fast.

import { parseArgs } from 'node:util';
import { places } from './leak.mjs';

/** Samples of a run: enough for a slope, few enough not to be what is measured. */
const SAMPLES = 120;
const crews = ['full', 'empty', 'none'];

/** @param {readonly string[]} args */
export function settings(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      sessions: { type: 'string', default: '3000' },
      rate: { type: 'string', default: '20000' },
      // Simulated ms in a real one: sessions live for some 15 s.
      speed: { type: 'string', default: '120' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      // Bytes a second that memory may grow by.
      allow: { type: 'string', default: '1024' },
      out: { type: 'string' },
      // To find out whose growth it is: workers that do nothing, or none.
      workers: { type: 'string', default: 'full' },
      // To see it fail.
      leak: { type: 'string', default: '0' },
      'leak-in': { type: 'string', default: 'map' },
      sabotage: { type: 'string', default: 'nothing' },
    },
  });
  const number = (/** @type {string} */ name) => {
    const value = Number(values[/** @type {'rate'} */ (name)]);
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`--${name} takes a number, not ${values[/** @type {'rate'} */ (name)]}`);
    return value;
  };
  one('workers', values.workers, crews);
  one('leak-in', values['leak-in'], places);
  for (const what of values.sabotage.split(',')) one('sabotage', what, ['nothing', 'audit', 'error', 'hook']);
  const seconds = number('minutes') * 60;
  return {
    seconds,
    sessions: number('sessions'),
    rate: number('rate'),
    speed: number('speed'),
    seed: number('seed'),
    allow: number('allow'),
    out: values.out,
    workers: /** @type {'full' | 'empty' | 'none'} */ (values.workers),
    sabotage: values.sabotage,
    leak: { rate: number('leak'), place: values['leak-in'] },
    /** Sessions of all ages, code compiled, tables as large as they get. */
    warmup: seconds / 5,
    interval: Math.max(0.2, Math.min(5, seconds / SAMPLES)),
    auditEvery: Math.min(60, seconds / 4),
    complete: seconds >= 600 && values.workers === 'full' && values.leak === '0' && values.sabotage === 'nothing',
  };
}

/** @param {string} name @param {string} value @param {readonly string[]} known */
function one(name, value, known) {
  if (!known.includes(value)) throw new RangeError(`--${name} is one of ${known.join(', ')}, not ${value}`);
}
