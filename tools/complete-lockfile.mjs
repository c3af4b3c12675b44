/**
 * Adds the binaries of other platforms to package-lock.json.
 *
 * Some registry mirrors carry one platform's binaries only. A lock file written there leaves the others out, and
 * `npm ci` refuses it on every machine. Run after `npm install`: node tools/complete-lockfile.mjs
 * An entry has the exact version that its parent asks for and the platform that its name tells, but no checksum.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const SYSTEMS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = [];
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const parts = name.split(/[-/]/);
    const os = SYSTEMS.find((system) => parts.includes(system));
    const cpu = PROCESSORS.find((processor) => parts.includes(processor));
    if (Object.keys(lock.packages).some((key) => key.endsWith(path)) || !os || !cpu) continue;
    const libc = os === 'linux' && {
      libc: [parts.some((part) => part.startsWith('musl')) ? 'musl' : 'glibc'],
    };
    lock.packages[path] = {
      version,
      cpu: [cpu],
      ...(parent.dev && { dev: true }),
      ...libc,
      optional: true,
      os: [os],
    };
    added.push(`${name}@${version}`);
  }
}
const [root, ...others] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...others.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} added`);
