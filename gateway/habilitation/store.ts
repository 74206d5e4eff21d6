import type { Transaction } from '../database.ts';

export const HABILITATION_TYP = 'differe-habilitation+jwt';

/** How many acts of habilitation are on record; they are only ever added, so the number says whether something is new. */
export async function countHabilitations(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ count: string }>('SELECT count(*) FROM installation_acts WHERE typ = $1', [
    HABILITATION_TYP,
  ]);
  return Number(rows[0]?.count);
}
