import { createHash } from 'node:crypto';
import { RecordRefused } from './errors';
import { payloadHash, payloadIfAny } from './payload-hash';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('is SHA-256 in hex and does not change between releases', () => {
  expect(payloadHash({ input: 1 })).toBe('44745faaac4f3c1540a8c2974578aea85c08bb89ee2caf3afd1a24f9724f280f');
});

test('of a number it is what JSON.stringify gave before inputs could be anything', () => {
  const edges = [0, 1, -1, 0.1, 1 / 3, 1e21, 1e-7, 5e-324, -1e300, Number.MAX_VALUE, Number.MIN_SAFE_INTEGER];
  const some = Array.from({ length: 1_000 }, (_, n) => (Math.random() - 0.5) * 10 ** ((n % 40) - 20));
  for (const input of [...edges, ...some, ...some.map(Math.round)]) {
    expect(payloadHash({ input })).toBe(sha256(JSON.stringify({ input: input === 0 ? 0 : input })));
  }
});

/** https://github.com/cyberphone/json-canonicalization/tree/master/testdata and RFC 8785, sections 3.2.2 and 3.2.3. */
describe('the canonical JSON of RFC 8785', () => {
  const VECTORS: readonly (readonly [string, string, string])[] = [
    ['arrays', '[56, {"d": true, "10": null, "1": []}]', '[56,{"1":[],"10":null,"d":true}]'],
    [
      'french',
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}',
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}',
    ],
    [
      'structures',
      '{"1":{"f":{"f":"hi","F":5},"\\n":56.0},"10":{},"":"empty","a":{},"111":[{"e":"yes","E":"no"}],"A":{}}',
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ],
    ['unicode', '{"Unnormalized Unicode":"A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'],
    [
      'values',
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      'weird',
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\u000a":"Newline","1":"One","\\u0080":"Control\\u007f","\\ud83d\\ude02":"Smiley","\\u00f6":"Latin Small Letter O With Diaeresis","\\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}',
      '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge","\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😂":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
  ];

  test.each(VECTORS)('%s', (_, json, canonical) => {
    expect(payloadHash({ input: JSON.parse(json) as unknown })).toBe(sha256(`{"input":${canonical}}`));
  });

  /** Appendix B: the bits of a double, and how it is written. */
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the number %s is %s', (bits, text) => {
    const number = Buffer.from(bits, 'hex').readDoubleBE();
    expect(payloadHash({ input: number })).toBe(sha256(`{"input":${text}}`));
    expect(payloadHash({ input: [number] })).toBe(sha256(`{"input":[${text}]}`));
  });
});

test('tells payloads apart, not their spelling', () => {
  const inputs = [0, 1, -1, 0.1, 1e21, Number.MAX_SAFE_INTEGER, '1', null, true, [], {}, [1], { a: 1 }];
  expect(new Set(inputs.map((input) => payloadHash({ input }))).size).toBe(inputs.length);
  expect(payloadHash({ input: -0 })).toBe(payloadHash({ input: 0 }));
  expect(payloadHash({ input: 1.0 })).toBe(payloadHash({ input: 10e-1 }));
});

test('the id is not part of it', () => {
  const job = { id: 'a', input: 1 };
  expect(payloadHash(job)).toBe(payloadHash({ input: 1 }));
});

test('what a dead letter was about, if a record can hold that', () => {
  expect(payloadIfAny({ type: 'resize', input: [1] })).toEqual({
    type: 'resize',
    input: '[1]',
    hash: payloadHash({ input: [1] }),
  });
  expect(payloadIfAny({ input: 1 })?.type).toBe('add-one');
  expect(payloadIfAny({ type: 'resize' })).toBeUndefined();
  expect(payloadIfAny({ input: 1n })).toBeUndefined();
  expect(() => payloadHash({ input: undefined })).toThrow(RecordRefused);
});
