import { processVariables } from '../contract/environment';
import { localCredentials, type Variables } from '../contract/local';

/** Credentials for an emulator as variables, for a child that is not ours and knows the SDK's own ways only. */
export function credentialVariables(
  endpoint: string | undefined,
  source: Variables = processVariables,
): Record<string, string> {
  const credentials = localCredentials(endpoint, source);
  if (!credentials) return {};
  return { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
}

/** This process's environment with `added` on top, for a child. */
export function childEnvironment(added: Variables, source: Variables = processVariables): NodeJS.ProcessEnv {
  return { ...source, ...added };
}
