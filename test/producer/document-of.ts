import { type TestProducer } from './test-producer';

interface Content {
  readonly schema?: unknown;
  readonly example?: unknown;
  readonly examples?: unknown;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<
    Record<string, { description: string; headers?: object; content?: Record<string, Content> }>
  >;
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
}

interface Schema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly discriminator?: object;
}

/** What `/openapi.json` says. */
export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export const documentOf = async (producer: TestProducer, headers: Record<string, string> = {}): Promise<Document> =>
  (await (await producer.get('/openapi.json', headers)).json()) as Document;

export function operationIn({ paths }: Document, method: string, path: string): Operation {
  const operation = paths[path]?.[method];
  if (operation === undefined) throw new Error(`${method} ${path} is not documented`);
  return operation;
}

/** The names of the schemas that the document refers to. */
export const referencesIn = (document: Document): string[] =>
  [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);

export const operationIdsIn = ({ paths }: Document): string[] =>
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
