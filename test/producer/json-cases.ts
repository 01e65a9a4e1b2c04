/**
 * Kinds of JSON text, in the manner of JSONTestSuite: what a parser must accept, and what it must not.
 * Each case is built here from its rule, as bytes, since some are no text.
 */
export interface JsonCase {
  readonly name: string;
  readonly bytes: Buffer;
}

const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (char) => `<${char.codePointAt(0)?.toString(16) ?? ''}>`);

function cases(kind: string, texts: readonly (string | readonly number[])[]): JsonCase[] {
  return texts.map((text) => {
    const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
    const shown = ascii(bytes.toString('latin1'));
    return { name: `${kind}: ${shown.slice(0, 40)}${shown.length > 40 ? `… (${shown.length})` : ''}`, bytes };
  });
}

const quoted = (...bytes: number[]): number[] => [0x22, ...bytes, 0x22];
const backslash = '\\';
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** 95 documents that are JSON. */
export const VALID: readonly JsonCase[] = [
  ...cases('whole number', ['0', '-0', '1', '-1', '10', '123456789', '-9007199254740991', '9007199254740990']),
  ...cases('number off the range', [
    '9007199254740991',
    '9007199254740993',
    '1e22',
    '-1e308',
    '1'.repeat(60),
    '1e400',
    '-1e400',
  ]),
  ...cases('fraction', ['0.0', '-0.0', '0.5', '-1.25', '3.141592653589793', '0.1e1', `0.${'0'.repeat(70)}1`]),
  ...cases('exponent', ['0e0', '0e+1', '0E-1', '1e0', '1E1', '1e+2', '1E-2', '1e-400', '20e001', '1.5E+3']),
  ...cases('literal', ['true', 'false', 'null']),
  ...cases('empty', ['""', '[]', '{}', '[[]]', '[{}]', '{"":{}}', '[""]']),
  ...cases('white space', [' 1', '1 ', '\t[\n1\r]\n', '{ "input" : 1 }', '[\r\n]', '{\n\n}', '\n\n\n1']),
  ...cases(
    'short escape',
    ['"', backslash, '/', 'b', 'f', 'n', 'r', 't'].map((letter) => `"${backslash}${letter}"`),
  ),
  ...cases(
    'unicode escape',
    ['0000', '001f', '0022', '005C', '00e9', '2028', 'FFFF', 'd83d' + backslash + 'ude00', 'd800', 'dFFF'].map(
      (digits) => `"${backslash}u${digits}"`,
    ),
  ),
  ...cases('characters', [
    '"a"',
    '" "',
    '"é"',
    '"€"',
    '"😀"',
    '"\u007f"',
    '"\u2028\u2029"',
    '"\ufeff"',
    '"\uffff"',
    '"1"',
  ]),
  ...cases('array', ['[1]', '[1,2]', '[null,true,"x",{}]', '[1 , 2 ]', nested(31), '[[1],[2,[3]]]']),
  ...cases('object', [
    '{"a":1}',
    '{"a":1,"b":2}',
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"":0}',
    `{"${backslash}u0000":0}`,
    `{"${backslash}u0069nput":7}`,
    '{"input":1,"input":2}',
    '{"input":"1","input":2}',
    '{"a":{"b":{"c":[]}}}',
    '{"__proto__":null}',
    '{"input":{"input":1}}',
  ]),
];

const NUMBERS = [
  ...[
    'NaN',
    'Infinity',
    '-Infinity',
    '-NaN',
    'nan',
    'inf',
    'Inf',
    'INFINITY',
    '-',
    '+',
    '--1',
    '++1',
    '+0',
    '+1',
    '+Inf',
    '-+1',
  ],
  ...[
    '00',
    '01',
    '-01',
    '-00',
    '012',
    '-012.3',
    '1.',
    '-1.',
    '0.',
    '.5',
    '-.5',
    '.',
    '.e1',
    '0.e1',
    '1.e1',
    '2.e+3',
    '1..5',
    '1.2.3',
  ],
  ...[
    '1e',
    '1E',
    '1e+',
    '1E-',
    '0e',
    '0e+',
    '0E+',
    '1.5e',
    '1e1.5',
    '1ee1',
    '1e+-1',
    '1eE2',
    'e1',
    '9.e',
    '1e 1',
    '1 e1',
    '- 1',
  ],
  ...[
    '0x1',
    '0X1F',
    '0b1',
    '0o7',
    '1_000',
    '1,000',
    '1 000',
    '1n',
    '1f',
    '1a',
    '12abc',
    '1-1',
    '1+1',
    '1/2',
    '(1)',
    '$1',
    '1%',
  ],
  ...['１', '٣', '−1', '1\u00a0', '∞', '½'],
];

