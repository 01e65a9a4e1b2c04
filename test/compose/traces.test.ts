import { compose, type Variables, withDocker } from './docker';

const endpointWith = async (env: Variables): Promise<unknown> => {
  const { services } = JSON.parse(await compose(['config', '--format', 'json'], env)) as {
    services: Readonly<Record<string, { readonly environment: Variables }>>;
  };
  return services['consumer']?.environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
};

withDocker('where docker compose sends traces', () => {
  test('nowhere, whatever the profile, unless the variable says so', async () => {
    for (const COMPOSE_PROFILES of ['', 'postgres', 'observe'])
      expect(await endpointWith({ COMPOSE_PROFILES })).toBe('');
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://jaeger:4318';
    expect(await endpointWith({ OTEL_EXPORTER_OTLP_ENDPOINT })).toBe(OTEL_EXPORTER_OTLP_ENDPOINT);
  });
});
