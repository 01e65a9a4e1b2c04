import { Routes } from './routes';

test('a path knows its methods, parameters included', () => {
  const routes = new Routes();
  routes.add({ url: '/', method: 'POST' });
  routes.add({ url: '/results/:id', method: 'GET' });
  routes.add({ url: '/results/:id', method: ['HEAD'] });
  routes.add({ url: '/openapi.json', method: 'GET' });
  expect(routes.allowed('/')).toBe('POST');
  expect(routes.allowed('/results/a')).toBe('GET, HEAD');
  expect(routes.allowed('/openapixjson')).toBeUndefined();
  expect(routes.allowed('/results/a/b')).toBeUndefined();
  expect(routes.allowed('/results/')).toBeUndefined();
  expect(routes.allowed('')).toBeUndefined();
});
