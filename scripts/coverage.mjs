// `npm run coverage [-- --only js,rust]`: lines and branches of `lib/` that the suite under Node runs, child
// processes and workers included (V8's own counters, reported by c8), and lines, regions and branches of
// `src/core` that Rust's own tests of it run, the fuzzer's corpus included (`rustup component add llvm-tools`).

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyCore } from './core.mjs';
import { ensure } from './ensure.mjs';
import { root, run } from './run.mjs';

const folder = join(root, 'target', 'coverage');

/** All but the hundreds of workers. Counters are memory too, so that tests of leaks may fail here: their verdicts are `npm test`'s. */
function testFiles() {
  return readdirSync(join(root, '__test__'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs') && !name.endsWith('workers.test.mjs'))
    .map((name) => join('__test__', name))
    .toSorted();
}

/** What a command printed. @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
async function printed(command, args, env = process.env) {
  const { code, output } = await run(command, args, { quiet: true, env });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${output}`);
  return output.trim();
}

async function js() {
  const raw = join(folder, 'js');
  rmSync(raw, { recursive: true, force: true });
  await run(process.execPath, ['--test', '--expose-gc', '--test-reporter=dot', '--test-concurrency=2', ...testFiles()], {
    env: { ...process.env, NODE_V8_COVERAGE: raw },
  });
  const c8 = join(root, 'node_modules', 'c8', 'bin', 'c8.js');
  const report = await run(process.execPath, [c8, 'report', '--temp-directory', raw, '--include', 'lib/**', '--all', '--reporter', 'text']);
  return report.code === 0;
}

async function rust() {
  const target = join(folder, 'rust');
  rmSync(join(target, 'raw'), { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  copyCore(join(target, 'core'));
  // Counting branches is not stable yet; the compiler can all the same.
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: '-Cinstrument-coverage -Zcoverage-options=branch', CARGO_TARGET_DIR: target };
  const manifest = ['--manifest-path', join(target, 'core', 'Cargo.toml')];
  const built = await printed('cargo', ['test', ...manifest, '--lib', '--no-run', '--message-format=json'], env);
  const messages = built.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const program = messages.findLast((message) => message.executable)?.executable;
  await printed('cargo', ['test', ...manifest, '--lib'], { ...env, LLVM_PROFILE_FILE: join(target, 'raw', '%p-%m.profraw') });

  const host = /^host: (.*)$/m.exec(await printed('rustc', ['-vV']))?.[1] ?? '';
  const tools = join(await printed('rustc', ['--print', 'sysroot']), 'lib', 'rustlib', host, 'bin');
  if (!existsSync(join(tools, 'llvm-cov'))) throw new Error('run `rustup component add llvm-tools` first');
  const data = join(target, 'merged.profdata');
  const raw = readdirSync(join(target, 'raw')).map((name) => join(target, 'raw', name));
  await printed(join(tools, 'llvm-profdata'), ['merge', '-sparse', '-o', data, ...raw]);
  const only = ['-instr-profile', data, '-ignore-filename-regex', String.raw`(registry|rustc|tests)/|/tests\.rs$`];
  const { code } = await run(join(tools, 'llvm-cov'), ['report', program, ...only, '-show-branch-summary']);
  // For whoever wants to see which: the same with every line.
  console.log(`${join(tools, 'llvm-cov')} show ${[program, ...only].join(' ')}`);
  return code === 0;
}

/** @type {Record<string, () => Promise<boolean>>} */
const steps = { js, rust };

const at = process.argv.indexOf('--only');
const names = at === -1 ? Object.keys(steps) : (process.argv[at + 1] ?? '').split(',');
if (names.includes('js')) await ensure();
for (const name of names) {
  if (await steps[name]?.() !== true) process.exitCode = 1;
}
