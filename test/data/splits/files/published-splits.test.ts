import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MvsaDataset } from '../../../../src/data/mvsa/mvsa-dataset';
import { type ReadSplitOptions, readSplit } from '../../../../src/data/splits/files/read-split';
import { DataError, OptionError } from '../../../../src/errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../../../src/types';
import { makePair, writeMvsa } from '../../mvsa/mini-mvsa';

/** Ids with gaps, as published; post 12 was dropped, post 15 skipped. */
const IDS = Array.from({ length: 40 }, (_, index) => String(3 * index + 3));
const labelOf = (id: string) => SENTIMENT_LABELS[[0, 0, 0, 2, 1][Number(id) % 5] as 0] as SentimentLabel;
const KEPT = IDS.filter((id) => id !== '12' && id !== '15');

let dataset: MvsaDataset;
const write = async (name: string, contents: string) => {
  await writeFile(join(dataset.directory, 'splits', name), contents);
  return join(dataset.directory, 'splits', name);
};
const idsOf = (split: readonly { id: string }[]) => split.map(({ id }) => id);
/** Writes train and validation and reads them. */
const read = async (train: string, validation: string, options: ReadSplitOptions = {}) =>
  readSplit(dataset, [await write('one', train), await write('two', validation)], options);
const place = (line: string | number) => `${join(dataset.directory, 'splits', 'one')}:${line}: `;

beforeEach(async () => {
  const rows = IDS.map(
    (id) => `${id}\t${id === '12' ? 'positive,negative' : `${labelOf(id)},${labelOf(id)}`}\r\n`,
  );
  const directory = await writeMvsa(`ID\ttext,image\r\n${rows.join('')}`, {});
  await mkdir(join(directory, 'splits'));
  dataset = {
    directory,
    labelRule: 'merged',
    pairs: KEPT.map((id) => makePair(id, labelOf(id), `text ${id}`)),
    dropped: [{ id: '12' }],
    skipped: [{ id: '15', reason: 'no image file' }],
  } as unknown as MvsaDataset;
});

describe('lists of objects', () => {
  const CODES = { positive: 0, neutral: 1, negative: 2 };
  const objects = (ids: readonly string[], codes: Record<SentimentLabel, number> = CODES) =>
    ids.map((id) => ({ id: Number(id), text: `text, "${id}" ]`, emotion_label: codes[labelOf(id)] }));

  it('reads JSON and JSON lines, by name too', async () => {
    await write('fold.train.json', JSON.stringify(objects(KEPT.slice(0, 30)), null, 2));
    await write(
      'fold.validation.jsonl',
      objects(KEPT.slice(30))
        .map((post) => JSON.stringify(post))
        .join('\r\n'),
    );
    const { train, validation, test, missing, labelMismatches } = await readSplit(dataset, 'fold');
    expect(idsOf(train)).toEqual(KEPT.slice(0, 30));
    expect(idsOf(validation)).toEqual(KEPT.slice(30));
    expect([test, missing, labelMismatches]).toEqual([[], [], []]);
  });

  it('takes ids as strings and file names, and labels by name', async () => {
    const posts = [{ id: '3', label: 'negative' }, { id: '6.jpg' }, { id: '9.txt', emotion_label: '1' }];
    const { train } = await read(JSON.stringify(posts), '18.JPG\n21');
    expect(idsOf(train)).toEqual(['3', '6', '9']);
    const named = JSON.stringify(KEPT.map((id) => ({ id, label: 'positive' })));
    await expect(read(named, '')).rejects.toThrow(/in the data set\. The files may be of another label rule/);
  });

  it('lists the labels that differ', async () => {
    const posts = objects(KEPT);
    (posts[4] as { emotion_label: number }).emotion_label = 1;
    const { labelMismatches } = await read(JSON.stringify(posts), '');
    expect(labelMismatches).toEqual([
      { id: KEPT[4], fileLabel: 'neutral', datasetLabel: labelOf(KEPT[4] as string) },
    ]);
    await expect(read(JSON.stringify(posts), '', { maxLabelMismatchShare: 0 })).rejects.toThrow(
      'received other labels for 1 of 38 posts',
    );
  });

  it('names the order of codes when it is another', async () => {
    const other = { neutral: 0, positive: 1, negative: 2 };
    const text = JSON.stringify(objects(KEPT, other));
    await expect(read(text, '')).rejects.toThrow(DataError);
    await expect(read(text, '')).rejects.toThrow(
      "With labelCodes: ['neutral', 'positive', 'negative'] only 0 would differ.",
    );
    const right = await read(text, '', { labelCodes: ['neutral', 'positive', 'negative'] });
    expect(right.labelMismatches).toEqual([]);
    // A cycle, not only an exchange: the advice must be the order to set, not its inverse.
    const cycle = JSON.stringify(objects(KEPT, { negative: 0, positive: 1, neutral: 2 }));
    await expect(read(cycle, '')).rejects.toThrow(
      "With labelCodes: ['negative', 'positive', 'neutral'] only 0",
    );
    const shuffled = objects(KEPT).map((post, index) => ({ ...post, emotion_label: index % 3 }));
    await expect(read(JSON.stringify(shuffled), '')).rejects.toThrow('No order of labelCodes fits');
  });

  it.each([
    ['[\n3,\n\n{"id": "a, ]"},\n6]', 4, 'expected an id of the data set'],
    ['[3,\n6,\n1.5]', 3, 'expected an id, a whole number or a string, received 1.5'],
    ['[3,\n [6]]', 2, 'received [6]'],
    ['[3,\n null]', 2, 'received null'],
    [
      '[3,\n {"emotion_label": 1}]',
      2,
      'expected an object with the field "id", a whole number or a string, received nothing',
    ],
    [
      '[{"id": 3,\n "emotion_label": 3}]',
      1,
      'expected a label, 0, 1, 2 or one of positive, neutral, negative, received 3',
    ],
    ['[{"id": 3, "emotion_label": {}}]', 1, 'expected a label'],
    ['{"id": 3}\n{"id": 6', 2, 'expected a JSON list, or one JSON object a line'],
    ['{"id": 3}\n[6]', 2, 'received [6]'],
    ['{"id": 3}\n\n{"id": 3}', 3, 'id "3" stands in'],
    ['3\n3.jpg', 2, 'id "3" stands in'],
    ['3\n../6', 2, 'received "../6"'],
  ])('names file and line: %j', async (contents, line, message) => {
    const reading = read(contents, '9');
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(place(line));
    await expect(reading).rejects.toThrow(message);
  });

  it('names a file of broken JSON', async () => {
    await expect(read('[3, 6', '')).rejects.toThrow(/one: expected a JSON list/);
  });

  it('names the first unknown ids and counts all', async () => {
    await expect(read('3\n1\n2\n4\n5\n7', '8')).rejects.toThrow(
      /one:2: .*received "1"; 6 ids are unknown, also "2" \(.*one:3\), "4" \(.*one:4\), "5" \(.*one:5\) and more\. .*set indices or pairList/,
    );
  });

  it('refuses a part with two files', async () => {
    await write('fold.train.json', '[3]');
    await write('fold.train.txt', '3');
    await write('fold.validation.txt', '6');
    await expect(readSplit(dataset, 'fold')).rejects.toThrow('received fold.train.txt and fold.train.json');
  });
});

