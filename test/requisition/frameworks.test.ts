import { beforeAll, describe, expect, it } from 'vitest';
import { rulesOf } from '../../gateway/requisition/frameworks.ts';
import { FRAMEWORKS, type Framework } from '../../gateway/requisition/types.ts';
import { verifyRequisition } from '../../gateway/requisition/verify.ts';
import table from '../../policies/legal-frameworks.json' with { type: 'json' };
import {
  type Authorities,
  authorisationClaims,
  codeOf,
  contextOf,
  NOW,
  newAuthorities,
  scheduleClaims,
  tokensOf,
} from './support.ts';

// The matrix of the requirements (legal-requirements 1.2), written down here a second time: the table in policies/ is held against it row
// by row, through the verification that a presented requisition goes through.

interface Row {
  /** Acquisition articles and who may sign them. */
  readonly acquisition: Readonly<Record<string, readonly string[]>>;
  /** `role mode signer` of every authorisation that is accepted. */
  readonly authorised: readonly string[];
  readonly capDays: number;
  readonly purposes: readonly string[];
  readonly offence: boolean;
}
const OPJ_SIDE = ['procureur', 'opj', 'apj'];
const PROSECUTOR = ['procureur explicit procureur', 'procureur explicit greffe'];
const MATRIX: Readonly<Record<Framework, Row>> = {
  FLAGRANCE: {
    acquisition: { '60-1': OPJ_SIDE, '60-2': OPJ_SIDE, '56': ['procureur', 'opj'], '60': OPJ_SIDE },
    authorised: [
      ...PROSECUTOR,
      ...['opj', 'procureur', 'greffe'].map((signer) => `procureur deemed_flagrance ${signer}`),
    ],
    capDays: 8,
    purposes: ['preuve', 'identification_auteur'],
    offence: true,
  },
  PRELIMINAIRE: {
    acquisition: {
      '77-1-1': [...OPJ_SIDE, 'assistant_enquete'],
      '77-1-2': [...OPJ_SIDE, 'assistant_enquete'],
      '77-1': OPJ_SIDE,
    },
    authorised: PROSECUTOR,
    capDays: 30,
    purposes: ['preuve', 'identification_auteur'],
    offence: true,
  },
  COMMISSION_ROGATOIRE: {
    acquisition: {
      '99-3': ['juge_instruction', 'opj'],
      '99-4': ['juge_instruction', 'opj'],
      '97': ['juge_instruction', 'opj'],
      '156': ['juge_instruction'],
    },
    authorised: ['juge_instruction explicit juge_instruction', 'juge_instruction explicit greffe'],
    capDays: 60,
    purposes: ['preuve', 'identification_auteur'],
    offence: true,
  },
  MORT_SUSPECTE: {
    acquisition: {
      ...Object.fromEntries(['56', '60', '60-1', '60-2'].map((article) => [article, ['procureur', 'opj']])),
      '99-3': ['juge_instruction', 'opj'],
    },
    authorised: PROSECUTOR,
    capDays: 8,
    purposes: ['cause_mort'],
    offence: false,
  },
  DISPARITION: {
    acquisition: {
      '56': ['procureur', 'opj'],
      ...Object.fromEntries(['60', '60-1', '60-2'].map((article) => [article, OPJ_SIDE])),
      '99-3': ['juge_instruction', 'opj'],
    },
    authorised: PROSECUTOR,
    capDays: 8,
    purposes: ['cause_disparition'],
    offence: false,
  },
};

const ROLES = [
  'procureur',
  'juge_instruction',
  'greffe',
  'opj',
  'apj',
  'assistant_enquete',
  'chef_de_service',
  'maire',
];
const ARTICLES = [...new Set(Object.values(MATRIX).flatMap(({ acquisition }) => Object.keys(acquisition)))];
const SIGNERS = { procureur: 'procureur', juge_instruction: 'juge', greffe: 'greffe', opj: 'opj' } as const;
type Loose = ReturnType<typeof JSON.parse>;

