import type { Database, Transaction } from '../database.ts';
import type { CaseId, ExhibitId } from '../ids.ts';
import type { Vault } from '../vault.ts';
import type { Rectification } from './types.ts';

const label = (id: string): string => `rectification:${id}`;

/** Keeps a rectification of the case, sealed. `id` is new. */
export async function insertRectification(
  tx: Transaction,
  vault: Pick<Vault, 'seal'>,
  caseId: CaseId,
  id: string,
  rectification: Rectification,
): Promise<void> {
  const { orderId, exhibitId, appliedAtMs, ...said } = rectification;
  const sealed = await vault.seal(caseId, label(id), JSON.stringify(said));
  await tx.query(
    'INSERT INTO rectifications (id, case_id, order_id, exhibit_id, sealed, applied_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [id, caseId, orderId, exhibitId, sealed, new Date(appliedAtMs)],
  );
}

interface Row {
  readonly id: string;
  readonly order_id: string;
  readonly exhibit_id: ExhibitId;
  readonly sealed: Buffer;
  readonly applied_at: Date;
}

/** Everything that orders rectified in the case, oldest first. */
export async function rectificationsOf(
  caseId: CaseId,
  { database, vault }: { readonly database: Pick<Database, 'inCase'>; readonly vault: Pick<Vault, 'unseal'> },
): Promise<readonly Rectification[]> {
  const rows = await database.inCase(caseId, async (tx) => {
    const found = await tx.query<Row>('SELECT * FROM rectifications ORDER BY applied_at, id');
    return found.rows;
  });
  return await Promise.all(
    rows.map(async (row) => {
      const said = JSON.parse((await vault.unseal(caseId, label(row.id), row.sealed)).toString('utf8')) as Omit<
        Rectification,
        'orderId' | 'exhibitId' | 'appliedAtMs'
      >;
      return {
        ...said,
        orderId: row.order_id,
        exhibitId: row.exhibit_id,
        appliedAtMs: row.applied_at.getTime(),
      };
    }),
  );
}
