import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openMvsa } from '../../src/data';
import { DependencyError } from '../../src/errors';
import * as loading from '../../src/load-optional';
import { writeDatasetReport } from '../../src/report';
import { makeJpeg, temporaryFolder, writeMvsa } from '../data/mvsa/mini-mvsa';

afterEach(() => vi.restoreAllMocks());

async function report(name = 'a <set>'): Promise<string> {
  const labels = 'ID\ttext,image\n1\tpositive,neutral\n2\tnegative,negative\n3\tpositive,negative\n';
  const jpeg = await makeJpeg(31, 17);
  const files = { '1.txt': 'one two three', '1.jpg': jpeg, '2.txt': 'four', '2.jpg': jpeg };
  const { pairs, summary } = await openMvsa(await writeMvsa(labels, files));
  const file = join(await temporaryFolder(), 'pages', 'set.html');
  const split = { train: pairs.slice(0, 1), test: pairs.slice(1) };
  const duplicates = { sameText: 0, sameImage: 2, nearImage: 2 };
  expect(await writeDatasetReport(file, name, summary({ split, duplicates }))).toBe(file);
  return readFile(file, 'utf8');
}

test('shows the four charts, the rules and what was left out, in one file', async () => {
  const html = await report();
  expect(html.match(/<svg/g)).toHaveLength(4);
  expect(html).toContain('What is in a &lt;set&gt;');
  expect(html).toContain('2 kept of 3');
  expect(html).toContain('0 by text, 2 by image file, 2 by look');
  expect(html).toMatch(/class="main"><th scope="row">merged<\/th><td class="number">1<\/td>/);
  expect(html).toMatch(/text against image<\/th><td class="number">1</);
  expect(html).not.toMatch(/<script|src=|href=/);
});

test('is written without charts when vega is missing, and says how to get them', async () => {
  vi.spyOn(loading, 'loadOptional').mockRejectedValue(new DependencyError('Run: npm i vega'));
  const html = await report();
  expect(html).toContain('No charts. Run: npm i vega');
  expect(html).not.toContain('<svg');
  expect(html).toContain('Label rules');
});
