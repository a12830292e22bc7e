'use strict';

const { registerMetrics } = require('../lib/metrics/prom-client');

module.exports = { registerMetrics };
