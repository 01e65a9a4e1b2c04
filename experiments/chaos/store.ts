import { type JobRecord } from '../../results/records';
import { type LedgerLine } from './history';

/** A results store under chaos, with the ledger in it, seen from outside. */
export interface ChaosStore {
  /** What tells the apps where it is, but for a network address. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it is reached over a network, and the ledger's table there. */
  readonly remote: { readonly endpoint: string; readonly ledgerTable: string } | undefined;
  ledger(): Promise<LedgerLine[]>;
  records(): Promise<JobRecord[]>;
  /** Keeps everybody else from writing; only for a store without a network before it. */
  lock(ms: number): Promise<void>;
  close(): Promise<void>;
}
