import { type IncomingMessage } from 'node:http';
import { fieldsOf, parsedJson } from '../contract/json';
import { type CallerSource } from '../contract/variable-reader';
import { Problem } from '../service/problem';
import { type Callers, CHALLENGE } from './callers';

/** The context of a call of an HTTP API or a function URL, payload 2.0: the web adapter writes it over what was sent. */
const CONTEXT_HEADER = 'x-amzn-request-context';

/** The ARN of a role's session. Each task and function of a role has a session, and so has a person who assumes it. */
const SESSION = /^(arn:[a-z0-9-]+:sts::[0-9]+:assumed-role\/[^/]+)\//;

/**
 * Identifies callers by what the front door says. It is trusted, since it checked them and nobody reaches the producer
 * but through it. All sessions of a role are one caller, so that a key keeps its meaning after a restart.
 */
export class FrontDoor implements Callers {
  constructor(private readonly source: CallerSource) {}

  callerOf(request: IncomingMessage): string | undefined {
    const name = this.nameIn(request);
    if (typeof name !== 'string' || name === '') return undefined;
    // Never `anonymous`, whatever the name is.
    return `named:${SESSION.exec(name)?.[1] ?? name}`;
  }

  refusal(): Problem {
    return new Problem(401, 'What checks callers in front of this producer does not say who calls.', {
      headers: CHALLENGE,
    });
  }

  private nameIn(request: IncomingMessage): unknown {
    const { source } = this;
    if (source === 'token') return subjectOf(onlyValue(request, 'authorization'));
    if (source !== 'request-context') return onlyValue(request, source.slice('header:'.length));
    // Node reads headers as Latin-1, and the adapter writes UTF-8.
    const text = Buffer.from(onlyValue(request, CONTEXT_HEADER), 'latin1').toString();
    const { iam, jwt } = fieldsOf(fieldsOf(parsedJson(text))['authorizer']);
    return fieldsOf(iam)['userArn'] ?? fieldsOf(fieldsOf(jwt)['claims'])['sub'];
  }
}

/** Two values mean that something in front added its own to the caller's, instead of overwriting it. */
function onlyValue({ headersDistinct }: IncomingMessage, name: string): string {
  const [value = '', ...others] = headersDistinct[name] ?? [];
  return others.length === 0 ? value : '';
}

/** The claim `sub` of a JWT whose signature has been verified. The scheme in front may be missing. */
function subjectOf(authorization: string): unknown {
  const [, payload = ''] = authorization.slice(authorization.lastIndexOf(' ') + 1).split('.', 2);
  return fieldsOf(parsedJson(Buffer.from(payload, 'base64url').toString()))['sub'];
}
