import { compactJson, inputText } from './input-text';

test.each([
  ['{"id":"a","input":18446744073709551616}', '18446744073709551616'],
  ['{"input": {"a":[1.0, {"input":2}],"b":"}\\"{"} , "id":"a"}', '{"a":[1.0, {"input":2}],"b":"}\\"{"}'],
  ['{"input":1e400,"input":"last"}', '"last"'],
  ['{"a":{"input":1},"\\u0069nput":[]}', '[]'],
  ['{"input":null}', 'null'],
  ['{"id":"a"}', undefined],
  ['{"a":"input"}', undefined],
  ['["input",1]', undefined],
  ['{}', undefined],
  ['not JSON', undefined],
  ['{"input":', undefined],
])('of %s the input is %s', (body, text) => {
  expect(inputText(body)).toBe(text);
});

test.each([
  ['{"a" : [1.0,\n "x y"]}', '{"a":[1.0,"x y"]}', true],
  ['"x  y"', '"x y"', false],
  ['1.0', '1', false],
  ['1 2', '12', false],
])('%p and %p differ in blanks alone: %p', (one, other, same) => {
  expect(compactJson(one) === compactJson(other)).toBe(same);
});
