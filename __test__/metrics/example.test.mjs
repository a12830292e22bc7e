// examples/metrics: the worker runs, the scrape answers, and the dashboard names nothing that is not there.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from '../harness.mjs';

const folder = new URL('../../examples/metrics/', import.meta.url);
const dashboard = JSON.parse(readFileSync(new URL('dashboard.json', folder), 'utf8'));
const isBun = process.versions.bun !== undefined;

/** @param {string} url */
async function fetched(url) {
  const [response] = await once(get(url), 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, type: response.headers['content-type'], text };
}

/** Names of metrics in an expression of PromQL: what is followed by a selector, or is one alone. */
const named = (expression) => [...expression.matchAll(/\b([a-z]+(?:_[a-z]+)+)(?=\{|\[|,)/g)].map(([, name]) => name);

const expressions = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.map(({ definition }) => definition.replace('label_values(', '')),
];

describe('the example', () => {
  let child;
  let url = '';

  beforeAll(async () => {
    child = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', folder))], {
      env: { ...process.env, PORT: '0', SESSIONS_PER_SECOND: '100', NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    [url] = await once(createInterface({ input: child.stdout }), 'line');
  });

  afterAll(() => child.kill('SIGKILL'));

  test('serves what its structures hold, under load', async () => {
    const value = async (line) => {
      const { status, type, text } = await fetched(url);
      assert.deepStrictEqual([status, type.startsWith('text/plain')], [200, true]);
      return Number(text.split('\n').find((one) => one.startsWith(line))?.slice(line.length) ?? 0);
    };
    const removed = 'robust_session_map_removed_total{kind="map",name="children",reason="lru"}';
    const before = await value(removed);
    let now = before;
    for (const until = performance.now() + 30_000; now < before + 20 && performance.now() < until;) now = await value(removed);
    assert.ok(now >= before + 20, `${before}, then ${now}`);
    assert.strictEqual(await value('robust_session_map_entries{kind="map",name="children"}'), 40);
    assert.ok(await value('robust_session_map_sessions{kind="group",name="worker"}') >= 60);
    assert.strictEqual((await fetched(url.replace('/metrics', '/'))).status, 404);
  });

  test('has every metric of its dashboard', async () => {
    const names = new Set(expressions.flatMap(named));
    assert.ok(names.size >= 15, [...names].join());
    const { text } = await fetched(url);
    const there = new Set(text.split('\n').filter((line) => !line.startsWith('#')).map((line) => line.split(/[{ ]/)[0]));
    // prom-client's own metrics of the process are left out on Bun.
    const ours = [...names].filter((name) => !isBun || name.startsWith('robust_session_map_'));
    assert.deepStrictEqual(ours.filter((name) => !there.has(name)), []);
    const unseen = [...there].filter((name) => name.startsWith('robust_session_map_') && !names.has(name));
    assert.deepStrictEqual(unseen, [], 'metrics that the dashboard does not show');
  });

  test('ends when it is told to', async () => {
    if (process.platform === 'win32') child.kill();
    else child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    if (process.platform !== 'win32') assert.strictEqual(code, 0);
  });
});

describe('the dashboard', () => {
  test('can be imported: it asks for its data source, and ids are unique', () => {
    const { __inputs: inputs } = dashboard;
    assert.deepStrictEqual(inputs.map(({ name, pluginId }) => [name, pluginId]), [['DS_PROMETHEUS', 'prometheus']]);
    assert.strictEqual(dashboard.id, null);
    const ids = dashboard.panels.map(({ id }) => id);
    assert.strictEqual(new Set(ids).size, ids.length);
    for (const { title, gridPos, targets, datasource } of dashboard.panels) {
      assert.ok(title.length > 0 && gridPos.w <= 24 && targets.length > 0);
      assert.strictEqual(datasource.uid, '${DS_PROMETHEUS}');
      for (const { expr } of targets) assert.ok(expr.includes('$instance') && named(expr).length === 1, expr);
    }
  });
});
