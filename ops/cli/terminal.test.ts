import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Terminal } from './terminal';

test('as text and as JSON nothing steers the terminal, and the JSON is of the same value', async () => {
  const input = 'a\u009b31m\u202eb\u007f\u2066c\u001b[0m';
  const stdout = new PassThrough();
  const terminal = new Terminal(true, { stdin: Readable.from([]), stdout, stderr: stdout });
  terminal.object({ input });
  terminal.line(input);
  const said = await text(stdout.end());
  expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  expect(JSON.parse(said.split('\n')[0] ?? '')).toEqual({ input });
});
