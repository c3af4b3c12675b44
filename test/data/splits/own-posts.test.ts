import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  auditSplit,
  checkSplitClasses,
  findDuplicates,
  kFoldPairs,
  type LabelledPost,
  openPosts,
  readSplit,
  splitPairs,
  writeSplit,
} from '../../../src/data';
import { OptionError } from '../../../src/errors';
import { writePosts } from '../posts/write-posts';

interface OwnPost extends LabelledPost {
  readonly author: string;
}
const FEELINGS = ['anger', 'disgust', 'fear', 'joy', 'sadness'];
const posts: OwnPost[] = Array.from({ length: 100 }, (_, index) => ({
  id: `post ${index}`,
  author: 'anna',
  label: FEELINGS[index % 5] as string,
  ...(index % 3 !== 0 && { text: `text ${index}` }),
  ...(index % 3 !== 1 && { imagePath: `/nowhere/${index}.jpg` }),
}));
const ratios = [0.6, 0.2, 0.2] as const;

describe('posts of one’s own', () => {
  it('are split and folded by their classes, as what they are', () => {
    const split = splitPairs(posts, { ratios, seed: 3 });
    expectTypeOf(split.train).toEqualTypeOf<OwnPost[]>();
    for (const [part, each] of [
      ['train', 12],
      ['validation', 4],
      ['test', 4],
    ] as const) {
      const counts = FEELINGS.map((label) => split[part].filter((post) => post.label === label).length);
      expect(counts).toEqual([each, each, each, each, each]);
    }
    const folds = kFoldPairs(posts, { folds: 5 });
    expectTypeOf(folds[0]?.validation).toEqualTypeOf<OwnPost[] | undefined>();
    expect(folds.map(({ validation }) => validation.length)).toEqual([20, 20, 20, 20, 20]);
  });

  it('must be there of every class, or of those that are named', () => {
    const two = posts.filter(({ label }, index) => label === 'joy' || index === 0);
    expect(() => splitPairs(two, { ratios })).toThrow(/none of them anger \(1 elsewhere\)/);
    expect(() => splitPairs(two.slice(1), { ratios })).not.toThrow();
    expect(() => splitPairs(two.slice(1), { ratios, classNames: FEELINGS })).toThrow(/none of them anger/);
    expect(() => checkSplitClasses({ train: two, test: two.slice(1) })).toThrow(
      /^test: .* none of them anger/,
    );
    const unlabelled = [...posts, { id: 'x', text: 'y' } as never];
    expect(() => splitPairs(unlabelled, { ratios })).toThrow(OptionError);
  });

  it('are copies by what they have: a missing text or image is unlike any other', async () => {
    const folder = await writePosts('a.jpg', 'same bytes').then((file) => file.replace(/\/a\.jpg$/, ''));
    await writeFile(join(folder, 'b.jpg'), 'same bytes');
    const some = [
      { id: '1', label: 'x', text: 'Same' },
      { id: '2', label: 'x', text: 'same http://t.co/x' },
      { id: '3', label: 'x', imagePath: join(folder, 'a.jpg') },
      { id: '4', label: 'y', imagePath: join(folder, 'b.jpg') },
      { id: '5', label: 'y', image: new Uint8Array([1]) },
      { id: '6', label: 'y', text: ' ' },
      { id: '7', label: 'y', text: '' },
    ];
    const found = await findDuplicates(some, { hashImage: async () => '0123456789abcdef' });
    expect(found).toMatchObject({ texts: [['1', '2']], images: [['3', '4']], nearImages: [['3', '4']] });
    expect(found.uncompared).toEqual([{ id: '5', reason: 'the image is no file' }]);
    const split = {
      train: some.filter(({ id }) => '13567'.includes(id)),
      validation: some.slice(1, 2),
      test: some.slice(3, 4),
    };
    const audit = await auditSplit({ posts: some }, split, { duplicates: found });
    expect(audit.leaks.map(({ ids }) => ids)).toEqual([['2'], ['4'], []]);
    expect(audit.parts.train).toMatchObject({ classes: { x: 2, y: 3 }, absentClasses: [] });
    expect(audit.parts.validation).toMatchObject({ shares: { x: 1, y: 0 }, absentClasses: ['y'] });
    expect(audit.conflictingTwins).toEqual([{ relation: 'image', ids: ['3', '4'], labels: ['x', 'y'] }]);
    const kept = splitPairs(some, { ratios: [0.5, 0.5, 0], allowMissingClasses: true });
    const together = (one: string, other: string) =>
      [kept.train, kept.validation].some((part) =>
        [one, other].every((id) => part.some((post) => post.id === id)),
      );
    expect(together('1', '2') && together('3', '4')).toBe(true);
  });

  it('are written as a split beside their file and read again', async () => {
    const rows = posts.map(({ id, label }, index) => `"${id}",text ${index},${label}`);
    const file = await writePosts('posts.csv', `id,text,label\n${rows.join('\n')}\nlost,,joy\n`);
    const dataset = await openPosts(file);
    const split = splitPairs(dataset.posts, { ratios, seed: 1 });
    await writeSplit(dataset.directory, 'mine', split);
    const read = await readSplit(dataset, 'mine');
    expectTypeOf(read.train).toEqualTypeOf<LabelledPost[]>();
    expect(read).toEqual({ ...split, missing: [], labelMismatches: [] });

    const folder = join(dataset.directory, 'other');
    await mkdir(folder);
    const files = [join(folder, 'train.jsonl'), join(folder, 'validation.jsonl')] as const;
    const line = (id: string, label: unknown) => `${JSON.stringify({ id, label })}\n`;
    await writeFile(files[0], line('post 0', 0) + line('post 1', 'disgust') + line('lost', 'joy'));
    await writeFile(files[1], line('post 4', 4));
    expect(await readSplit(dataset, files)).toMatchObject({ missing: ['lost'], labelMismatches: [] });
    await writeFile(files[1], line('post 4', 3) + line('post 3', 4));
    await expect(readSplit(dataset, files)).rejects.toThrow(
      /With labelCodes: \['anger', 'disgust', 'fear', 'sadness', 'joy'\] only 0 would differ/,
    );
    await writeFile(files[1], line('post 4', 'anger') + line('post 3', 'fear'));
    await expect(readSplit(dataset, files)).rejects.toThrow(/files may be of other posts, or their numbers/);
    await expect(readSplit(dataset, files, { indices: true })).rejects.toThrow(
      /Name the list .* with pairList/,
    );
    await expect(readSplit(dataset, files, { labelCodes: ['joy'] })).rejects.toThrow(
      /codes 0, 1, 2, 3 and 4/,
    );
    await writeFile(files[1], line('post 4', 5));
    await expect(readSplit(dataset, files)).rejects.toThrow(/a label, 0, 1, 2, 3, 4 or one of anger/);
  });

  it('refuse ids that a list of lines cannot hold', async () => {
    const directory = (await writePosts('posts.csv', '')).replace(/\/posts\.csv$/, '');
    for (const id of ['', ' a', 'a\nb', '[1]', '{a', '\uFEFFa', 7 as never]) {
      const split = { train: [{ id }], validation: [] };
      await expect(writeSplit(directory, 'mine', split)).rejects.toThrow(/expected ids of one line/);
    }
  });

  it('are named where something else is passed', async () => {
    expect(() => splitPairs({ posts } as never, { ratios })).toThrow(/Pass its posts: dataset\.posts/);
    await expect(auditSplit({} as never, { train: [], validation: [] })).rejects.toThrow(
      /expected an opened data set/,
    );
  });
});
