// What may be asked, once more in plain code and from the text of the requirements alone: claims, question and moment in, `OK` or the code of
// the refusal out. It shares nothing with the gateway, so that what both say the same of is not said by one of them twice.

type Loose = ReturnType<typeof JSON.parse>;

const DAYS = { FLAGRANCE: 8, PRELIMINAIRE: 30, COMMISSION_ROGATOIRE: 60, MORT_SUSPECTE: 8, DISPARITION: 8 };
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  vehicle: ['car', 'bus', 'truck', 'van'],
  'two-wheeler': ['bicycle', 'motorcycle'],
};
const leaves = (names: readonly string[]): readonly string[] => names.flatMap((name) => GROUPS[name] ?? [name]);

/** Whether the two signed objects come on record. `by`: role of the key that signed the authorisation. */
export function presented({ authorisation: a, schedule: s, by, isRevoked }: Loose): string {
  const days = DAYS[a.framework as keyof typeof DAYS];
  if (days === undefined) return 'E_REQ_FRAMEWORK';
  if (a.lrj_auth.kind !== 'procedure_specific') return 'E_REQ_NOT_SPECIFIC';
  if (a.exp - a.nbf > days * 86_400) return 'E_REQ_EXPIRED';
  if (isRevoked) return 'E_REQ_REVOKED';
  const causes = { MORT_SUSPECTE: 'cause_mort', DISPARITION: 'cause_disparition' };
  const cause = causes[a.framework as keyof typeof causes];
  if (cause === undefined ? a.purpose.startsWith('cause_') : a.purpose !== cause) return 'E_REQ_FRAMEWORK';
  const isDeemed = a.lrj_auth.mode === 'deemed_flagrance';
  if (isDeemed && (a.framework !== 'FLAGRANCE' || !a.lrj_auth.prosecutor_notice_at)) return 'E_REQ_DEEMED';
  const seized = a.framework === 'COMMISSION_ROGATOIRE' ? 'juge_instruction' : 'procureur';
  if (a.authority.role !== seized) return 'E_REQ_AUTHORITY';
  if (by !== seized && by !== 'greffe' && !(isDeemed && by === 'opj')) return 'E_REQ_AUTHORITY';
  const [exhibit] = s.exhibits;
  if (exhibit.acquisition.act_sha256 === a.lrj_auth.act_sha256) return 'E_REQ_ACTS';
  if (exhibit.capture.start < a.period.start || exhibit.capture.end > a.period.end) return 'E_REQ_SCOPE';
  return a.places.length === 0 || a.places.includes(exhibit.camera.place) ? 'OK' : 'E_REQ_SCOPE';
}

/** Whether a question may be asked at a moment under a requisition that is on record. */
export function asked({ authorisation: a, schedule: s, question: q, now, isRevoked }: Loose): string {
  if (now < Math.max(a.nbf, s.nbf) || now >= Math.min(a.exp, s.exp)) return 'E_REQ_EXPIRED';
  if (isRevoked) return 'E_REQ_REVOKED';
  if (!a.ops.includes('search.class')) return 'E_REQ_OP';
  if ('face' in q || 'image' in q) return 'E_FACE_QUERY_IMAGE';
  if ('text' in q) return 'E_QUESTION';
  const permitted = leaves(a.facets.classes);
  const wanted = q.classes?.length > 0 ? leaves(q.classes) : permitted;
  if (wanted.length === 0 || wanted.some((name) => !permitted.includes(name))) return 'E_REQ_SCOPE';
  const colours: readonly { colour: string }[] = q.colours ?? [];
  if (colours.some(({ colour }) => !a.facets.colours.includes(colour))) return 'E_REQ_SCOPE';
  const ops = [colours.length > 0 && 'search.colour', q.time && 'search.time', q.zone && 'search.zone'];
  return ops.every((op) => !op || a.ops.includes(op)) ? 'OK' : 'E_REQ_OP';
}
