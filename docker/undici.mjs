/** undici without fetch, web sockets, caches and mocks, which the SDK's handler imports and does not use. */
export const undici = {
  name: 'undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: 'undici',
      namespace: 'undici',
      pluginData: resolveDir,
    }));
    onLoad({ filter: /.*/, namespace: 'undici' }, ({ pluginData: resolveDir }) => ({
      contents: `
        const Dispatcher = require('undici/lib/dispatcher/dispatcher');
        Dispatcher.prototype.request = require('undici/lib/api/api-request');
        // For a proxy.
        Dispatcher.prototype.connect = require('undici/lib/api/api-connect');
        module.exports = { Dispatcher,
          Agent: require('undici/lib/dispatcher/agent'),
          // Loaded only if SQS is beyond this machine.
          get EnvHttpProxyAgent() { return require('undici/lib/dispatcher/env-http-proxy-agent'); } };`,
      resolveDir,
    }));
  },
};
