import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION =
  'Takes jobs and answers at once; a consumer works them off a queue, each with one effect. ' +
  'Every error is a problem document (RFC 9457) and repeats nothing of what was sent.';

export function createDocument(app: NestFastifyApplication, withKeys: boolean): OpenAPIObject {
  const builder = new DocumentBuilder().setTitle('Plusone producer').setDescription(DESCRIPTION).setVersion('1');
  if (withKeys) {
    builder
      .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
      .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key' }, 'api-key')
      .addSecurityRequirements('bearer')
      .addSecurityRequirements('api-key');
  }
  return SwaggerModule.createDocument(app, builder.build());
}
