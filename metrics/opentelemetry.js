'use strict';

const { registerMetrics } = require('../lib/metrics/opentelemetry');

module.exports = { registerMetrics };
