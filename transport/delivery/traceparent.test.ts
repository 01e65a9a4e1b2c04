import { newTrace } from './traceparent';

const OF_W3C = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

it('begins a trace in the place of one of the W3C: sampled as that was, without its tracestate', () => {
  const old = { traceparent: text(OF_W3C), tracestate: text('a=b'), type: text('add-one') };
  const { attributes, traceHeader, traceparent } = newTrace({ attributes: old, traceHeader: undefined });
  expect(attributes).toEqual({
    traceparent: text(expect.stringMatching(/^00-(?!4bf92f35)[\da-f]{32}-(?!00f067aa)[\da-f]{16}-01$/) as string),
    type: text('add-one'),
  });
  expect([traceHeader, traceparent]).toEqual([undefined, OF_W3C]);
});

it.each(['0', '1'])("begins a trace in the place of X-Ray's, Sampled=%s", (sampled) => {
  const old = `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=${sampled};Lineage=1:a:0`;
  const { attributes, traceHeader, traceparent } = newTrace({ attributes: {}, traceHeader: old });
  const [, seconds = ''] =
    new RegExp(
      `^Root=1-([\\da-f]{8})-(?!bd862e3f)[\\da-f]{24};Parent=(?!53995c3f)[\\da-f]{16};Sampled=${sampled}$`,
    ).exec(traceHeader ?? '') ?? [];
  // X-Ray takes traces whose second is not long ago.
  expect(Math.abs(Date.now() / 1_000 - parseInt(seconds, 16))).toBeLessThan(60);
  expect(attributes).toEqual({});
  expect(traceparent).toBe(`00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-0${sampled}`);
});

it('begins one trace where both are there', () => {
  const traceHeader = 'Sampled=1;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8';
  const begun = newTrace({ attributes: { traceparent: text(OF_W3C) }, traceHeader });
  const [, id = '', parent = ''] = /^00-(.+)-(.+)-01$/.exec(begun.attributes['traceparent']?.StringValue ?? '') ?? [];
  expect(begun.traceHeader).toBe(`Root=1-${id.slice(0, 8)}-${id.slice(8)};Parent=${parent};Sampled=1`);
  expect(begun.traceparent).toBe(OF_W3C);
});

it.each(['', 'Root=1-2-3', 'Root=1-5759e988-bd862e3fe1be46a994272793'])(
  'leaves what is no context as it is: %j',
  (traceHeader) => {
    const attributes = { traceparent: text('00-0-0-00') };
    expect(newTrace({ attributes, traceHeader })).toEqual({ attributes, traceHeader, traceparent: undefined });
  },
);
