import { payloadHash } from './payload-hash';

test('is SHA-256 in hex and does not change between releases', () => {
  expect(payloadHash({ input: 1 })).toBe('44745faaac4f3c1540a8c2974578aea85c08bb89ee2caf3afd1a24f9724f280f');
});

test('tells payloads apart, not their spelling', () => {
  const hashes = [0, 1, -1, 0.1, 1e21, Number.MAX_SAFE_INTEGER].map((input) => payloadHash({ input }));
  expect(new Set(hashes).size).toBe(6);
  expect(payloadHash({ input: -0 })).toBe(payloadHash({ input: 0 }));
  expect(payloadHash({ input: 1.0 })).toBe(payloadHash({ input: 10e-1 }));
});

test('the id is not part of it', () => {
  const job = { id: 'a', input: 1 };
  expect(payloadHash(job)).toBe(payloadHash({ input: 1 }));
});
