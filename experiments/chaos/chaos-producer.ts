/** The real producer as a process, for the jobs of a chaos run. */
import 'reflect-metadata';
import { createProducer } from '../../producer/app';
import { listenHost, producerFaults } from '../../producer/faults';
import { run } from '../../service/run';
import { DEFINITIONS } from './jobs';

void run({
  name: 'Chaos producer',
  portVariable: 'PORT',
  check: producerFaults,
  create: (environment, logger) => createProducer(environment, logger, DEFINITIONS),
  listen: (app, environment) => app.listen(environment.port, listenHost(environment)),
});
