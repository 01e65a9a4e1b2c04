import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION =
  'Takes jobs and answers at once; a consumer works them off a queue, each with one effect. ' +
  'Of a property that comes twice the last counts, and numbers are read as IEEE 754 doubles. ' +
  'Every error of a request is a problem document (RFC 9457) and repeats nothing of what was sent.';

export function createDocument(app: NestFastifyApplication, withKeys: boolean): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Plusone producer')
    .setDescription(DESCRIPTION)
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
  const document = SwaggerModule.createDocument(app, builder.build());
  document.info.contact = { name: 'Whoever runs this producer' };
  if (!withKeys) document.security = [];
  return document;
}
