// The package as users get it: packed, installed into an empty project, and used from there in every
// way there is to load it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bun } from '../scripts/bun.mjs';
import { npm } from '../scripts/run.mjs';
import { afterAll, beforeAll, describe, test } from './harness.mjs';
import { binary, triple } from './platform.mjs';
import { root, temporaryFolder } from './temp.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const node = process.versions.bun === undefined ? process.execPath : (process.env.npm_node_execpath ?? 'node');
// What npm packs without being told.
const ALWAYS = ['package.json', 'README.md', 'LICENSE'];
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'prepublishOnly', 'prepack', 'postpack'];

/**
 * Runs a command that must succeed; returns what it printed.
 *
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} [shell]
 */
function succeed(cwd, command, args, shell = false) {
  const { stdout, stderr, status, error } = spawnSync(command, args, { cwd, shell, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${error ?? ''}\n${stdout}\n${stderr}`);
  return stdout.trim();
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function runNpm(cwd, args) {
  const line = npm(args);
  return succeed(cwd, line.command, line.args, line.shell);
}

/**
 * @param {string} folder of the package
 * @param {string} into
 * @returns {{ filename: string, files: { path: string }[] }}
 */
function pack(folder, into) {
  const answer = JSON.parse(runNpm(folder, ['pack', '--json', '--loglevel=error', '--pack-destination', into]));
  // An array up to npm 11, an object by package name since.
  return Object.values(answer)[0];
}

let folder = '';
let project = '';
/** @type {string[]} */
let packed = [];

/**
 * @param {string} name
 * @param {string} text
 */
function write(name, text) {
  writeFileSync(join(project, name), text);
}

describe('the package', () => {
  beforeAll(() => {
    folder = temporaryFolder();
    project = join(folder, 'project');
    const platform = join(folder, 'platform');
    mkdirSync(project);
    cpSync(join(root, 'npm', triple), platform, { recursive: true });
    cpSync(join(root, binary), join(platform, binary));
    // A copy without the binary, as it is where packages are published: it must not come along.
    const copy = join(folder, 'root');
    mkdirSync(copy);
    for (const name of [...manifest.files, ...ALWAYS]) {
      if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    const face = pack(copy, folder);
    const native = pack(platform, folder);
    packed = face.files.map(({ path }) => path);
    write('package.json', JSON.stringify({ name: 'empty', version: '1.0.0', private: true }));
    runNpm(project, [
      'install', '--offline', '--no-audit', '--no-fund', '--loglevel=error',
      join(folder, face.filename), join(folder, native.filename),
    ]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  test('contains all that `files` names, and no more', () => {
    for (const name of manifest.files) {
      assert.ok(packed.some((path) => path === name || path.startsWith(`${name}/`)), `${name} is not in the tarball`);
    }
    for (const path of packed) {
      const listed = [...manifest.files, ...ALWAYS].some((name) => path === name || path.startsWith(`${name}/`));
      assert.ok(listed, `${path} should not be in the tarball`);
    }
    assert.ok(!packed.some((path) => path.endsWith('.node')));
  });

  test('brings the files that its exports name, types first', () => {
    const { exports, main, types } = manifest;
    for (const target of [main, types]) assert.ok(packed.includes(target), target);
    for (const entry of Object.values(exports)) {
      if (typeof entry === 'string') continue;
      assert.equal(Object.keys(entry)[0], 'types');
      for (const target of Object.values(entry)) assert.ok(packed.includes(target.slice(2)), target);
    }
  });

  test('installs nothing else and runs no script', () => {
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed.toSorted(), ['robust-session-map', `robust-session-map-${triple}`]);
    for (const name of installed) {
      const { scripts = {}, dependencies } = JSON.parse(readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8'));
      assert.equal(dependencies, undefined);
      assert.deepEqual(INSTALL_SCRIPTS.filter((script) => script in scripts), []);
    }
  });

  const runtimes = /** @type {const} */ ([['Node', node], ['Bun', bun]]);
  for (const [runtime, command] of runtimes) {
    test(`works from CommonJS on ${runtime}`, () => {
      write('use.cjs', `
        const { RobustSessionMap, RobustSessionSet, SessionLimitError, SessionClosedError } = require('robust-session-map');
        const { ManualClock, nativeUsage } = require('robust-session-map/testing');
        const clock = new ManualClock();
        const map = new RobustSessionMap({ ttl: 10, maxSize: 2, clock }, [['a', 1], ['b', 2], ['c', 3]]);
        const before = [...map.keys()].join();
        clock.advance(10);
        console.log(before, map.size, nativeUsage().maps, map instanceof Map, new RobustSessionSet() instanceof Set,
          new SessionLimitError() instanceof Error, new SessionClosedError() instanceof Error,
          require('robust-session-map/package.json').version);
      `);
      assert.equal(succeed(project, command, ['use.cjs']), `b,c 0 1 true true true true ${manifest.version}`);
    });

    test(`works from an ES module on ${runtime}, as the same classes`, () => {
      write('use.mjs', `
        import { createRequire } from 'node:module';
        import robust, {
          BoundedHistory, HistoryGoneError, RobustSessionMap, RobustSessionSet, SessionClosedError, SessionGroup, SessionLimitError, SharedHistory, limitsFromSettings, memoryReport, watchMemory,
        } from 'robust-session-map';
        import { ManualClock, nativeUsage } from 'robust-session-map/testing';
        const required = createRequire(import.meta.url)('robust-session-map');
        const later = await import('robust-session-map');
        const names = { BoundedHistory, HistoryGoneError, RobustSessionMap, RobustSessionSet, SessionClosedError, SessionGroup, SessionLimitError, SharedHistory, limitsFromSettings, memoryReport, watchMemory };
        const same = Object.entries(names)
          .every(([name, value]) => required[name] === value && later[name] === value && robust[name] === value);
        const map = new RobustSessionMap({ clock: new ManualClock() }).set('a', 1);
        const history = new BoundedHistory([{ role: 'user', content: 'b' }]);
        console.log(same, Object.keys(required).sort().join() === Object.keys(names).sort().join(), map.get('a'), nativeUsage().entries <= 1, history[0].content);
      `);
      assert.equal(
        succeed(project, command, ['use.mjs']),
        'true true 1 true b',
      );
    });
  }

  test('has leak tests at hand, and says what its metrics need', () => {
    write('more.mjs', `
      import { SessionLeakError, expectNoLeak } from 'robust-session-map/testing';
      const { rounds } = await expectNoLeak(() => {}, { rounds: 6, warmup: 0 });
      const told = [];
      for (const name of ['prom-client', 'opentelemetry']) {
        await import('robust-session-map/metrics/' + name).catch((error) => told.push(error.message));
      }
      console.log(rounds >= 6, SessionLeakError.name, told.join(', '));
    `);
    assert.equal(
      succeed(project, node, ['more.mjs']),
      'true SessionLeakError robust-session-map: these metrics need the package prom-client: npm install prom-client, '
        + 'robust-session-map: these metrics need the package @opentelemetry/api: npm install @opentelemetry/api',
    );
  });

  test('runs as TypeScript on Bun', () => {
    write('run.ts', `
      import { RobustSessionMap } from 'robust-session-map';
      using sessions: RobustSessionMap<number, string> = new RobustSessionMap({ maxSize: 1 });
      sessions.set(1, 'a').set(2, 'b');
      console.log([...sessions.values()].join());
    `);
    assert.equal(succeed(project, bun, ['run.ts']), 'b');
  });

  const source = `
    import { RobustSessionMap, RobustSessionSet } from 'robust-session-map';
    import { ManualClock } from 'robust-session-map/testing';
    export const sessions: Map<number, string> = new RobustSessionMap({ clock: new ManualClock(), isBusy: (value) => value === '' });
    export const tasks: Set<string> = new RobustSessionSet(1000);
  `;
  for (const compiler of ['typescript-5.9', 'typescript-6', 'typescript']) {
    test(`type-checks with ${compiler}, as ES module and as CommonJS`, () => {
      write('use-esm.mts', source);
      write('use-cjs.cts', source);
      write('wrong.mts', `${source}\n// @ts-expect-error: the types are those of the package, not any\nsessions.get('1');`);
      const tsc = join(root, 'node_modules', compiler, 'bin', 'tsc');
      assert.ok(existsSync(tsc));
      succeed(project, node, [
        tsc, '--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022',
        '--typeRoots', 'none', 'use-esm.mts', 'use-cjs.cts', 'wrong.mts',
      ]);
    });
  }
});

