import 'reflect-metadata';
import { runProducer } from './run';

void runProducer();
