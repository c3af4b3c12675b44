import { expect, it } from 'vitest';
import { openMvsa } from '../../../src/data';
import { makeJpeg, writeMvsa } from './mini-mvsa';

it('counts what texts hold, their lengths, copies and the parts of a split', async () => {
  const texts = [
    'RT @anna: so happy #sunny http://t.co/1',
    'http://t.co/2',
    'plain words, seven of them in here',
    'mail me: a@b.c, number #1',
    'cut at the end http...',
  ];
  const jpeg = await makeJpeg(31, 17);
  const labels = ['positive', 'neutral', 'negative', 'positive', 'positive'];
  const dataset = await openMvsa(
    await writeMvsa(
      `ID\ttext,image\n${labels.map((label, id) => `${id}\t${label},${label}\n`).join('')}`,
      Object.fromEntries(
        texts.flatMap(
          (text, id) =>
            [
              [`${id}.txt`, text],
              [`${id}.jpg`, jpeg],
            ] as const,
        ),
      ),
    ),
  );
  const split = { train: dataset.pairs.slice(0, 3), test: dataset.pairs.slice(3) };
  const duplicates = { sameText: 2, sameImage: 5, nearImage: 5 };
  expect(dataset.summary({ split, duplicates })).toMatchObject({
    textFeatures: { url: 3, hashtag: 1, mention: 1, retweet: 1, empty: 0, emptyWithoutUrls: 1 },
    textLength: { binWidth: 2, counts: [1, 0, 2, 2] },
    imageFormats: { jpeg: 5 },
    splits: {
      train: { positive: 1, neutral: 1, negative: 1 },
      test: { positive: 2, neutral: 0, negative: 0 },
    },
    duplicates,
  });
});
