/** A function of Node's own HTTP server and nothing else, to compare with: `bare.js`, its port in PORT. */
import { createServer } from 'node:http';
import { readEnvironment } from '../../contract/environment';

createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.setHeader('content-type', 'application/json').end('{"batchItemFailures":[]}');
  });
}).listen(readEnvironment().port, '127.0.0.1');
