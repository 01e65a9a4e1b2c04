import { element, jsonScript, Markup, wrap, widthOf } from './markup';

test('text and attributes are escaped, markup is not', () => {
  const inner = element('b', {}, ['<i>"&\'']);
  expect(element('p', { title: '"><x' }, ['a < b', inner, new Markup('<br>')]).text).toBe(
    '<p title="&#34;&#62;&#60;x">a &#60; b<b>&#60;i&#62;&#34;&#38;&#39;</b><br></p>',
  );
});

test('data in a script cannot end it', () => {
  const { text } = jsonScript('data', { broker: '</script><script>alert(1)</script>' });
  expect(text.match(/<\/script>/g)).toHaveLength(1);
  expect(JSON.parse(text.slice(text.indexOf('>') + 1, text.lastIndexOf('<')))).toEqual({
    broker: '</script><script>alert(1)</script>',
  });
});

test('lines are as wide as told, and no word is lost', () => {
  const words = 'not deleted yet, so visible again, so received again.';
  const lines = wrap(words, 14, 200);
  expect(lines.join(' ')).toBe(words);
  for (const line of lines) expect(widthOf(line, 14)).toBeLessThanOrEqual(200);
});
