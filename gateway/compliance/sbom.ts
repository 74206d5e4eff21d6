import { SOFTWARE } from '../software.ts';
import type { LockedPackage } from './lock-file.ts';

/** Software bill of materials: CycloneDX 1.6 (ECMA-424), one component a package of the lock file. */
export function sbomOf(packages: readonly LockedPackage[]): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `${SOFTWARE.name}@${SOFTWARE.version}`,
        name: SOFTWARE.name,
        version: SOFTWARE.version,
      },
    },
    components: packages.map(componentOf),
  };
}

function componentOf({ name, version, integrity, licence, dev }: LockedPackage): object {
  return {
    type: 'library',
    'bom-ref': `${name}@${version}`,
    ...nameParts(name),
    version,
    // `excluded`: needed to check the software and not to run it.
    scope: dev ? 'excluded' : 'required',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(integrity === undefined ? {} : { hashes: hashesOf(integrity) }),
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
  };
}

function nameParts(full: string): { readonly group?: string; readonly name: string } {
  const [group, name] = full.split('/');
  return name === undefined ? { name: full } : { group: group ?? '', name };
}

/** Subresource integrity as CycloneDX has digests: algorithm with a dash, content in hex. */
function hashesOf(integrity: string): readonly object[] {
  return integrity.split(' ').map((one) => {
    const [algorithm = '', base64 = ''] = one.split(/-(.*)/s);
    return {
      alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
      content: Buffer.from(base64, 'base64').toString('hex'),
    };
  });
}
