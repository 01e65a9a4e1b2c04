import { type RouteOptions } from 'fastify';

/** The methods of every path, for `Allow`. Filled while routes are registered. */
export class Routes {
  private readonly paths = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add({ url, method }: Pick<RouteOptions, 'url' | 'method'>): void {
    const known = this.paths.get(url) ?? { pattern: toPattern(url), methods: new Set() };
    for (const name of [method].flat()) known.methods.add(name);
    this.paths.set(url, known);
  }

  /** The methods a path answers, as `Allow` has it; undefined for an unknown path. */
  allowed(path: string): string | undefined {
    const methods = [...this.paths.values()].find(({ pattern }) => pattern.test(path))?.methods;
    return methods && [...methods].sort().join(', ');
  }
}

/** `/results/:id` is all the syntax in use. */
const toPattern = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`);
