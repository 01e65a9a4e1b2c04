import { readEnvironment } from './environment';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

it.each([
  [{}, undefined],
  [{ OTEL_SERVICE_NAME: 'orders', OTEL_TRACES_SAMPLER: 'always_on' }, undefined],
  [ENDPOINT, 'http://collector:4318/v1/traces'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
  [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other/x' }, 'http://other/x'],
  [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, undefined],
  [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
])('of %j traces go to %s', (variables, url) => {
  expect(readEnvironment(variables).traces?.url).toBe(url);
});

it('baggage is left out of the propagators, and one named twice counts once', () => {
  const { traces } = readEnvironment({ ...ENDPOINT, OTEL_PROPAGATORS: 'tracecontext, baggage,xray,tracecontext' });
  expect(traces?.propagators).toEqual(['tracecontext', 'xray']);
});

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector', 'it takes an http or https URL'],
  ['OTEL_TRACES_EXPORTER', 'jaeger', 'it takes otlp or none'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'it takes http/json or http/protobuf'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote', 'parentbased_always_off or parentbased_traceidratio'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.1', 'it takes a number from 0 to 1'],
  ['OTEL_PROPAGATORS', 'b3', 'it takes tracecontext, xray, none and baggage, comma separated'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0', 'it takes a whole number from 1'],
])('a fault of %s says what it takes', (name, value, says) => {
  expect(() => readEnvironment({ ...ENDPOINT, [name]: value })).toThrow(says);
});