describe('the table of legal frameworks', () => {
  let authorities: Authorities;
  beforeAll(async () => {
    authorities = await newAuthorities();
  });

  async function verdict(
    framework: Framework,
    edit: (claims: { authorisation: Loose; exhibit: Loose }) => void,
    signer?: keyof typeof SIGNERS,
  ): Promise<string> {
    const authorisation = structuredClone(authorisationClaims(framework)) as Loose;
    const schedule = structuredClone(scheduleClaims(authorisation, [authorities.agent])) as Loose;
    if (signer !== undefined) authorisation.iss = `office-${signer}`;
    edit({ authorisation, exhibit: schedule.exhibits[0] });
    const keys = signer === undefined ? {} : { authorisation: authorities[SIGNERS[signer]] };
    return await codeOf(
      verifyRequisition(tokensOf(authorities, authorisation, schedule, keys), contextOf(authorities)),
    );
  }

  it.each(FRAMEWORKS)(
    'REQ-03, REQ-04: %s takes the acquisition titles of the matrix, by their signers, and no other',
    async (framework) => {
      for (const article of ARTICLES) {
        for (const role of ROLES) {
          const allowed = MATRIX[framework].acquisition[article];
          const expected =
            allowed === undefined ? 'E_REQ_ACTS' : allowed.includes(role) ? 'accepted' : 'E_REQ_AUTHORITY';
          const found = await verdict(framework, ({ exhibit }) => {
            Object.assign(exhibit.acquisition, { article, signed_by_role: role });
          });
          expect(found, `${article} by ${role}`).toBe(expected);
        }
      }
    },
  );

  it.each(FRAMEWORKS)(
    'REQ-04, REQ-05: %s is authorised by whom the matrix says, in its mode, by the key of its office',
    async (framework) => {
      for (const role of ['procureur', 'juge_instruction', 'opj']) {
        for (const mode of ['explicit', 'deemed_flagrance']) {
          for (const signer of Object.keys(SIGNERS) as (keyof typeof SIGNERS)[]) {
            const found = await verdict(
              framework,
              ({ authorisation }) => {
                authorisation.authority.role = role;
                authorisation.lrj_auth.mode = mode;
                if (mode === 'deemed_flagrance') {
                  authorisation.lrj_auth.prosecutor_notice_at = new Date((NOW - 1800) * 1000).toISOString();
                }
              },
              signer,
            );
            const isListed = MATRIX[framework].authorised.includes(`${role} ${mode} ${signer}`);
            const refusal = mode !== 'explicit' && framework !== 'FLAGRANCE' ? 'E_REQ_DEEMED' : 'E_REQ_AUTHORITY';
            expect(found, `${role} ${mode} ${signer}`).toBe(isListed ? 'accepted' : refusal);
          }
        }
      }
    },
  );

  it.each(FRAMEWORKS)(
    'REQ-10: %s is capped as the matrix says, with its purposes and its offence',
    async (framework) => {
      const row = MATRIX[framework];
      const rules = rulesOf(framework, NOW);
      expect([rules.cap_days, rules.offence_required]).toEqual([row.capDays, row.offence]);
      for (const purpose of ['preuve', 'identification_auteur', 'cause_mort', 'cause_disparition', 'renseignement']) {
        const found = await verdict(framework, ({ authorisation }) => {
          authorisation.purpose = purpose;
        });
        const expected = row.purposes.includes(purpose)
          ? 'accepted'
          : purpose === 'renseignement'
            ? 'E_REQ_SCHEMA'
            : 'E_REQ_FRAMEWORK';
        expect(found, purpose).toBe(expected);
      }
      const withoutOffence = await verdict(framework, ({ authorisation }) => {
        delete authorisation.offence;
      });
      expect(withoutOffence).toBe(row.offence ? 'E_REQ_OBJECT' : 'accepted');
    },
  );

  it('REQ-02: every row has its dates, ends before the renumbering of 2029, and nothing signed after is accepted', () => {
    expect(table.frameworks.map(({ code }) => code)).toEqual([...FRAMEWORKS]);
    const end = Date.parse('2029-01-01') / 1000;
    for (const framework of FRAMEWORKS) {
      expect(rulesOf(framework, end - 1).code).toBe(framework);
      expect(() => rulesOf(framework, end)).toThrow('E_REQ_FRAMEWORK');
      expect(() => rulesOf(framework, Date.parse('2011-03-15') / 1000)).toThrow('E_REQ_FRAMEWORK');
    }
    expect(table.note.fr).toContain('2025-1091');
  });

  it('FBD-01: no framework says administrative police, intelligence, an event, traffic or fines, a fugitive or a foreign request', async () => {
    const others = [
      ...['POLICE_ADMINISTRATIVE', 'RENSEIGNEMENT', 'SECURITE_EVENEMENT', 'CIRCULATION', 'CONTRAVENTION', 'AMENDE'],
      ...['FUGITIF', 'MANDAT_ARRET', 'ENTRAIDE_ETRANGERE', 'EXPERIMENTATION', 'flagrance', 'Flagrance ', ''],
    ];
    for (const framework of others) {
      const found = await verdict('FLAGRANCE', ({ authorisation }) => {
        authorisation.framework = framework;
      });
      expect(found, framework).toBe('E_REQ_FRAMEWORK');
    }
    for (const article of ['74-2', 'L. 251-2', 'L. 811-3', 'L. 130-9', '530-1']) {
      for (const framework of FRAMEWORKS) {
        const found = await verdict(framework, ({ authorisation }) => {
          authorisation.framework_ref = [...authorisation.framework_ref, article];
        });
        expect(found, `${framework} ${article}`).toBe('E_REQ_FRAMEWORK');
      }
    }
    expect(FRAMEWORKS).toHaveLength(5);
  });
});
