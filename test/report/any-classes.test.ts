import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { OptionError } from '../../src/errors';
import {
  type DatasetSummary,
  type ExperimentResult,
  writeDatasetReport,
  writeReport,
  writeResult,
} from '../../src/report';
import { classColors } from '../../src/report/charts/colors';
import { temporaryFolder } from '../data/mvsa/mini-mvsa';
import { madeUpResult, madeUpResultOf } from './made-up-result';

const pageOf = async (result: ExperimentResult) =>
  readFile(await writeReport(await temporaryFolder(), result), 'utf8');

/** The rows of the tables on a page, as the texts of their cells. */
const rowsOf = (page: string) =>
  [...page.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
      cell.replace(/<[^>]*>/g, ' ').trim(),
    ),
  );

const numbered = Array.from({ length: 40 }, (_, index) => `class ${index}`);

describe('a report of any classes', () => {
  it.each([
    ['two', ['ham', 'spam']],
    ['five', ['anger', 'joy', 'fear', 'sadness', 'surprise']],
    ['forty', numbered],
    ['those that objects treat in their own way', ['__proto__', '10', 'constructor', '2', 'toString']],
  ])('shows every number of %s, and is the same from its result.json', async (_what, classNames) => {
    const result = madeUpResultOf(classNames);
    const page = await pageOf(result);
    const written = await readFile(await writeResult(await temporaryFolder(), result), 'utf8');
    expect(await pageOf(JSON.parse(written))).toBe(page);
    expect(page).not.toMatch(/undefined|NaN|\[object|function/);

    // Behind the curves, whose epochs are called 10 and 2 as well.
    const rows = rowsOf(page.slice(page.indexOf('Classes, on test')));
    const matrix = result.test?.confusionMatrix as number[][];
    const isMany = classNames.length > 5;
    for (const [index, name] of classNames.entries()) {
      const [confusion, scores] = rows.filter(([first]) => first === name);
      expect(confusion?.slice(1).map((cell) => cell.split(/\s+/)[0])).toEqual(
        matrix[index]?.map((posts) => (isMany && posts === 0 ? '' : String(posts))),
      );
      expect(scores?.at(-1)).toBe(String(matrix[index]?.reduce((sum, posts) => sum + posts)));
    }
    expect(page).toContain(`<dt>Classes</dt><dd>${classNames.length}</dd>`);
    const posts = rows.filter(([first]) => first === (isMany ? 'all' : 'test')).at(-1);
    expect(posts?.at(-1)).toBe(
      matrix
        .flat()
        .reduce((sum, cell) => sum + cell)
        .toLocaleString('en-US'),
    );
  });

  it('puts many classes below each other, with a matrix that scrolls', async () => {
    const page = await pageOf(madeUpResultOf(numbered));
    expect(page).toContain('<div class="wide"><table class="matrix dense">');
    expect(rowsOf(page)).toContainEqual(['Class', 'train', 'validation', 'test']);
    expect(page.match(/title="true class 3, predicted class 4: \d+\.\d%"/g)).toHaveLength(1);
    expect(await pageOf(madeUpResultOf(numbered.slice(0, 5)))).not.toContain('<table class="matrix dense">');
  });

  it('escapes the names of classes, and breaks long ones', async () => {
    const nasty = '<script>alert("1")</script>';
    for (const more of [[], numbered]) {
      const page = await pageOf(madeUpResultOf([nasty, 'joy', ...more]));
      expect(page).not.toMatch(/<script/i);
      expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
      expect(page).toContain('<span class="long" title="&lt;script');
      expect(page).not.toMatch(/class="long"[^>]*>joy/);
    }
  });

  it('leaves out what only MVSA has, and tells of the calibration', async () => {
    const page = await pageOf(madeUpResultOf(['ham', 'spam']));
    expect(page).not.toMatch(/Label rule|Text encoding|contradict/);
    expect(page).toContain('<dt>Dataset</dt><dd>posts.csv</dd>');
    expect(page).toContain(
      'Calibrated with temperature 1.313: the expected calibration error went from 8.1% to 2.3%.',
    );
  });

  it('is the page without names where the names are the default', async () => {
    const { classNames: _, ...unnamed } = madeUpResultOf(['positive', 'neutral', 'negative']);
    const page = await pageOf(unnamed);
    expect(page).not.toContain('<dt>Classes</dt>');
    expect(rowsOf(page)).toContainEqual(['Split', 'positive', 'neutral', 'negative', 'all']);
  });
});

test('sentiments keep their colours, other classes have colours of their own', () => {
  const [positive, neutral, negative] = classColors(['positive', 'neutral', 'negative']);
  expect([positive, neutral, negative]).toEqual(['#2a9d8f', '#93a1b5', '#dd7350']);
  expect(classColors(['negative', 'joy', 'positive'])).toEqual([negative, expect.any(String), positive]);
  expect(new Set(classColors(numbered.slice(0, 10))).size).toBe(10);
  expect(classColors(numbered)).not.toContain(undefined);
});

describe('what is no result', () => {
  const { dataset, baselines, test: measured } = madeUpResult;
  it.each<[string, unknown, RegExp]>([
    [
      'an empty object',
      {},
      /received an empty object, in which .*: dataset.name, .*dataset.skipped and \d+ more\.$/,
    ],
    ['nothing', undefined, /received undefined/],
    ['null', null, /received null/],
    ['a list', [madeUpResult], /received an array/],
    ['a promise', Promise.resolve(madeUpResult), /Await it first/],
    ['another JSON', { name: 'mvsa-fusion', version: '0.1.0' }, /an object of name, version, in which/],
    [
      'a result without its baselines',
      { ...madeUpResult, baselines: undefined },
      /form: baselines.majority\.$/,
    ],
    [
      'a result with counts of another kind',
      { ...madeUpResult, dataset: { ...dataset, splits: { train: { joy: '3' }, validation: {} } } },
      /form: dataset.splits.train\.$/,
    ],
    ['a result without epochs', { ...madeUpResult, epochs: [null] }, /form: epochs\.$/],
    [
      'a test part without intervals',
      { ...madeUpResult, test: { ...measured, ci95: {} } },
      /form: test.ci95.accuracy, test.ci95.macroF1\.$/,
    ],
    [
      'other classes than those measured',
      { ...madeUpResult, classNames: ['positive', 'constructor'] },
      /baselines.majority.perClass of constructor, baselines.majority.confusionMatrix \[2\]\[2\]/,
    ],
    ['class names of another kind', { ...madeUpResult, classNames: 3 }, /classNames: expected two or more/],
    [
      'a baseline of another kind',
      { ...madeUpResult, baselines: { ...baselines, textOnly: 0.7 } },
      /form: baselines.textOnly\.$/,
    ],
  ])('%s is refused, and what is missing is named', async (_what, result, message) => {
    const directory = await temporaryFolder();
    const writing = writeReport(directory, result as never);
    await expect(writing).rejects.toThrow(OptionError);
    await expect(writing).rejects.toThrow(message);
  });

  it('numbers that were not finite are fine, and so is a result without a test part', async () => {
    const { test: _, ...rest } = madeUpResult;
    const infinite = { ...rest, validation: { ...rest.validation, loss: Number.POSITIVE_INFINITY } };
    await pageOf(JSON.parse(JSON.stringify(infinite)));
  });
});

test('the page of a data set shows other posts than those of MVSA', async () => {
  const summary: DatasetSummary = {
    classNames: ['10', '2'],
    total: 5,
    kept: 4,
    classes: { '10': 3, '2': 1 },
    textLength: { binWidth: 2, counts: [1, 3] },
    imageSizes: [],
  };
  const file = join(await temporaryFolder(), 'set.html');
  await writeDatasetReport(file, 'posts.csv', summary);
  const page = await readFile(file, 'utf8');
  expect(page.match(/<svg/g)).toHaveLength(2);
  expect(page.indexOf('>10<')).toBeLessThan(page.indexOf('>2<'));
  expect(page).toContain('4 kept of 5');
  expect(page).not.toMatch(/MVSA|Label rule|undefined|Image sizes/);
});
