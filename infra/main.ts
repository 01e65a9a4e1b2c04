import { App } from 'aws-cdk-lib';
import { buildStacks } from './app';
import { CDK_CONTEXT } from './cdk-context';
import { OptionError } from './option-reader';

try {
  // Without autoSynth, a refused option leaves nothing behind.
  const app = new App({ context: CDK_CONTEXT, autoSynth: false });
  buildStacks(app, process.cwd());
  app.synth();
} catch (error) {
  process.stderr.write(`${error instanceof OptionError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
