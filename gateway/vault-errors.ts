import { VAULT_OPERATIONS, VAULT_REASONS, type VaultOperation, type VaultReason } from './s3-client.ts';

export interface VaultErrorCount {
  readonly operation: VaultOperation;
  readonly reason: VaultReason;
  readonly count: number;
}

/** Counts tries of requests to a bucket that failed. It stands before the metrics do, which need the vault to be open. */
export function createVaultErrors() {
  const counted = new Map<string, number>();
  return {
    count(operation: VaultOperation, reason: VaultReason): void {
      const key = `${operation} ${reason}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    },
    /** Every pair, from 0: an alert sees the first increase. */
    counts: (): readonly VaultErrorCount[] =>
      VAULT_OPERATIONS.flatMap((operation) =>
        VAULT_REASONS.map((reason) => ({ operation, reason, count: counted.get(`${operation} ${reason}`) ?? 0 })),
      ),
  };
}