const STRINGS = [
  ...['"', '"a', 'a"', "'a'", "'", '"a""', '"a"b"', '`a`', '“a”', 'a', 'é', 'abc def'],
  ...['a', 'x', '0', "'", 'U0041', 'x41', '101', ' ', 'é', 'N'].map((letter) => `"${backslash}${letter}"`),
  ...['u', 'u0', 'u00', 'u004', 'u00G0', 'u 041', 'u{41}', 'u-041', 'ud83d\\u', 'ud83d\\ude0'].map(
    (rest) => `"${backslash}${rest}"`,
  ),
  `"${backslash}`,
  `"${backslash}"`,
  `"${backslash}${backslash}${backslash}"`,
  `${backslash}u0031`,
  `${backslash}n1`,
];

const CONTROLS = Array.from({ length: 0x20 }, (_, code) => quoted(code));

const ENCODINGS = [
  quoted(0x80),
  quoted(0xff),
  quoted(0xc3),
  quoted(0xc0, 0xaf),
  quoted(0xe2, 0x82),
  quoted(0xed, 0xa0, 0x80),
  quoted(0xf4, 0xbf, 0xbf, 0xbf),
  quoted(0xfc, 0x80, 0x80, 0x80, 0x80, 0x80),
  [0xff],
  [0x31, 0xe5],
  [0xef, 0xbb, 0xbf],
  [0xef, 0xbb, 0xbf, 0x31],
  [0xff, 0xfe, 0x31, 0x00],
  [0x00, 0x31],
  [0x31, 0x00],
];

const LITERALS = [
  'nul',
  'tru',
  'fals',
  'nulll',
  'True',
  'NULL',
  'False',
  'undefined',
  'truefalse',
  'true false',
  '-true',
  '!true',
];

const BLANKS = ['', ' ', '\n', '\u00a0', '\u00a01', '\u000b1', '\f1', '\u20281', '\u30001', '1\u2060'];

const ARRAYS = [
  ...[
    '[',
    ']',
    '[1',
    '1]',
    '[1,',
    '[1,]',
    '[,]',
    '[,1]',
    '[1,,2]',
    '[1 2]',
    '[1;2]',
    '[1:2]',
    '["a":1]',
    '[1]]',
    '[[1]',
    '[1}',
    '(1)]',
  ],
  ...['[1],', '[1][2]', '[...1]', '[1,\n', '[a]', '["a', '[-', '[1 true]', '<[]>', '[#]'],
];

const OBJECTS = [
  ...[
    '{',
    '}',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a"}',
    '{"a":}',
    '{:1}',
    '{"a" 1}',
    '{"a",1}',
    '{"a"=1}',
    '{"a"::1}',
    '{"a":1,}',
    '{,}',
  ],
  ...[
    '{,"a":1}',
    '{"a":1,,"b":2}',
    '{"a":1 "b":2}',
    '{"a":1;"b":2}',
    '{a:1}',
    "{'a':1}",
    '{1:1}',
    '{null:1}',
    '{[]:1}',
    '{"a":1}}',
  ],
  ...[
    '{"a":1]',
    '{{}}',
    '{"a":1}{"a":1}',
    '{"a":1}#',
    '{"a":1}//',
    '{"a":/**/1}',
    '/**/{"a":1}',
    '{"a":1,"b"}',
    '{...{}}',
    '{"a":1},',
  ],
  ...['{"a":1}1', '{"a":"b}', '*', '{"a":\u00a01}', '{"a":1}\u0000'],
];

const STRUCTURES = ['['.repeat(5_000), '{"a":'.repeat(2_000), nested(8_000).slice(1), '[{'.repeat(50)];

/** 250 documents that are no JSON; JSONTestSuite has 188. */
export const INVALID: readonly JsonCase[] = [
  ...cases('number', NUMBERS),
  ...cases('string', STRINGS),
  ...cases('control character', CONTROLS),
  ...cases('encoding', ENCODINGS),
  ...cases('literal', LITERALS),
  ...cases('blank', BLANKS),
  ...cases('array', ARRAYS),
  ...cases('object', OBJECTS),
  ...cases('structure', STRUCTURES),
];
