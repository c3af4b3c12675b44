import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { auditSplit, findDuplicates, type MvsaPair, openMvsa } from '../../src/data';
import { DependencyError, MvsaFusionError } from '../../src/errors';
import * as loading from '../../src/load-optional';
import { type ExperimentResult, writeDatasetReport, writeReport, writeResult } from '../../src/report';
import { makeJpeg, temporaryFolder, writeMvsa } from '../data/mvsa/mini-mvsa';
import { interruptedResult, madeUpResult } from './made-up-result';

async function pageOf(result: ExperimentResult): Promise<string> {
  return readFile(await writeReport(await temporaryFolder(), result), 'utf8');
}

/** The text of each cell of each row whose first cell is `name`. */
function rows(page: string, name: string): string[][] {
  return [...page.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)]
    .map(([, row = '']) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
        cell.replace(/<[^>]*>/g, ' ').trim(),
      ),
    )
    .filter((cells) => cells[0] === name);
}

const charts = (page: string) => page.match(/<svg /g)?.length ?? 0;

/** Tags that are opened and closed in the wrong order, or not closed. */
function unbalancedTags(page: string): string[] {
  const open: string[] = [];
  for (const [, close, name = '', selfClosing] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
    if (selfClosing || name === 'meta') continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return [...open, name];
  }
  return open;
}

