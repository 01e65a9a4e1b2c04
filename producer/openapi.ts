import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION =
  'Takes jobs and answers at once; a consumer works them off a queue, each with one effect. ' +
  'Every error is a problem document (RFC 9457) and repeats nothing of what was sent.';

/** `/openapi.json`, and `/docs` to read it. The document is built when somebody first asks for it. */
export function serveOpenApi(app: NestFastifyApplication, withKeys: boolean): void {
  const builder = new DocumentBuilder().setTitle('Plusone producer').setDescription(DESCRIPTION).setVersion('1');
  if (withKeys) {
    builder
      .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
      .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key' }, 'api-key')
      .addSecurityRequirements('bearer')
      .addSecurityRequirements('api-key');
  }
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, builder.build()), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Plusone producer',
  });
}
