// `npm run fuzz -- --minutes 10`: lets libFuzzer look for bytes that make the core and its naive models disagree.
// Coverage comes from flags of the stable compiler. Needs a C++ compiler, which builds libFuzzer.
//
// `--targets policy,store` takes some of them. `--keep` afterwards replaces the committed corpus by a minimal one of
// the same coverage. A finding ends with 1 and leaves its input in fuzz/artifacts; put it into the corpus once it is fixed.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { root, run } from './run.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '4' }, targets: { type: 'string', default: 'policy,store,text,trim' }, keep: { type: 'boolean', default: false } },
});
const targets = values.targets.split(',');
const each = Math.max(1, Math.round((Number(values.minutes) * 60) / targets.length));

const home = join(root, 'fuzz');
const TRIPLE = 'x86_64-unknown-linux-gnu';
const program = join(home, 'target', TRIPLE, 'release', 'robust-session-map-fuzz');
/** A hundred operations or more; longer inputs take longer and would make the corpus large. */
const LONGEST = 600;

const COVERAGE = ['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares'];
const RUSTFLAGS = ['-Cpasses=sancov-module', ...COVERAGE.map((flag) => `-Cllvm-args=-sanitizer-coverage-${flag}`), '-Ccodegen-units=1', '--cfg fuzzing'].join(' ');

/** @param {string} folder */
function inputs(folder) {
  const names = readdirSync(folder);
  return { count: names.length, bytes: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) };
}

/**
 * Runs libFuzzer on a target and shows one of its lines in a while.
 *
 * @param {string} target
 * @param {string[]} args
 * @returns {Promise<{ code: number, text: string }>}
 */
function fuzz(target, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: home, env: { ...process.env, TARGET: target }, stdio: ['ignore', 'ignore', 'pipe'] });
    /** @type {string[]} */
    const lines = [];
    let shown = performance.now();
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('#') && performance.now() - shown > 5_000) {
        shown = performance.now();
        console.log(`${target}  ${line.replaceAll(/\s+/g, ' ')}`);
      }
    });
    child.on('error', (error) => resolve({ code: 127, text: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, text: lines.join('\n') }));
  });
}

const built = await run('cargo', ['build', '--locked', '--release', '--target', TRIPLE], { cwd: home, env: { ...process.env, RUSTFLAGS } });
if (built.code !== 0) throw new Error('the build failed');

let findings = 0;
mkdirSync(join(home, 'artifacts'), { recursive: true });
for (const target of targets) {
  const kept = join(home, 'corpus', target);
  const found = join(home, 'target', 'corpus', target);
  for (const folder of [kept, found]) mkdirSync(folder, { recursive: true });
  const { code, text } = await fuzz(target, [
    found, kept, `-max_total_time=${each}`, `-max_len=${LONGEST}`, '-len_control=0', '-timeout=20', '-rss_limit_mb=2048', '-print_final_stats=1', '-use_value_profile=1',
    `-artifact_prefix=${join(home, 'artifacts', `${target}-`)}`,
  ]);
  const executions = /number_of_executed_units: (\d+)/.exec(text)?.[1] ?? '?';
  const coverage = [...text.matchAll(/cov: (\d+) ft: (\d+)/g)].at(-1);
  console.log(`${target}: ${executions} executions in ${each} s, ${coverage?.[1]} places, ${coverage?.[2]} features, ${code === 0 ? 'no finding' : 'A FINDING'}`);
  if (code !== 0) {
    findings += 1;
    console.error(text.split('\n').slice(-60).join('\n'));
  } else if (values.keep) {
    const smaller = join(home, 'target', 'merged', target);
    rmSync(smaller, { recursive: true, force: true });
    mkdirSync(smaller, { recursive: true });
    const merged = await fuzz(target, ['-set_cover_merge=1', smaller, kept, found]);
    if (merged.code !== 0) throw new Error(merged.text);
    rmSync(kept, { recursive: true });
    renameSync(smaller, kept);
  }
  const { count, bytes } = inputs(kept);
  console.log(`${target}: ${count} inputs of ${Math.ceil(bytes / 1024)} KB in ${relative(root, kept)}`);
}
console.log(`${targets.length - findings} passed, ${findings} failed`);
process.exitCode = findings === 0 ? 0 : 1;
