import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type Environment } from '../contract/environment';
import { type JobType } from '../contract/job-type';
import { keepsRecords } from '../results/open';
import { AcceptedJob, LineProblem } from './answers';
import { describeDone } from './api-done';
import { jobApi, namelessJobApi } from './api-jobs';

const DESCRIPTION =
  'Takes jobs and answers at once; a consumer works through the queue, each job with one effect. ' +
  'Of a property that comes twice the last counts, and numbers are read as IEEE 754 doubles. ' +
  'Every error of a request is a problem document (RFC 9457) and repeats nothing of what was sent.';

const NAMELESS = ' Which types of jobs there are is said to those who ask for this document with an API key.';

export interface Documented {
  readonly environment: Pick<Environment, 'apiKeys' | 'results'>;
  readonly definitions: readonly JobType[];
  /** The caller has access, and may see the job types. */
  readonly known: boolean;
}

export function createDocument(app: NestFastifyApplication, documented: Documented): OpenAPIObject {
  const { environment, definitions, known } = documented;
  const withKeys = environment.apiKeys.length > 0;
  const builder = new DocumentBuilder()
    .setTitle('Plusone producer')
    .setDescription(known ? DESCRIPTION : DESCRIPTION + NAMELESS)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This producer')
    .addTag('jobs', 'Putting jobs on the queue, and asking what became of them')
    .addTag('health', 'For probes');
  if (withKeys) {
    builder
      .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
      .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key' }, 'api-key')
      .addSecurityRequirements('bearer')
      .addSecurityRequirements('api-key');
  }
  const options = { extraModels: [AcceptedJob, LineProblem] };
  const document = SwaggerModule.createDocument(app, builder.build(), options);
  document.info.contact = { name: 'Whoever runs this producer' };
  if (!withKeys) document.security = [];
  const { paths, schemas } = (known ? jobApi : namelessJobApi)(definitions, keepsRecords(environment.results));
  Object.assign(document.paths, paths);
  Object.assign((document.components ??= {}), { schemas: { ...document.components.schemas, ...schemas } });
  if (known) describeDone(document, definitions);
  return document;
}
