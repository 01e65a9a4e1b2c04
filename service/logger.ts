import { ConsoleLogger } from '@nestjs/common';

/** Readable on a terminal, one JSON object a line elsewhere. */
export const createLogger = (): ConsoleLogger => new ConsoleLogger({ json: !process.stdout.isTTY });
