// `node examples/metrics/server.mjs`: a session worker under load whose state can be watched at /metrics.
//
// PORT (9464), SESSIONS_PER_SECOND (5).

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Worker } from './worker.mjs';

const require = createRequire(import.meta.url);
const { collectDefaultMetrics, register } = require('prom-client');
// In a program of yours: robust-session-map/metrics/prom-client
const { registerMetrics } = require('../../metrics/prom-client.js');

const worker = new Worker();
worker.start(Number(process.env.SESSIONS_PER_SECOND ?? 5));
registerMetrics();
// Resident memory and the JS heap; Bun lacks some of what the others are made of.
if (process.versions.bun === undefined) collectDefaultMetrics();

const server = createServer(async (request, response) => {
  if (request.url !== '/metrics') {
    response.writeHead(404).end('Metrics are at /metrics\n');
    return;
  }
  response.writeHead(200, { 'content-type': register.contentType }).end(await register.metrics());
});
server.listen(Number(process.env.PORT ?? 9464), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/metrics`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    worker.stop();
    server.close();
    server.closeAllConnections();
  });
}
