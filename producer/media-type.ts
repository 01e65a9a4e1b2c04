/** A header field of up to 16 KiB, so no pattern is used that could divide the same blanks in many ways. */
const parts = (header: string, separator: string): string[] =>
  header
    .toLowerCase()
    .split(separator)
    .map((part) => part.trim());

const UTF_8 = new Set(['utf-8', '"utf-8"']);

/** Whether a Content-Type says JSON in UTF-8: `application/json`, with no parameter but that charset. */
export function isJsonType(header: string | undefined): boolean {
  const [type, ...parameters] = parts(header ?? '', ';');
  if (parameters.at(-1) === '') parameters.pop();
  return type === 'application/json' && (parameters.length === 0 || (parameters.length === 1 && isUtf8(parameters[0])));
}

function isUtf8(parameter = ''): boolean {
  const [name, charset = '', ...rest] = parts(parameter, '=');
  return name === 'charset' && UTF_8.has(charset) && rest.length === 0;
}