describe('writeReport', () => {
  it('writes one file and returns its path', async () => {
    const directory = join(await temporaryFolder(), 'runs', 'first');
    expect(await writeReport(directory, madeUpResult)).toBe(join(directory, 'report.html'));
    expect(await readdir(directory)).toEqual(['report.html']);
  });

  it('needs no script and no other file', async () => {
    const page = await pageOf(madeUpResult);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import|\son\w+=/i);
    expect(page.match(/https?:\/\/[^"\s]+/g)?.every((url) => url.startsWith('http://www.w3.org/'))).toBe(
      true,
    );
    expect(page).not.toMatch(/undefined|NaN|\[object/);
    expect(unbalancedTags(page)).toEqual([]);
  });

  it('sets the model against its baselines', async () => {
    const page = await pageOf(madeUpResult);
    expect(rows(page, 'This model')).toEqual([
      ['This model', 'test', '676', '', '70.0%', '66.5–73.4', '', '61.7%', '58.0–65.3', '69.3%', '0.724'],
      [
        'This model',
        'validation',
        '676',
        '',
        '70.7%',
        '67.3–74.1',
        '',
        '63.2%',
        '59.5–66.8',
        '70.3%',
        '0.708',
      ],
    ]);
    expect(rows(page, 'Text only')[0]).toContain('66.9%');
    expect(rows(page, 'Image only')[0]).toContain('61.7%');
    expect(rows(page, 'Majority class')[0]).toContain('24.9%');
  });

  it('holds the confusion matrix, the classes, the splits, the options and the timing', async () => {
    const page = await pageOf(madeUpResult);
    expect(page).toContain('Classes, on test');
    const [confusion, scores] = rows(page, 'neutral');
    expect(confusion?.map((cell) => cell.split(/\s+/))).toEqual([
      ['neutral'],
      ['82', '40.4%'],
      ['107', '52.7%'],
      ['14', '6.9%'],
    ]);
    expect(scores).toEqual(['neutral', '61.8%', '52.7%', '56.9%', '203']);
    expect(rows(page, 'train')[0]).toEqual(['train', '1,878', '951', '329', '3,158']);
    expect(rows(page, 'learningRate')).toEqual([['learningRate', '0.0005']]);
    expect(rows(page, 'auxiliaryLosses')[0]?.[1]).toBe(
      '{&quot;textLabel&quot;:0.5,&quot;imageLabel&quot;:0.5}',
    );
    expect(rows(page, 'extractFeatures')).toEqual([['extractFeatures', '21 min 25 s']]);
    expect(rows(page, '4022')).toEqual([['4022', 'the text is empty']]);
  });

  it('draws the curves with the best epoch marked, and the class shares', async () => {
    const page = await pageOf(madeUpResult);
    expect(charts(page)).toBe(3);
    expect(page.match(/best: 6/g)).toHaveLength(2);
    expect(page).toContain('Training stopped after 11 epochs');
    for (const text of ['>training<', '>macro-F1<', '>59.5%<']) expect(page).toContain(text);
  });

  it('writes text of the charts in the colour of the page', async () => {
    const colors = [...(await pageOf(madeUpResult)).matchAll(/<text[^>]*fill="([^"]*)"/g)].map(
      ([, fill]) => fill,
    );
    // The dark one stands on the coloured bars, which are the same in both themes.
    expect(new Set(colors)).toEqual(new Set(['currentColor', '#111']));
  });

  it('escapes what comes from the user', async () => {
    const nasty = `<script>alert("1")</script> & '<b>'`;
    const page = await pageOf({
      ...madeUpResult,
      dataset: {
        ...madeUpResult.dataset,
        name: nasty,
        variant: nasty,
        labelRule: nasty,
        encoding: nasty,
        skipped: [{ id: nasty, reason: nasty }],
      },
      config: { fusion: nasty, seed: nasty, [nasty]: { [nasty]: nasty } },
      backend: { backend: nasty, summary: nasty },
      timing: { [nasty]: 1 },
    });
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toContain("'<b>'");
    expect(page).toContain('<title>Results on &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;');
    expect(unbalancedTags(page)).toEqual([]);
  });

  it('judges by validation when there is no test part', async () => {
    const { baselines, dataset } = madeUpResult;
    const page = await pageOf({
      ...madeUpResult,
      dataset: { ...dataset, splits: { ...dataset.splits, test: null }, skipped: [] },
      baselines: { majority: baselines.majority },
      test: null,
    });
    expect(page).toContain('Classes, on validation');
    expect(rows(page, 'This model').map((cells) => cells[1])).toEqual(['validation']);
    expect(rows(page, 'Majority class').map((cells) => cells[1])).toEqual(['validation']);
    for (const name of ['Text only', 'Image only', 'test']) expect(rows(page, name)).toEqual([]);
    expect(page).not.toContain('Posts skipped');
  });

  it('tells of a run that was interrupted before any epoch', async () => {
    const page = await pageOf(interruptedResult);
    expect(page).toContain('Training was interrupted before any epoch was measured.');
    expect(page).toContain('No epoch was finished.');
    expect(page).toContain('The model was not measured');
    expect(page).not.toContain('Confusion matrix');
    expect(rows(page, 'This model')).toEqual([]);
    expect(charts(page)).toBe(1);
    expect(unbalancedTags(page)).toEqual([]);
  });

  it('draws one epoch, and passes over numbers that were not finite', async () => {
    const [first] = madeUpResult.epochs;
    const log = { ...first, valLoss: Number.POSITIVE_INFINITY } as ExperimentResult['epochs'][0];
    // As they come back from result.json.
    const { epochs } = JSON.parse(JSON.stringify({ epochs: [log] }));
    const page = await pageOf({ ...madeUpResult, epochs, bestEpoch: 1, stoppedBy: 'signal' });
    expect(charts(page)).toBe(3);
    expect(rows(page, '1')).toEqual([['1', '0.982', '–', '61.2%', '40.2%', '41.3 s']]);
    expect(page).not.toMatch(/NaN|Infinity/);
  });
});

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

describe('writeResult', () => {
  for (const [name, result] of [
    ['a finished run', madeUpResult],
    ['an interrupted run', interruptedResult],
  ] as const) {
    it(`keeps all of ${name}`, async () => {
      const file = await writeResult(await temporaryFolder(), result);
      const text = await readFile(file, 'utf8');
      expect(JSON.parse(text)).toEqual(result);
      expect(text).toMatch(/^\{\n {2}"dataset": \{\n {4}"name": "MVSA-Single",\n/);
    });
  }

  it('creates the directory, replaces what was there and leaves nothing else', async () => {
    const directory = join(await temporaryFolder(), 'runs', 'first');
    expect(await writeResult(directory, interruptedResult)).toBe(join(directory, 'result.json'));
    await writeResult(directory, madeUpResult);
    expect(await readdir(directory)).toEqual(['result.json']);
    expect(JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')).bestEpoch).toBe(6);
  });

  it('leaves no temporary file when it fails, and says what to do', async () => {
    const directory = await temporaryFolder();
    await mkdir(join(directory, 'result.json'));
    const writing = writeResult(directory, madeUpResult);
    await expect(writing).rejects.toThrow(MvsaFusionError);
    await expect(writing).rejects.toThrow(/Could not write .*result\.json: .*Choose a directory/);
    expect(await readdir(directory)).toEqual(['result.json']);
  });

  it('refuses a directory that is a file', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(writeResult(file, madeUpResult)).rejects.toThrow(MvsaFusionError);
  });

  it('lets two writers at once leave one whole file', async () => {
    const directory = await temporaryFolder();
    await Promise.all([madeUpResult, interruptedResult].map((result) => writeResult(directory, result)));
    expect(await readdir(directory)).toEqual(['result.json']);
    expect([0, 6]).toContain(JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')).bestEpoch);
  });
});
