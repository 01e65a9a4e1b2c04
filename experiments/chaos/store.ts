import { type JobRecord } from '../../results/records';
import { type Gateway } from './gateway';
import { type LedgerLine } from './history';

/** How one process reaches the store. */
export interface StorePlace {
  readonly env: Readonly<Record<string, string>>;
  /** Undefined for a store without a network before it. */
  readonly gateway: Gateway | undefined;
}

/** A results store under chaos, with the ledger in it, seen from outside. */
export interface ChaosStore {
  /** For the consumer's command line: how a line of the ledger is written. */
  readonly ledgerArguments: readonly string[];
  /** For one more process. */
  place(): Promise<StorePlace>;
  ledger(): Promise<LedgerLine[]>;
  records(): Promise<JobRecord[]>;
  /** Keeps everybody else from writing; only for a store without a network before it. */
  lock?(ms: number): Promise<void>;
  close(): Promise<void>;
}
