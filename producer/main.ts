import '../service/signals';
import 'reflect-metadata';
import { run } from '../service/run';
import { createProducer } from './app';
import { listenHost, producerFaults } from './faults';

void run({
  name: 'Producer',
  portVariable: 'PORT',
  check: producerFaults,
  create: createProducer,
  listen: (app, environment) => app.listen(environment.port, listenHost(environment)),
});
