import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMvsa } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import { makeJpeg, temporaryFolder, writeMvsa } from './mini-mvsa';

const image = await makeJpeg(7, 5);

const LABELS = [
  'ID\ttext,image',
  '1\tneutral,positive',
  '20\tnegative,negative',
  'x-3\tpositive,negative',
  '4\tneutral,neutral',
  '',
].join('\n');
const FILES = {
  '1.txt': 'hello \r\n',
  '1.jpg': image,
  '20.txt': 'bad day',
  '20.jpg': image,
  'x-3.txt': 'odd',
  'x-3.jpg': image,
  '4.txt': '\r\n',
  '4.jpg': image,
};

describe('openMvsa', () => {
  for (const [name, labels] of [
    ['LF', LABELS],
    ['CRLF', LABELS.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${LABELS}`],
    ['no line end at the end', LABELS.trimEnd()],
  ] as const) {
    it(`reads posts with ${name}`, async () => {
      const directory = await writeMvsa(labels, FILES);
      const dataset = await openMvsa(directory);
      const imagePath = (id: string) => join(directory, 'data', `${id}.jpg`);
      expect(dataset.pairs).toEqual([
        {
          id: '1',
          text: 'hello',
          imagePath: imagePath('1'),
          textLabel: 'neutral',
          imageLabel: 'positive',
          label: 'positive',
        },
        {
          id: '20',
          text: 'bad day',
          imagePath: imagePath('20'),
          textLabel: 'negative',
          imageLabel: 'negative',
          label: 'negative',
        },
        {
          id: '4',
          text: '',
          imagePath: imagePath('4'),
          textLabel: 'neutral',
          imageLabel: 'neutral',
          label: 'neutral',
        },
      ]);
      expect(dataset.dropped).toEqual([
        { id: 'x-3', textLabel: 'positive', imageLabel: 'negative', reason: 'text against image' },
      ]);
      expect(dataset.skipped).toEqual([]);
      expect(dataset.images.get('20')).toEqual({ format: 'jpeg', width: 7, height: 5, bytes: image.length });
      expect(dataset.summary()).toEqual({
        variant: 'single',
        labelRule: 'merged',
        total: 4,
        kept: 3,
        classes: { positive: 1, neutral: 1, negative: 1 },
        dropped: 1,
        droppedByReason: { 'text against image': 1 },
        skipped: 0,
        skippedByReason: {},
        encoding: 'utf-8',
        encodingEvidence: {
          encoding: 'utf-8',
          reason: 'all 3 files are ASCII, which is the same in both',
          files: 3,
          notAscii: 0,
          utf8: 0,
          gb18030: 0,
        },
        labelRules: {
          merged: { positive: 1, neutral: 1, negative: 1 },
          'tie-neutral': { positive: 1, neutral: 1, negative: 1 },
          agreement: { positive: 0, neutral: 1, negative: 1 },
          text: { positive: 1, neutral: 2, negative: 1 },
          image: { positive: 1, neutral: 1, negative: 2 },
        },
        labelAgreement: [
          [0, 0, 1],
          [1, 1, 0],
          [0, 0, 1],
        ],
        textLength: { binWidth: 2, counts: [2, 1] },
        textFeatures: { url: 0, hashtag: 0, mention: 0, retweet: 0, empty: 1, emptyWithoutUrls: 1 },
        imageSizes: [
          { width: 7, height: 5, label: 'positive' },
          { width: 7, height: 5, label: 'negative' },
          { width: 7, height: 5, label: 'neutral' },
        ],
        imageFormats: { jpeg: 3 },
      });
    });
  }

  it('skips posts with missing or empty files and says why', async () => {
    const rows = ['1', '2', '3', '4', '5'].map((id) => `${id}\tpositive,positive\n`);
    const directory = await writeMvsa(`ID\ttext,image\n${rows.join('')}`, {
      '1.jpg': image,
      '2.jpg': image,
      '2.txt': '',
      '3.txt': 'text',
      '4.txt': 'text',
      '4.jpg': '',
      '5.txt': 'text',
      '5.jpg': image,
    });
    const dataset = await openMvsa(directory, { maxSkippedShare: 0.8 });
    expect(dataset.pairs.map(({ id }) => id)).toEqual(['5']);
    expect(dataset.skipped).toEqual([
      { id: '1', reason: 'no text file' },
      { id: '2', reason: 'empty text file' },
      { id: '3', reason: 'no image file' },
      { id: '4', reason: 'empty image file' },
    ]);
  });

  it('drops a conflict even when its files are missing, so that counts follow the labels file', async () => {
    const dataset = await openMvsa(await writeMvsa('ID\ttext,image\n1\tpositive,negative\n', {}));
    expect([dataset.dropped.length, dataset.skipped.length]).toEqual([1, 0]);
  });

  describe('decides the encoding over all files', () => {
    // C2 A1 is "¡" in UTF-8 and "隆" in GB18030; A1 AD is "…" in GB18030 alone.
    const ambiguous = Uint8Array.of(0xc2, 0xa1);
    const chinese = Uint8Array.of(0x61, 0xa1, 0xad, 0x0d, 0x0a);
    const labels = 'ID\ttext,image\n1\tpositive,positive\n2\tpositive,positive\n';
    const images = { '1.jpg': image, '2.jpg': image };

    it('takes GB18030 when one file is not UTF-8', async () => {
      const dataset = await openMvsa(
        await writeMvsa(labels, { ...images, '1.txt': ambiguous, '2.txt': chinese }),
      );
      expect(dataset.encoding).toBe('gb18030');
      expect(dataset.pairs.map(({ text }) => text)).toEqual(['隆', 'a…']);
    });

    it('takes UTF-8 when all files are', async () => {
      const directory = await writeMvsa(labels, {
        ...images,
        '1.txt': ambiguous,
        '2.txt': '\uFEFFcafé 🎉\n',
      });
      const dataset = await openMvsa(directory);
      expect(dataset.encoding).toBe('utf-8');
      expect(dataset.pairs.map(({ text }) => text)).toEqual(['¡', 'café 🎉']);
      expect((await openMvsa(directory, { textEncoding: 'gb18030' })).pairs[0]?.text).toBe('隆');
    });

    it('skips a text that is not valid in the encoding', async () => {
      const directory = await writeMvsa(labels, {
        ...images,
        '1.txt': chinese,
        '2.txt': Uint8Array.of(0x61, 0xff),
      });
      const dataset = await openMvsa(directory, { maxSkippedShare: 0.5 });
      expect(dataset.skipped).toEqual([{ id: '2', reason: 'text is not valid gb18030' }]);
      const asUtf8 = openMvsa(directory, { maxSkippedShare: 0.5, textEncoding: 'utf-8' });
      await expect(asUtf8).rejects.toThrow(/received 2 \(100\.0%\): 2 x text is not valid utf-8 \(1, 2\)/);
    });
  });

  describe('MVSA-Multiple', () => {
    const labels = [
      'ID\ttext,image\ttext,image\ttext,image',
      '2499\tpositive,positive\tneutral,positive\tpositive,negative',
      '2500\tpositive,positive\tneutral,positive\tnegative,positive',
      '2501\tpositive,negative\tpositive,negative\tneutral,neutral',
      '3151\tneutral,neutral\tneutral,neutral\tneutral,neutral',
      '',
    ].join('\r\n');
    const files = { '2499.txt': 'a', '2499.jpg': image, '2500.txt': 'b', '2500.jpg': image, '3151.txt': 'c' };
    const corrupt = { '3151.jpg': image.slice(0, image.length - 40) };

    it('is recognised by its header; ties and conflicts are dropped, corrupt images skipped', async () => {
      const directory = await writeMvsa(labels, { ...files, ...corrupt });
      const dataset = await openMvsa(directory, { maxSkippedShare: 0.5 });
      expect(dataset.variant).toBe('multiple');
      expect(dataset.pairs).toMatchObject([
        { id: '2499', textLabel: 'positive', imageLabel: 'positive', label: 'positive' },
      ]);
      expect(dataset.dropped).toEqual([
        { id: '2500', textLabel: null, imageLabel: 'positive', reason: 'no majority' },
        { id: '2501', textLabel: 'positive', imageLabel: 'negative', reason: 'text against image' },
      ]);
      expect(dataset.skipped).toEqual([{ id: '3151', reason: 'truncated image (jpeg)' }]);
      expect(dataset.summary()).toMatchObject({
        droppedByReason: { 'no majority': 1, 'text against image': 1 },
        labelAgreement: [
          [1, 0, 1],
          [0, 1, 0],
          [0, 0, 0],
        ],
      });
    });

    it('keeps ties as neutral by another rule', async () => {
      const directory = await writeMvsa(labels, { ...files, '3151.jpg': image });
      const { pairs } = await openMvsa(directory, { variant: 'multiple', labelRule: 'tie-neutral' });
      expect(pairs.map(({ id, textLabel, label }) => [id, textLabel, label])).toEqual([
        ['2499', 'positive', 'positive'],
        ['2500', 'neutral', 'positive'],
        ['3151', 'neutral', 'neutral'],
      ]);
    });

    it('is refused under the name of the other', async () => {
      const directory = await writeMvsa(labels, files);
      await expect(openMvsa(directory, { variant: 'single' })).rejects.toThrow(/Set variant to 'multiple'/);
    });
  });

  it('refuses a data set with too many unusable posts, and says which and why', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => `${index}\tneutral,neutral\n`);
    const texts = Object.fromEntries(rows.map((_, index) => [`${index}.txt`, 'text']));
    const pictures = Object.fromEntries(rows.map((_, index) => [`${index}.jpg`, image]));
    const header = 'ID\ttext,image\n';
    const one = { ...texts, ...pictures, '7.jpg': '<!DOCTYPE html><html></html>' };
    const opened = await openMvsa(await writeMvsa(header + rows.join(''), one));
    expect(opened.skipped).toEqual([{ id: '7', reason: 'not an image (html)' }]);
    const two = await writeMvsa(header + rows.join(''), { ...one, '9.jpg': '' });
    await expect(openMvsa(two)).rejects.toThrow(
      /at most 1\.0% of the 100 labelled posts to be unusable, received 2 \(2\.0%\): 1 x not an image \(html\) \(7\); 1 x empty image file \(9\)\. Restore/,
    );
  });

  describe('refuses a wrong directory in one line that says what to do', () => {
    const message = async (directory: string) => {
      const error: Error = await openMvsa(directory).then(
        () => expect.fail('no error'),
        (reason) => reason,
      );
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toContain(
        `${directory}: expected an MVSA directory (labelResultAll.txt beside a folder data)`,
      );
      expect(error.message).not.toContain('\n');
      return error.message;
    };

    it('that is missing', async () => {
      expect(await message(join(await temporaryFolder(), 'absent'))).toContain('a path where nothing is');
    });

    it('that is a file', async () => {
      const file = join(await temporaryFolder(), 'file');
      await writeFile(file, '');
      expect(await message(file)).toContain('received a file');
    });

    it('that is empty', async () => {
      expect(await message(await temporaryFolder())).toMatch(/received an empty directory\.$/);
    });

    it('that holds other things', async () => {
      const directory = await temporaryFolder();
      await writeFile(join(directory, 'readme.txt'), '');
      expect(await message(directory)).toMatch(/received a directory without labelResultAll\.txt\.$/);
    });

    it('whose child is meant', async () => {
      const directory = await temporaryFolder();
      await mkdir(join(directory, 'MVSA_Single'));
      await writeFile(join(directory, 'MVSA_Single', 'labelResultAll.txt'), LABELS);
      expect(await message(directory)).toContain(`Did you mean ${join(directory, 'MVSA_Single')}?`);
    });

    it('without the folder data', async () => {
      const directory = await writeMvsa(LABELS, {});
      await rm(join(directory, 'data'), { recursive: true });
      expect(await message(directory)).toContain('without the folder data');
    });
  });

  it('refuses unknown options', async () => {
    await expect(openMvsa('.', { variant: 'double' as 'single' })).rejects.toThrow(OptionError);
    await expect(openMvsa('.', { labelRule: 'best' as 'text' })).rejects.toThrow(
      /labelRule: expected one of 'merged', .* received 'best'/,
    );
    await expect(openMvsa('.', { maxSkippedShare: Number.NaN })).rejects.toThrow(/maxSkippedShare/);
    await expect(openMvsa('.', { textEncoding: 'latin1' as 'auto' })).rejects.toThrow(
      /textEncoding: .* received 'latin1'/,
    );
  });
});

describe.skipIf(!process.env.MVSA_DIR)('openMvsa on the real data (skipped unless MVSA_DIR names it)', () => {
  it('keeps every post of MVSA-Single that the rule keeps', async () => {
    const { readFile } = await import('node:fs/promises');
    const directory = process.env.MVSA_DIR as string;
    const dataset = await openMvsa(directory);
    const summary = dataset.summary();

    // The rule in other words: the sign of the sum, and a conflict where two polar labels cancel.
    const sign = { positive: 1, neutral: 0, negative: -1 };
    const expected = { positive: 0, neutral: 0, negative: 0, conflict: 0 };
    const rows = (await readFile(join(directory, 'labelResultAll.txt'), 'utf8'))
      .trim()
      .split(/\r?\n/)
      .slice(1);
    for (const row of rows) {
      const [text, image] = (row.split('\t')[1] as string)
        .split(',')
        .map((label) => sign[label as 'neutral']);
      const sum = (text as number) + (image as number);
      if (sum !== 0) expected[sum > 0 ? 'positive' : 'negative']++;
      else expected[text === 0 ? 'neutral' : 'conflict']++;
    }
    expect(rows).toHaveLength(4419);
    expect(summary).toMatchObject({
      total: rows.length,
      kept: rows.length - expected.conflict,
      classes: { positive: expected.positive, neutral: expected.neutral, negative: expected.negative },
      dropped: expected.conflict,
      skipped: 0,
      encoding: 'gb18030',
      labelRule: 'merged',
    });
    expect(dataset.pairs.every(({ text }) => !text.includes('\uFFFD'))).toBe(true);
  });
});