describe('lists of positions', () => {
  /** All posts with a label, in file order: the dropped one is not among them, the skipped one is. */
  const LIST = IDS.filter((id) => id !== '12');
  const CODES = { neutral: 0, positive: 1, negative: 2 };
  const writeList = (codes: Record<SentimentLabel, number> = CODES) =>
    write('valid_pairlist.txt', LIST.map((id) => `${id},${codes[labelOf(id)]},1,2\n`).join(''));

  it('point into a pair list', async () => {
    const pairList = await writeList();
    const { train, validation, missing } = await read('0\n4\n38', '[1, 3]', { pairList });
    expect(idsOf(train)).toEqual(['3', '18', '120']);
    expect(idsOf(validation)).toEqual(['6']);
    expect(missing).toEqual(['15']);
  });

  it('point into the posts with a label without one', async () => {
    const { train, validation, missing } = await read('0\n4\n38', '1\n3', { indices: true });
    expect(idsOf(train)).toEqual(['3', '18', '120']);
    expect(idsOf(validation)).toEqual(['6']);
    expect(missing).toEqual(['15']);
    // The same numbers as ids are other posts.
    expect(idsOf((await read('3\n6', '')).train)).toEqual(['3', '6']);
  });

  it('compare the labels of the pair list by its own codes', async () => {
    const all = LIST.map((_, index) => index).join('\n');
    const pairList = await writeList({ positive: 0, neutral: 1, negative: 2 });
    await expect(read(all, '', { pairList })).rejects.toThrow(
      "With labelCodes: ['positive', 'neutral', 'negative'] only 0 would differ.",
    );
    expect((await read(all, '', { pairList: await writeList() })).labelMismatches).toEqual([]);
  });

  it('are refused out of range, twice, beside labels, and with a bad list', async () => {
    const pairList = await writeList();
    await expect(read('0\n39', '', { pairList })).rejects.toThrow(
      `${place(2)}expected a position from 0 to 38 in the pair list of ${pairList}, received "39".`,
    );
    for (const bad of ['-1', '1.5', 'x', '[{"id": 1, "emotion_label": 0}]']) {
      await expect(read(bad, '', { pairList })).rejects.toThrow(`${place(1)}expected a position`);
    }
    await expect(read('4\n04', '', { pairList })).rejects.toThrow(`${place(2)}id "18" stands in`);
    const broken = await write('broken', '3,1\n6,1,1,1,1\n');
    await expect(read('0', '', { pairList: broken })).rejects.toThrow(`${broken}:2: expected ID,LABEL`);
    const unknown = await write('unknown', '3,1\n7,1\n');
    await expect(read('1', '', { pairList: unknown })).rejects.toThrow('received "7". Use the pair list');
    const coded = await write('coded', '3,1\n6,5\n');
    await expect(read('1', '', { pairList: coded })).rejects.toThrow(`${coded}:2: expected a label`);
    await expect(read('1', '', { pairList: `${coded}-not` })).rejects.toThrow(
      'expected a pair list, which cannot be read',
    );
  });
});

it('refuses options out of range', async () => {
  for (const options of [
    { labelCodes: ['positive', 'positive', 'negative'] },
    { labelCodes: ['positive', 'neutral'] },
    { maxLabelMismatchShare: 2 },
    { maxLabelMismatchShare: Number.NaN },
    { indices: false, pairList: 'x' },
  ]) {
    await expect(read('3', '6', options as unknown as ReadSplitOptions)).rejects.toThrow(OptionError);
  }
});