describe('the platform packages', () => {
  const triples = readdirSync(join(root, 'npm'));

  test('are the targets of the build', () => {
    const arches = { x86_64: 'x64', aarch64: 'arm64' };
    const systems = {
      'unknown-linux-gnu': ['linux', '-gnu'], 'unknown-linux-musl': ['linux', '-musl'], 'apple-darwin': ['darwin', ''], 'pc-windows-msvc': ['win32', '-msvc'],
    };
    const named = manifest.napi.targets.map((target) => {
      const [arch, ...rest] = target.split('-');
      const [system, abi] = systems[rest.join('-')];
      return `${system}-${arches[arch]}${abi}`;
    });
    assert.deepEqual(named.toSorted(), triples.toSorted());
  });

  test('are the optional dependencies, in this very version', () => {
    assert.deepEqual(
      manifest.optionalDependencies,
      Object.fromEntries(triples.toSorted().map((name) => [`robust-session-map-${name}`, manifest.version])),
    );
    assert.equal(manifest.dependencies, undefined);
  });

  for (const name of triples) {
    test(`${name} is for that platform only and found by the loader`, () => {
      const own = JSON.parse(readFileSync(join(root, 'npm', name, 'package.json'), 'utf8'));
      const [system, arch, abi] = name.split('-');
      assert.equal(own.name, `robust-session-map-${name}`);
      assert.equal(own.version, manifest.version);
      assert.deepEqual(own.os, [system]);
      assert.deepEqual(own.cpu, [arch]);
      assert.deepEqual(own.libc, system === 'linux' ? [abi === 'musl' ? 'musl' : 'glibc'] : undefined);
      assert.equal(own.main, `robust-session-map.${name}.node`);
      assert.deepEqual(own.files, [own.main]);
      assert.deepEqual([own.scripts, own.dependencies], [undefined, undefined]);
      assert.ok(readFileSync(join(root, 'binding.js'), 'utf8').includes(`require('${own.name}')`));
    });
  }
});

describe('the lock file', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

  test('has every optional dependency, or `npm ci` would refuse it', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) => Object.keys(optionalDependencies)
      .filter((name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages)));
    assert.deepEqual(missing, [], 'run node scripts/lock.mjs');
  });

  test('names no registry', () => {
    const resolved = Object.values(packages).flatMap((entry) => entry.resolved ?? []);
    assert.deepEqual(resolved.filter((where) => !where.startsWith('npm/')), []);
  });
});
