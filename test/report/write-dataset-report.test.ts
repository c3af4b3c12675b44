import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { auditSplit, findDuplicates, type MvsaPair, openMvsa } from '../../src/data';
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

test('shows the leaks of a split and its twins with different labels', async () => {
  const labels =
    'ID\ttext,image\n1\tpositive,neutral\n2\tnegative,negative\n3\tneutral,neutral\n4\tpositive,positive\n';
  const jpeg = (size: number) => makeJpeg(31, size);
  const texts = { '1.txt': 'one two', '2.txt': 'four', '3.txt': 'ONE  two', '4.txt': 'five' };
  const images = {
    '1.jpg': await jpeg(17),
    '2.jpg': await jpeg(18),
    '3.jpg': await jpeg(19),
    '4.jpg': await jpeg(20),
  };
  const dataset = await openMvsa(await writeMvsa(labels, { ...texts, ...images }));
  const [one, two, three, four] = dataset.pairs as [MvsaPair, MvsaPair, MvsaPair, MvsaPair];
  const split = { train: [one, two], validation: [three, four] };
  const duplicates = await findDuplicates(dataset.pairs, { images: 'bytes' });
  const audit = await auditSplit(dataset, split, { duplicates });
  const file = join(await temporaryFolder(), 'set.html');
  await writeDatasetReport(file, 'set', dataset.summary({ split, duplicates }), audit);
  const html = await readFile(file, 'utf8');
  // One by text, none exact, none by file, not compared by look, one in all.
  const cells = ['1', '0', '0', '-', '1', '50.0%'].map((cell) => `<td class="number">${cell}</td>`).join('');
  expect(html).toContain(`<tr><th scope="row">validation, twins in train</th>${cells}</tr>`);
  expect(html).toContain('Sets of twins with different labels: 1');
  expect(html).toContain('<tr><th scope="row">text</th><td>1 positive, 3 neutral</td></tr>');
  expect(html).toContain(
    'no neutral post in train; no negative post in validation; 0 kept posts in no part.',
  );
  expect(html).toContain('2 by text, 0 by image file, not compared by look');
});

test('is written without charts when vega is missing, and says how to get them', async () => {
  vi.spyOn(loading, 'loadOptional').mockRejectedValue(new DependencyError('Run: npm i vega'));
  const html = await report();
  expect(html).toContain('No charts. Run: npm i vega');
  expect(html).not.toContain('<svg');
  expect(html).toContain('Label rules');
});
