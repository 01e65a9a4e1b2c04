/** A header field of up to 16 KiB, so no pattern is used that could divide the same blanks in many ways. */
const parts = (header: string, separator: string): string[] =>
  header
    .toLowerCase()
    .split(separator)
    .map((part) => part.trim());

const UTF_8 = new Set(['utf-8', '"utf-8"']);

export const JSON_TYPE = 'application/json';

/** One JSON document a line. */
export const LINES_TYPE = 'application/x-ndjson';

/** The media type that a Content-Type names; undefined if it has any parameter but the charset UTF-8. */
export function utf8TypeOf(header: string | undefined): string | undefined {
  const [type, ...parameters] = parts(header ?? '', ';');
  if (parameters.at(-1) === '') parameters.pop();
  return parameters.length === 0 || (parameters.length === 1 && isUtf8(parameters[0])) ? type : undefined;
}

function isUtf8(parameter = ''): boolean {
  const [name, charset = '', ...rest] = parts(parameter, '=');
  return name === 'charset' && UTF_8.has(charset) && rest.length === 0;
}
